import {requireUnused, type TargetFacts} from './port.ts';

/** What a swap needs of a server; each rename is one transaction there. */
export type Renaming = {describe(name: string): Promise<TargetFacts>; rename(from: string, to: string): Promise<void>};

/**
 * Puts the database `incoming` in the place of `live`, which waits as `aside` afterwards. A rerun goes on where it stopped.
 * @throws Failure MATTERMOST_IS_RUNNING when a program connected meanwhile
 */
export async function swapDatabases(
  server: Renaming,
  {live, incoming, aside}: {live: string; incoming: string; aside: string},
): Promise<void> {
  const waiting = await server.describe(incoming);
  if (!waiting.exists) {
    return;
  }
  const current = await server.describe(live);
  if (current.exists) {
    requireUnused(current);
    await server.rename(live, aside);
  }
  await server.rename(incoming, live);
}
