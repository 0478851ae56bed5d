import {
  bestSet,
  isAllThere,
  VerifyResult,
  type Job,
  type ListedSet,
  type Part,
  type SetSummary,
  type Verdict,
} from '@disaster-recovery/contract';

/** A set as far as it is known where it is; without that it counts as whole. */
export type JudgedSet = SetSummary & {in?: ListedSet['in']};

export type VerdictFacts = {
  /** Of the repository in use, newest first or not; null when it does not open. */
  sets: readonly JudgedSet[] | null;
  /** Its name: what was verified in another says nothing here. */
  inUse: string;
  /** Jobs of this companion, newest first: the verifications among them count. */
  jobs: readonly Job[];
  /** How parts are protected that no set holds, in the administrator's words. */
  protectedBy: Readonly<Partial<Record<Part, string>>>;
  objectiveMs: number | null;
  now: number;
};

/** Whether this server can be recovered, to when, and what would be missing. Pure; the only place that decides it. */
export function verdictOf({sets, inUse, jobs, protectedBy, objectiveMs, now}: VerdictFacts): Verdict {
  const set = sets && bestSet(sets);
  if (!set) {
    const kind = sets ? 'none' : 'unknown';
    return {
      kind,
      set: null,
      age_ms: null,
      since: null,
      beyond_objective: false,
      missing: [],
      damage: null,
      newer: null,
    };
  }
  // T0 is told by the database server, whose clock may be ahead of ours.
  const age = Math.max(0, now - set.t0);
  const {missing, elsewhere} = set.standing;
  const lacks = [
    ...missing.map((part) => ({part, protected_by: null})),
    ...elsewhere.map((part) => ({part, protected_by: protectedBy[part] ?? null})),
  ];
  const failedAt = failedVerification(set.id, jobs, inUse);
  const damage = damageOf(set, failedAt);
  const isBeyond = objectiveMs !== null && age > objectiveMs;
  const isPartial = lacks.some(({protected_by: by}) => by === null);
  const kind = damage ? 'damaged' : isPartial ? 'partial' : isBeyond ? 'too_old' : 'good';
  const since = damage === 'verification' ? failedAt : kind === 'too_old' ? set.t0 + (objectiveMs ?? 0) : set.t0;
  return {
    kind,
    set: set.id,
    age_ms: age,
    since,
    beyond_objective: isBeyond,
    missing: lacks,
    damage,
    newer: newestBackup(sets, set),
  };
}

function damageOf(set: JudgedSet, failedAt: number | null): Verdict['damage'] {
  if (!isAllThere(set)) {
    return 'lost_parts';
  }
  return set.standing.kind === 'damaged' ? 'cross_check' : failedAt === null ? null : 'verification';
}

/** A backup that is newer than the set that recovery starts from: it holds less, or it would be that set. */
function newestBackup(sets: readonly JudgedSet[], than: SetSummary): SetSummary | null {
  const newer = sets.filter(({kind, t0}) => kind === 'backup' && t0 > than.t0);
  return newer.sort((a, b) => b.t0 - a.t0)[0] ?? null;
}

/** When a verification of the set found damage that none of at least the same level has cleared since; null without one. */
function failedVerification(set: string, jobs: readonly Job[], inUse: string): number | null {
  let cleared = '';
  for (const job of jobs) {
    const parsed = job.kind === 'verify' ? VerifyResult.safeParse(job.result) : undefined;
    const result = parsed?.data;
    if (result?.set !== set || (result.repository ?? inUse) !== inUse) {
      continue;
    }
    if (result.passed) {
      cleared = result.level > cleared ? result.level : cleared;
    } else if (result.level > cleared) {
      return result.checked_at;
    }
  }
  return null;
}
