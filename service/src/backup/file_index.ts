import {existsSync} from 'node:fs';
import {mkdir, rm} from 'node:fs/promises';
import {dirname} from 'node:path';
import {DatabaseSync} from 'node:sqlite';
import type {StoredFile, StoredOther} from '../engines/repository/port.ts';

/** Streams stored files, and what is neither file nor directory where it can tell. */
export type FileList = (
  onFile: (file: StoredFile) => void,
  onOther: (other: Pick<StoredOther, 'path'>) => void,
) => Promise<void>;

/** A captured file that no row has named so far. */
export type UnnamedFile = {path: string; bytes: number; modified_at: number | null};

/** The captured files of one backup, on disk, so that memory does not grow with their number. */
export type FileIndex = {
  /** Adds a list; a path that is there already is replaced: later passes know better. */
  add(list: FileList): Promise<void>;
  /** Size as captured, or null. */
  bytesOf(path: string): number | null;
  /** A row names this file. */
  name(path: string): void;
  unnamed(): Iterable<UnnamedFile>;
  /** Paths of links, devices and pipes in any of the lists, each once. */
  others(): Iterable<string>;
  totals(): {files: number; bytes: number};
  close(): void;
};

/** Makes an empty index in the file `path`. */
export async function createFileIndex(path: string): Promise<FileIndex> {
  await mkdir(dirname(path), {recursive: true, mode: 0o700});
  await rm(path, {force: true});
  return open(path);
}

/** The index that an earlier step left at `path`; null when it did not. */
export function openFileIndex(path: string): FileIndex | null {
  return existsSync(path) ? open(path) : null;
}

/** Lists laid one over the other in an index of the file `scratch`, which is removed again. */
export async function withFileIndex<T>(
  lists: readonly FileList[],
  scratch: string,
  work: (index: FileIndex) => Promise<T> | T,
): Promise<T> {
  const index = await createFileIndex(scratch);
  try {
    for (const list of lists) {
      await index.add(list);
    }
    return await work(index);
  } finally {
    index.close();
    await rm(scratch, {force: true});
  }
}

/** How many files, and bytes, several lists have, the later over the earlier: as the backup counts its two passes. */
export const totalsOf = (lists: readonly FileList[], scratch: string): Promise<{files: number; bytes: number}> =>
  withFileIndex(lists, scratch, (index) => index.totals());

function open(path: string): FileIndex {
  const db = new DatabaseSync(path);
  // Not a database of record: it is made again when anything happens to it.
  db.exec(`PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;
    CREATE TABLE IF NOT EXISTS captured (path TEXT PRIMARY KEY, bytes INTEGER NOT NULL, modified_at INTEGER, named INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID, STRICT;
    CREATE TABLE IF NOT EXISTS others (path TEXT PRIMARY KEY) WITHOUT ROWID, STRICT`);
  const insert = db.prepare('INSERT OR REPLACE INTO captured (path, bytes, modified_at) VALUES (?, ?, ?)');
  const find = db.prepare('SELECT bytes FROM captured WHERE path = ?');
  const mark = db.prepare('UPDATE captured SET named = 1 WHERE path = ?');
  const insertOther = db.prepare('INSERT OR IGNORE INTO others (path) VALUES (?)');
  const others = db.prepare('SELECT path FROM others');
  const sum = db.prepare('SELECT count(*) AS files, coalesce(sum(bytes), 0) AS bytes FROM captured');
  const unnamed = db.prepare('SELECT path, bytes, modified_at FROM captured WHERE named = 0');
  return {
    async add(list) {
      db.exec('BEGIN');
      await list(
        ({path: name, bytes, modified_at}) => {
          insert.run(name, bytes, modified_at ?? null);
        },
        ({path: name}) => {
          insertOther.run(name);
        },
      );
      db.exec('COMMIT');
    },
    bytesOf: (name) => (find.get(name) as {bytes: number} | undefined)?.bytes ?? null,
    name: (name) => {
      mark.run(name);
    },
    unnamed: () => unnamed.iterate() as Iterable<UnnamedFile>,
    others: function* () {
      for (const {path: name} of others.iterate() as Iterable<{path: string}>) {
        yield name;
      }
    },
    totals: () => sum.get() as {files: number; bytes: number},
    close: () => {
      db.close();
    },
  };
}
