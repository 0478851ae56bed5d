import type {Clock} from '../kernel/clock.ts';
import {asFailure} from '../kernel/failure.ts';
import type {Logger} from '../kernel/log.ts';

/** However long the work took, something else gets a turn. */
const SHORTEST_REST_MS = 100;

/** What all loops share: they end with the signal, and only with it. */
export type Beat = {clock: Clock; log: Logger; signal: AbortSignal};

export type Round = {
  /** From one start to the next. */
  everyMs: number;
  /** At least this long is rested after an error, so that one that stays does not fill the log. */
  afterErrorMs?: number;
  /** Said in the log when `run` fails. */
  failed: string;
  run(signal: AbortSignal): Promise<void> | void;
};

/** Runs it again and again until the signal. An error is logged and never ends the loop. */
export async function every(
  {clock, log, signal}: Beat,
  {everyMs, afterErrorMs = 0, failed, run}: Round,
): Promise<void> {
  while (!signal.aborted) {
    const startedAt = clock.now();
    let shortest = SHORTEST_REST_MS;
    try {
      await run(signal);
    } catch (error) {
      note(log, error, failed);
      shortest = Math.max(shortest, afterErrorMs);
    }
    // The rest ends by rejection when it is time to stop.
    await clock.sleep(Math.max(shortest, everyMs - (clock.now() - startedAt)), signal).catch(() => undefined);
  }
}

/** What has a name is the world's; anything else is a mistake of ours, and its stack is wanted. */
function note(log: Logger, error: unknown, says: string): void {
  const {code, message} = asFailure(error);
  if (code === 'INTERNAL') {
    log.error({err: error}, says);
  } else {
    log.warn({code, reason: message}, says);
  }
}
