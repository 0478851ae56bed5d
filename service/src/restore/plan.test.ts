import {mkdtempSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, test} from '@jest/globals';
import type {RestorePlan, RestoreRequest, SetManifest} from '@disaster-recovery/contract';
import {aManifest, SET, summary} from '../testkit/answers.ts';
import type {Obstacle, TargetFacts} from '../engines/database/port.ts';
import {createLocalTargets} from '../engines/filestore/local/targets.ts';
import {requirePossible} from './gate.ts';
import {lacksSpace, planRestore, type RestoreFacts} from './plan.ts';
import {chooseTargets, type Targets} from './targets.ts';
import {treesOf} from './trees.ts';

const LIVE = {
  databaseUrl: 'postgres://mm@db/mattermost',
  files: '/opt/mattermost/data',
  config: '/opt/mattermost/config',
};
const into = (parts: NonNullable<RestoreRequest['into']>): RestoreRequest => ({set: SET, into: parts});

test.each<[string, RestoreRequest, Partial<SetManifest>, typeof LIVE | null, Targets]>([
  [
    'nothing named: all of the live server',
    {set: SET},
    {},
    LIVE,
    {mode: 'in_place', databaseUrl: LIVE.databaseUrl, files: LIVE.files, config: LIVE.config},
  ],
  [
    'nothing named and a set without files',
    {set: SET},
    {files: null},
    LIVE,
    {mode: 'in_place', databaseUrl: LIVE.databaseUrl, files: null, config: LIVE.config},
  ],
  [
    'a database named',
    into({database: 'postgres://x/y'}),
    {},
    LIVE,
    {mode: 'side_by_side', databaseUrl: 'postgres://x/y', files: null, config: null},
  ],
  [
    'directories named, on bare metal',
    into({files: '/a/', config: '/b/../c'}),
    {},
    null,
    {mode: 'side_by_side', databaseUrl: null, files: '/a', config: '/c'},
  ],
  [
    'a part named of a set that has only it',
    into({config: '/c'}),
    {database: null, files: null},
    null,
    {mode: 'side_by_side', databaseUrl: null, files: null, config: '/c'},
  ],
])('%s', (_name, request, changes, live, targets) => {
  expect(chooseTargets(request, aManifest(changes), live)).toEqual(targets);
});

test.each<[string, RestoreRequest, Partial<SetManifest>, typeof LIVE | null, string]>([
  ['nothing named on bare metal', {set: SET}, {}, null, 'USAGE_INVALID'],
  ['an empty choice', into({}), {}, LIVE, 'USAGE_INVALID'],
  ['a database that the set lacks', into({database: 'postgres://x/y'}), {database: null}, LIVE, 'PART_NOT_IN_SET'],
  ['files that the set lacks', into({files: '/a'}), {files: null}, LIVE, 'PART_NOT_IN_SET'],
  ['a configuration that the set lacks', into({config: '/a', files: '/b'}), {config: null}, LIVE, 'PART_NOT_IN_SET'],
])('%s is refused', (_name, request, changes, live, code) => {
  expect(() => chooseTargets(request, aManifest(changes), live)).toThrow(expect.objectContaining({code}));
});

const target = (changes: Partial<TargetFacts> = {}): TargetFacts => ({
  exists: true,
  tables: 80,
  connections: [],
  ...changes,
});
const IN_PLACE: Targets = {mode: 'in_place', databaseUrl: LIVE.databaseUrl, files: LIVE.files, config: LIVE.config};
const BESIDE: Targets = {mode: 'side_by_side', databaseUrl: 'postgres://x/y', files: '/a', config: '/c'};

type Other = RestoreFacts['others']['sets'][number];
const newer = (changes: Partial<Other> = {}): Other => ({
  ...summary,
  id: '20261125T110000Z-newer0',
  t0: summary.t0 + 60_000,
  in_future: false,
  verified: null,
  ...changes,
});
const others = (...sets: Other[]): Partial<RestoreFacts> => ({others: {sets, unreadable: []}});

function facts(changes: Partial<RestoreFacts> = {}): RestoreFacts {
  const manifest = changes.manifest ?? aManifest();
  return {
    now: manifest.t0 + 7_200_000,
    id: 'r1',
    manifest,
    targets: IN_PLACE,
    steps: ['find_set'],
    restorePoint: true,
    others: {sets: [], unreadable: []},
    regains: null,
    keepRights: false,
    acceptIncomplete: false,
    database: {
      location: 'postgres://mm@db:5432/mattermost',
      name: 'mattermost',
      facts: target(),
      obstacles: [],
      schema_version: 148,
    },
    space: {work: {directory: '/work-area', bytes_free: 1e12}, files: 1e12, config: 1e12},
    ...changes,
  };
}

