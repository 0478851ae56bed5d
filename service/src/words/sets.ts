import {
  isAllThere,
  type CrossCheck,
  type JobKind,
  type ListedSet,
  type Part,
  type SetSummary,
  type VerifyLevel,
} from '@disaster-recovery/contract';

export const KIND_WORDS = {
  backup: 'Backup',
  restore: 'Restore',
  undo: 'Undo of a restore',
  verify: 'Verification',
  keep: 'Removal of sets that no rule keeps',
  copy: 'Copy',
  sso_switch: 'Switch to email and password',
  sso_switch_back: 'Switch back',
  sso_extend: 'Extension of sessions',
} as const satisfies Record<JobKind, string>;

export const PART_WORDS = {database: 'Database', config: 'Configuration', files: 'Files'} as const satisfies Record<
  Part,
  string
>;

export const LEVEL_WORDS = {
  L0: 'complete and sealed',
  L1: 'structure of the repository',
  L2: 'all data read back',
  L3: 'database against files',
} as const satisfies Record<VerifyLevel, string>;

/** What the seal, and with it a passed verification, does not prove. */
export const SEAL_WORDS = 'tells accidental change; whoever has the key of the repository can write another set';

/** What can be done when files of a set cannot be read. */
export const REST_OF_FILES =
  'What is left of its files comes back with `drctl restore SET --accept-incomplete`, which names those that are missing.';

export const OUTCOME_MARKS = {
  passed: '✅',
  passed_with_losses: '⚠️',
  failed: '❌',
  not_possible: '➖',
} as const satisfies Record<CrossCheck['outcome'], string>;

/** What is left of a list when only good sets are asked for; `says` when that is nothing although there are others. */
export function goodSets<T extends Pick<SetSummary, 'standing'> & Partial<Pick<ListedSet, 'in'>>>(
  sets: readonly T[],
): {sets: T[]; says: string | null} {
  const good = sets.filter((set) => set.standing.kind === 'good' && isAllThere(set));
  if (sets.length === 0 || good.length > 0) {
    return {sets: good, says: null};
  }
  const [none, listed] =
    sets.length === 1 ? ['The only set does not give', 'it is'] : [`None of the ${sets.length} sets gives`, 'they are'];
  return {sets: [], says: `${none} everything back; without --good ${listed} listed.`};
}
