import {globSync} from 'node:fs';
import {appendFile, mkdir} from 'node:fs/promises';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {connect} from './client.ts';
import type {Client} from './client.ts';
import {startCompanion} from './companion.ts';
import type {Companion} from './companion.ts';
import {drctlOrThrow, runDrctl} from './drctl.ts';
import type {DrctlAnswer} from './drctl.ts';
import {freePort} from './free_port.ts';
import {startMattermost} from './mattermost.ts';
import type {Mattermost} from './mattermost.ts';
import type {Postgres} from './postgres.ts';
import {placeRepository} from './repository.ts';
import {scratchDirectory} from './scratch.ts';
import {seededServer} from './seeded_server.ts';
import type {Workspace} from './workspace.ts';

const DIST = fileURLToPath(new URL('../../dist', import.meta.url));

/** Every sign that a careless program reads as part of a URL, a shell line or a keyword string. */
const AWKWARD_PASSWORD = `p@ss % w:o/r'd "x" \\ ?&=#`;
export const PLUGIN = 'disaster-recovery';

export interface ProtectedServerOptions {
  readonly posts?: number;
  readonly files?: number;
  readonly secondPlugin?: boolean;
  /** Start the companion, and enroll the plugin at it. Default: true. */
  readonly enrolled?: boolean;
  /** More MM_… settings of the server. */
  readonly environment?: Readonly<Record<string, string>>;
  /** More sections of the companion's configuration, none of which `drctl init` writes itself. */
  readonly companionSettings?: Readonly<Record<string, object>>;
}

/** A seeded Mattermost, its PostgreSQL, and a companion set up to protect it. */
export interface ProtectedServer {
  readonly directory: string;
  readonly postgres: Postgres;
  /** The server that runs now, or ran last. */
  mattermost(): Mattermost;
  /** Starts it again where it was stopped, at the same address. */
  startMattermost(): Promise<void>;
  /** Signed in as the system admin. */
  readonly client: Client;
  readonly workspace: Workspace;
  readonly databaseUrl: string;
  /** URL of another database of the same owner. */
  databaseUrlOf(name: string): string;
  readonly repository: string;
  readonly keyFile: string;
  readonly configFile: string;
  readonly stateDirectory: string;
  /** Throws where there is none. */
  companion(): Companion;
  /** Runs drctl with the configuration of the companion. */
  drctl(...arguments_: string[]): Promise<DrctlAnswer>;
  /** Runs drctl as on a machine where nothing is configured. */
  drctlAlone(...arguments_: string[]): Promise<DrctlAnswer>;
  /** Runs `drctl backup`; gives the id of the set. */
  backUp(): Promise<string>;
  /** Types `/dr enroll`; gives the answer. */
  enroll(): Promise<string>;
  stop(): Promise<void>;
}

type Stop = () => Promise<void>;

/** Starts everything from nothing. */
export async function startProtectedServer(options: ProtectedServerOptions = {}): Promise<ProtectedServer> {
  const stops: Stop[] = [];
  const stopAll = async () => {
    for (const stop of stops.splice(0).reverse()) {
      await stop();
    }
  };
  try {
    return {...(await startParts(options, stops)), stop: stopAll};
  } catch (error) {
    await stopAll();
    throw error;
  }
}

