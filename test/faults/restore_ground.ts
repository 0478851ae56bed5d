import {existsSync} from 'node:fs';
import {mkdir, readdir, rm, writeFile} from 'node:fs/promises';
import {dirname, join} from 'node:path';
import {expect} from '@jest/globals';
import pg from 'pg';
import {newCompanion} from './companion.ts';
import type {Companion} from './companion.ts';
import {stayConnected} from './connections.ts';
import type {Running} from './drctl.ts';
import {expectLedgerHolds, expectNothingLeft} from './expect_whole.ts';
import {hasBegun} from './journal.ts';
import {kill, killAtSide} from './kill.ts';
import type {KillPoint, SwapMoment} from './kill_table.ts';
import type {Side} from './hold.ts';
import {stoppedServer} from './server.ts';
import type {StoppedServer} from './server.ts';
import {slowRestic} from './slow_restic.ts';
import type {Slowness} from './slow_restic.ts';
import {soonAs} from './soon_as.ts';
import {changeEverything, query, stateOf} from './state_of_server.ts';
import type {ServerState} from './state_of_server.ts';

// So that moving them takes long enough to be hit in the middle.
const MANY_FILES = 1200;

export const UNDO = ['restore', '--undo', '--yes'] as const;

/** Where a restore side by side goes. */
export interface Beside {
  readonly args: readonly string[];
  readonly directory: string;
  readonly databaseUrl: string;
  readonly dataDirectory: string;
  readonly configDirectory: string;
}

/** A stopped server with one set of it, to be restored and killed at it. */
export interface RestoreGround {
  readonly server: StoppedServer;
  readonly companion: Companion;
  readonly set: string;
  /** What is in the set. */
  readonly original: ServerState;
  /** Restores the set over the server, without a restore point. */
  readonly inPlace: readonly string[];
  beside(name: string): Promise<Beside>;
  /** Changes each part of the server a little; gives its state. */
  change(): Promise<ServerState>;
  /** Kills a restore in place (or whatever `args` start) there. */
  killAt(point: KillPoint<Side | SwapMoment>, args?: readonly string[]): Promise<void>;
  /** The same command finishes what was killed: everything is as in the set. Then --undo goes back exactly. */
  expectOriginalThenUndo(before: ServerState): Promise<void>;
  /** The same command finishes a restore side by side that was killed, whole, and nothing else lies there. */
  expectWholeBeside(beside: Beside): Promise<void>;
  /** Removes what restores that are over left for an undo, and the copies. */
  tidy(): Promise<void>;
}

export async function restoreGround(): Promise<RestoreGround> {
  const server = await stoppedServer();
  for (let number = 0; number < MANY_FILES; number += 1) {
    await writeFile(join(server.dataDirectory, `many ${number}`), '');
  }
  const companion = await newCompanion(server);
  const restic = await slowRestic(companion);
  const set = (await companion.succeed<{set: {id: string}}>(['backup'])).set.id;
  const original = await stateOf(server);
  const inPlace = ['restore', '--yes', '--without-restore-point', set];
  let marks = 0;
  /** Of restores that are over. */
  let earlier: string[] = [];

  return {
    server,
    companion,
    set,
    original,
    inPlace,
    beside: (name) => besideOf(server, set, name),
    change: async () => {
      marks += 1;
      await changeEverything(server, `mark_${marks}`);
      earlier = await areas(server);
      return stateOf(server);
    },
    killAt: async ({step, at}, args = inPlace) =>
      at === 'before' || at === 'after'
        ? killAtSide(companion, args, {step, at})
        : killInSwap({server, companion, restic, earlier}, args, at),
    expectOriginalThenUndo: async (before) => {
      await companion.succeed(inPlace);
      expect(await stateOf(server)).toEqual(original);
      await expectNothingLeft(companion);
      await companion.succeed(UNDO);
      expect(await stateOf(server)).toEqual(before);
      await expectLedgerHolds(companion);
    },
    expectWholeBeside: async ({args, directory, ...copy}) => {
      await companion.succeed(args);
      expect(await stateOf(copy)).toEqual(original);
      expect((await readdir(directory)).sort()).toEqual(['config', 'data']);
      await expectNothingLeft(companion);
      await expectLedgerHolds(companion);
    },
    tidy: () => tidy(server),
  };
}

