import {setTimeout as delay} from 'node:timers/promises';

const EVERY_MS = 700;

/** Calls `look` every 0.7 s while `work` runs. What `look` throws is left out: a picture of progress may fail, the work may not. */
export async function watchWhile<T>(work: Promise<T>, look: () => Promise<void>): Promise<T> {
  const stop = new AbortController();
  const looking = (async () => {
    while (!stop.signal.aborted) {
      await look().catch(() => undefined);
      await delay(EVERY_MS, undefined, {signal: stop.signal}).catch(() => undefined);
    }
  })();
  try {
    return await work;
  } finally {
    stop.abort();
    await looking;
  }
}
