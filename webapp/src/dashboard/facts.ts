import type {ErrorBody, Job, SetSummary, Status} from '@disaster-recovery/contract';
import type {Connection, Reply} from '../client.ts';

/** All that the page knows. An old answer stays beside the failure of a newer question: stale beats blank. */
export type Facts = {
  connection: Connection | null;
  connectionFailure: Failure | null;
  status: Status | null;
  statusFailure: Failure | null;
  sets: readonly SetSummary[] | null;
  setsFailure: Failure | null;
  jobs: readonly Job[];
  /** The job to look at: the one that runs, or the one that was seen to end. */
  job: Job | null;
  /** What to add to the browser's clock to get the companion's. */
  clockSkew: number;
};

export type Failure = {status: number; error: ErrorBody};

export const NO_FACTS: Facts = {
  connection: null,
  connectionFailure: null,
  status: null,
  statusFailure: null,
  sets: null,
  setsFailure: null,
  jobs: [],
  job: null,
  clockSkew: 0,
};

export function failureOf(reply: Reply<unknown>): Failure | null {
  return reply.ok ? null : {status: reply.status, error: reply.error};
}
