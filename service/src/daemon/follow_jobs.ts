import type {Listener} from '../chat/index.ts';
import type {Jobs} from '../jobs/index.ts';
import {every, type Beat} from './every.ts';

const FLUSH_EVERY_MS = 250;
const AFTER_ERROR_MS = 5000;

/** Hands every event after the number `after` to the listeners and lets them send. */
export async function followJobs(
  beat: Beat,
  jobs: Pick<Jobs, 'follow'>,
  {after, listeners}: {after: number; listeners: readonly Listener[]},
): Promise<void> {
  let seq = after;
  const listening = every(beat, {
    everyMs: 0,
    afterErrorMs: AFTER_ERROR_MS,
    failed: 'Following the jobs failed; it goes on in a moment.',
    run: async (signal) => {
      for await (const event of jobs.follow(seq, signal)) {
        seq = event.seq;
        for (const listener of listeners) {
          listener.note(event);
        }
      }
    },
  });
  const telling = listeners.map((listener) =>
    every(beat, {
      everyMs: FLUSH_EVERY_MS,
      afterErrorMs: AFTER_ERROR_MS,
      failed: 'Telling about jobs failed; it goes on in a moment.',
      run: () => listener.flush(),
    }),
  );
  await Promise.all([listening, ...telling]);
}
