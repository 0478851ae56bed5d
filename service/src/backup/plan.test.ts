import {expect, test} from '@jest/globals';
import type {BackupRequest} from '@disaster-recovery/contract';
import {aManifest, SET, START} from '../testkit/answers.ts';
import type {DatabaseFacts, Obstacle} from '../engines/database/port.ts';
import {lacksSpace, planBackup, type BackupFacts} from './plan.ts';

const SPARE = 64 * 1024 * 1024;

const OBSTACLE: Obstacle = {
  code: 'DATABASE_PRIVILEGE',
  stops: false,
  message: 'The role mm cannot create databases.',
  remedy: 'SQL;',
};
const database = (changes: Partial<DatabaseFacts> = {}): DatabaseFacts => ({
  name: 'mattermost',
  location: 'postgres://mm@db:5432/mattermost',
  server_version: '16.4',
  bytes: 9e8,
  dump_bytes_estimate: 1e9,
  dump_tool_version: '17.2',
  obstacles: [],
  mattermost: {schema_version: 148, diagnostic_id: 'd'},
  busy_jobs: [],
  ...changes,
});

const facts = (changes: Partial<BackupFacts> = {}): BackupFacts => ({
  now: START,
  set: SET,
  kind: 'backup',
  repository: 'rest:https://u:***@backup/mm',
  steps: ['preflight'],
  previous: null,
  database: database(),
  jobs: 2,
  files: {driver: 'local', location: '/data', directory: '/data'},
  config: {source: 'file', directory: '/config'},
  staging: {directory: '/w', bytes_free: 1e12},
  ...changes,
});

test.each<[string, BackupRequest, string[], string[]]>([
  ['nothing said', {}, ['database', 'config', 'files'], []],
  [
    'all, in another order and twice',
    {scope: ['files', 'database', 'config', 'files']},
    ['database', 'config', 'files'],
    [],
  ],
  ['the database only', {scope: ['database']}, ['database'], ['config', 'files']],
  ['files only', {scope: ['files']}, ['files'], ['database', 'config']],
  ['the configuration only', {scope: ['config']}, ['config'], ['database', 'files']],
])('with %s, the plan takes what was asked and says what it leaves out', (_name, request, scope, omitted) => {
  const plan = planBackup(request, facts());
  expect([plan.scope, plan.omitted.map(({part}) => part)]).toEqual([scope, omitted]);
  expect({database: plan.database !== null, config: plan.config !== null, files: plan.files !== null}).toEqual({
    database: scope.includes('database'),
    config: scope.includes('config'),
    files: scope.includes('files'),
  });
});

const BUCKET: BackupFacts['files'] = {driver: 'amazons3', location: 'amazons3', directory: null};

test('files in object storage are named as left out, with the way to protect them', () => {
  const plan = planBackup({}, facts({files: BUCKET}));
  expect(plan.files).toBeNull();
  expect(plan.omitted).toEqual([
    {part: 'files', what: "users' files in amazons3", reason: expect.stringContaining('versioning')},
  ]);
});

test('files in object storage that nobody asked for are left out once', () => {
  expect(planBackup({scope: ['database', 'config']}, facts({files: BUCKET})).omitted).toEqual([
    {part: 'files', what: 'the whole part files', reason: 'left out by the request'},
  ]);
});

test.each<[string, Partial<DatabaseFacts>, RegExp[]]>([
  ['a sound database', {}, []],
  ['a database of something else', {mattermost: null}, [/does not look like one of Mattermost/]],
  [
    'two busy jobs',
    {busy_jobs: ['data_retention', 'import_process']},
    [/data_retention is running/, /import_process is running/],
  ],
  ['an obstacle', {obstacles: [OBSTACLE]}, [/^The role mm cannot create databases\. SQL;$/]],
])('%s gives its warnings', (_name, changes, patterns) => {
  const {warnings} = planBackup({}, facts({database: database(changes)}));
  expect(warnings).toHaveLength(patterns.length);
  patterns.forEach((pattern, index) => {
    expect(warnings[index]).toMatch(pattern);
  });
});

test('a database that is not taken is not warned of and needs no room', () => {
  const plan = planBackup({scope: ['files']}, facts({database: database({mattermost: null, obstacles: [OBSTACLE]})}));
  expect([plan.warnings, plan.staging.bytes_needed]).toEqual([[], SPARE]);
});

test('the dump needs its room and some air, to the byte', () => {
  const needed = 1e9 + SPARE;
  expect(planBackup({}, facts()).staging).toEqual({directory: '/w', bytes_needed: needed, bytes_free: 1e12});
  expect(lacksSpace(planBackup({}, facts({staging: {directory: '/w', bytes_free: needed}})))).toBeNull();
  expect(lacksSpace(planBackup({}, facts({staging: {directory: '/w', bytes_free: needed - 1000}})))).toBe(
    '/w has 1.1 GB free and the backup may need 1.1 GB; free 1.0 kB.',
  );
});

test('what the last set held tells how much to expect', () => {
  expect(
    planBackup({reason: 'before the upgrade'}, facts({previous: aManifest(), kind: 'restore_point'})),
  ).toMatchObject({
    previous: SET,
    files: {directory: '/data', bytes: 3_400_000_000},
    reason: 'before the upgrade',
    kind: 'restore_point',
    planned_at: START,
  });
  expect(planBackup({}, facts({previous: aManifest({files: null})})).files?.bytes).toBeNull();
});
