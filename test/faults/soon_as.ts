import {setTimeout as pause} from 'node:timers/promises';
import type {Running} from './drctl.ts';

/** Waits for `holds`, looking as often as it can: what is waited for may last only milliseconds. Throws when the program ends before. */
export async function soonAs(
  what: string,
  running: Running,
  holds: () => Promise<boolean>,
  seconds = 60,
): Promise<void> {
  const deadline = performance.now() + seconds * 1000;
  while (!(await holds())) {
    if (running.ended()) {
      throw new Error(`drctl ended before ${what}: ${(await running.ending).stdout.slice(-600)}`);
    }
    if (performance.now() > deadline) {
      throw new Error(`Waited ${seconds} s for ${what}, in vain.`);
    }
    await pause(4);
  }
}
