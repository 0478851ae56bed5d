import type {ListedSet} from '@disaster-recovery/contract';
import type {CopySetting} from './setting.ts';

type Places = {
  /** In the repository in use. */
  here: readonly ListedSet[];
  /** In the copy. */
  there: readonly ListedSet[];
  /** Sets that were copied there once: what is gone since was removed by somebody who may. */
  once: ReadonlySet<string>;
};

/**
 * What a copy lacks, the newest first, so that what it is measured by comes before what fills the gaps. A copy begins with the newest set, not with the
 * years before it; restore points are about this server, and stay here.
 */
export function wantedSets({here, there, once}: Places, {notFrom}: Pick<CopySetting, 'notFrom'>): ListedSet[] {
  const has = new Set(there.filter((set) => isWholeIn(set)).map(({id}) => id));
  const able = here
    .filter((set) => set.kind === 'backup' && set.standing.kind !== 'damaged' && isWholeIn(set))
    .filter(({reason}) => !notFrom.some((schedule) => reason === `schedule ${schedule}`))
    .sort((a, b) => b.t0 - a.t0);
  const known = here.concat(there).filter(({id}) => has.has(id) || once.has(id));
  const since = known.length === 0 ? (able[0]?.t0 ?? 0) : Math.min(...known.map(({t0}) => t0));
  return able.filter(({id, t0}) => t0 >= since && !has.has(id) && !once.has(id));
}

const isWholeIn = (set: ListedSet): boolean => set.in[0]?.complete ?? false;
