import {mkdirSync, chmodSync} from 'node:fs';
import {join} from 'node:path';
import {DatabaseSync} from 'node:sqlite';
import {Failure} from './failure.ts';

/** The companion's memory: one SQLite file, shared by `drctl serve` and every other drctl on this machine. */
export type State = {
  db: DatabaseSync;
  directory: string;
  /** Runs `work` with the write lock held from its start; rolls back when it throws. Within another one it is part of that. */
  transact<T>(work: () => T): T;
  close(): void;
};

/**
 * Opens or makes the state in `directory`. Each room passes its own tables.
 * @throws Failure STATE_UNUSABLE
 */
export function openState(directory: string, tables: readonly string[]): State {
  try {
    mkdirSync(directory, {recursive: true, mode: 0o700});
    const path = join(directory, 'state.db');
    const db = new DatabaseSync(path);
    chmodSync(path, 0o600);
    // FULL: an entry that was acknowledged survives a power cut.
    db.exec(
      'PRAGMA busy_timeout = 15000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON',
    );
    for (const table of tables) {
      db.exec(table);
    }
    return {
      db,
      directory,
      transact: (work) => transact(db, work),
      close: () => {
        db.close();
      },
    };
  } catch (error) {
    throw new Failure(
      'STATE_UNUSABLE',
      `The state directory ${directory} cannot be used: ${(error as Error).message}`,
      {cause: error},
    );
  }
}

function transact<T>(db: DatabaseSync, work: () => T): T {
  if (db.isTransaction) {
    return work();
  }
  // IMMEDIATE takes the write lock before reading, so that two programs never append after the same entry.
  db.exec('BEGIN IMMEDIATE');
  try {
    const value = work();
    db.exec('COMMIT');
    return value;
  } catch (error) {
    db.exec('ROLLBACK');
    throw error;
  }
}
