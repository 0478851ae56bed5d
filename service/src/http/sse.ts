import {withFormerNames, type Event} from '@disaster-recovery/contract';
import type {Clock} from '../kernel/clock.ts';

const HEARTBEAT_MS = 15_000;

/** Server-sent events: one block an event, a comment when nothing happens for 15 s, so that proxies keep the line open. */
export async function* serverSentEvents(
  events: AsyncGenerator<Event>,
  clock: Clock,
  signal: AbortSignal,
): AsyncGenerator<string> {
  yield ': connected\n\n';
  let next = events.next();
  try {
    while (!signal.aborted) {
      const quiet = new AbortController();
      const first = await Promise.race([next, silence(clock, AbortSignal.any([quiet.signal, signal]))]);
      quiet.abort();
      if (first === 'silence') {
        yield ': heartbeat\n\n';
      } else if (first.done) {
        return;
      } else {
        yield `id: ${first.value.seq}\nevent: ${first.value.type}\ndata: ${JSON.stringify(withFormerNames(first.value))}\n\n`;
        next = events.next();
      }
    }
  } finally {
    // The generator may still wait for its next event; it ends with the signal.
    next.catch(() => undefined);
  }
}

async function silence(clock: Clock, signal: AbortSignal): Promise<'silence'> {
  await clock.sleep(HEARTBEAT_MS, signal).catch(() => undefined);
  return 'silence';
}
