import {existsSync, globSync, readFileSync} from 'node:fs';
import {copyFile, mkdir, symlink, writeFile} from 'node:fs/promises';
import {dirname, join} from 'node:path';
import {buildCached} from './build_cached.ts';
import {freePort} from './free_port.ts';
import {firstConfig, placeOverrides, siteUrl} from './mattermost_config.ts';
import {startServerProcess} from './server_process.ts';
import type {ServerProcess} from './server_process.ts';
import {waitFor} from './wait_for.ts';

export interface MattermostOptions {
  /** Gets config/ data/ plugins/ client/ logs/. What is already there stays, so a restored place boots as it is. */
  readonly directory: string;
  readonly databaseUrl: string;
  readonly port?: number;
  /** More MM_… settings. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Default: config/config.json in `directory`. Written where it is missing, else left alone. */
  readonly configFile?: string;
  /** Default: data/ in `directory`. */
  readonly dataDirectory?: string;
  /** Where a new server finds its database. A config.json that is there already is overridden by environment, unless it fits. */
  readonly databaseUrlIn?: 'config_file' | 'environment';
  /** A config.json that is there was written for this place; nothing in it is overridden. */
  readonly configFits?: boolean;
  /** As in `ServerCommand`. */
  readonly onDetached?: (pid: number) => void;
}

export interface Mattermost {
  readonly url: string;
  readonly port: number;
  readonly directory: string;
  readonly configDirectory: string;
  readonly configFile: string;
  readonly dataDirectory: string;
  readonly logFile: string;
  readonly pid: number;
  /** Lets it finish what it is doing. */
  stop(): Promise<void>;
  /** Ends it and its plugins at once, as a power cut would. */
  kill(): Promise<void>;
}

/** Starts a real Mattermost server and waits until it answers. */
export async function startMattermost(options: MattermostOptions): Promise<Mattermost> {
  const {directory, databaseUrl} = options;
  const port = options.port ?? (await freePort());
  const configFile = options.configFile ?? join(directory, 'config', 'config.json');
  const dataDirectory = options.dataDirectory ?? join(directory, 'data');
  const places = {directory, dataDirectory, databaseUrl, port};
  const template = await buildCached('mattermost');

  await layOut(directory, template);
  await mkdir(dataDirectory, {recursive: true});
  const isNew = !existsSync(configFile);
  if (isNew) {
    await mkdir(dirname(configFile), {recursive: true});
    const config = firstConfig(places, options.databaseUrlIn !== 'environment');
    await writeFile(configFile, JSON.stringify(config, undefined, 2), {mode: 0o600});
  }
  const ownEnvironment = {
    ...(isNew || options.configFits === true ? {} : placeOverrides(places)),
    ...(options.databaseUrlIn === 'environment' ? {MM_SQLSETTINGS_DATASOURCE: databaseUrl} : {}),
  };

  const server = await startServerProcess({
    command: join(template, 'bin', 'mattermost'),
    arguments: ['server', '--config', configFile],
    directory,
    environment: {...ownEnvironment, ...options.environment},
    logFile: join(directory, 'logs', 'console.log'),
    onDetached: options.onDetached,
  });
  const url = siteUrl(port);
  await untilItAnswers(server, url);

  return {
    url,
    port,
    directory,
    configDirectory: dirname(configFile),
    configFile,
    dataDirectory,
    logFile: join(directory, 'logs', 'mattermost.log'),
    pid: server.pid,
    stop: () => (server.running() ? server.end('SIGTERM') : Promise.resolve()),
    kill: async () => {
      const plugins = childrenOf(server.pid);
      await server.end('SIGKILL');
      plugins.forEach(killLeftOver);
    },
  };
}

/** Mattermost looks for its resources below the directory it runs in. */
async function layOut(directory: string, template: string): Promise<void> {
  for (const name of ['config', 'plugins', 'client', 'logs']) {
    await mkdir(join(directory, name), {recursive: true});
  }
  for (const name of ['i18n', 'templates', 'fonts']) {
    if (!existsSync(join(directory, name))) {
      await symlink(join(template, name), join(directory, name));
    }
  }
  // A copy, because the server writes into client/.
  await copyFile(join(template, 'client', 'root.html'), join(directory, 'client', 'root.html'));
}

async function untilItAnswers(server: ServerProcess, url: string): Promise<void> {
  await waitFor(
    'Mattermost to answer',
    async () => {
      if (!server.running()) {
        throw new Error(`Mattermost ended at once:\n${await server.lastWords()}`);
      }
      return pings(url);
    },
    120,
  );
}

async function pings(url: string): Promise<boolean> {
  try {
    const response = await fetch(`${url}/api/v4/system/ping`, {signal: AbortSignal.timeout(5000)});
    return response.ok;
  } catch {
    return false;
  }
}

/** A plugin is a process of its own and does not die with a killed server. */
function childrenOf(pid: number): number[] {
  return globSync(`/proc/${pid}/task/*/children`)
    .flatMap((file) => readFileSync(file, 'latin1').trim().split(' '))
    .filter((child) => child !== '')
    .map(Number);
}

function killLeftOver(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It ended by itself.
  }
}
