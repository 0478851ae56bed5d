import {readFile, mkdir, rm} from 'node:fs/promises';
import {dirname, join} from 'node:path';
import {deepStrictEqual} from 'node:assert';
import {differences, directoryHashes, tableHashes} from '../test/harness/compare.ts';
import {newestPrograms} from '../test/harness/postgres_cluster.ts';
import {CONTESTANTS, stepTimes, type Contestant, type StepTimes, type Target} from './contestants.ts';
import {runSql} from './data/copy.ts';
import {mutate} from './data/mutate.ts';
import {OWNER, type Workspace} from './data/workspace.ts';
import {bytesIn, dropPageCache} from './machine.ts';
import {measure, type Command, type Measured} from './measure.ts';

export const PHASES = ['full', 'nightly', 'restore'] as const;
export type Phase = (typeof PHASES)[number];

export type Result = Omit<Measured, 'stdout'> & {
  run: number;
  contestant: string;
  phase: Phase;
  /** Bytes that the store has more than before. */
  stored: number;
  steps: StepTimes | null;
};

/** What a restore changes on purpose: rows that would do harm on another server. */
const SETTLED = ['clusterdiscovery', 'db_lock', 'uploadsessions', 'jobs'];

/** One round: everybody from an empty store, taking turns in each phase, first one then the other in front. */
export async function round(
  workspace: Workspace,
  directory: string,
  run: number,
  tell: (result: Result) => Promise<void>,
): Promise<void> {
  const contestants = await enter(workspace, join(directory, `run-${run}`));
  const turns = [...contestants.slice(run % contestants.length), ...contestants.slice(0, run % contestants.length)];
  const postmaster = await postmasterOf(workspace);
  const perform = async (phase: Phase, contestant: Contestant, command: Command): Promise<void> => {
    const before = await bytesIn(contestant.store);
    await dropPageCache();
    const {stdout, ...cost} = await measure(command, postmaster, directory);
    const stored = (await bytesIn(contestant.store)) - before;
    await tell({
      run,
      contestant: contestant.name,
      phase,
      ...cost,
      stored,
      steps: contestant.name === 'drctl' ? stepTimes(stdout) : null,
    });
  };
  for (const contestant of turns) {
    await perform('full', contestant, contestant.backup);
  }
  await mutate(workspace, run);
  for (const contestant of turns) {
    await perform('nightly', contestant, contestant.backup);
  }
  for (const contestant of turns) {
    const target = await emptyTarget(workspace, join(directory, 'restored'));
    await perform('restore', contestant, contestant.restore(target));
    if (run === 1) {
      await requireEqual(contestant.name, workspace, target);
    }
    await rm(join(directory, 'restored'), {recursive: true, force: true});
  }
  await rm(join(directory, `run-${run}`), {recursive: true, force: true});
}

async function enter(workspace: Workspace, directory: string): Promise<Contestant[]> {
  const postgresPrograms = await newestPrograms();
  const contestants: Contestant[] = [];
  for (const [index, make] of CONTESTANTS.entries()) {
    contestants.push(await make({workspace, directory: join(directory, String(index)), postgresPrograms}));
  }
  return contestants;
}

export async function postmasterOf({postgres}: Workspace): Promise<number> {
  return Number((await readFile(join(postgres.dataDirectory, 'postmaster.pid'), 'utf8')).split('\n')[0]);
}

export async function emptyTarget({postgres}: Workspace, directory: string): Promise<Target> {
  await runSql(postgres.superuserUrl, [
    'DROP DATABASE IF EXISTS restored',
    `CREATE DATABASE restored OWNER ${OWNER.name}`,
  ]);
  const target = {
    databaseUrl: postgres.url('restored', OWNER.name, OWNER.password),
    files: join(directory, 'files'),
    config: join(directory, 'config'),
  };
  await mkdir(target.files, {recursive: true});
  await mkdir(target.config, {recursive: true});
  return target;
}

/** A contestant that loses something does not take part in a race. @throws AssertionError */
async function requireEqual(
  name: string,
  {databaseUrl, filesDirectory, configFile}: Workspace,
  target: Target,
): Promise<void> {
  const tables = async (url: string) => tableHashes(url, {exclude: SETTLED});
  deepStrictEqual(
    differences(await tables(databaseUrl), await tables(target.databaseUrl)),
    {},
    `${name}: tables differ`,
  );
  deepStrictEqual(
    differences(await directoryHashes(filesDirectory), await directoryHashes(target.files)),
    {},
    `${name}: files differ`,
  );
  deepStrictEqual(
    differences(await directoryHashes(dirname(configFile)), await directoryHashes(target.config)),
    {},
    `${name}: configurations differ`,
  );
}
