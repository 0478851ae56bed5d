import {existsSync} from 'node:fs';
import {mkdir, readdir, writeFile} from 'node:fs/promises';
import {dirname, join} from 'node:path';
import {afterAll, afterEach, beforeAll, describe, expect, jest, test} from '@jest/globals';
import {newCompanion} from '../faults/companion.ts';
import type {Companion} from '../faults/companion.ts';
import {stayConnected} from '../faults/connections.ts';
import type {Running} from '../faults/drctl.ts';
import {expectLedgerHolds, expectNothingLeft} from '../faults/expect_whole.ts';
import {slowLedger, untilStep} from '../faults/journal.ts';
import {stoppedServer} from '../faults/server.ts';
import type {StoppedServer} from '../faults/server.ts';
import {slowRestic} from '../faults/slow_restic.ts';
import type {Slowness} from '../faults/slow_restic.ts';
import {soonAs} from '../faults/soon_as.ts';
import {changeEverything, query, stateOf} from '../faults/state_of_server.ts';
import type {ServerState} from '../faults/state_of_server.ts';
import {createDatabase} from '../harness/database.ts';
import {removeScratch} from '../harness/scratch.ts';

jest.setTimeout(300_000);

const BETWEEN_RENAMES = 'between the two renames of databases';
const STEPS = [
  'find_set',
  'fetch_dump',
  'create_database',
  'load_database',
  'stage_files',
  'stage_config',
  'prove',
  'settle',
  'swap',
  'record',
];
// So that moving them takes long enough to be hit in the middle.
const MANY_FILES = 1200;

let server: StoppedServer;
let companion: Companion;
let restic: Slowness;
let set: string;
let original: ServerState;

beforeAll(async () => {
  server = await stoppedServer();
  for (let number = 0; number < MANY_FILES; number += 1) {
    await writeFile(join(server.dataDirectory, `many ${number}`), '');
  }
  companion = await newCompanion(server);
  restic = await slowRestic(companion);
  set = (await companion.succeed<{set: {id: string}}>(['backup'])).set.id;
  original = await stateOf(server);
});

afterAll(async () => {
  await server.postgres.stop();
  removeScratch();
});

afterEach(async () => {
  await restic.fast();
  slowLedger(companion, null);
});

async function killed(running: Running): Promise<void> {
  process.kill(running.pid, 'SIGKILL');
  expect((await running.ending).signal).toBe('SIGKILL');
  await restic.fast();
  slowLedger(companion, null);
}

async function killIn(step: string, args: readonly string[]): Promise<void> {
  await restic.slow(0.3);
  slowLedger(companion, step === 'record' ? 'restore.finished' : null);
  const restore = companion.start(args);
  await untilStep(companion, restore, step);
  await killed(restore);
}

describe('kill -9 of drctl during a restore side by side', () => {
  async function targets(name: string) {
    const directory = join(server.directory, 'copies', name);
    await mkdir(directory, {recursive: true});
    const [dataDirectory, configDirectory] = [join(directory, 'data'), join(directory, 'config')];
    const databaseUrl = server.databaseUrl.replace('/mattermost?', `/copy_${name}?`);
    const args = [
      'restore',
      set,
      '--into-database',
      databaseUrl,
      '--into-files',
      dataDirectory,
      '--into-config',
      configDirectory,
    ];
    return {args, directory, databaseUrl, dataDirectory, configDirectory};
  }

  test.each(STEPS)('in %s: the same command again finishes it, whole', async (step) => {
    const {args, directory, ...copy} = await targets(step);
    await killIn(step, args);
    await companion.succeed(args);
    expect(await stateOf(copy)).toEqual(original);
    expect((await readdir(directory)).sort()).toEqual(['config', 'data']);
    await expectNothingLeft(companion);
    await expectLedgerHolds(companion);
  });

  test('into an empty database of a role that may not make one: the same command again finishes it', async () => {
    const {args, dataDirectory, configDirectory} = await targets('given');
    const databaseUrl = await createDatabase(server.postgres, {name: 'given', owner: 'poor', password: 'poor'});
    const intoGiven = args.map((arg) => (arg.startsWith('postgres:') ? databaseUrl : arg));
    const restore = companion.start(intoGiven);
    await soonAs(
      'some tables',
      restore,
      async () =>
        Number(
          (await query(databaseUrl, "SELECT count(*) AS tables FROM pg_tables WHERE schemaname = 'public'"))[0]?.[
            'tables'
          ],
        ) > 20,
    );
    await killed(restore);
    await companion.succeed(intoGiven);
    expect(await stateOf({databaseUrl, dataDirectory, configDirectory})).toEqual(original);
  });

  test('another command after it removes the dump that the dead one left', async () => {
    await killIn('load_database', (await targets('abandoned')).args);
    await companion.succeed(['verify', set, '--level', 'L0']);
    await expectNothingLeft(companion);
  });
});

