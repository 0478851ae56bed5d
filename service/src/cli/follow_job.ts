import type {Job} from '@disaster-recovery/contract';
import {Failure} from '../kernel/failure.ts';
import {hasEnded, type Jobs, type StartedJob} from '../jobs/index.ts';
import {createLiveView} from './live_view.ts';
import type {Output} from './output.ts';

/**
 * Starts a job, shows what it tells until it ends, and returns it. The first Ctrl-C cancels the job, a second one leaves at once.
 * @throws Failure the job's own error
 */
export async function followJob(jobs: Jobs, output: Output, start: () => Promise<StartedJob>): Promise<Job> {
  const stop = new AbortController();
  const view = createLiveView(output);
  const watching = watch(jobs, output, view, stop.signal);
  let started: StartedJob | null = null;
  const onInterrupt = (): void => {
    if (started === null || hasEnded(jobs.get(started.job.id).status)) {
      process.exit(130);
    }
    view.note('Canceling. Press Ctrl-C again to leave at once.');
    jobs.cancel(started.job.id);
    process.once('SIGINT', () => process.exit(130));
  };
  process.once('SIGINT', onInterrupt);
  try {
    started = await start();
    const job = await started.done;
    if (job.error) {
      throw new Failure(job.error.code as Failure['code'], job.error.message, {details: {...job.error.details, job: job.id}});
    }
    return job;
  } finally {
    process.removeListener('SIGINT', onInterrupt);
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