const obstacle = (stops: boolean): Obstacle => ({
  code: 'DATABASE_PRIVILEGE',
  stops,
  message: 'The role mm cannot create databases.',
  remedy: 'SQL;',
});
const withTarget = (changes: Partial<TargetFacts>): Partial<RestoreFacts> => ({
  database: {...facts().database!, facts: target(changes)},
});

const withObstacles = (...stops: boolean[]): Partial<RestoreFacts> => ({
  database: {...facts().database!, obstacles: stops.map(obstacle)},
});

test('a plan in place says what stops being what it is, and how far back it goes', () => {
  const plan = planRestore(facts());
  expect(plan).toMatchObject({
    mode: 'in_place',
    age_ms: 7_200_000,
    parts: ['database', 'config', 'files'],
    restore_point: true,
    bytes: 512_000_000 + 3_400_000_000,
    warnings: [],
  });
  expect(plan.overwrites).toHaveLength(3);
  expect(plan.overwrites[0]).toContain('mattermost (80 tables)');
  expect(plan.overwrites.every((line) => line.includes('2026-11-24T11:00:00Z') && line.includes('2 h 0 min'))).toBe(
    true,
  );
});

test('a plan side by side replaces nothing', () => {
  expect(planRestore(facts({targets: BESIDE, restorePoint: false}))).toMatchObject({
    mode: 'side_by_side',
    overwrites: [],
    restore_point: false,
  });
});

test('a set from a clock that runs ahead is not from the future', () => {
  expect(planRestore(facts({now: 0})).age_ms).toBe(0);
});

test.each<[string, Partial<RestoreFacts>, RegExp[]]>([
  [
    'a set that lacks something',
    {manifest: aManifest({omitted: [{part: 'config', what: 'MM_ values', reason: 'no plugin'}]})},
    [/lacks MM_ values \(config\): no plugin/],
  ],
  [
    'a set whose cross-check failed',
    {manifest: aManifest({cross_check: {...aManifest().cross_check, outcome: 'failed', missing: 1234}})},
    [/1,234 files/],
  ],
  [
    'a set of before, which says nothing of roles,',
    {manifest: aManifest({database: {...aManifest().database!, privileged: undefined}})},
    [/does not say who had which role/],
  ],
  ['a newer good set', others(newer()), [/^There is a newer good set, 20261125T110000Z-newer0, of 2026-11-2/]],
  [
    'newer sets of which some are not to be relied on',
    {
      others: {
        sets: [
          newer({id: '20261125T110000Z-failed', verified: {level: 'L2', passed: false}}),
          newer({id: '20261126T110000Z-future', in_future: true}),
          newer({id: '20261125T120000Z-lacks0', standing: {...newer().standing, kind: 'damaged'}}),
        ],
        unreadable: [{set: '20261125T130000Z-broken'}, {set: '20250101T130000Z-before'}, {set: null}],
      },
    },
    [/^Not all newer .*lacks0 lacks files.*failed did not pass L2; .*future says.*broken cannot be read\.$/],
  ],
  [
    'an older set or a newer restore point, of neither of which',
    others(newer({t0: 1}), newer({kind: 'restore_point'})),
    [],
  ],
  ['a server that is connected', withTarget({connections: ['mattermost from 10.0.0.5']}), [/10\.0\.0\.5.*Stop/]],
  ['an obstacle', withObstacles(true), [/^The role mm cannot create databases\. SQL;$/]],
  ['something that is left out', withObstacles(false), [/cannot create databases/]],
  ['connections to a database beside', {targets: BESIDE, ...withTarget({connections: ['psql'], tables: 0})}, []],
])('%s is warned of', (_name, changes, warnings) => {
  const found = planRestore(facts(changes)).warnings;
  expect(found).toHaveLength(warnings.length);
  warnings.forEach((pattern, index) => {
    expect(found[index]).toMatch(pattern);
  });
});

test('room is asked for where the bytes go, and only there', () => {
  expect(planRestore(facts()).space).toEqual([
    {directory: '/work-area', bytes_needed: 512_000_000, bytes_free: 1e12},
    {directory: '/opt/mattermost/data', bytes_needed: 3_400_000_000, bytes_free: 1e12},
    {directory: '/opt/mattermost/config', bytes_needed: 9000, bytes_free: 1e12},
  ]);
  const filesOnly = planRestore(
    facts({
      targets: {...BESIDE, databaseUrl: null, config: null},
      database: null,
      space: {work: {directory: '/w', bytes_free: 0}, files: 1e12, config: null},
    }),
  );
  expect([filesOnly.space.map(({directory}) => directory), lacksSpace(filesOnly), filesOnly.bytes]).toEqual([
    ['/a'],
    null,
    3_400_000_000,
  ]);
});

