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
  const head = headOf(job);
  return [ended, canceling, head?.step ?? 0, head?.progress?.done ?? 0];
}

/** What a job does now. `since`: when the step began, by the companion's clock; `progress`: of this very step, null when it tells none. */
export type Head = {name: string; step: number; steps: number; since: number | null; progress: Progress | null};

/** The steps say where a job is; its progress belongs to the last step that told any, which may be long over. Null: not begun. */
export function headOf({steps, progress}: Job): Head | null {
  const running = steps.findIndex(({outcome}) => outcome === 'running');
  const hasBegun = steps.some(({outcome}) => outcome !== 'waiting');
  const index = running === -1 && hasBegun ? steps.findIndex(({outcome}) => outcome === 'waiting') : running;
  const step = steps[index];
  if (step) {
    const own = progress?.phase === step.name ? progress : null;
    return {name: step.name, step: index + 1, steps: steps.length, since: step.started_at, progress: own};
  }
  return progress ? {name: progress.phase, step: progress.step, steps: progress.steps, since: null, progress} : null;
}

/** Name of the step that runs; null between steps. */
export function runningStep(job: Job): string | null {
  return job.steps.find(({outcome}) => outcome === 'running')?.name ?? null;
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

/** 0 to 99, or null while the total is not known, and when all is counted but the step goes on: nothing is at 100 % before it is over. */
export function percentOf(progress: Progress | null): number | null {
  if (!progress || progress.total === null || progress.total <= 0 || progress.done >= progress.total) {
    return null;
  }
  return Math.max(0, Math.floor((progress.done / progress.total) * 100));
}
