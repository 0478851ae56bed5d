import {join} from 'node:path';
import {afterAll, beforeAll, describe, expect, jest, test} from '@jest/globals';
import type {DrctlAnswer} from '../harness/drctl.ts';
import {startProtectedServer} from '../harness/protected_server.ts';
import type {ProtectedServer} from '../harness/protected_server.ts';
import {copyRepository, damageLargestPack, removeSnapshot, snapshots} from '../harness/repository.ts';
import type {RepositoryPlace} from '../harness/repository.ts';
import {removeScratch} from '../harness/scratch.ts';

jest.setTimeout(300_000);

let server: ProtectedServer;
let set: string;

beforeAll(async () => {
  server = await startProtectedServer({posts: 60, files: 12, secondPlugin: false, enrolled: false});
  set = await server.backUp();
});

afterAll(async () => {
  await server?.stop();
  removeScratch();
});

function copied(name: string): Promise<RepositoryPlace> {
  return copyRepository(server, join(server.directory, name));
}

function drctlOn({repository, keyFile}: RepositoryPlace, ...arguments_: string[]): Promise<DrctlAnswer> {
  return server.drctlAlone(...arguments_, '--repository', repository, '--password-file', keyFile);
}

async function manifestSnapshot(place: RepositoryPlace): Promise<string> {
  return (await snapshots(place)).find(({tags}) => tags.includes(`set=${set}`) && tags.includes('part=manifest'))!.id;
}

/** The snapshot that the manifest names. The repository may hold another of the same part that was not needed. */
async function partSnapshot(part: string): Promise<string> {
  const {value} = await server.drctl('show', set);
  return value.snapshots.find((snapshot: {part: string}) => snapshot.part === part).id as string;
}

test.each(['L0', 'L1', 'L2', 'L3'])('a good set passes %s', async (level) => {
  const verified = await server.drctl('verify', set, '--level', level);
  expect(verified).toMatchObject({exitCode: 0, value: {set, level, passed: true, findings: []}});
});

test('the level that is asked for by default is L1', async () => {
  expect((await server.drctl('verify', 'latest')).value).toMatchObject({set, level: 'L1', passed: true});
});

describe('one byte of the repository changed', () => {
  let damaged: RepositoryPlace;

  beforeAll(async () => {
    damaged = await copied('one byte changed');
    await damageLargestPack(damaged);
  });

  test('L2 says which set and what', async () => {
    const verified = await drctlOn(damaged, 'verify', set, '--level', 'L2');
    expect(verified).toMatchObject({
      exitCode: 6,
      error: {code: 'VERIFY_NOT_PASSED'},
      value: {set, level: 'L2', passed: false},
    });
    const errors = verified.value.findings.filter(({severity}: {severity: string}) => severity === 'error');
    expect(errors[0]).toMatchObject({set, message: expect.stringContaining(set), where: expect.stringMatching(/\S/)});
    expect(verified.error?.message).toContain(set);
  });

  test('a restore of it ends in an error and leaves nothing behind', async () => {
    const database = server.databaseUrlOf('from_damaged');
    const target = join(server.directory, 'from damaged');
    const restored = await drctlOn(damaged, 'restore', set, '--into-files', target, '--into-database', database);
    expect(restored.error).toMatchObject({code: 'REPOSITORY_DAMAGED'});
    expect(
      (await drctlOn(server, 'restore', set, '--into-files', target, '--into-database', database)).error,
    ).toBeNull();
  });

  test('the set is still listed, because its manifest is whole', async () => {
    expect((await drctlOn(damaged, 'list')).value.sets).toMatchObject([{id: set}]);
  });
});

test('a set whose manifest is gone is not listed', async () => {
  const place = await copied('no manifest');
  await removeSnapshot(place, await manifestSnapshot(place));
  expect((await drctlOn(place, 'list')).value.sets).toEqual([]);
  expect((await drctlOn(place, 'show', set)).error).toMatchObject({code: 'SET_NOT_FOUND'});
});

test.each(['database', 'files', 'config', 'record'])('a set whose part %s is gone does not pass L0', async (part) => {
  const place = await copied(`no ${part}`);
  await removeSnapshot(place, await partSnapshot(part));
  const verified = await drctlOn(place, 'verify', set, '--level', 'L0');
  expect(verified).toMatchObject({exitCode: 6, error: {code: 'VERIFY_NOT_PASSED'}, value: {passed: false}});
  expect(verified.value.findings).toMatchObject([{set, severity: 'error', message: expect.stringContaining(part)}]);
});