test('too little room is told in words with both numbers', () => {
  const plan = planRestore(facts({space: {work: {directory: '/w', bytes_free: 1e12}, files: 1000, config: 1e12}}));
  expect(lacksSpace(plan)).toBe('/opt/mattermost/data has 1.0 kB free and the restore needs 3.4 GB.');
});

const fileTargets = createLocalTargets();

type Gate = {
  facts?: Partial<RestoreFacts>;
  manifest?: Partial<SetManifest>;
  database?: Partial<TargetFacts>;
  obstacles?: Obstacle[];
  schema?: number | null;
};

function pass({facts: changes = {}, manifest = {}, database = {}, obstacles = [], schema = 148}: Gate): Promise<void> {
  const set = aManifest(manifest);
  const plan = planRestore(facts({...changes, ...withTarget(database), manifest: set}));
  return requirePossible(plan, {
    manifest: set,
    database: {facts: target(database), obstacles, schema_version: schema},
    trees: treesOf({fileTargets}, plan),
  });
}

function directoryWith(...names: string[]): string {
  const directory = mkdtempSync(join(tmpdir(), 'gate-'));
  names.forEach((name) => {
    writeFileSync(join(directory, name), '');
  });
  return directory;
}
const beside = (files: string, config = '/nonexistent/config'): Partial<RestoreFacts> => ({
  targets: {...BESIDE, files, config},
});

test.each<[string, Gate]>([
  ['all as it should be', {}],
  ['something that is left out', {obstacles: [obstacle(false)]}],
  ['a newer Mattermost', {schema: 160}],
  ["a database here that is not Mattermost's", {schema: null}],
  [
    'an empty database and directories beside',
    {facts: beside(directoryWith(), directoryWith()), database: {tables: 0}},
  ],
  ['directories that do not exist', {facts: beside('/nonexistent/files'), database: {tables: 0, exists: false}}],
  [
    'somebody connected to a database beside',
    {facts: beside('/nonexistent/files'), database: {tables: 0, connections: ['psql']}},
  ],
])('the gate opens with %s', async (_name, gate) => {
  await expect(pass(gate)).resolves.toBeUndefined();
});

test.each<[string, Gate, string, string]>([
  [
    'tables in a database beside',
    {facts: beside('/nonexistent/files'), database: {tables: 3}},
    'TARGET_NOT_EMPTY',
    '3 tables',
  ],
  [
    'a file in a directory beside',
    {facts: beside(directoryWith('old.png')), database: {tables: 0}},
    'TARGET_NOT_EMPTY',
    'first old.png',
  ],
  [
    'a hidden file in the other directory',
    {facts: beside('/nonexistent/files', directoryWith('.htaccess')), database: {tables: 0}},
    'TARGET_NOT_EMPTY',
    'first .htaccess',
  ],
  ['an obstacle', {obstacles: [obstacle(false), obstacle(true)]}, 'DATABASE_PRIVILEGE', 'SQL;'],
  ['Mattermost running', {database: {connections: ['mattermost from 10.0.0.5']}}, 'MATTERMOST_IS_RUNNING', '10.0.0.5'],
  ['an older Mattermost', {schema: 147}, 'VERSION_TOO_OLD', 'schema 147; the set has 148 (Mattermost 11.1.0)'],
  [
    'too little room',
    {facts: {space: {work: {directory: '/w', bytes_free: 0}, files: 1e12, config: 1e12}}},
    'DISK_FULL',
    '/w',
  ],
])('the gate stays shut with %s', async (_name, gate, code, says) => {
  await expect(pass(gate)).rejects.toMatchObject({code, message: expect.stringContaining(says)});
});

test('a target directory that cannot be read is not called empty', async () => {
  await expect(pass({facts: beside(join(directoryWith('file'), 'file')), database: {tables: 0}})).rejects.toMatchObject(
    {code: 'FILES_UNREADABLE', message: expect.stringContaining('ENOTDIR')},
  );
});

test('without a database only directories and room count', async () => {
  const plan: RestorePlan = planRestore(facts({...beside(directoryWith('x')), database: null}));
  await expect(
    requirePossible(plan, {manifest: aManifest(), database: null, trees: treesOf({fileTargets}, plan)}),
  ).rejects.toMatchObject({code: 'TARGET_NOT_EMPTY'});
});
