import {
  ALARMS,
  newestGood,
  type Alarm,
  type AlarmCode,
  type Approval,
  type EnrollmentState,
  type ListedSet,
  type NextAction,
  type Part,
  type PlannedRun,
  type RepositoryFinding,
  type RepositoryStatus,
  type Status,
  type Verdict,
} from '@disaster-recovery/contract';
import type {Clock} from '../kernel/clock.ts';
import type {Failure} from '../kernel/failure.ts';
import type {Jobs} from '../jobs/index.ts';
import {
  approvalActions,
  byItselfActions,
  findingActions,
  nextActions,
  proofAction,
  type Action,
  type ByItself,
} from './next_actions.ts';
import {verdictOf, type JudgedSet} from './verdict.ts';

/** Verifications older than this many jobs are not looked for. */
const JOBS_LOOKED_AT = 200;

type Sources = {
  clock: Clock;
  jobs: Jobs;
  version: string;
  companionId: string;
  rpoObjectiveMs: number;
  /** How parts are protected that no set holds. */
  protectedBy: Readonly<Partial<Record<Part, string>>>;
  /** What each repository tells, one of them in use, and what does not fit between them. Never throws. */
  survey(): Promise<{repositories: Asked[]; findings: RepositoryFinding[]}>;
  /** The name of the repository in use. */
  inUse: string;
  /** The backup that begins by itself next. */
  nextRun(): PlannedRun | null;
  enrollment(): EnrollmentState;
  /** What single sign-on needs, in one line. Left out where there is no such part. */
  sso?(): Promise<NextAction | null>;
  /** What goes on by itself. */
  byItself(): Promise<ByItself>;
  /** Since when an alarm is on, as far as anybody was watching. */
  alarmSince(which: {code: AlarmCode; about: string | null}): number | null;
  /** What administrators asked for that touches many people. */
  approvals(): Approval[];
};

type Asked = {
  name: string;
  location: string;
  inUse: boolean;
  failure: Failure | null;
  sets: ListedSet[];
  locked: boolean | null;
};

export type StatusReport = {
  /** Never throws because the repository or the database is away: that is what it reports. */
  report(): Promise<Status>;
  /** The verdict on sets that somebody has listed already; null: the repository did not open. */
  judge(sets: readonly JudgedSet[] | null): Verdict;
};

export function createStatus(sources: Sources): StatusReport {
  const judge = (sets: readonly JudgedSet[] | null): Verdict =>
    verdictOf({
      sets,
      jobs: sources.jobs.newest(JOBS_LOOKED_AT),
      inUse: sources.inUse,
      protectedBy: sources.protectedBy,
      objectiveMs: sources.rpoObjectiveMs,
      now: sources.clock.now(),
    });
  return {judge, report: () => report(sources, judge)};
}

async function report(sources: Sources, judge: StatusReport['judge']): Promise<Status> {
  const {repositories: asked, findings} = await sources.survey();
  const inUse = asked.find((each) => each.inUse);
  const sets = inUse && inUse.failure === null ? inUse.sets : null;
  const repositories = asked.map((each) => stateOf(each, sources.clock.now()));
  const verdict = judge(sets);
  const failed = sources.jobs
    .newest(50)
    .find((job) => job.kind === 'backup' && ['success', 'warning', 'error'].includes(job.status));
  const status: Omit<Status, 'next_actions' | 'alarms'> = {
    version: sources.version,
    now: sources.clock.now(),
    companion_id: sources.companionId,
    repository: inUse ? formerState(inUse) : {location: '', outcome: 'unknown', message: ''},
    repositories,
    enrollment: sources.enrollment(),
    verdict,
    last_set: sets?.find(({id}) => id === verdict.set) ?? null,
    sets: sets?.length ?? 0,
    running: sources.jobs.running(),
    last_failed: failed?.status === 'error' ? failed : null,
    rpo_objective_ms: sources.rpoObjectiveMs,
    next_run: sources.nextRun(),
  };
  const jobs = sources.jobs.newest(JOBS_LOOKED_AT);
  const byItself = await sources.byItself();
  const actions: Action[] = [
    ...(await ssoAction(sources)),
    ...approvalActions(sources.approvals()),
    ...nextActions(status),
    ...findingActions(findings, sources.inUse),
    ...byItselfActions(status, byItself, jobs),
    ...proofAction(status, jobs, sources.inUse),
  ];
  return {
    ...status,
    alarms: alarmsOf(actions, sources),
    next_actions: actions.map(({raises: _raises, ...action}) => action),
  };
}

/** The loudest first. */
function alarmsOf(actions: readonly Action[], {alarmSince, clock}: Sources): Alarm[] {
  const alarms = actions.flatMap(({raises, message, remedy}) =>
    raises
      ? [{...raises, level: ALARMS[raises.code].level, since: alarmSince(raises) ?? clock.now(), message, remedy}]
      : [],
  );
  return alarms.sort((a, b) => Number(b.level === 'alarm') - Number(a.level === 'alarm'));
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

/** A repository beside the others. Its own newest good set: the verdict knows of one repository only. */
function stateOf({name, location, inUse, failure, sets, locked}: Asked, now: number): RepositoryStatus {
  const newest = newestGood(sets);
  return {
    name,
    location,
    in_use: inUse,
    outcome: failure ? 'failed' : 'ok',
    message: failure ? failure.message : setsWords(sets),
    remedy: failure ? failure.remedy : null,
    sets: failure ? null : sets.length,
    newest: newest?.id ?? null,
    newest_t0: newest?.t0 ?? null,
    age_ms: newest && Math.max(0, now - newest.t0),
    locked,
  };
}

/** The one in use, as it was told before there were several. */
function formerState({location, failure, sets}: Asked): Status['repository'] {
  return failure
    ? {location, outcome: 'failed', message: `${failure.code}: ${failure.message}`}
    : {location, outcome: 'ok', message: setsWords(sets)};
}

const setsWords = ({length}: readonly ListedSet[]): string => `${length} ${length === 1 ? 'set' : 'sets'}`;
