import {VerifyLevel, type ListedSet} from '@disaster-recovery/contract';
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
  {now, inUse, entries}: {now: number; inUse: string; entries: Iterable<Entry>},
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
  }));
}

const keyOf = (set: string, repository: string): string => `${set} ${repository}`;
