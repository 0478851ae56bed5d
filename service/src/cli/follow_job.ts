import type {Job} from '@disaster-recovery/contract';
import {Failure} from '../kernel/failure.ts';
import {hasEnded, type Jobs, type StartedJob} from '../jobs/index.ts';
import {createLiveView} from './live_view.ts';
import type {Output} from './output.ts';

/** Ctrl-C, a stop by the system, the end of the terminal: in each case no dump may stay behind. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const EXIT_ON_SIGNAL = 130;

/**
 * Starts a job, shows what it tells until it ends, and returns it. The first signal cancels the job, a second one leaves at once.
 * @throws Failure the job's own error
 */
export async function followJob(jobs: Jobs, output: Output, start: () => Promise<StartedJob>): Promise<Job> {
  const stop = new AbortController();
  const view = createLiveView(output);
  const watching = watch(jobs, output, view, stop.signal);
  let started: StartedJob | null = null;
  let isCanceling = false;
  const foreign = jobs.running()?.id;
  const onSignal = (): void => {
    // Before it has started, ours may be the restore point that it takes first.
    const running = started?.job ?? jobs.running();
    if (isCanceling || !running || running.id === foreign || hasEnded(jobs.get(running.id).status)) {
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
      throw new Failure(job.error.code as Failure['code'], job.error.message, {details: {...job.error.details, job: job.id}});
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

async function watch(jobs: Jobs, output: Output, view: ReturnType<typeof createLiveView>, signal: AbortSignal): Promise<void> {
  for await (const event of jobs.follow(jobs.lastEventSeq(), signal)) {
    output.event(event);
    view.show(event);
  }
}
