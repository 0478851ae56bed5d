import type {Actor, Approval} from '@disaster-recovery/contract';
import type {Rights} from '../engines/database/port.ts';
import type {RestoreEngines} from './engines.ts';

export type Replacing = {
  verb: Extract<Approval['verb'], 'restore' | 'undo'>;
  says: string;
  /** What exactly is to be done: an approval is for nothing else. */
  request: unknown;
  /** Of the database that is replaced; null when there is none. */
  rights: Pick<Rights, 'active' | 'privileged'> | null;
};

/**
 * What replaces a live server touches everybody who uses it. A shell of this machine is the way out on the worst day: there it is recorded,
 * unless the settings ask for more. @throws Failure SECOND_ADMINISTRATOR_NEEDED
 */
export function requireSecond(
  {approvals, shellWaits}: Pick<RestoreEngines, 'approvals' | 'shellWaits'>,
  {verb, says, request, rights}: Replacing,
  {actor, approval}: {actor: Actor; approval: string | undefined},
): void {
  const isAdministrator = ({roles}: {roles: string[]}): boolean => roles.includes('system_admin');
  const administrators = (rights?.privileged ?? []).filter((it) => isAdministrator(it) && it.id !== actor.id).length;
  // Files and configuration are everybody's too, whatever the database says.
  const people = Math.max(1, rights?.active ?? 0);
  approvals?.require(
    {verb, scope: verb, says, request, reach: {people, of: people, administrators}},
    {approval, by: actor, waits: shellWaits || actor.kind !== 'cli'},
  );
}
