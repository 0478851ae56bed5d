import {mkdir, writeFile} from 'node:fs/promises';
import {availableParallelism} from 'node:os';
import {dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {execa} from 'execa';
import type {Workspace} from './data/workspace.ts';
import type {Command} from './measure.ts';

export const DRCTL = fileURLToPath(new URL('../dist/drctl', import.meta.url));
const RESTIC = fileURLToPath(new URL('../dist/lib/restic', import.meta.url));
const peer = (name: string): string => fileURLToPath(new URL(`peers/${name}.sh`, import.meta.url));
const JOBS = String(availableParallelism());

export type Target = {databaseUrl: string; files: string; config: string};

/** One that backs up and restores, with a store of its own that starts empty. */
export type Contestant = {
  name: string;
  /** What counts as stored. */
  store: string;
  backup: Command;
  restore(target: Target): Command;
};

export type Places = {workspace: Workspace; directory: string; postgresPrograms: string};

/** The peers get the same PostgreSQL programs and the same restic as drctl. */
function environment({directory, postgresPrograms}: Places): Record<string, string> {
  return {
    PATH: `${postgresPrograms}:${dirname(RESTIC)}:${process.env['PATH'] ?? ''}`,
    XDG_CACHE_HOME: join(directory, 'cache'),
  };
}

export async function script(places: Places): Promise<Contestant> {
  const {
    workspace: {databaseUrl, filesDirectory, configFile},
    directory,
  } = places;
  const store = join(directory, 'store');
  await mkdir(store, {recursive: true});
  const command = (verb: string, target: Target): Command => ({
    program: peer('script'),
    args: [verb, target.databaseUrl, target.files, target.config, store, JOBS],
    env: environment(places),
  });
  return {
    name: 'script',
    store,
    backup: command('backup', {databaseUrl, files: filesDirectory, config: dirname(configFile)}),
    restore: (target) => command('restore', target),
  };
}

export async function plainRestic(places: Places): Promise<Contestant> {
  const {
    workspace: {databaseUrl, filesDirectory, configFile},
    directory,
  } = places;
  const store = join(directory, 'repository');
  const key = join(directory, 'key');
  await mkdir(directory, {recursive: true});
  await writeFile(key, 'a key for the benchmark\n', {mode: 0o600});
  const env = {
    ...environment(places),
    RESTIC_REPOSITORY: store,
    RESTIC_PASSWORD_FILE: key,
    SOURCE_FILES: filesDirectory,
    SOURCE_CONFIG: dirname(configFile),
  };
  await execa(RESTIC, ['init', '--quiet'], {env});
  const command = (verb: string, target: Target): Command => ({
    program: peer('plain_restic'),
    args: [verb, target.databaseUrl, target.files, target.config, join(directory, 'staging'), JOBS],
    env,
  });
  return {
    name: 'restic',
    store,
    backup: command('backup', {databaseUrl, files: filesDirectory, config: dirname(configFile)}),
    restore: (target) => command('restore', target),
  };
}

export async function drctl(places: Places): Promise<Contestant> {
  const {workspace, directory, postgresPrograms} = places;
  const store = join(directory, 'repository');
  const config = join(directory, 'drctl.yaml');
  const env = {
    ...environment(places),
    DRCTL_CONFIG: config,
    DRCTL_DATABASE_JOBS: JOBS,
    DRCTL_TOOLS_POSTGRES_DIRECTORY: postgresPrograms,
  };
  await execa(
    DRCTL,
    [
      'init',
      '--mattermost-config',
      workspace.configFile,
      '--repository',
      store,
      '--state',
      join(directory, 'state'),
      '--json',
    ],
    {env},
  );
  return {
    name: 'drctl',
    store,
    backup: {program: DRCTL, args: ['backup', '--json'], env},
    restore: ({databaseUrl, files, config: into}) => ({
      program: DRCTL,
      args: [
        'restore',
        'latest',
        '--into-database',
        databaseUrl,
        '--into-files',
        files,
        '--into-config',
        into,
        '--yes',
        '--json',
      ],
      env,
    }),
  };
}

export const CONTESTANTS = [script, plainRestic, drctl] as const;

export type StepTimes = Record<string, number>;

/** Where the seconds went, as drctl itself tells among its events. */
export function stepTimes(stdout: string): StepTimes {
  const events = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as {type: string; step?: string; ms?: number | null});
  return Object.fromEntries(
    events.filter(({type, ms}) => type === 'step' && typeof ms === 'number').map(({step, ms}) => [step ?? '', ms ?? 0]),
  );
}
