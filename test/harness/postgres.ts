import {randomBytes} from 'node:crypto';
import {existsSync} from 'node:fs';
import {appendFile, mkdir, mkdtemp, rm} from 'node:fs/promises';
import {join} from 'node:path';
import pg from 'pg';
import {freePort} from './free_port.ts';
import {give, initialise, newestPrograms, settingLines, unprivilegedAccount} from './postgres_cluster.ts';
import type {Account} from './postgres_cluster.ts';
import {startServerProcess} from './server_process.ts';
import type {ServerProcess} from './server_process.ts';
import {waitFor} from './wait_for.ts';

export interface PostgresOptions {
  /** Gets `data/` (the cluster) and `postgres.log`. A cluster that is already there is started as it is. */
  readonly directory: string;
  readonly port?: number;
  /** More lines of postgresql.conf, for instance {archive_mode: 'on'}. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Of the role `postgres`; needed only to start a cluster that is already there. */
  readonly superuserPassword?: string;
  /** As in `ServerCommand`. */
  readonly onDetached?: (pid: number) => void;
}

export interface Postgres {
  readonly host: string;
  readonly port: number;
  readonly dataDirectory: string;
  readonly socketDirectory: string;
  readonly logFile: string;
  readonly superuserUrl: string;
  readonly superuserPassword: string;
  /** The URL of one database, for the role given. */
  url(database: string, role: string, password: string): string;
  stop(): Promise<void>;
  /** Stops where it still runs, then starts on the same port. */
  restart(): Promise<void>;
  /** Ends it the hard way, as a crash would. `restart` brings it back. */
  kill(): Promise<void>;
}

/** Starts a private PostgreSQL on 127.0.0.1. Every connection needs a password, by socket as well. */
export async function startPostgres(options: PostgresOptions): Promise<Postgres> {
  const programs = await newestPrograms();
  const account = await unprivilegedAccount();
  const port = options.port ?? (await freePort());
  const superuserPassword = options.superuserPassword ?? randomBytes(12).toString('hex');
  const dataDirectory = join(options.directory, 'data');
  const logFile = join(options.directory, 'postgres.log');
  const superuserUrl = urlOf(port, 'postgres', 'postgres', superuserPassword);
  // A unix socket path may have 107 bytes at most, so it does not go below `directory`.
  const socketDirectory = await mkdtemp('/tmp/dr-pg-');

  await mkdir(options.directory, {recursive: true});
  if (!existsSync(join(dataDirectory, 'PG_VERSION'))) {
    await initialise({programs, account, dataDirectory, superuserPassword});
  }
  await appendFile(
    join(dataDirectory, 'postgresql.conf'),
    settingLines({...placeSettings(port, socketDirectory), ...options.settings}),
  );

  const start = async () => {
    await mkdir(socketDirectory, {recursive: true});
    give(socketDirectory, account);
    return startServer({programs, account, dataDirectory, logFile, superuserUrl, onDetached: options.onDetached});
  };
  let server = await start();

  // SIGINT is PostgreSQL's fast shutdown: it ends the sessions and writes a checkpoint.
  const end = async () => {
    if (server.running()) {
      await server.end('SIGINT');
    }
  };

  return {
    host: '127.0.0.1',
    port,
    dataDirectory,
    socketDirectory,
    logFile,
    superuserUrl,
    superuserPassword,
    url: (database, role, password) => urlOf(port, database, role, password),
    stop: async () => {
      await end();
      await rm(socketDirectory, {recursive: true, force: true});
    },
    restart: async () => {
      await end();
      server = await start();
    },
    kill: () => server.end('SIGKILL'),
  };
}

function placeSettings(port: number, socketDirectory: string): Record<string, string> {
  return {
    listen_addresses: '127.0.0.1',
    port: String(port),
    unix_socket_directories: socketDirectory,
    max_connections: '200',
    // A test does not have to survive a power cut, and a crash of the server alone loses nothing by this.
    fsync: 'off',
  };
}

async function startServer(cluster: {
  readonly programs: string;
  readonly account: Account | undefined;
  readonly dataDirectory: string;
  readonly logFile: string;
  readonly superuserUrl: string;
  readonly onDetached: ((pid: number) => void) | undefined;
}): Promise<ServerProcess> {
  const server = await startServerProcess({
    command: join(cluster.programs, 'postgres'),
    arguments: ['-D', cluster.dataDirectory],
    directory: cluster.dataDirectory,
    logFile: cluster.logFile,
    account: cluster.account,
    onDetached: cluster.onDetached,
  });
  await waitFor('PostgreSQL to answer', async () => {
    if (!server.running()) {
      throw new Error(`PostgreSQL ended at once:\n${await server.lastWords()}`);
    }
    return answers(cluster.superuserUrl);
  });
  return server;
}

function urlOf(port: number, database: string, role: string, password: string): string {
  const credentials = `${encodeURIComponent(role)}:${encodeURIComponent(password)}`;
  return `postgres://${credentials}@127.0.0.1:${port}/${encodeURIComponent(database)}?sslmode=disable`;
}

async function answers(url: string): Promise<boolean> {
  const client = new pg.Client({connectionString: url});
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.end();
    return true;
  } catch {
    return false;
  }
}
