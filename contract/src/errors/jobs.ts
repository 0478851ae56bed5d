import type {FailureKind} from './kind.ts';

/** Jobs and their lease. */
export const JOBS_FAILURES = {
  JOB_ALREADY_RUNNING: {
    status: 409,
    exit: 40,
    retryable: true,
    meaning: 'Another job holds the lease; two at once could spoil each other.',
    remedy: 'Wait for that job, or cancel it with `drctl cancel JOB`.',
  },
  JOB_CANCELED: {
    status: 409,
    exit: 41,
    // It did what was asked of it: to try again is no remedy.
    retryable: false,
    meaning: 'Somebody canceled the job. Nothing was sealed or swapped; accounts that it had changed stay so.',
    remedy: 'Run again when wanted.',
  },
  JOB_INTERRUPTED: {
    status: 409,
    exit: 42,
    retryable: true,
    meaning: 'The process that ran the job ended before the job did.',
    remedy: 'Run the same command again; what is already done is not done twice.',
  },
  JOB_NOT_RUNNING: {
    status: 409,
    exit: 43,
    retryable: false,
    meaning: 'The job has already ended.',
    remedy: 'Look at its outcome with `drctl jobs`.',
  },
} as const satisfies Record<string, FailureKind>;
