import type {DatabaseSync} from 'node:sqlite';
import {Failure} from './failure.ts';

/**
 * Brings the file to the newest schema, each migration once, all of them or none. A file of before there were numbers has 0; the first
 * migration makes nothing that it has.
 * @throws Failure STATE_NEWER when a newer version of this program has written the file
 */
export function migrate(
  {db, path, transact}: {db: DatabaseSync; path: string; transact: (work: () => void) => void},
  migrations: readonly string[],
): void {
  const reached = (): number => (db.prepare('PRAGMA user_version').get() as {user_version: number}).user_version;
  const outdated = (): boolean => {
    const version = reached();
    if (version > migrations.length) {
      throw new Failure(
        'STATE_NEWER',
        `${path} has schema ${version}; this version of drctl knows schemas up to ${migrations.length}.`,
      );
    }
    return version < migrations.length;
  };
  if (!outdated()) {
    return;
  }
  transact(() => {
    // Another program may have been first.
    if (outdated()) {
      for (const sql of migrations.slice(reached())) {
        db.exec(sql);
      }
      db.exec(`PRAGMA user_version = ${migrations.length}`);
    }
  });
}
