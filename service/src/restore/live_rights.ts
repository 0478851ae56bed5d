import type {Rights} from '../engines/database/port.ts';
import type {RestoreEngines} from './engines.ts';

/** Who may what on the live server; null without one, or without a database to ask. */
export async function rightsToday({live, databases}: RestoreEngines, since: number): Promise<Rights | null> {
  const exists = live !== null && (await databases.target(live.databaseUrl).describe()).exists;
  return exists ? databases.source(live.databaseUrl).rights(since) : null;
}
