import {execFileSync} from 'node:child_process';
import {cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, beforeAll, expect, jest, test} from '@jest/globals';
import type {DatabaseRecord, SetManifest, SetSnapshot} from '@disaster-recovery/contract';
import {totalsOf} from '../backup/index.ts';
import {aManifest} from '../testkit/answers.ts';
import type {DumpReader} from '../engines/database/port.ts';
import {startFixture, type Fixture} from '../engines/database/postgres/postgres_fixture.ts';
import {createRestic} from '../engines/repository/restic.ts';
import {systemClock} from '../kernel/clock.ts';
import {Failure} from '../kernel/failure.ts';
import {hashOfTree, hashTree} from '../kernel/hash_tree.ts';
import {cached} from '../testkit/cached.ts';
import {createInspection, createSets, setTags, type Inspection, type Unrestorable} from './index.ts';

// A set with a real dump, whose parts somebody stores again with restic itself, less whole than they were.
jest.setTimeout(60_000);

const [program, prepared] = [cached('restic'), cached('repository')];
const home = mkdtempSync(join(tmpdir(), 'inspection-'));
const [location, key, work] = [join(home, 'repository'), join(prepared, 'key'), join(home, 'work')];
const SET = '20261121T110000Z-aaaaaa';

let fixture: Fixture;
let good: SetManifest;
let dump: string;
let number = 0;

function restic(directory: string, part: SetSnapshot['part']): string {
  const said = execFileSync(program, ['backup', directory, '--json', '--tag', setTags(SET, part).join(',')], {
    env: {RESTIC_REPOSITORY: location, RESTIC_PASSWORD_FILE: key, HOME: home},
    encoding: 'utf8',
  });
  return (JSON.parse(said.trim().split('\n').at(-1) ?? '') as {snapshot_id: string}).snapshot_id;
}

const place = (files: Record<string, string>): string => {
  const directory = mkdtempSync(join(home, 'part-'));
  Object.entries(files).forEach(([name, content]) => {
    mkdirSync(join(directory, name, '..'), {recursive: true});
    writeFileSync(join(directory, name), content);
  });
  return directory;
};

const FIRST = {'20260101/a': 'one', '20260102/b': 'two', 'users/x': 'old'};
const SECOND = {'users/x': 'newer', 'users/y': 'new'};
const CONFIG = {'config.json': '{"a":1}', 'saml/idp.crt': 'certificate'};

beforeAll(async () => {
  fixture = await startFixture();
  await fixture.reset();
  const taken = await fixture.backUp();
  dump = taken.dump;
  cpSync(join(prepared, 'repository'), location, {recursive: true});
  const [first, second, config] = [place(FIRST), place(SECOND), place(CONFIG)];
  const hashes = await hashTree(config);
  good = aManifest({
    id: SET,
    database: taken.record,
    files: {driver: 'local', directory: '/x', count: 4, bytes: 14},
    config: {...aManifest().config!, files: hashes, sha256: hashOfTree(hashes)},
    snapshots: [
      {part: 'database', id: restic(dump, 'database'), root: dump},
      {part: 'config', id: restic(config, 'config'), root: config},
      {part: 'files', pass: 'second', id: restic(second, 'files'), root: second},
      {part: 'files', pass: 'first', id: restic(first, 'files'), root: first},
    ],
  });
}, 60_000);
afterAll(() => fixture.server.stop());

function anInspection(dumps: DumpReader = fixture.engine.dumps): Inspection {
  const repository = createRestic(program, (text) => text).open({
    url: location,
    passwordFile: key,
    environment: {RESTIC_CACHE_DIR: join(home, 'cache')},
  });
  const {lost} = createSets(repository, {name: 'main', cacheDirectory: null, clock: systemClock});
  return createInspection({clock: systemClock, workDirectory: work, repository, lost, dumps, totals: totalsOf});
}

/** The set with a part stored anew from another directory. */
function stored(part: SetSnapshot['part'], directory: string, pass?: 'first' | 'second'): SetManifest {
  const id = restic(directory, part);
  return {
    ...good,
    snapshots: good.snapshots.map((snapshot) =>
      snapshot.part === part && snapshot.pass === pass ? {...snapshot, id, root: directory} : snapshot,
    ),
  };
}

function dumpWithout(...names: string[]): string {
  number += 1;
  const copy = join(home, `dump-${number}`);
  cpSync(dump, copy, {recursive: true});
  names.forEach((name) => {
    rmSync(join(copy, name));
  });
  return copy;
}

const dataOf = (table: string): string => {
  const listing = execFileSync('pg_restore', ['--list', dump], {encoding: 'utf8'});
  return `${new RegExp(`^(\\d+); .* TABLE DATA public ${table} `, 'm').exec(listing)?.[1] ?? ''}.dat`;
};

test.each(['roots', 'listing', 'contents'] as const)(
  'a whole set has nothing to tell at the depth %s',
  async (depth) => {
    expect(await anInspection().find(good, {depth})).toEqual([]);
    expect(readdirSync(work)).toEqual([]);
  },
);

const PART_OF: Partial<Record<Unrestorable['kind'], SetSnapshot['part']>> = {
  dump_incomplete: 'database',
  config_differs: 'config',
  files_differ: 'files',
};

