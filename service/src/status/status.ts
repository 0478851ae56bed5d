import {VerifyResult, type EnrolmentState, type Job, type Status} from '@disaster-recovery/contract';
import type {Clock} from '../kernel/clock.ts';
import {asFailure} from '../kernel/failure.ts';
import {formatDuration} from '../kernel/format.ts';
import type {Jobs} from '../jobs/index.ts';

/** A repository that nobody reads is a hope. */
const READ_BACK_EVERY_MS = 7 * 24 * 3_600_000;

type Sources = {
  clock: Clock;
  jobs: Jobs;
  version: string;
  companionId: string;
  repositoryLocation: string;
  rpoObjectiveMs: number;
  listSets(): Promise<Status['last_set'][]>;
  enrolment(): EnrolmentState;
  /** What single sign-on needs, in one line. Left out where there is no such part. */
  sso?(): Promise<NextAction | null>;
};

type NextAction = Status['next_actions'][number];

export type StatusReport = {
  /** Never throws because the repository or the database is away: that is what it reports. */
  report(): Promise<Status>;
};

export function createStatus(sources: Sources): StatusReport {
  return {report: () => report(sources)};
}

async function report(sources: Sources): Promise<Status> {
  const {sets, repository} = await repositoryState(sources);
  const newest = sets.find(({kind}) => kind === 'backup');
  const failed = sources.jobs
    .newest(50)
    .find((job) => job.kind === 'backup' && ['success', 'warning', 'error'].includes(job.status));
  const status: Omit<Status, 'next_actions'> = {
    version: sources.version,
    now: sources.clock.now(),
    companion_id: sources.companionId,
    repository,
    enrolment: sources.enrolment(),
    last_set: newest ?? null,
    sets: sets.length,
    running: sources.jobs.running(),
    last_failed: failed?.status === 'error' ? failed : null,
    rpo_objective_ms: sources.rpoObjectiveMs,
  };
  return {
    ...status,
    next_actions: [...(await ssoAction(sources)), ...nextActions(status), ...proofAction(status, sources.jobs)],
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
): Promise<{sets: NonNullable<Status['last_set']>[]; repository: Status['repository']}> {
  const location = sources.repositoryLocation;
  try {
    const sets = (await sources.listSets()).filter((set) => set !== null);
    return {sets, repository: {location, outcome: 'ok', says: `${sets.length} ${sets.length === 1 ? 'set' : 'sets'}`}};
  } catch (error) {
    const failure = asFailure(error);
    return {sets: [], repository: {location, outcome: 'failed', says: `${failure.code}: ${failure.message}`}};
  }
}

/** What an administrator should do next, most urgent first; empty when nothing needs doing. */
function nextActions({
  repository,
  last_set: last,
  last_failed: failed,
  enrolment,
  now,
  rpo_objective_ms: objective,
  running,
}: Omit<Status, 'next_actions'>): Status['next_actions'] {
  const actions: Status['next_actions'] = [];
  if (repository.outcome === 'failed') {
    actions.push({says: 'The repository does not open.', how: 'drctl doctor'});
  }
  if (failed?.error) {
    actions.push({says: `The last backup failed: ${failed.error.message}`, how: failed.error.remedy});
  }
  if (enrolment.state === 'none') {
    actions.push({
      says: "No plugin is enrolled, so values from Mattermost's environment are not backed up.",
      how: 'drctl enroll',
    });
  }
  if (enrolment.state === 'read_only') {
    actions.push({says: 'The Mattermost that asks is not the one that was enrolled.', how: 'drctl enroll'});
  }
  if (repository.outcome === 'ok' && last === null && running === null) {
    actions.push({says: 'Nothing is backed up yet.', how: '/dr backup'});
  }
  if (last !== null && objective !== null && now - last.t0 > objective) {
    actions.push({
      says: `The newest set is ${formatDuration(now - last.t0)} old; the objective is ${formatDuration(objective)}.`,
      how: '/dr backup',
    });
  }
  if (last?.cross_check === 'failed') {
    actions.push({says: 'The newest set lacks files that its database names.', how: `drctl show ${last.id}`});
  }
  return actions;
}

/** Reading a set back is due when the newest time that one passed L2 is a week ago, or unknown. */
function proofAction({last_set: last, now}: Pick<Status, 'last_set' | 'now'>, jobs: Jobs): Status['next_actions'] {
  const isProof = ({kind, status, result, finished_at: at}: Job): boolean => {
    const verified = kind === 'verify' && status === 'success' ? VerifyResult.safeParse(result) : undefined;
    return verified?.data?.level === 'L2' && at !== null && now - at < READ_BACK_EVERY_MS;
  };
  return last === null || jobs.newest(200).some(isProof)
    ? []
    : [
        {
          says: 'No set was read back from the repository in the last seven days.',
          how: 'drctl verify latest --level L2',
        },
      ];
}
