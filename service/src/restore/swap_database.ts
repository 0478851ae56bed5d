import type {DatabaseTarget} from '../engines/database/port.ts';
import {requireStopped} from './gate.ts';

/**
 * Puts the database `incoming` in the place of `live`, which waits as `aside` afterwards. Each rename is one transaction of PostgreSQL; a rerun goes on where it stopped.
 * @throws Failure MATTERMOST_IS_RUNNING when a program connected meanwhile
 */
export async function swapDatabase(
  target: DatabaseTarget,
  live: string,
  incoming: string,
  aside: string,
): Promise<void> {
  const waiting = await target.describe(incoming);
  if (!waiting.exists) {
    return;
  }
  const current = await target.describe(live);
  if (current.exists) {
    requireStopped(current);
    await target.rename(live, aside);
  }
  await target.rename(incoming, live);
}
