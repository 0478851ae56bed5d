import {DatabaseSync} from 'node:sqlite';
import {rm} from 'node:fs/promises';
import type {CrossCheck, CrossCheckFinding} from '@disaster-recovery/contract';
import type {ExpectedFile} from '../engines/database/port.ts';
import type {StoredFile} from '../engines/repository/port.ts';

const KEEP_FINDINGS = 1000;
/** Places where Mattermost keeps what no row needs after the work is done. */
const TRANSIENT = /^(import|export|admin_reports)\/|\.(tmp|part|incomplete)$/;
/** Files that no row names and that belong: bundles of plugins, the brand image. */
const KNOWN = /^plugins\/[^/]+\.tar\.gz(\.sig)?$|^brand\//;
/** A file is written shortly before its row. */
const BEFORE_ITS_ROW_MS = 5000;
/** Mattermost makes these again from what is there. */
const DERIVED: readonly ExpectedFile['owner'][] = ['thumbnail', 'preview', 'profile_image', 'team_icon'];

export type CrossCheckSources = {
  /** Streams the files of the second pass. */
  captured(onFile: (file: StoredFile) => void): Promise<void>;
  /** Streams the files of the first pass; asked only when the second pass lacks something. Null when there was none. */
  capturedBefore: ((onFile: (file: StoredFile) => void) => Promise<void>) | null;
  /** Streams the rows that name a file. */
  expected(onRow: (row: ExpectedFile) => void): Promise<void>;
  /** When the rows were read: a file written since then has its row still to come. */
  t0?: number;
  /** Size in the live file store now, or null. Null as a function: there is no live store to look at. */
  liveSize: ((path: string) => Promise<number | null>) | null;
};

/**
 * Each row against its file, by name and size, without reading a file. Works on disk (`scratch`, a file that is removed again), so that memory does not
 * grow with the number of files.
 */
export async function crossCheck(sources: CrossCheckSources, scratch: string): Promise<{result: CrossCheck; needsFirstPass: boolean}> {
  await rm(scratch, {force: true});
  const db = new DatabaseSync(scratch);
  try {
    db.exec(`PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;
      CREATE TABLE captured (path TEXT PRIMARY KEY, bytes INTEGER NOT NULL, modified_at INTEGER, expected INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID, STRICT;
      CREATE TABLE before (path TEXT PRIMARY KEY, bytes INTEGER NOT NULL, modified_at INTEGER) WITHOUT ROWID, STRICT;
      CREATE TABLE open (owner TEXT NOT NULL, id TEXT NOT NULL, path TEXT NOT NULL, bytes INTEGER, captured INTEGER) STRICT; BEGIN`);
    await fill(db, 'captured', sources.captured);
    const rows = await compareRows(db, sources);
    const rescued = await rescueFromFirstPass(db, sources);
    return {result: await judge(db, rows, sources), needsFirstPass: rescued > 0};
  } finally {
    db.close();
    await rm(scratch, {force: true});
  }
}

async function fill(db: DatabaseSync, table: 'captured' | 'before', source: (onFile: (file: StoredFile) => void) => Promise<void>): Promise<void> {
  const insert = db.prepare(`INSERT OR REPLACE INTO ${table} (path, bytes, modified_at) VALUES (?, ?, ?)`);
  await source(({path, bytes, modified_at}) => { insert.run(path, bytes, modified_at ?? null); });
}

/** Marks files that a row names, and keeps aside the rows that do not fit. */
async function compareRows(db: DatabaseSync, {expected}: CrossCheckSources): Promise<number> {
  const find = db.prepare('SELECT bytes FROM captured WHERE path = ?');
  const mark = db.prepare('UPDATE captured SET expected = 1 WHERE path = ?');
  const keep = db.prepare('INSERT INTO open (owner, id, path, bytes, captured) VALUES (?, ?, ?, ?, ?)');
  let rows = 0;
  await expected(({owner, id, path, bytes}) => {
    rows += 1;
    const found = find.get(path) as {bytes: number} | undefined;
    if (found) {
      mark.run(path);
    }
    if (!found || bytes !== null && found.bytes !== bytes) {
      keep.run(owner, id, path, bytes, found?.bytes ?? null);
    }
  });
  return rows;
}

