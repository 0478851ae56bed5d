import {readFile, rename, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {afterAll, beforeAll, expect, jest, test} from '@jest/globals';
import {parse, stringify} from 'yaml';
import {differences, directoryHashes, tableHashes} from '../harness/compare.ts';
import {startProtectedServer} from '../harness/protected_server.ts';
import type {ProtectedServer} from '../harness/protected_server.ts';
import {copySnapshots, makeRepository, snapshots} from '../harness/repository.ts';
import type {RepositoryPlace} from '../harness/repository.ts';
import {removeScratch} from '../harness/scratch.ts';
import {wholeState} from '../harness/whole_state.ts';
import type {WholeState} from '../harness/whole_state.ts';

jest.setTimeout(300_000);

let server: ProtectedServer;
let offsite: RepositoryPlace;
let set: string;
let atBackup: WholeState;

beforeAll(async () => {
  server = await startProtectedServer({posts: 60, files: 12, secondPlugin: false, enrolled: false});
  await server.mattermost().stop();
  atBackup = await wholeState(server);
  offsite = {repository: join(server.directory, 'offsite repository'), keyFile: join(server.directory, 'offsite.key')};
  await makeRepository(offsite);
  const settings = parse(await readFile(server.configFile, 'utf8')) as object;
  const copies = [{name: 'offsite', url: offsite.repository, password_file: offsite.keyFile}];
  await writeFile(server.configFile, stringify({...settings, copies}));
  set = await server.backUp();
});

afterAll(async () => {
  await server?.stop();
  removeScratch();
});

const placesOf = (value: {sets: {id: string; in: {repository: string; complete: boolean}[]}[]}) =>
  value.sets.map(({id, in: places}) => [id, ...places.map(({repository, complete}) => [repository, complete])]);

test('a backup goes into the repository in use, and the copy is told beside it', async () => {
  expect(placesOf((await server.drctl('list')).value)).toEqual([[set, ['main', true]]]);
  const {value} = await server.drctl('status');
  expect(value).toMatchObject({
    verdict: {set},
    sets: 1,
    repositories: [
      {name: 'main', in_use: true, outcome: 'ok', newest: set},
      {name: 'offsite', in_use: false, outcome: 'ok', sets: 0, newest: null},
    ],
  });
  const {value: doctor} = await server.drctl('doctor');
  expect(doctor.checks).toContainEqual(expect.objectContaining({name: 'repository offsite', outcome: 'ok'}));
});

test('a copy that is half made is listed as that, and is not restored', async () => {
  const [manifest] = (await snapshots(server)).filter(({tags}) => tags.includes('part=manifest'));
  await copySnapshots(server, offsite, [manifest!.id]);
  expect(placesOf((await server.drctl('list')).value)).toEqual([[set, ['main', true], ['offsite', false]]]);
  expect((await server.drctl('status')).value.repositories[1]).toMatchObject({sets: 1, newest: null});
  const target = join(server.directory, 'half');
  expect(await server.drctl('restore', set, '--from', 'offsite', '--into-files', target)).toMatchObject({
    error: {code: 'REPOSITORY_DAMAGED'},
  });
});

test('what restic copies is one set in two repositories, and proves itself in the second', async () => {
  await copySnapshots(server, offsite);
  expect(placesOf((await server.drctl('list')).value)).toEqual([[set, ['main', true], ['offsite', true]]]);
  expect(placesOf((await server.drctl('list', '--from', 'offsite')).value)).toEqual([[set, ['offsite', true]]]);
  for (const level of ['L2', 'L3']) {
    const verified = await server.drctl('verify', 'latest', '--from', 'offsite', '--level', level);
    expect(verified).toMatchObject({exitCode: 0, value: {set, level, passed: true, findings: []}});
  }
});

test('with the first one gone, the set is listed, shown and restored from the second, and nobody is told that all is well', async () => {
  await rename(server.repository, `${server.repository} away`);
  const list = await server.drctl('list');
  expect([list.exitCode, list.error?.code, placesOf(list.value)]).toEqual([
    10,
    'REPOSITORY_NOT_FOUND',
    [[set, ['offsite', true]]],
  ]);
  expect(list.value.findings).toMatchObject([{code: 'REPOSITORY_NOT_FOUND', repository: 'main'}]);
  expect((await server.drctl('status')).value).toMatchObject({
    verdict: {kind: 'unknown'},
    repositories: [
      {name: 'main', outcome: 'failed'},
      {name: 'offsite', outcome: 'ok', newest: set},
    ],
  });
  expect((await server.drctl('show', 'latest', '--repository', 'offsite')).value).toMatchObject({id: set});
  const [files, database] = [join(server.directory, 'files'), server.databaseUrlOf('from_offsite')];
  const into = ['--into-files', files, '--into-database', database];
  expect((await server.drctl('restore', 'latest', '--from', 'offsite', ...into)).error).toBeNull();
  expect(differences(await tableHashes(database), atBackup.tables)).toEqual({});
  expect(differences(await directoryHashes(files), atBackup.files)).toEqual({});
});

test('the second alone is enough on an empty machine', async () => {
  const alone = ['--repository', offsite.repository, '--password-file', offsite.keyFile];
  expect((await server.drctlAlone('verify', 'latest', '--level', 'L1', ...alone)).value).toMatchObject({
    set,
    passed: true,
  });
});

test('a repository that is not named is refused, with those that are', async () => {
  const {error} = await server.drctl('list', '--from', 'elsewhere');
  expect(error).toMatchObject({code: 'REPOSITORY_UNKNOWN', message: expect.stringContaining('main, offsite')});
  const both = await server.drctl('list', '--from', 'offsite', '--repository', '/srv/r');
  expect(both.error).toMatchObject({code: 'USAGE_INVALID'});
});
