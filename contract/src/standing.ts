import {z} from 'zod';
import {ALL_PARTS, Part} from './primitives.ts';

/** What one set is good for. */
export const SetStanding = z
  .object({
    kind: z
      .enum(['good', 'partial', 'damaged'])
      .describe('Damaged: the database names files that the set should hold and does not.'),
    missing: z.array(Part).describe('Parts that the set does not hold.'),
    incomplete: z.array(Part).describe('Parts that the set holds, but not wholly; `omitted` says what is left out.'),
    elsewhere: z.array(Part).describe('Parts that no set holds, because they are in storage of their own.'),
  })
  .meta({id: 'SetStanding'});
export type SetStanding = z.infer<typeof SetStanding>;

/** What a manifest tells of a set's worth. */
type Held = {
  scope: readonly Part[];
  files: object | null;
  omitted: readonly {part: Part}[];
  cross_check: {outcome: string};
};

/** The only definition of a good set: nothing that this server could give is missing, and its files fit its database. */
export function standingOf({scope, files, omitted, cross_check: check}: Held): SetStanding {
  const missing = ALL_PARTS.filter((part) => !scope.includes(part));
  const elsewhere: Part[] = scope.includes('files') && files === null ? ['files'] : [];
  const incomplete = ALL_PARTS.filter(
    (part) => scope.includes(part) && !elsewhere.includes(part) && omitted.some((omission) => omission.part === part),
  );
  const isDamaged = check.outcome === 'failed';
  return {kind: isDamaged ? 'damaged' : missing.length > 0 ? 'partial' : 'good', missing, incomplete, elsewhere};
}

/** Whether a backup ends without a warning: nothing that it was asked for is left out, and its files fit its database. */
export function isWhole({omitted, cross_check: check}: Pick<Held, 'omitted' | 'cross_check'>): boolean {
  return omitted.length === 0 && check.outcome !== 'failed';
}

type Dated = {kind: 'backup' | 'restore_point'; t0: number; standing: SetStanding};

/**
 * The set that `latest` means, that a recovery starts from and that objectives are measured by: the newest good one. Without a
 * good one, the newest of those that hold most. Restore points are the state that somebody wanted to leave; who wants one
 * back names it. Null without a backup.
 */
export function recoverySet<T extends Dated>(sets: readonly T[]): T | null {
  const better = (a: T, b: T): number => worth(b.standing) - worth(a.standing) || b.t0 - a.t0;
  return sets.filter(({kind}) => kind === 'backup').sort(better)[0] ?? null;
}

type Placed = {in?: readonly {complete: boolean}[]};

/** Whether all that the manifest names is there, somewhere; where nobody has looked, it is taken to be. */
export const isAllThere = ({in: places}: Placed): boolean => places?.some(({complete}) => complete) ?? true;

/** The same among sets of which some may have lost parts: one of those is taken only where there is no other. */
export function bestSet<T extends Dated & Placed>(sets: readonly T[]): T | null {
  return recoverySet(sets.filter(isAllThere)) ?? recoverySet(sets);
}

/** The newest that gives everything back and is there whole: the age of a repository is counted from it. */
export function newestGood<T extends Dated & Placed>(sets: readonly T[]): T | null {
  return recoverySet(sets.filter((set) => isAllThere(set) && set.standing.kind === 'good'));
}

function worth({kind, missing}: SetStanding): number {
  if (kind === 'good') {
    return 3;
  }
  return missing.length === 0 ? 2 : missing.includes('database') ? 0 : 1;
}
