import {existsSync, readFileSync} from 'node:fs';
import {readdir} from 'node:fs/promises';
import type {RestoreResult} from '@disaster-recovery/contract';
import {afterAll, beforeAll, describe, expect, jest, test} from '@jest/globals';
import pg from 'pg';
import {kill} from '../faults/kill.ts';
import {
  BESIDE_POINTS,
  IN_PLACE_POINTS,
  pointName,
  RESTORE_STEPS,
  SWAP_MOMENTS,
  UNDO_POINTS,
  UNDO_STEPS,
} from '../faults/kill_table.ts';
import {expectLedgerHolds, expectNothingLeft} from '../faults/expect_whole.ts';
import {stepNames} from '../faults/journal.ts';
import {restoreGround, UNDO} from '../faults/restore_ground.ts';
import type {Beside, RestoreGround} from '../faults/restore_ground.ts';
import {soonAs} from '../faults/soon_as.ts';
import {changeEverything, stateOf} from '../faults/state_of_server.ts';
import type {ServerState} from '../faults/state_of_server.ts';
import {differences, directoryHashes} from '../harness/compare.ts';
import {createDatabase} from '../harness/database.ts';
import {cutLargestPack} from '../harness/repository.ts';
import {removeScratch} from '../harness/scratch.ts';

// Each point of test/faults/kill_table.ts is hit once here, in chains: one restore that dies and is run again at every point.
// `make soak` takes each by itself, and goes back after it in every way.
jest.setTimeout(300_000);

let ground: RestoreGround;

beforeAll(async () => {
  ground = await restoreGround();
});

afterAll(async () => {
  await ground?.server.postgres.stop();
  removeScratch();
});

describe('a restore side by side that is killed at every point, and run again each time', () => {
  let copy: Beside;

  beforeAll(async () => {
    copy = await ground.beside('chain');
  });

  test.each(BESIDE_POINTS.map((point) => [pointName(point), point] as const))('%s', async (_name, point) => {
    await ground.killAt(point, copy.args);
  });

  test('is whole when it comes to its end, and that were all its steps', async () => {
    await ground.expectWholeBeside(copy);
    expect(stepNames(ground.companion)).toEqual([...RESTORE_STEPS]);
  });
});

describe('kill -9 of drctl during a restore side by side', () => {
  test('into an empty database of a role that may not make one: the same command again finishes it', async () => {
    const {server, companion} = ground;
    const {args, dataDirectory, configDirectory} = await ground.beside('given');
    const databaseUrl = await createDatabase(server.postgres, {name: 'given', owner: 'poor', password: 'poor'});
    const intoGiven = args.map((arg) => (arg.startsWith('postgres:') ? databaseUrl : arg));
    const restore = companion.start(intoGiven);
    // Asked on one connection: to open one takes as long as a few tables.
    const client = new pg.Client({connectionString: databaseUrl});
    await client.connect();
    const sql = "SELECT 1 FROM pg_tables WHERE schemaname = 'public' OFFSET 20";
    await soonAs('some tables', restore, async () => (await client.query(sql)).rows.length > 0);
    await client.end();
    await kill(restore);
    await companion.succeed(intoGiven);
    expect(await stateOf({databaseUrl, dataDirectory, configDirectory})).toEqual(ground.original);
  });

  test('another command after it removes the dump that the dead one left', async () => {
    const {companion, set} = ground;
    await ground.killAt({step: 'load_database', at: 'before'}, (await ground.beside('abandoned')).args);
    expect(await companion.leftovers()).not.toEqual([]);
    await companion.succeed(['verify', set, '--level', 'L0']);
    await expectNothingLeft(companion);
  });
});

