import {setTimeout as pause} from 'node:timers/promises';

/** Asks `holds` again and again until it says true. Throws, naming `what`, after `seconds`. */
export async function waitFor(what: string, holds: () => Promise<boolean>, seconds = 60): Promise<void> {
  const deadline = performance.now() + seconds * 1000;
  while (!(await holds())) {
    if (performance.now() > deadline) {
      throw new Error(`Waited ${seconds} s for ${what}, in vain.`);
    }
    await pause(50);
  }
}
