import {chmod, copyFile, mkdir, rm, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {afterAll, beforeAll, expect, jest, test} from '@jest/globals';
import {differences, directoryHashes, tableHashes} from '../harness/compare.ts';
import {runDrctl} from '../harness/drctl.ts';
import type {DrctlAnswer} from '../harness/drctl.ts';
import {startProtectedServer} from '../harness/protected_server.ts';
import type {ProtectedServer} from '../harness/protected_server.ts';
import {removeScratch} from '../harness/scratch.ts';
import {wholeState} from '../harness/whole_state.ts';
import type {WholeState} from '../harness/whole_state.ts';

jest.setTimeout(300_000);

let server: ProtectedServer;
let set: string;
let atBackup: WholeState;
let emptyMachine: string;
let key: string;

beforeAll(async () => {
  server = await startProtectedServer({posts: 60, files: 12, secondPlugin: false, enrolled: false});
  await server.mattermost().stop();
  atBackup = await wholeState(server);
  set = await server.backUp();
  emptyMachine = join(server.directory, 'empty machine');
  await mkdir(emptyMachine);
  key = join(emptyMachine, 'key');
  await copyFile(server.keyFile, key);
  await chmod(key, 0o600);
  await rm(server.stateDirectory, {recursive: true});
  await rm(server.configFile);
});

afterAll(async () => {
  await server?.stop();
  removeScratch();
});

/** Nothing but the repository and a key file. */
function drctl(arguments_: readonly string[], keyFile = key): Promise<DrctlAnswer> {
  return runDrctl([...arguments_, '--repository', server.repository, '--password-file', keyFile], {home: emptyMachine});
}

test('without options there is no configuration any more', async () => {
  expect((await runDrctl(['list', '--config', server.configFile], {home: emptyMachine})).error).toMatchObject({
    code: 'CONFIG_NOT_FOUND',
  });
});

test('the set is listed and shown', async () => {
  expect((await drctl(['list'])).value.sets).toMatchObject([{id: set}]);
  expect((await drctl(['show', 'latest'])).value).toMatchObject({id: set, cross_check: {outcome: 'passed'}});
});

test.each(['L0', 'L1', 'L2', 'L3'])('the set passes %s', async (level) => {
  const verified = await drctl(['verify', set, '--level', level]);
  expect(verified).toMatchObject({exitCode: 0, value: {level, passed: true, findings: []}});
});

test('everything comes back', async () => {
  const [files, config] = [join(emptyMachine, 'data'), join(emptyMachine, 'config')];
  const database = server.databaseUrlOf('from_bare_metal');
  const restored = await drctl([
    'restore',
    'latest',
    '--into-database',
    database,
    '--into-files',
    files,
    '--into-config',
    config,
  ]);
  expect(restored.error).toBeNull();
  expect(differences(await tableHashes(database), atBackup.tables)).toEqual({});
  expect(differences(await directoryHashes(files), atBackup.files)).toEqual({});
  expect(differences(await directoryHashes(config), atBackup.config)).toEqual({});
});

test('a second restore into the same places is refused', async () => {
  const refused = await drctl(['restore', 'latest', '--into-files', join(emptyMachine, 'data')]);
  expect(refused).toMatchObject({exitCode: 32, error: {code: 'TARGET_NOT_EMPTY'}});
});

test('another key does not open the repository', async () => {
  const wrong = join(emptyMachine, 'wrong key');
  await writeFile(wrong, 'not-the-key-of-this-repository\n', {mode: 0o600});
  for (const arguments_ of [
    ['list'],
    ['show', set],
    ['verify', set],
    ['restore', set, '--into-files', join(emptyMachine, 'elsewhere')],
  ]) {
    expect(await drctl(arguments_, wrong)).toMatchObject({exitCode: 12, error: {code: 'REPOSITORY_KEY_WRONG'}});
  }
});

test('a key that others can read is refused', async () => {
  await chmod(key, 0o644);
  expect(await drctl(['list'])).toMatchObject({exitCode: 3, error: {code: 'CONFIG_EXPOSED'}});
  await chmod(key, 0o600);
});
