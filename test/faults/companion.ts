import {existsSync} from 'node:fs';
import {mkdir, mkdtemp, readdir, readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {parse, stringify} from 'yaml';
import {placeRepository} from '../harness/repository.ts';
import {drctl, startDrctl, succeed} from './drctl.ts';
import type {Ending, Place, Running} from './drctl.ts';
import type {StoppedServer} from './server.ts';

type Settings = Record<string, Record<string, unknown> | string>;

/** A companion on disk: configuration, state and repository. */
export interface Companion {
  readonly configFile: string;
  readonly state: string;
  readonly repository: string;
  readonly passwordFile: string;
  readonly work: string;
  /** Runs a verb with this configuration. */
  run(args: readonly string[], place?: Place): Promise<Ending>;
  start(args: readonly string[], place?: Place): Running;
  succeed<Value>(args: readonly string[], place?: Place): Promise<Value>;
  /** Ids of the sets, newest first. */
  sets(): Promise<string[]>;
  /** What jobs left in the work directory. */
  leftovers(): Promise<string[]>;
  /** Changes the configuration file. */
  configure(change: (settings: Settings) => void): Promise<void>;
}

/** Sets a companion up for `server` with `drctl init`. */
export async function newCompanion(server: StoppedServer, more: readonly string[] = []): Promise<Companion> {
  await mkdir(join(server.directory, 'companions'), {recursive: true});
  const directory = await mkdtemp(join(server.directory, 'companions', 'c-'));
  const [configFile, state, repository] = [
    join(directory, 'drctl.yaml'),
    join(directory, 'state'),
    join(directory, 'repository'),
  ];
  await placeRepository(repository, state);
  await succeed([
    'init',
    '--config',
    configFile,
    '--mattermost-config',
    server.configFile,
    '--repository',
    repository,
    '--state',
    state,
    ...more,
  ]);
  return openCompanion(configFile, state, repository);
}

function openCompanion(configFile: string, state: string, repository: string): Companion {
  const withConfig = (args: readonly string[]) => [...args, '--config', configFile];
  const work = join(state, 'work');
  const companion: Companion = {
    configFile,
    state,
    repository,
    work,
    passwordFile: join(state, 'repository.key'),
    run: (args, place) => drctl(withConfig(args), place),
    start: (args, place) => startDrctl(withConfig(args), place),
    succeed: (args, place) => succeed(withConfig(args), place),
    sets: async () => (await companion.succeed<{sets: {id: string}[]}>(['list'])).sets.map(({id}) => id),
    leftovers: async () => (existsSync(work) ? await readdir(work, {recursive: true}) : []),
    configure: async (change) => {
      const settings = parse(await readFile(configFile, 'utf8')) as Settings;
      change(settings);
      await writeFile(configFile, stringify(settings), {mode: 0o600});
    },
  };
  return companion;
}
