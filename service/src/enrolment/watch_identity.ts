import type {MattermostBridge} from '../engines/mattermost/port.ts';
import type {Clock} from '../kernel/clock.ts';
import {asFailure} from '../kernel/failure.ts';
import type {Logger} from '../kernel/log.ts';
import type {Enrolment} from './enrolment.ts';

const EVERY_MS = 60_000;

/** Asks the bridge every minute who it is, until the signal. A bridge that does not answer changes nothing. */
export async function watchIdentity(
  parts: {enrolment: Enrolment; bridge: Pick<MattermostBridge, 'ping'>; clock: Clock; log: Logger},
  signal: AbortSignal,
): Promise<void> {
  const {enrolment, bridge, clock, log} = parts;
  while (!signal.aborted) {
    if (enrolment.state().state !== 'none') {
      try {
        enrolment.noteIdentity(await bridge.ping());
      } catch (error) {
        log.debug({code: asFailure(error).code}, 'The bridge did not say who it is.');
      }
    }
    await clock.sleep(EVERY_MS, signal).catch(() => undefined);
  }
}
