import {chmodSync, mkdirSync, mkdtempSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, test} from '@jest/globals';
import {aManifest} from '../testkit/answers.ts';
import {createLocalFileStore} from '../engines/filestore/local/local.ts';
import {createRemoteFileStore} from '../engines/filestore/remote.ts';
import type {DatabaseFacts} from '../engines/database/port.ts';
import type {MattermostBridge} from '../engines/mattermost/port.ts';
import {createMemoryRepository} from '../engines/repository/memory.ts';
import {systemClock} from '../kernel/clock.ts';
import {Failure} from '../kernel/failure.ts';
import {openState} from '../kernel/state.ts';
import {createLedger, LEDGER_TABLE} from '../ledger/index.ts';
import {createDoctor, type Doctor} from './index.ts';

type Engines = Parameters<typeof createDoctor>[0];

const facts: DatabaseFacts = {
  name: 'mm',
  location: 'postgres://mm@db:5432/mm',
  server_version: '16.4',
  bytes: 9e8,
  dump_bytes_estimate: 1,
  dump_tool_version: '16.4',
  obstacles: [],
  mattermost: {schema_version: 148, diagnostic_id: 'd'},
  busy_jobs: [],
};
const database = (changes: Partial<DatabaseFacts> | Failure): Engines['database'] => ({
  location: facts.location,
  rights: async () => null,
  openSnapshot: () => Promise.reject(new Error('a doctor opens no snapshot')),
  inspect: async () => {
    if (changes instanceof Failure) {
      throw changes;
    }
    return {...facts, ...changes};
  },
});
const OBSTACLE = {code: 'DATABASE_PRIVILEGE' as const, message: 'The role mm cannot create databases.', remedy: 'SQL'};
const bridge =
  (ping: MattermostBridge['ping']): (() => MattermostBridge) =>
  () =>
    ({ping}) as unknown as MattermostBridge;

async function aDoctor(changes: Partial<Engines> = {}, keyMode = 0o600): Promise<{doctor: Doctor; engines: Engines}> {
  const home = mkdtempSync(join(tmpdir(), 'doctor-'));
  mkdirSync(join(home, 'data'));
  writeFileSync(join(home, 'config.json'), '{}');
  writeFileSync(join(home, 'key'), 'k');
  chmodSync(join(home, 'key'), keyMode);
  const repository = createMemoryRepository();
  await repository.create();
  const ledger = createLedger(openState(join(home, 'state'), [LEDGER_TABLE]), systemClock);
  ledger.append('x', {kind: 'cli', id: '0', name: 'root'}, {});
  const engines: Engines = {
    repositories: [{name: 'main', repository, passwordFile: join(home, 'key')}],
    ledger,
    database: database({}),
    files: createLocalFileStore(join(home, 'data')),
    workDirectory: home,
    config: {
      kind: 'file',
      location: join(home, 'config.json'),
      directory: home,
      file: 'config.json',
      copyTo: async () => ({directory: home, left_out: []}),
    },
    newestSet: async () => null,
    waysOutside: () => 1,
    mattermostUrl: () => 'http://127.0.0.1:8065',
    enrollment: () => ({state: 'enrolled', site_url: null, enrolled_at: 1, enrolled_by: 'a', last_seen_at: 1}),
    bridge: bridge(async () => ({
      server_version: '11.1.0',
      site_url: 's',
      diagnostic_id: 'd',
      plugin_version: '0.1.0',
    })),
    ...changes,
  };
  return {doctor: createDoctor(engines), engines};
}

const failing = (code: Failure['code']) => async () => {
  throw new Failure(code, 'it failed');
};

test('a sound installation is healthy in every respect', async () => {
  const {doctor} = await aDoctor();
  const {healthy, checks} = await doctor.report();
  expect(checks.filter(({outcome}) => outcome !== 'ok')).toEqual([]);
  expect([healthy, checks.map(({name}) => name)]).toEqual([
    true,
    [
      'repository',
      'repository key',
      'database',
      'staging space',
      'files',
      'configuration of Mattermost',
      'address of Mattermost',
      'ledger',
      'plugin',
      'messages',
    ],
  ]);
});

test('a copy where nothing was copied yet is no fault: the first one makes it', async () => {
  const {doctor, engines} = await aDoctor();
  const copy = {name: 'offsite', repository: createMemoryRepository('/offsite'), passwordFile: '/nonexistent'};
  const report = (isToBeMade: boolean) =>
    createDoctor({...engines, repositories: [...engines.repositories, {...copy, isToBeMade}]}).report();
  const outcome = async (isToBeMade: boolean) =>
    (await report(isToBeMade)).checks.find(({name}) => name === 'repository offsite')?.outcome;
  expect([await outcome(true), await outcome(false)]).toEqual(['skipped', 'failed']);
  expect((await doctor.report()).healthy).toBe(true);
});

const KEY = join(mkdtempSync(join(tmpdir(), 'key-')), 'key');
writeFileSync(KEY, 'k', {mode: 0o600});
const opens = createMemoryRepository();
await opens.create();

