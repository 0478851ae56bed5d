import {setTimeout as pause} from 'node:timers/promises';
import {running, stopRecorded} from './processes.ts';

/** The name under which the demo itself is recorded. */
export const DEMO = 'the demo';

const PATIENCE_MS = 60_000;

/** Ends a running demo as Ctrl-C would, then whatever a crashed one has left. Gives the names of what ran. */
export async function stopDemo(): Promise<string[]> {
  const names = running().map(({name}) => name);
  const demo = running().find(({name}) => name === DEMO);
  if (demo !== undefined) {
    process.kill(demo.pid, 'SIGTERM');
    const deadline = performance.now() + PATIENCE_MS;
    while (running().some(({pid}) => pid === demo.pid) && performance.now() < deadline) {
      await pause(50);
    }
  }
  await stopRecorded();
  return names;
}