describe('a restore in place that is killed at every point, and run again each time', () => {
  let before: ServerState;

  beforeAll(async () => {
    before = await ground.change();
  });

  test.each(IN_PLACE_POINTS.map((point) => [pointName(point), point] as const))('%s', async (_name, point) => {
    await ground.killAt(point);
    if (point.step === 'swap' && point.at === 'before') {
      expect(await stateOf(ground.server)).toEqual(before);
    }
  });

  test('is whole when it comes to its end, and that were all its steps', async () => {
    const {companion, server, inPlace, original} = ground;
    await companion.succeed(inPlace);
    expect(stepNames(companion)).toEqual([...RESTORE_STEPS]);
    expect(await stateOf(server)).toEqual(original);
    await expectNothingLeft(companion);
  });

  test.each(UNDO_POINTS.map((point) => [pointName(point), point] as const))(
    '--undo, killed %s',
    async (_name, point) => {
      await ground.killAt(point, UNDO);
    },
  );

  test('--undo goes back exactly when it comes to its end', async () => {
    const {companion, server} = ground;
    await companion.succeed(UNDO);
    expect(stepNames(companion)).toEqual([...UNDO_STEPS]);
    expect(await stateOf(server)).toEqual(before);
    await expectLedgerHolds(companion);
  });
});

describe('kill -9 of drctl during a restore in place', () => {
  test('after its restore point: the rerun takes no second one, and latest still means the same set', async () => {
    const {companion, server, set, original} = ground;
    await changeEverything(server, 'with_restore_point');
    const before = await stateOf(server);
    const args = ['restore', 'latest', '--yes'];
    await ground.killAt({step: 'load_database', at: 'before'}, args);
    await companion.succeed(args);
    expect(await stateOf(server)).toEqual(original);
    expect(await companion.sets()).toEqual([expect.any(String), set]);
    await companion.succeed(UNDO);
    expect(await stateOf(server)).toEqual(before);
  });

  test.each(SWAP_MOMENTS)('%s: --undo alone goes back exactly', async (moment) => {
    const before = await ground.change();
    await ground.killAt({step: 'swap', at: moment});
    await ground.companion.succeed(UNDO);
    expect(await stateOf(ground.server)).toEqual(before);
  });
});

/** The hashes are told by the bytes of the names; people are told the characters. */
const asShown = (key: string): string => Buffer.from(key, 'latin1').toString('utf8');

/** Last of all: it spoils the repository. */
describe('a restore without the files that cannot be read', () => {
  let args: readonly string[];
  let copy: Beside;

  beforeAll(async () => {
    const {companion} = ground;
    const {set} = await companion.succeed<{set: {id: string}}>(['backup', '--scope', 'files']);
    await cutLargestPack(companion);
    copy = await ground.beside('incomplete');
    args = ['restore', set.id, '--into-files', copy.dataDirectory];
  });

  test('is refused by name when nobody asked for it, and leaves nothing', async () => {
    const {result} = await ground.companion.run(args);
    expect(result?.error).toMatchObject({
      code: 'REPOSITORY_DAMAGED',
      remedy: expect.stringContaining('--accept-incomplete'),
    });
    expect(existsSync(copy.dataDirectory) ? await readdir(copy.dataDirectory) : []).toEqual([]);
  });

  test('has to be confirmed', async () => {
    const {result} = await ground.companion.run([...args, '--accept-incomplete']);
    expect(result?.error?.code).toBe('CONFIRMATION_NEEDED');
  });

  test('killed and run again, it brings the rest and names what is missing', async () => {
    const {companion, server} = ground;
    const accepting = [...args, '--accept-incomplete', '--yes'];
    await ground.killAt({step: 'stage_files', at: 'after'}, accepting);
    await ground.killAt({step: 'prove', at: 'before'}, accepting);
    const {restore} = await companion.succeed<{restore: RestoreResult}>(accepting);
    const [live, restored] = [await directoryHashes(server.dataDirectory), await directoryHashes(copy.dataDirectory)];
    const [missing, rest] = [Object.keys(differences(restored, live)).map(asShown).sort(), Object.keys(restored)];
    // Empty files need no pack.
    expect([missing.length > 0, rest.length > 1000]).toEqual([true, true]);
    expect(restore.missing_files).toMatchObject({count: missing.length, first: missing.slice(0, 20)});
    expect(readFileSync(restore.missing_files?.report ?? '', 'utf8')).toBe(
      missing.map((path) => `${JSON.stringify(path)}\n`).join(''),
    );
    expect(restore.left_out).toEqual([expect.stringContaining(missing[0] ?? '')]);
    await expectNothingLeft(companion);
  });
});
