import {chmodSync, lstatSync, mkdirSync, type Stats} from 'node:fs';
import {join} from 'node:path';
import {DatabaseSync} from 'node:sqlite';
import {asFailure, Failure, systemErrorCode} from './failure.ts';
import {migrate} from './migrate.ts';

export const STATE_FILE = 'state.db';
/** The whole file is read again this often while somebody asks whether the state is well. */
const READ_AGAIN_MS = 60_000;

/** The companion's memory: one SQLite file, shared by `drctl serve` and every other drctl on this machine. */
export type State = {
  db: DatabaseSync;
  directory: string;
  /** Runs `work` with the write lock held from its start; rolls back when it throws. Within another one it is part of that. */
  transact<T>(work: () => T): T;
  /**
   * That the file on disk is still the one that was opened, and can be read.
   * @throws Failure STATE_MISSING when it was deleted, replaced or unmounted, STATE_DAMAGED, STATE_UNUSABLE
   */
  check(): void;
  close(): void;
};

/**
 * Opens or makes the state in `directory` and brings it to the newest schema. `migrations`: SQL, the first is number 1; the number that
 * a file has reached is its `user_version`.
 * @throws Failure STATE_UNUSABLE, STATE_UNSAFE, STATE_DAMAGED, STATE_BUSY, STATE_NEWER
 */
export function openState(directory: string, migrations: readonly string[]): State {
  const path = join(directory, STATE_FILE);
  makeSafe(directory, path);
  let db: DatabaseSync | null = null;
  try {
    db = new DatabaseSync(path);
    chmodSync(path, 0o600);
    // FULL: an entry that was acknowledged survives a power cut.
    db.exec(
      'PRAGMA busy_timeout = 15000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON',
    );
    const opened = db;
    migrate({db, path, transact: (work) => transact(opened, work)}, migrations);
    const identity = lstatSync(path);
    let readAt = performance.now();
    return {
      db,
      directory,
      transact: (work) => transact(opened, work),
      check: () => {
        requireSame(path, identity);
        if (performance.now() - readAt >= READ_AGAIN_MS) {
          readWhole(path);
          readAt = performance.now();
        }
      },
      close: () => {
        opened.close();
      },
    };
  } catch (error) {
    db?.close();
    throw unusable(directory, error);
  }
}

/** Whoever may write in the directory, or lead it elsewhere, decides what the companion remembers and whom it trusts. */
function makeSafe(directory: string, path: string): void {
  try {
    mkdirSync(directory, {recursive: true, mode: 0o700});
    const found = lstatSync(directory);
    if (!found.isDirectory()) {
      throw unsafe(`${directory} is a link.`, 'Name the directory that it leads to as state_directory.');
    }
    if ((found.mode & 0o022) !== 0) {
      throw unsafe(`Other users of this machine may write in ${directory}.`, `chmod 700 ${directory}`);
    }
    const uid = process.geteuid?.() ?? 0;
    // Root may use the directory of the companion's own user.
    if (uid !== 0 && found.uid !== uid) {
      throw unsafe(
        `${directory} belongs to another user.`,
        'Run drctl as the user that the companion runs as, or as root.',
      );
    }
    if (lstatOf(path)?.isFile() === false) {
      throw unsafe(`${path} is not a regular file.`, 'Look who put it there; the companion makes the file itself.');
    }
  } catch (error) {
    throw unusable(directory, error);
  }
}

function unsafe(message: string, remedy: string): Failure {
  return new Failure('STATE_UNSAFE', message, {remedy});
}

function lstatOf(path: string): Stats | null {
  try {
    return lstatSync(path);
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') {
      return null;
    }
    throw error;
  }
}

function unusable(directory: string, error: unknown): Failure {
  const failure = asFailure(error);
  return failure.code === 'INTERNAL'
    ? new Failure('STATE_UNUSABLE', `The state directory ${directory} cannot be used: ${failure.message}`, {
        cause: error,
      })
    : failure;
}

/** SQLite goes on writing into a file that has no name any more, and into the one below a lost mount. */
function requireSame(path: string, {dev, ino}: Stats): void {
  let found: Stats | null;
  try {
    found = lstatOf(path);
  } catch (error) {
    throw unusable(path, error);
  }
  if (found?.ino !== ino || found.dev !== dev) {
    throw new Failure(
      'STATE_MISSING',
      `${path} is ${found ? 'another file than the one' : 'no longer there, though it was'} when the companion started.`,
      {remedy: 'Mount the file system again or put the state directory back, then restart the companion.'},
    );
  }
}

/** With a connection of its own: the companion's keeps pages in memory. */
function readWhole(path: string): void {
  const reader = new DatabaseSync(path, {readOnly: true});
  try {
    const found = reader.prepare('PRAGMA quick_check(1)').get() as {quick_check: string};
    if (found.quick_check !== 'ok') {
      throw new Failure('STATE_DAMAGED', `${path}: ${found.quick_check.replaceAll('\n', ' ')}`);
    }
  } catch (error) {
    throw unusable(path, error);
  } finally {
    reader.close();
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
