import {VerifyLevel, type SetSummary} from '@disaster-recovery/contract';
import {z} from 'zod';
import {isAhead} from './sets.ts';

/** What a list adds to what a set says of itself. `verified`: its last verification that this ledger knows; null without one. */
export type SetMarks = {in_future: boolean; verified: {level: VerifyLevel; passed: boolean; checked_at: number} | null};

type Entry = {kind: string; at: number; data: Readonly<Record<string, unknown>>};

const Verified = z.object({set: z.string(), level: VerifyLevel, passed: z.boolean()});

export function withMarks<T extends Pick<SetSummary, 'id' | 't0'>>(
  sets: readonly T[],
  {now, entries}: {now: number; entries: Iterable<Entry>},
): (T & SetMarks)[] {
  const known = new Map<string, SetMarks['verified']>();
  for (const {kind, at, data} of entries) {
    const found = kind === 'verify.finished' ? Verified.safeParse(data).data : undefined;
    if (found) {
      known.set(found.set, {level: found.level, passed: found.passed, checked_at: at});
    }
  }
  return sets.map((set) => ({...set, in_future: isAhead(set.t0, now), verified: known.get(set.id) ?? null}));
}