async function tidy(server: StoppedServer): Promise<void> {
  const names = await query(
    server.postgres.superuserUrl,
    String.raw`SELECT quote_ident(datname) AS name FROM pg_database WHERE datname LIKE 'mattermost\_%' OR datname LIKE 'copy\_%'`,
  );
  for (const {name} of names) {
    await query(server.postgres.superuserUrl, `DROP DATABASE ${String(name)} WITH (FORCE)`);
  }
  await Promise.all(
    [...(await areas(server)), join(server.directory, 'copies')].map((path) =>
      rm(path, {recursive: true, force: true}),
    ),
  );
}

async function besideOf(server: StoppedServer, set: string, name: string): Promise<Beside> {
  const directory = join(server.directory, 'copies', name);
  await mkdir(directory, {recursive: true});
  const [dataDirectory, configDirectory] = [join(directory, 'data'), join(directory, 'config')];
  const databaseUrl = server.databaseUrl.replace('/mattermost?', `/copy_${name}?`);
  const into = ['--into-database', databaseUrl, '--into-files', dataDirectory, '--into-config', configDirectory];
  return {args: ['restore', set, ...into], directory, databaseUrl, dataDirectory, configDirectory};
}

interface Swapping {
  readonly server: StoppedServer;
  readonly companion: Companion;
  readonly restic: Slowness;
  readonly earlier: readonly string[];
}

/** Kills it in the middle of its swap, whether it begins there or goes on with one that was killed before. */
async function killInSwap(swapping: Swapping, args: readonly string[], moment: SwapMoment): Promise<void> {
  const {companion, restic} = swapping;
  const running = companion.start(args);
  const leave = moment === 'between the two renames of databases' ? await delayRename(swapping, running) : null;
  const watched = await watch(swapping, moment);
  try {
    await soonAs(moment, running, watched.isAt);
    await kill(running);
  } finally {
    await watched.end();
    await leave?.();
    await restic.fast();
  }
}

/** What tells that moment. Asked on one connection, because to open one takes longer than the moment may last. */
async function watch(
  {server, earlier}: Swapping,
  moment: SwapMoment,
): Promise<{isAt(): Promise<boolean>; end(): Promise<void>}> {
  if (moment === 'between the two renames of databases') {
    const client = new pg.Client({connectionString: server.postgres.superuserUrl});
    await client.connect();
    return {
      isAt: async () => (await client.query("SELECT 1 FROM pg_database WHERE datname = 'mattermost'")).rowCount === 0,
      end: () => client.end(),
    };
  }
  const isIn = (area: string): boolean => {
    const has = (name: string) => existsSync(join(area, name));
    return moment === 'while files are set aside'
      ? has('former') && !has('former.complete')
      : has('former.complete') && has('new');
  };
  return {
    isAt: async () => (await areas(server)).some((area) => !earlier.includes(area) && isIn(area)),
    end: async () => undefined,
  };
}

/** Where restores lay the files of before. */
async function areas({dataDirectory}: StoppedServer): Promise<string[]> {
  const parent = dirname(dataDirectory);
  return (await readdir(parent))
    .filter((name) => name.startsWith('.drctl-') && name.endsWith('-data'))
    .map((name) => join(parent, name));
}

/** PostgreSQL waits up to 5 s for others to leave a database before it renames it. */
async function delayRename({server, companion, restic}: Swapping, running: Running): Promise<() => Promise<void>> {
  await restic.slow(0.5);
  await soonAs('step stage_files', running, async () => hasBegun(companion, 'stage_files'));
  const [fresh] = await query(
    server.postgres.superuserUrl,
    "SELECT datname::text AS name FROM pg_database WHERE datname LIKE 'mattermost_dr_%' ORDER BY oid DESC LIMIT 1",
  );
  return stayConnected(server.databaseUrl.replace('/mattermost?', `/${String(fresh?.['name'])}?`), 'a slow reader');
}
