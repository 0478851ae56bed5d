import type {
  Approval,
  EnrollmentState,
  NextAction,
  Part,
  PlannedRun,
  SetSummary,
  Status,
  Verdict,
} from '@disaster-recovery/contract';
import type {Clock} from '../kernel/clock.ts';
import {asFailure} from '../kernel/failure.ts';
import type {Jobs} from '../jobs/index.ts';
import {approvalActions, nextActions, proofAction} from './next_actions.ts';
import {verdictOf} from './verdict.ts';

/** Verifications older than this many jobs are not looked for. */
const JOBS_LOOKED_AT = 200;

type Sources = {
  clock: Clock;
  jobs: Jobs;
  version: string;
  companionId: string;
  repositoryLocation: string;
  rpoObjectiveMs: number;
  /** How parts are protected that no set holds. */
  protectedBy: Readonly<Partial<Record<Part, string>>>;
  listSets(): Promise<SetSummary[]>;
  /** The backup that begins by itself next. */
  nextRun(): PlannedRun | null;
  enrollment(): EnrollmentState;
  /** What single sign-on needs, in one line. Left out where there is no such part. */
  sso?(): Promise<NextAction | null>;
  /** What administrators asked for that touches many people. */
  approvals(): Approval[];
};

export type StatusReport = {
  /** Never throws because the repository or the database is away: that is what it reports. */
  report(): Promise<Status>;
  /** The verdict on sets that somebody has listed already; null: the repository did not open. */
  judge(sets: readonly SetSummary[] | null): Verdict;
};

export function createStatus(sources: Sources): StatusReport {
  const judge = (sets: readonly SetSummary[] | null): Verdict =>
    verdictOf({
      sets,
      jobs: sources.jobs.newest(JOBS_LOOKED_AT),
      protectedBy: sources.protectedBy,
      objectiveMs: sources.rpoObjectiveMs,
      now: sources.clock.now(),
    });
  return {judge, report: () => report(sources, judge)};
}

async function report(sources: Sources, judge: StatusReport['judge']): Promise<Status> {
  const {sets, repository} = await repositoryState(sources);
  const verdict = judge(sets);
  const failed = sources.jobs
    .newest(50)
    .find((job) => job.kind === 'backup' && ['success', 'warning', 'error'].includes(job.status));
  const status: Omit<Status, 'next_actions'> = {
    version: sources.version,
    now: sources.clock.now(),
    companion_id: sources.companionId,
    repository,
    enrollment: sources.enrollment(),
    verdict,
    last_set: sets?.find(({id}) => id === verdict.set) ?? null,
    sets: sets?.length ?? 0,
    running: sources.jobs.running(),
    last_failed: failed?.status === 'error' ? failed : null,
    rpo_objective_ms: sources.rpoObjectiveMs,
    next_run: sources.nextRun(),
  };
  return {
    ...status,
    next_actions: [
      ...(await ssoAction(sources)),
      ...approvalActions(sources.approvals()),
      ...nextActions(status),
      ...proofAction(status, sources.jobs.newest(JOBS_LOOKED_AT)),
    ],
  };
}

/** First of all: during an outage people wait at the door. A database that is away is told by doctor, not here. */
async function ssoAction({sso}: Sources): Promise<NextAction[]> {
  try {
    const action = await sso?.();
    return action ? [action] : [];
  } catch {
    return [];
  }
}

async function repositoryState(
  sources: Sources,
): Promise<{sets: SetSummary[] | null; repository: Status['repository']}> {
  const location = sources.repositoryLocation;
  try {
    const sets = await sources.listSets();
    return {
      sets,
      repository: {location, outcome: 'ok', message: `${sets.length} ${sets.length === 1 ? 'set' : 'sets'}`},
    };
  } catch (error) {
    const failure = asFailure(error);
    return {sets: null, repository: {location, outcome: 'failed', message: `${failure.code}: ${failure.message}`}};
  }
}