async function startParts(options: ProtectedServerOptions, stops: Stop[]): Promise<Omit<ProtectedServer, 'stop'>> {
  const directory = await scratchDirectory('protected');
  const owner = {name: 'mm user', password: AWKWARD_PASSWORD};
  const {posts, files, secondPlugin, enrolled = true, environment = {}} = options;
  const {postgres, databaseUrl, mattermostDirectory, port, workspace} = await seededServer({
    directory,
    owner,
    workspace: {
      ...(posts !== undefined && {posts}),
      ...(files !== undefined && {files}),
      ...(secondPlugin !== undefined && {secondPlugin}),
    },
  });
  stops.push(postgres.stop);
  const start = (configFits = false) =>
    startMattermost({directory: mattermostDirectory, databaseUrl, port, environment, configFits});
  let mattermost = await start(true);
  stops.push(() => mattermost.stop());
  const client = connect(mattermost.url);
  await client.login(workspace.admin.username, workspace.admin.password);

  const setUpCompanion = async () => {
    const made = await setUp(directory, mattermost.configFile, options.companionSettings);
    const started = enrolled
      ? await startCompanion({directory, configFile: made.configFile, port: made.port})
      : undefined;
    if (started) {
      stops.push(started.stop);
    }
    return {places: made, companion: started};
  };
  // Neither needs the other yet. To enable the plugin writes config.json, which the companion reads; so that comes after.
  const [{places, companion}] = await bothOf(
    setUpCompanion(),
    enrolled ? client.uploadPlugin(pluginBundle()) : undefined,
  );
  const drctl = (...arguments_: string[]) =>
    runDrctl(['--config', places.configFile, ...arguments_], {home: places.home});
  const enroll = () => enrollPlugin(client, workspace, drctl);
  if (companion) {
    await client.enablePlugin(PLUGIN);
    await enroll();
  }

  return {
    directory,
    postgres,
    client,
    workspace,
    databaseUrl,
    drctl,
    enroll,
    ...places,
    mattermost: () => mattermost,
    startMattermost: async () => {
      mattermost = await start();
    },
    databaseUrlOf: (name) => postgres.url(name, owner.name, owner.password),
    companion: () => present(companion),
    drctlAlone: (...arguments_) => runDrctl(arguments_, {home: places.home}),
    backUp: async () => (await drctlOrThrow(drctl('backup'))).value.set.id as string,
  };
}

/** Waits for both, also when one of them fails: what the other has started must be known to be stopped. */
async function bothOf<First, Second>(
  first: Promise<First>,
  second: Promise<Second> | undefined,
): Promise<[First, Second | undefined]> {
  await Promise.allSettled([first, second]);
  return Promise.all([first, second]);
}

function present(companion: Companion | undefined): Companion {
  if (!companion) {
    throw new Error('This server was started without a companion.');
  }
  return companion;
}

interface Places {
  readonly home: string;
  readonly repository: string;
  readonly keyFile: string;
  readonly configFile: string;
  readonly stateDirectory: string;
  readonly port: number;
}

/** `drctl init`, as an administrator would type it. */
async function setUp(directory: string, mattermostConfig: string, settings: object = {}): Promise<Places> {
  const home = join(directory, 'home');
  await mkdir(home);
  const port = await freePort();
  const repository = join(directory, 'repository');
  const stateDirectory = join(directory, 'state');
  const configFile = join(directory, 'drctl.yaml');
  await placeRepository(repository, stateDirectory);
  const {value} = await drctlOrThrow(
    runDrctl(
      [
        'init',
        '--config',
        configFile,
        '--mattermost-config',
        mattermostConfig,
        '--repository',
        repository,
        '--state',
        stateDirectory,
        '--listen',
        `127.0.0.1:${port}`,
      ],
      {home},
    ),
  );
  for (const [section, content] of Object.entries(settings)) {
    // JSON is YAML.
    await appendFile(configFile, `\n${section}: ${JSON.stringify(content)}\n`);
  }
  return {home, repository, keyFile: value.password_file as string, configFile, stateDirectory, port};
}

async function enrollPlugin(client: Client, {channels}: Workspace, drctl: ProtectedServer['drctl']): Promise<string> {
  const {value} = await drctlOrThrow(drctl('enroll'));
  const {text = ''} = await client.executeCommand(channels[0]!.id, `/dr enroll ${value.url} ${value.code}`);
  if (!text.startsWith('Enrolled')) {
    throw new Error(`The plugin was not enrolled: ${text}`);
  }
  return text;
}

function pluginBundle(): string {
  const [bundle] = globSync('disaster-recovery-*.tar.gz', {cwd: DIST});
  if (bundle === undefined) {
    throw new Error('There is no plugin bundle in dist/; run `make bundle`.');
  }
  return join(DIST, bundle);
}
