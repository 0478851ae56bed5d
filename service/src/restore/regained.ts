import type {Privileged, RestorePlan} from '@disaster-recovery/contract';
import type {Rights, RightsOfToday} from '../engines/database/port.ts';

const NAMED = 20;

/** Somebody who would get rights back that they do not have today. */
export type Regains = RightsOfToday & {username: string; says: string};

/** Who may more in the set than today, those with roles first. Pure. `then`: of the set. */
export function whoRegains(then: readonly Privileged[], today: Rights): Regains[] {
  const deactivated = new Set(today.deactivated.map(({id}) => id));
  const held = new Map(today.privileged.map(({id, roles}) => [id, roles]));
  const demoted = then.flatMap(({id, username, roles}): Regains[] => {
    const now = held.get(id) ?? [];
    const back = roles.filter((role) => !now.includes(role));
    const isDeactivated = deactivated.has(id);
    const state = isDeactivated ? ', and is deactivated today' : '';
    return back.length > 0
      ? [{id, username, roles: now, is_deactivated: isDeactivated, says: `gets ${back.join(', ')} back${state}`}]
      : [];
  });
  const named = new Set(demoted.map(({id}) => id));
  const back = today.deactivated
    .filter(({id}) => !named.has(id))
    .map(({id, username}): Regains => {
      return {id, username, roles: 'unchanged', is_deactivated: true, says: 'can sign in again; is deactivated today'};
    });
  return [...demoted, ...back];
}

/** What a plan shows of them. */
export function regainedShown(regained: readonly Regains[], keptAsToday: boolean): RestorePlan['regained'] {
  const people = regained.slice(0, NAMED).map(({username, says}) => ({username, says}));
  return {count: regained.length, people, kept_as_today: keptAsToday};
}