describe('kill -9 of drctl during a restore in place', () => {
  const inPlace = ['restore', '--yes', '--without-restore-point'];

  async function expectOriginalThenUndo(before: ServerState): Promise<void> {
    await companion.succeed([...inPlace, set]);
    expect(await stateOf(server)).toEqual(original);
    await expectNothingLeft(companion);
    await companion.succeed(['restore', '--undo', '--yes']);
    expect(await stateOf(server)).toEqual(before);
    await expectLedgerHolds(companion);
  }

  test.each(STEPS)('in %s: the same command again finishes it, and --undo goes back exactly', async (step) => {
    await changeEverything(server, step);
    const before = await stateOf(server);
    await killIn(step, [...inPlace, set]);
    await expectOriginalThenUndo(before);
  });

  test('after its restore point: the rerun takes no second one, and latest still means the same set', async () => {
    await changeEverything(server, 'with_restore_point');
    const before = await stateOf(server);
    const args = ['restore', 'latest', '--yes'];
    await killIn('load_database', args);
    await companion.succeed(args);
    expect(await stateOf(server)).toEqual(original);
    expect(await companion.sets()).toEqual([expect.any(String), set]);
    await companion.succeed(['restore', '--undo', '--yes']);
    expect(await stateOf(server)).toEqual(before);
  });

  const MOMENTS: Record<string, () => Promise<boolean>> = {
    [BETWEEN_RENAMES]: async () =>
      (await query(server.postgres.superuserUrl, "SELECT 1 FROM pg_database WHERE datname = 'mattermost'")).length ===
      0,
    'while files are set aside': async () =>
      (await areas()).some((area) => existsSync(join(area, 'former')) && !existsSync(join(area, 'former.complete'))),
    'while files come in': async () =>
      (await areas()).some((area) => existsSync(join(area, 'former.complete')) && existsSync(join(area, 'new'))),
  };
  let earlier: string[] = [];
  let marks = 0;

  async function areas(): Promise<string[]> {
    const parent = dirname(server.dataDirectory);
    return (await readdir(parent))
      .filter((name) => name.startsWith('.drctl-') && name.endsWith('-data'))
      .map((name) => join(parent, name))
      .filter((area) => !earlier.includes(area));
  }

  async function killAt(moment: string): Promise<ServerState> {
    marks += 1;
    await changeEverything(server, `mark_${marks}`);
    const before = await stateOf(server);
    earlier = [];
    earlier = await areas();
    const restore = companion.start([...inPlace, set]);
    const leave = moment === BETWEEN_RENAMES ? await delaySecondRename(restore) : async () => undefined;
    await soonAs(moment, restore, MOMENTS[moment] ?? (async () => true));
    await killed(restore);
    await leave();
    return before;
  }

  /** PostgreSQL waits up to 5 s for others to leave a database before it renames it. */
  async function delaySecondRename(restore: Running): Promise<() => Promise<void>> {
    await restic.slow(0.5);
    await untilStep(companion, restore, 'stage_files');
    const [fresh] = await query(
      server.postgres.superuserUrl,
      "SELECT datname::text AS name FROM pg_database WHERE datname LIKE 'mattermost_dr_%' ORDER BY oid DESC LIMIT 1",
    );
    return stayConnected(server.databaseUrl.replace('/mattermost?', `/${String(fresh?.['name'])}?`), 'a slow reader');
  }

  test.each(Object.keys(MOMENTS))(
    '%s: the same command again finishes it, and --undo goes back exactly',
    async (moment) => {
      await expectOriginalThenUndo(await killAt(moment));
    },
  );

  test.each(Object.keys(MOMENTS))('%s: --undo alone goes back exactly', async (moment) => {
    const before = await killAt(moment);
    await companion.succeed(['restore', '--undo', '--yes']);
    expect(await stateOf(server)).toEqual(before);
  });
});