/** A file that was deleted between T0 and the second pass is still in the first. Returns how many were found there. */
async function rescueFromFirstPass(db: DatabaseSync, {capturedBefore}: CrossCheckSources): Promise<number> {
  const {missing} = db.prepare('SELECT count(*) AS missing FROM open WHERE captured IS NULL').get() as {missing: number};
  if (missing === 0 || capturedBefore === null) {
    return 0;
  }
  await fill(db, 'before', capturedBefore);
  const {changes} = db.prepare(`DELETE FROM open WHERE captured IS NULL
    AND EXISTS (SELECT 1 FROM before WHERE before.path = open.path AND (open.bytes IS NULL OR before.bytes = open.bytes))`).run();
  return Number(changes);
}

type OpenRow = {owner: ExpectedFile['owner']; id: string; path: string; bytes: number | null; captured: number | null};

async function judge(db: DatabaseSync, rows: number, {liveSize, t0}: CrossCheckSources): Promise<CrossCheck> {
  const result: CrossCheck = {
    outcome: 'passed', rows, ok: 0, missing: 0, missing_in_production: 0, size_differs: 0, derived_missing: 0, orphans: 0, transient: 0, findings: [],
  };
  const add = (finding: CrossCheckFinding): void => {
    if (result.findings.length < KEEP_FINDINGS) {
      result.findings.push(finding);
    }
  };
  for (const row of db.prepare('SELECT * FROM open').iterate() as Iterable<OpenRow>) {
    const live = liveSize === null ? null : await liveSize(row.path);
    // Only what the live store lacks as well was lost before this backup.
    const inProduction = liveSize !== null && (row.captured === null ? live === null : live !== row.bytes);
    const kind = row.captured !== null ? 'size_differs' : DERIVED.includes(row.owner) ? 'derived_missing' : 'missing';
    result[kind] += 1;
    result.missing_in_production += Number(inProduction && kind !== 'derived_missing');
    add({kind, owner: row.owner, id: row.id, path: row.path, expected_bytes: row.bytes, actual_bytes: row.captured, in_production: inProduction});
  }
  for (const file of unnamedFiles(db)) {
    const kind = TRANSIENT.test(file.path) || isYoungerThan(t0, file) ? 'transient' : 'orphan';
    result[kind === 'orphan' ? 'orphans' : 'transient'] += 1;
    add({kind, owner: 'none', id: '', path: file.path, expected_bytes: null, actual_bytes: file.bytes, in_production: false});
  }
  const bad = result.missing + result.size_differs;
  result.ok = rows - bad - result.derived_missing;
  result.outcome = bad === 0 ? 'passed' : bad === result.missing_in_production ? 'passed_with_losses' : 'failed';
  return result;
}

function* unnamedFiles(db: DatabaseSync): Generator<UnnamedFile> {
  for (const file of db.prepare('SELECT path, bytes, modified_at FROM captured WHERE expected = 0').iterate() as Iterable<UnnamedFile>) {
    if (!KNOWN.test(file.path)) {
      yield file;
    }
  }
}

type UnnamedFile = {path: string; bytes: number; modified_at: number | null};

function isYoungerThan(t0: number | undefined, {modified_at}: UnnamedFile): boolean {
  return t0 !== undefined && modified_at !== null && modified_at >= t0 - BEFORE_ITS_ROW_MS;
}

/** For a set that lacks the database or the files. */
export const NO_CROSS_CHECK: CrossCheck = {
  outcome: 'not_possible', rows: 0, ok: 0, missing: 0, missing_in_production: 0, size_differs: 0, derived_missing: 0, orphans: 0, transient: 0, findings: [],
};
