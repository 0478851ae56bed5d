import type {Job} from '@disaster-recovery/contract';
import {Failure} from '../kernel/failure.ts';
import {hasEnded, laneOf, type Jobs, type Lane, type StartedJob} from '../jobs/index.ts';
import {createLiveView} from './live_view.ts';
import type {Output} from './output.ts';

/** Ctrl-C, a stop by the system, the end of the terminal: in each case no dump may stay behind. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const EXIT_ON_SIGNAL = 130;

/**
 * Starts a job, shows what it tells until it ends, and returns it. The first signal cancels the job, a second one leaves at once.
 * @throws Failure the job's own error
 */
export async function followJob(
  {jobs, output, lane = 'data'}: {jobs: Jobs; output: Output; lane?: Lane},
  start: () => Promise<StartedJob>,
): Promise<Job> {
  const stop = new AbortController();
  const view = createLiveView(output);
  const watching = watch(jobs, {output, view, lane}, stop.signal);
  let started: StartedJob | null = null;
  let isCanceling = false;
  const before = jobBeforeOurs(jobs, lane);
  const onSignal = (): void => {
    const running = started?.job ?? before();
    if (isCanceling || !running || hasEnded(jobs.get(running.id).status)) {
      process.exit(EXIT_ON_SIGNAL);
    }
    isCanceling = true;
    view.note('Canceling. Press Ctrl-C again to leave at once.');
    jobs.cancel(running.id);
  };
  SIGNALS.forEach((signal) => process.on(signal, onSignal));
  try {
    started = await start();
    const job = await started.done;
    if (job.error) {
      throw new Failure(job.error.code as Failure['code'], job.error.message, {
        details: {...job.error.details, job: job.id},
        remedy: job.error.remedy,
      });
    }
    return job;
  } finally {
    SIGNALS.forEach((signal) => process.removeListener(signal, onSignal));
    // What was told last must still be shown.
    await view.caughtUp(jobs.lastEventSeq());
    stop.abort();
    await watching;
    view.close();
  }
}

/**
 * What to cancel while ours has not started: the restore point that a restore takes first. Never a job that ran before, and in the lane of the
 * accounts nothing at all: no job is taken there before ours, so whatever runs is somebody else's.
 */
function jobBeforeOurs(jobs: Jobs, lane: Lane): () => Job | null {
  if (lane === 'accounts') {
    return () => null;
  }
  const foreign = jobs.running()?.id;
  return () => {
    const running = jobs.running();
    return running?.id === foreign ? null : running;
  };
}

type Shown = {output: Output; view: ReturnType<typeof createLiveView>; lane: Lane};

async function watch(jobs: Jobs, {output, view, lane}: Shown, signal: AbortSignal): Promise<void> {
  for await (const event of jobs.follow(jobs.lastEventSeq(), signal)) {
    // A job of the other lane may run at the same time.
    if (laneOf(event.kind) === lane) {
      output.event(event);
      view.show(event);
    } else {
      view.pass(event);
    }
  }
}
