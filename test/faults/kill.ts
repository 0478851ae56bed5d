import {expect} from '@jest/globals';
import type {Companion} from './companion.ts';
import type {Running} from './drctl.ts';
import {holdAt, holdNowhere, untilHeld} from './hold.ts';
import type {Side} from './hold.ts';
import type {KillPoint} from './kill_table.ts';

/** As a power cut does; the programs that it runs are not told. */
export async function kill(running: Running): Promise<void> {
  process.kill(running.pid, 'SIGKILL');
  expect((await running.ending).signal).toBe('SIGKILL');
}

/** Starts drctl, waits until it stands at that side of the step, and kills it there. */
export async function killAtSide(
  companion: Companion,
  args: readonly string[],
  {step, at}: KillPoint<Side>,
): Promise<void> {
  holdAt(companion, step, at);
  const running = companion.start(args);
  try {
    await untilHeld(companion, running, {step, side: at});
    await kill(running);
  } finally {
    if (!running.ended()) {
      process.kill(running.pid, 'SIGKILL');
      await running.ending;
    }
    holdNowhere(companion);
  }
}
