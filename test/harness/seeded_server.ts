import {createHash} from 'node:crypto';
import {existsSync, globSync} from 'node:fs';
import {mkdir, readFile, rename, rm, stat, writeFile} from 'node:fs/promises';
import {dirname, join} from 'node:path';
import {execa} from 'execa';
import {buildCached} from './build_cached.ts';
import {connect} from './client.ts';
import {createDatabase, createRole, renameRole} from './database.ts';
import {freePort} from './free_port.ts';
import {startMattermost} from './mattermost.ts';
import {startPostgres} from './postgres.ts';
import type {Postgres} from './postgres.ts';
import {scratchDirectory} from './scratch.ts';
import {seedWorkspace} from './workspace.ts';
import type {Workspace, WorkspaceOptions} from './workspace.ts';

export interface SeededServerOptions {
  /** Gets postgres/ and mattermost/. */
  readonly directory: string;
  /** Role of the database; it may create databases. */
  readonly owner: {readonly name: string; readonly password: string};
  readonly workspace: Pick<WorkspaceOptions, 'posts' | 'files' | 'secondPlugin'>;
}

/** A Mattermost that people have used, stopped again; its PostgreSQL runs. */
export interface SeededServer {
  readonly postgres: Postgres;
  readonly databaseUrl: string;
  /** Where the server is laid out; config/config.json is right for this place and `port`. */
  readonly mattermostDirectory: string;
  readonly port: number;
  readonly workspace: Workspace;
}

/** Beside the copies, what is in them that depends on the place. */
interface Origin {
  readonly directory: string;
  readonly port: number;
  readonly postgresPort: number;
  readonly superuserPassword: string;
  readonly workspace: Workspace;
}

const OWNER = {name: 'mmuser', password: 'of the copy'};
const DATABASE = 'mattermost';
/** Tests look at how long ago people signed in: what is copied was made about now. */
const FRESH_MS = 24 * 3_600_000;

/**
 * People are signed up and post by REST once; every test gets a copy of the stopped server and its cluster. The copies
 * are kept outside the clone, by a hash of all that goes into them.
 */
export async function seededServer({directory, owner, workspace}: SeededServerOptions): Promise<SeededServer> {
  const template = await templateOf(workspace);
  await mkdir(directory, {recursive: true});
  // With their owners: the cluster belongs to the account that PostgreSQL runs as.
  await execa('cp', ['-a', join(template, 'postgres'), join(template, 'mattermost'), directory]);
  const originFile = await readFile(join(template, 'origin.json'), 'utf8');
  const origin = JSON.parse(originFile) as Origin;
  const postgres = await startPostgres({
    directory: join(directory, 'postgres'),
    superuserPassword: origin.superuserPassword,
  });
  await renameRole(postgres, OWNER.name, owner.name);
  await createRole(postgres, {...owner, createdb: true});
  const databaseUrl = postgres.url(DATABASE, owner.name, owner.password);
  const port = await freePort();
  const moved = (text: string) =>
    text
      .replaceAll(urlIn(origin), JSON.stringify(databaseUrl).slice(1, -1))
      .replaceAll(origin.directory, directory)
      .replaceAll(`127.0.0.1:${origin.port}`, `127.0.0.1:${port}`);
  const mattermostDirectory = join(directory, 'mattermost');
  const configFile = join(mattermostDirectory, 'config', 'config.json');
  await writeFile(configFile, moved(await readFile(configFile, 'utf8')));
  return {
    postgres,
    databaseUrl,
    mattermostDirectory,
    port,
    workspace: (JSON.parse(moved(originFile)) as Origin).workspace,
  };
}

function urlIn({postgresPort}: Origin): string {
  const {name, password} = OWNER;
  return `postgres://${name}:${encodeURIComponent(password)}@127.0.0.1:${postgresPort}/${DATABASE}?sslmode=disable`;
}

async function templateOf(workspace: SeededServerOptions['workspace']): Promise<string> {
  // Where the script keeps what a machine makes once: it alone knows the place.
  const cache = dirname(await buildCached('repository'));
  const final = join(cache, `seeded-${await hashOf(workspace)}`);
  await removeOld(cache);
  if (!existsSync(final)) {
    // Made where the account that PostgreSQL runs as may go; a home directory is no such place.
    const made = await scratchDirectory('seeded');
    const building = `${final}.building.${process.pid}`;
    try {
      await make(made, workspace);
      await execa('cp', ['-a', made, building]);
      await rename(building, final);
    } catch (error) {
      // Another test may have been a moment quicker; then its copy is as good.
      if (!existsSync(final)) {
        throw error;
      }
    } finally {
      await rm(building, {recursive: true, force: true});
      await rm(made, {recursive: true, force: true});
    }
  }
  return final;
}

async function hashOf(workspace: SeededServerOptions['workspace']): Promise<string> {
  const hash = createHash('sha256');
  hash.update(JSON.stringify([workspace.posts, workspace.files, workspace.secondPlugin]));
  hash.update(await buildCached('mattermost'));
  hash.update(await buildCached('second-plugin'));
  for (const file of globSync('*.ts', {cwd: import.meta.dirname}).sort()) {
    hash.update(await readFile(join(import.meta.dirname, file)));
  }
  return hash.digest('hex').slice(0, 16);
}

async function removeOld(cache: string): Promise<void> {
  for (const name of globSync('seeded-*', {cwd: cache})) {
    const path = join(cache, name);
    const made = await stat(path).catch(() => null);
    if (made !== null && Date.now() - made.mtimeMs > FRESH_MS) {
      await rm(path, {recursive: true, force: true});
    }
  }
}

async function make(directory: string, options: SeededServerOptions['workspace']): Promise<void> {
  const postgres = await startPostgres({directory: join(directory, 'postgres')});
  try {
    const databaseUrl = await createDatabase(postgres, {
      name: DATABASE,
      owner: OWNER.name,
      password: OWNER.password,
      createdb: true,
    });
    const mattermost = await startMattermost({directory: join(directory, 'mattermost'), databaseUrl});
    const {configDirectory, port} = mattermost;
    const client = connect(mattermost.url);
    try {
      const workspace = await seedWorkspace(client, {...options, configDirectory});
      // Mattermost makes its system bot at the next full five minutes, wherever a test stands then; this makes it now.
      await client.request('POST', '/notifications/test');
      const origin: Origin = {
        directory,
        port,
        postgresPort: postgres.port,
        superuserPassword: postgres.superuserPassword,
        workspace,
      };
      await writeFile(join(directory, 'origin.json'), JSON.stringify(origin));
    } finally {
      await mattermost.stop();
    }
  } finally {
    await postgres.stop();
  }
}