test.each<[string, Partial<Engines>, string, 'warning' | 'failed', string]>([
  [
    'a repository that is not there',
    {repositories: [{name: 'main', repository: createMemoryRepository(), passwordFile: KEY}]},
    'repository',
    'failed',
    'REPOSITORY_NOT_FOUND',
  ],
  [
    'a key file that is gone',
    {repositories: [{name: 'main', repository: opens, passwordFile: '/nonexistent/key'}]},
    'repository key',
    'failed',
    'ENOENT',
  ],
  [
    'a database that refuses',
    {database: database(new Failure('DATABASE_REFUSED', 'it failed'))},
    'database',
    'failed',
    'DATABASE_REFUSED: it failed',
  ],
  [
    'a database of something else',
    {database: database({mattermost: null})},
    'database',
    'warning',
    'no Mattermost in it',
  ],
  [
    'a role that could not restore in place',
    {database: database({obstacles: [{...OBSTACLE, stops: false}]})},
    'database',
    'warning',
    'cannot create databases',
  ],
  [
    'a database of which a dump would not be whole',
    {database: database({obstacles: [{...OBSTACLE, stops: true}]})},
    'database',
    'failed',
    'cannot create databases',
  ],
  [
    'a dump that does not fit',
    {database: database({dump_bytes_estimate: 1e18})},
    'staging space',
    'failed',
    'a dump may need 1000 PB',
  ],
  ['files that are gone', {files: createLocalFileStore('/nonexistent/data')}, 'files', 'failed', 'FILES_UNREADABLE'],
  ['files in object storage', {files: createRemoteFileStore('amazons3')}, 'files', 'warning', 'no set protects'],
  [
    'no config.json',
    {
      config: {
        kind: 'file',
        location: '/nonexistent/config.json',
        directory: '/nonexistent',
        file: 'config.json',
        copyTo: async () => ({directory: '', left_out: []}),
      },
    },
    'configuration of Mattermost',
    'failed',
    'FILES_UNREADABLE',
  ],
  [
    'another machine without TLS',
    {mattermostUrl: () => 'http://chat.example.org'},
    'address of Mattermost',
    'warning',
    'without TLS',
  ],
  [
    'no plugin',
    {enrollment: () => ({state: 'none', site_url: null, enrolled_at: null, enrolled_by: null, last_seen_at: null})},
    'plugin',
    'warning',
    'no plugin is enrolled',
  ],
  [
    'a plugin that does not answer',
    {bridge: bridge(failing('MATTERMOST_UNREACHABLE'))},
    'plugin',
    'failed',
    'MATTERMOST_UNREACHABLE',
  ],
  [
    'a newest set with another history',
    {newestSet: async () => aManifest({ledger: {entries: 7, head: 'f'.repeat(64)}})},
    'ledger',
    'warning',
    'not the continuation',
  ],
])('%s is told with what helps, and hides nothing else', async (_name, changes, name, outcome, message) => {
  const {doctor} = await aDoctor(changes);
  const {checks, healthy} = await doctor.report();
  expect(checks.find((check) => check.name === name)).toEqual({
    name,
    outcome,
    message: expect.stringContaining(message),
    remedy: expect.stringMatching(/\w/),
  });
  expect(checks).toHaveLength(10);
  expect(healthy).toBe(checks.every((check) => check.outcome !== 'failed'));
  expect(healthy).toBe(outcome !== 'failed');
});

test('a key that others can read is a failure with its remedy', async () => {
  const {doctor, engines} = await aDoctor({}, 0o640);
  expect((await doctor.report()).checks).toContainEqual({
    name: 'repository key',
    outcome: 'failed',
    message: expect.stringContaining('other users'),
    remedy: `chmod 600 ${engines.repositories[0]?.passwordFile ?? ''}`,
  });
});

test('a ledger that was changed is a failure', async () => {
  const {doctor} = await aDoctor({
    ledger: {
      ...(await aDoctor()).engines.ledger,
      verify: () => {
        throw new Failure('LEDGER_BROKEN', 'Ledger entry 1 does not fit the chain.');
      },
    },
  });
  expect(await doctor.report()).toMatchObject({
    healthy: false,
    checks: expect.arrayContaining([
      expect.objectContaining({name: 'ledger', outcome: 'failed', message: expect.stringContaining('LEDGER_BROKEN')}),
    ]),
  });
});

test('what is not there is to be mounted or named, not to be read by another user', async () => {
  const {engines} = await aDoctor();
  const {checks} = await createDoctor({...engines, files: createLocalFileStore('/nonexistent/data')}).report();
  expect(checks.find(({name}) => name === 'files')?.remedy).toMatch(/^Mount it/);
});

test('each repository that is not in use is checked under its name, and hides nothing of the others', async () => {
  const {engines} = await aDoctor();
  const [inUse] = engines.repositories;
  const far = {name: 'far', repository: createMemoryRepository(), passwordFile: inUse?.passwordFile ?? ''};
  const near = {name: 'near', repository: opens, passwordFile: KEY};
  const {checks, healthy} = await createDoctor({...engines, repositories: [inUse!, near, far]}).report();
  expect(healthy).toBe(false);
  expect(checks.slice(0, 7).map(({name, outcome}) => [name, outcome])).toEqual([
    ['repository', 'ok'],
    ['repository key', 'ok'],
    ['repository near', 'ok'],
    ['repository key near', 'ok'],
    ['repository far', 'failed'],
    ['repository key far', 'ok'],
    ['keys of repositories', 'warning'],
  ]);
  expect(checks[6]?.message).toContain('main and far');
});
