import type {Clock} from '../kernel/clock.ts';
import {asFailure, Failure} from '../kernel/failure.ts';

const FIRST_WAIT_MS = 2000;
const LONGEST_WAIT_MS = 5 * 60 * 1000;

export type Sender = {
  /**
   * Sends when it is time: no more often than `everyMs()`, later and later while it fails. Returns whether it was sent now.
   * @throws Failure of `send`, after the next try was put off
   */
  attempt(send: () => Promise<void>): Promise<boolean>;
  failures(): number;
};

/** Throttle and back-off of one receiver. One attempt at a time. */
export function createSender(clock: Clock, everyMs: () => number): Sender {
  let nextAt = Number.NEGATIVE_INFINITY;
  let failures = 0;
  let isBusy = false;
  return {
    failures: () => failures,
    attempt: async (send) => {
      if (isBusy || clock.now() < nextAt) {
        return false;
      }
      isBusy = true;
      try {
        await send();
        failures = 0;
        nextAt = clock.now() + everyMs();
        return true;
      } catch (error) {
        failures += 1;
        nextAt = clock.now() + Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (failures - 1));
        throw asFailure(error);
      } finally {
        isBusy = false;
      }
    },
  };
}

/** What the plugin said, beneath what it means to us. */
export function refusal(failure: Failure): string | null {
  const code = failure.details?.['code'];
  return failure.code === 'MATTERMOST_REFUSED' && typeof code === 'string' ? code : null;
}
