import {execFile} from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {DatabaseSync} from 'node:sqlite';
import {promisify} from 'node:util';
import {gunzipSync} from 'node:zlib';
import {beforeEach, expect, jest, test} from '@jest/globals';
import {MIGRATIONS} from '../compose/core.ts';
import {createJobs} from '../jobs/index.ts';
import {createLedger} from '../ledger/index.ts';
import {asFailure} from './failure.ts';
import {becomeSoleCompanion} from './sole_companion.ts';
import {openState, STATE_FILE} from './state.ts';

const TABLE = 'CREATE TABLE IF NOT EXISTS notes (text TEXT NOT NULL) STRICT';
const clock = {now: () => 1_764_000_100_000, sleep: async () => {}};
let directory: string;
let file: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'state-'));
  file = join(directory, STATE_FILE);
});

/** What a released version left behind: an enrolled companion with one backup. */
function placeState(version: string): void {
  writeFileSync(file, gunzipSync(readFileSync(new URL(`../../fixtures/state_of_${version}.db.gz`, import.meta.url))));
}

const schemaOf = (db: DatabaseSync) =>
  db.prepare('SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY name').all();
const failing = (code: string, message = '') =>
  expect.objectContaining({code, message: expect.stringContaining(message)});

test('a state of 0.1.0, which had no number, is migrated and keeps what it remembers', () => {
  placeState('0.1.0');
  const state = openState(directory, MIGRATIONS);
  expect(state.db.prepare('PRAGMA user_version').get()).toEqual({user_version: MIGRATIONS.length});
  const fresh = openState(mkdtempSync(join(tmpdir(), 'state-')), MIGRATIONS);
  expect(schemaOf(state.db)).toEqual(schemaOf(fresh.db));
  const ledger = createLedger(state, clock);
  expect(ledger.verify().entries).toBe(2);
  expect(createJobs(state, clock).newest(5)).toMatchObject([{kind: 'backup', status: 'success', reason: 'nightly'}]);
  const stored = state.db.prepare('SELECT key_file FROM companion').get() as {key_file: string};
  expect(stored.key_file).toMatch(/^companion-/);
  expect(state.db.prepare('SELECT site_url FROM enrolments').all()).toHaveLength(1);
});

test('migrations run once each, in order, and a file that is already newer is refused by name, unchanged', () => {
  openState(directory, [TABLE]).close();
  const second = openState(directory, [TABLE, `INSERT INTO notes VALUES ('second')`]);
  expect(second.db.prepare('SELECT text FROM notes').all()).toEqual([{text: 'second'}]);
  second.close();
  const again = openState(directory, [TABLE, `INSERT INTO notes VALUES ('second')`]);
  expect(again.db.prepare('SELECT text FROM notes').all()).toHaveLength(1);
  again.close();
  expect(() => openState(directory, [TABLE])).toThrow(failing('STATE_NEWER', 'schema 2'));
});

test('a migration that fails leaves the file as it was', () => {
  openState(directory, [TABLE]).close();
  expect(() => openState(directory, [TABLE, `INSERT INTO notes VALUES ('half')`, 'CREATE nonsense'])).toThrow(
    failing('STATE_UNUSABLE'),
  );
  const state = openState(directory, [TABLE]);
  expect(state.db.prepare('SELECT text FROM notes').all()).toEqual([]);
});

test.each<[string, () => void, string, string]>([
  ['garbage', () => writeFileSync(file, 'x'.repeat(10_000)), 'STATE_DAMAGED', 'not a database'],
  ['a database whose pages are damaged', damagePages, 'STATE_DAMAGED', 'malformed'],
  ['a directory in place of the file', () => mkdirSync(file), 'STATE_UNSAFE', 'not a regular file'],
  ['a link in place of the file', () => symlinkSync('/etc/hostname', file), 'STATE_UNSAFE', 'not a regular file'],
  ['a directory that everybody may write in', () => chmodSync(directory, 0o777), 'STATE_UNSAFE', 'may write in'],
  ['a directory that the group may write in', () => chmodSync(directory, 0o770), 'STATE_UNSAFE', 'may write in'],
  ['a link in place of the directory', linkDirectory, 'STATE_UNSAFE', 'is a link'],
  ['a file in place of the directory', fileForDirectory, 'STATE_UNUSABLE', ''],
])('%s is refused by name', (_name, plant, code, message) => {
  plant();
  expect(() => openState(directory, MIGRATIONS)).toThrow(failing(code, message));
});

function damagePages(): void {
  placeState('0.1.0');
  const bytes = readFileSync(file);
  bytes.fill(0xff, 100);
  writeFileSync(file, bytes);
}

function linkDirectory(): void {
  const place = mkdtempSync(join(tmpdir(), 'state-'));
  rmSync(directory, {recursive: true});
  symlinkSync(place, directory);
}

function fileForDirectory(): void {
  rmSync(directory, {recursive: true});
  writeFileSync(directory, '');
}

test('a database that another program holds is named as such, not as something unforeseen', () => {
  const state = openState(directory, [TABLE]);
  const other = new DatabaseSync(file);
  other.exec('BEGIN IMMEDIATE');
  state.db.exec('PRAGMA busy_timeout = 20');
  try {
    state.transact(() => state.db.exec(`INSERT INTO notes VALUES ('x')`));
    throw new Error('the lock did not hold');
  } catch (error) {
    expect(asFailure(error)).toMatchObject({code: 'STATE_BUSY', remedy: expect.stringContaining('Try again')});
  }
  other.close();
});

test.each<[string, () => void, string]>([
  ['deleted', () => rmSync(directory, {recursive: true}), 'no longer there'],
  ['unmounted, so that an empty directory shows', emptyDirectory, 'no longer there'],
  ['replaced by another state', replaceState, 'another file'],
])('a state that is %s while the companion runs is noticed at once', (_name, lose, message) => {
  const state = openState(directory, [TABLE]);
  state.check();
  lose();
  expect(() => state.check()).toThrow(failing('STATE_MISSING', message));
});

function emptyDirectory(): void {
  rmSync(directory, {recursive: true});
  mkdirSync(directory);
}

function replaceState(): void {
  copyFileSync(file, `${file}.copy`);
  rmSync(file);
  copyFileSync(`${file}.copy`, file);
}

test('a state that is spoilt in place while the companion runs is noticed at the next full reading', () => {
  const state = openState(directory, MIGRATIONS);
  state.db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  writeFileSync(file, 'x'.repeat(20_000));
  const later = jest.spyOn(performance, 'now').mockReturnValue(performance.now() + 61_000);
  expect(() => state.check()).toThrow(failing('STATE_DAMAGED'));
  later.mockRestore();
});

test('one companion on a state directory; the place is free again when its process is gone', async () => {
  const leave = becomeSoleCompanion(directory);
  expect(() => becomeSoleCompanion(directory)).toThrow(failing('STATE_IN_USE', `(process ${process.pid})`));
  leave();
  const held = `import {DatabaseSync} from 'node:sqlite';
    new DatabaseSync(${JSON.stringify(join(directory, 'serve.lock'))}).exec('BEGIN EXCLUSIVE'); process.kill(process.pid, 'SIGKILL');`;
  await expect(promisify(execFile)(process.execPath, ['--input-type=module', '-e', held])).rejects.toMatchObject({
    signal: 'SIGKILL',
  });
  becomeSoleCompanion(directory)();
  expect(existsSync(join(directory, 'serve.pid'))).toBe(true);
});
