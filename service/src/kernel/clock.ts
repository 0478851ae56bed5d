import {setTimeout as delay} from 'node:timers/promises';

/** The only source of time, so that tests can hold it still. */
export type Clock = {
  /** Milliseconds since 1970 UTC. */
  now(): number;
  /** Rejects with the signal's reason when aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
};

export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: (ms, signal) => delay(ms, undefined, signal ? {signal} : {}),
};

/** A time as people and file names read it: `2026-11-24T12:03:01Z`. */
export function isoTime(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d{3}Z$/, 'Z');
}