type Case = [
  name: string,
  spoil: () => SetManifest,
  kind: Unrestorable['kind'],
  message: () => string,
  from: 'roots' | 'listing' | 'contents',
];
const CASES: Case[] = [
  [
    'the rows of a table are gone from the dump',
    () => stored('database', dumpWithout(dataOf('posts'))),
    'dump_incomplete',
    () => `The dump lacks the rows of public.posts (${dataOf('posts')}).`,
    'listing',
  ],
  [
    'the dump has no list of contents',
    () => stored('database', dumpWithout('toc.dat')),
    'dump_incomplete',
    () => 'The dump lacks toc.dat',
    'listing',
  ],
  [
    'the list of contents of the dump is cut',
    () => {
      const copy = dumpWithout();
      writeFileSync(join(copy, 'toc.dat'), 'PGDMP');
      return stored('database', copy);
    },
    'dump_incomplete',
    () => 'The list of contents of the dump cannot be read: pg_restore',
    'listing',
  ],
  [
    'the dump is one of another database',
    () => ({...good, database: {...(good.database as DatabaseRecord), tables: [{name: 'public.elsewhere', rows: 1}]}}),
    'dump_incomplete',
    () => 'The dump does not hold what the manifest says it does: public.elsewhere.',
    'contents',
  ],
  [
    'a file of the configuration has other content',
    () => stored('config', place({...CONFIG, 'config.json': '{"a":2}'})),
    'config_differs',
    () => 'The configuration is not what the manifest says: config.json (changed).',
    'contents',
  ],
  [
    'a file of the configuration is gone and one is new',
    () => stored('config', place({'config.json': CONFIG['config.json'], 'other.json': 'x'})),
    'config_differs',
    () => 'other.json (not in the manifest), saml/idp.crt (missing)',
    'listing',
  ],
  [
    'a file is gone from the first pass',
    () => stored('files', place({'20260101/a': 'one', 'users/x': 'old'}), 'first'),
    'files_differ',
    () => 'A restore would find 3 files with 11 bytes; the manifest says 4 files with 14 bytes.',
    'listing',
  ],
  [
    'a file of the second pass is shorter',
    () => stored('files', place({...SECOND, 'users/x': 'new'}), 'second'),
    'files_differ',
    () => 'A restore would find 4 files with 12 bytes',
    'listing',
  ],
  [
    'a root is no directory',
    () => ({...good, snapshots: good.snapshots.map((entry) => ({...entry, root: `${entry.root}-elsewhere`}))}),
    'root_gone',
    () => 'The part database cannot be restored',
    'roots',
  ],
];

const BEFORE = {roots: null, listing: 'roots', contents: 'listing'} as const;

test.each(CASES)('%s: that is told, and not before it can be seen', async (_name, spoil, kind, message, from) => {
  const [manifest, inspection] = [spoil(), anInspection()];
  const parts = kind === 'root_gone' ? (['database'] as const) : [PART_OF[kind]].filter((part) => part !== undefined);
  const before = BEFORE[from];
  expect(before && (await inspection.find(manifest, {depth: before, parts}))).toEqual(before && []);
  expect(await inspection.find(manifest, {depth: 'contents', parts})).toMatchObject([
    {kind, severity: 'error', message: expect.stringContaining(message())},
  ]);
});

test('what concerns another part keeps none of these from being restored', async () => {
  const manifest = stored('config', place({'config.json': 'x'}));
  await anInspection().require(manifest, {depth: 'contents', parts: ['database', 'files']});
  await expect(anInspection().require(manifest, {depth: 'contents', parts: ['config']})).rejects.toMatchObject({
    code: 'SET_NOT_RESTORABLE',
    message: expect.stringContaining('config.json (changed)'),
  });
});

test('a part that is gone or not named is told by its own error', async () => {
  const {snapshots} = good;
  const gone = {...good, snapshots: snapshots.map((entry) => ({...entry, id: 'f'.repeat(64)}))};
  await expect(anInspection().require(gone, {depth: 'roots'})).rejects.toMatchObject({code: 'REPOSITORY_DAMAGED'});
  const unnamed = {...good, snapshots: snapshots.filter(({part}) => part !== 'config')};
  await expect(anInspection().require(unnamed, {depth: 'roots'})).rejects.toMatchObject({code: 'PART_NOT_IN_SET'});
});

test.each(['TOOL_MISSING', 'DATABASE_VERSION'] as const)(
  'a machine without the programs of the database (%s) says what it did not look at, and refuses nothing',
  async (code) => {
    const dumps = {
      contentsFile: 'toc.dat',
      read: async () => {
        throw new Failure(code, 'pg_dump is not here.');
      },
    };
    const inspection = anInspection(dumps);
    expect(await inspection.find(good, {depth: 'contents'})).toMatchObject([
      {kind: 'not_looked_at', severity: 'warning', remedy: expect.stringContaining('client programs')},
    ]);
    await inspection.require(good, {depth: 'contents'});
  },
);

test('a look that was killed leaves no configuration for ever', async () => {
  const left = join(work, 'inspect-killed');
  mkdirSync(left, {recursive: true});
  const twoDaysAgo = Date.now() / 1000 - 2 * 86_400;
  utimesSync(left, twoDaysAgo, twoDaysAgo);
  mkdirSync(join(work, 'inspect-running'));
  await anInspection().find(good, {depth: 'roots'});
  expect(readdirSync(work)).toEqual(['inspect-running']);
});
