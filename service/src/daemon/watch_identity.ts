import type {Enrollment, ServerIdentity} from '../enrollment/index.ts';
import {asFailure} from '../kernel/failure.ts';
import {every, type Beat} from './every.ts';

const EVERY_MS = 60_000;

/** Asks the bridge every minute who it is. A bridge that does not answer changes nothing. */
export function watchIdentity(
  beat: Beat,
  enrollment: Pick<Enrollment, 'state' | 'noteIdentity'>,
  bridge: {ping(): Promise<ServerIdentity>},
): Promise<void> {
  return every(beat, {
    everyMs: EVERY_MS,
    failed: 'Who the bridge is could not be noted.',
    run: async () => {
      const seen = enrollment.state().state === 'none' ? null : await whoAnswers(beat, bridge);
      if (seen) {
        enrollment.noteIdentity(seen);
      }
    },
  });
}

async function whoAnswers({log}: Beat, bridge: {ping(): Promise<ServerIdentity>}): Promise<ServerIdentity | null> {
  try {
    return await bridge.ping();
  } catch (error) {
    log.debug({code: asFailure(error).code}, 'The bridge did not say who it is.');
    return null;
  }
}
