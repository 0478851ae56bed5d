import {runCompanion} from '../../daemon/index.ts';
import {withCompanion} from '../companion.ts';
import type {RunOf} from '../verb.ts';

/** The companion. */
export const serve: RunOf<'serve'> = ({options, output}) =>
  withCompanion(options, async (companion) => {
    await runCompanion(companion, (url) => {
      output.say(`The companion listens on ${url}. Stop it with Ctrl-C.`);
      return untilStopped();
    });
    return {value: {stopped: true}};
  });

function untilStopped(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      // For good: were this listener taken away with the first signal, the one that ends our programs with us would find
      // itself alone, and end this process before its jobs are canceled.
      process.on(signal, () => {
        resolve();
      });
    }
  });
}
