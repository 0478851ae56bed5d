import type {Event} from '@disaster-recovery/contract';
import type {Jobs} from '../jobs/index.ts';
import type {Clock} from '../kernel/clock.ts';
import type {Logger} from '../kernel/log.ts';

const FLUSH_EVERY_MS = 250;
const AGAIN_AFTER_MS = 5000;

export type Listener = {note(event: Event): void; flush(): Promise<void>};

/** Hands every event to the listeners and lets them send, until the signal. A mistake in one never ends it. */
export async function followJobs(
  parts: {jobs: Pick<Jobs, 'follow'>; clock: Clock; log: Logger},
  listeners: readonly Listener[],
  after: number,
  signal: AbortSignal,
): Promise<void> {
  await Promise.all([
    listen(parts, listeners, after, signal),
    ...listeners.map((listener) => flushEach(parts, listener, signal)),
  ]);
}

async function listen(
  {jobs, clock, log}: Parameters<typeof followJobs>[0],
  listeners: readonly Listener[],
  after: number,
  signal: AbortSignal,
): Promise<void> {
  let seq = after;
  while (!signal.aborted) {
    try {
      for await (const event of jobs.follow(seq, signal)) {
        seq = event.seq;
        for (const listener of listeners) {
          listener.note(event);
        }
      }
    } catch (error) {
      log.error({err: error}, 'Following the jobs failed; it goes on in a moment.');
      await rest(clock, AGAIN_AFTER_MS, signal);
    }
  }
}

async function flushEach(
  {clock, log}: Parameters<typeof followJobs>[0],
  listener: Listener,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    try {
      await listener.flush();
    } catch (error) {
      log.error({err: error}, 'Telling about jobs failed; it goes on in a moment.');
      await rest(clock, AGAIN_AFTER_MS, signal);
    }
    await rest(clock, FLUSH_EVERY_MS, signal);
  }
}

async function rest(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  await clock.sleep(ms, signal).catch(() => undefined);
}
