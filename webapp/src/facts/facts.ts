import type {Job, ListedJob, RepositoryFinding, SetSummary, Status} from '@disaster-recovery/contract';
import type {Connection, Failure} from '../client.ts';

/** All that the page knows. An old answer stays beside the failure of a newer question: stale beats blank. */
export type Facts = {
  connection: Connection | null;
  connectionFailure: Failure | null;
  status: Status | null;
  statusFailure: Failure | null;
  sets: readonly SetSummary[] | null;
  setsFailure: Failure | null;
  /** What is to be known beside the sets. */
  setsFindings: readonly RepositoryFinding[];
  jobs: readonly ListedJob[];
  /** When the list of jobs was asked for, by the browser's clock. Null: not yet. */
  jobsAt: number | null;
  /** The job to look at: the one that runs, or the one that was seen to end. */
  job: Job | null;
  /** What to add to the browser's clock to get the companion's. */
  clockSkew: number;
};

export const NO_FACTS: Facts = {
  connection: null,
  connectionFailure: null,
  status: null,
  statusFailure: null,
  sets: null,
  setsFailure: null,
  setsFindings: [],
  jobs: [],
  jobsAt: null,
  job: null,
  clockSkew: 0,
};

/** Everything answers, and there is a repository to write to. */
export function areGood({connection, connectionFailure, status, statusFailure}: Facts): boolean {
  return (
    connection?.reachable === true &&
    !connectionFailure &&
    !statusFailure &&
    status !== null &&
    status.repository.outcome !== 'failed'
  );
}
