import type {Job, Progress} from '@disaster-recovery/contract';

export type JobOutcome = 'running' | 'done' | 'warned' | 'failed' | 'canceled';

const OUTCOMES: Record<Job['status'], JobOutcome> = {
  pending: 'running',
  in_progress: 'running',
  cancel_requested: 'running',
  success: 'done',
  warning: 'warned',
  error: 'failed',
  canceled: 'canceled',
};

export function outcomeOf(job: Job): JobOutcome {
  return OUTCOMES[job.status] ?? 'running';
}

export function isRunning(job: Job | null): job is Job {
  return job !== null && outcomeOf(job) === 'running';
}

function advance(job: Job): number[] {
  const ended = isRunning(job) ? 0 : 1;
  const canceling = job.status === 'cancel_requested' ? 1 : 0;
  return [ended, canceling, job.progress?.step ?? 0, job.progress?.done ?? 0];
}

function laterJob(known: Job, heard: Job): Job {
  return heard.created_at >= known.created_at ? heard : known;
}

/** Polls and events overtake each other. A job never goes back: the farther one is the newer one. */
export function newerJob(known: Job | null, heard: Job | null): Job | null {
  if (!known || !heard) {
    return heard ?? known;
  }
  if (known.id !== heard.id) {
    return isRunning(known) === isRunning(heard) ? laterJob(known, heard) : ([known, heard].find(isRunning) ?? heard);
  }
  const before = advance(known);
  for (const [index, value] of advance(heard).entries()) {
    const difference = value - (before[index] ?? 0);
    if (difference !== 0) {
      return difference > 0 ? heard : known;
    }
  }
  // A large result is left out of events; only an answer of the API has it.
  return heard.result === null && known.result !== null ? known : heard;
}

/** 0 to 100, or null while the total is not known. */
export function percentOf(progress: Progress): number | null {
  if (progress.total === null || progress.total <= 0) {
    return null;
  }
  return Math.max(0, Math.min(100, Math.floor((progress.done / progress.total) * 100)));
}
