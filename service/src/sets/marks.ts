import {VerifyLevel, type Hold, type ListedSet} from '@disaster-recovery/contract';
import {z} from 'zod';
import {isAhead} from './sets.ts';

/** What a list adds to what a set says of itself. `verified`: the last verification of it that this ledger knows, where it would be read; null without one. */
export type SetMarks = {in_future: boolean; verified: {level: VerifyLevel; passed: boolean; checked_at: number} | null};

type Entry = {kind: string; at: number; data: Readonly<Record<string, unknown>>};

const Verified = z.object({
  set: z.string(),
  // Before there were several, it was the one in use.
  repository: z.string().optional(),
  level: VerifyLevel,
  passed: z.boolean(),
});

/** What was verified in one repository says nothing of the set in another. A set is read from the first place where it is. */
export function withMarks<T extends Pick<ListedSet, 'id' | 't0' | 'in'>>(
  sets: readonly T[],
  {now, inUse, entries, holds = []}: {now: number; inUse: string; entries: Iterable<Entry>; holds?: readonly Hold[]},
): (T & SetMarks)[] {
  const known = new Map<string, SetMarks['verified']>();
  for (const {kind, at, data} of entries) {
    const found = kind === 'verify.finished' ? Verified.safeParse(data).data : undefined;
    if (found) {
      known.set(keyOf(found.set, found.repository ?? inUse), {
        level: found.level,
        passed: found.passed,
        checked_at: at,
      });
    }
  }
  return sets.map((set) => ({
    ...set,
    in_future: isAhead(set.t0, now),
    verified: known.get(keyOf(set.id, set.in[0]?.repository ?? inUse)) ?? null,
    ...withHold(set.id, holds),
  }));
}

/**
 * What the verifications in one repository come to, by set. `failed`: one found the set wanting, and none of at least that level has passed
 * since. `proven`: one that looked beyond the seal passed, and none since failed.
 */
export function verifications(
  entries: Iterable<Entry>,
  {repository, inUse}: {repository: string; inUse: string},
): (set: string) => {failed: boolean; proven: boolean} {
  const known = new Map<string, {failed: VerifyLevel | null; proven: boolean}>();
  for (const {kind, data} of entries) {
    const found = kind === 'verify.finished' ? Verified.safeParse(data).data : undefined;
    if (found && (found.repository ?? inUse) === repository) {
      const {failed, proven} = known.get(found.set) ?? {failed: null, proven: false};
      const isCleared = failed === null || found.level >= failed;
      known.set(
        found.set,
        found.passed
          ? {failed: isCleared ? null : failed, proven: (proven || found.level !== 'L0') && isCleared}
          : {failed: isCleared ? found.level : failed, proven: false},
      );
    }
  }
  return (set) => {
    const {failed = null, proven = false} = known.get(set) ?? {};
    return {failed: failed !== null, proven};
  };
}

/** The hold of a set, as a list shows it. */
export function withHold(set: string, holds: readonly Hold[]): {hold?: Hold} {
  const hold = holds.find((each) => each.set === set);
  return hold ? {hold} : {};
}

const keyOf = (set: string, repository: string): string => `${set} ${repository}`;
