import {globSync} from 'node:fs';
import {mkdir} from 'node:fs/promises';
import {join} from 'node:path';
import type {RestoreResult, SetManifest, VerifyResult} from '@disaster-recovery/contract';
import {execa} from 'execa';
import {connect} from '../test/harness/client.ts';
import type {Client} from '../test/harness/client.ts';
import {createDatabase} from '../test/harness/database.ts';
import {startMattermost} from '../test/harness/mattermost.ts';
import type {Mattermost} from '../test/harness/mattermost.ts';
import {startPostgres} from '../test/harness/postgres.ts';
import type {Postgres} from '../test/harness/postgres.ts';
import {startServerProcess} from '../test/harness/server_process.ts';
import {waitFor} from '../test/harness/wait_for.ts';
import {seedWorkspace} from '../test/harness/workspace.ts';
import type {Workspace} from '../test/harness/workspace.ts';
import {startWriter} from '../test/harness/writer.ts';
import type {Written} from '../test/harness/writer.ts';
import {followBotPost, type} from './chat.ts';
import {compareSides, useRestored} from './compare.ts';
import type {Comparison} from './compare.ts';
import {CONFIG, DRCTL, drctl} from './drctl.ts';
import {clusterDirectory, newPassword, place, ROOT} from './place.ts';
import type {Ports} from './place.ts';
import {record} from './processes.ts';

type Note = (text: string) => void;

export type Servers = {
  postgres: Postgres;
  mattermost: Mattermost;
  databaseUrl: string;
  databasePassword: string;
  admin: Client;
};

export type Backup = {post: string; ms: number; written: Written; set: SetManifest};

export type Restore = {restored: Mattermost; ms: number; result: RestoreResult; comparison: Comparison};

const ROLE = 'mmuser';
const POSTS = 200;
const FILES = 25;
const WRITES_PER_SECOND = 12;
/** A backup of so little is quick; people shall be seen to write before and after it. */
const WRITE_AROUND_MS = 1500;

export async function buildServer(): Promise<void> {
  await execa(join(ROOT, 'scripts', 'build_cached.sh'), ['mattermost'], {
    stdout: 'ignore',
    stderr: {file: place('logs', 'build.log')},
  });
}

export async function startDatabase(port: number): Promise<Postgres> {
  return startPostgres({
    directory: await clusterDirectory(),
    port,
    // SIGINT is PostgreSQL's quick and clean way to stop.
    onDetached: (pid) => record('PostgreSQL', pid, 'SIGINT'),
  });
}

export async function startServer(postgres: Postgres, port: number): Promise<Servers> {
  const databasePassword = newPassword();
  const databaseUrl = await createDatabase(postgres, {
    name: 'mattermost',
    owner: ROLE,
    password: databasePassword,
    createdb: true,
  });
  await mkdir(place('mattermost'), {recursive: true});
  const mattermost = await startMattermost({
    directory: place('mattermost'),
    databaseUrl,
    port,
    onDetached: (pid) => record('Mattermost', pid),
  });
  return {postgres, mattermost, databaseUrl, databasePassword, admin: connect(mattermost.url)};
}

export function seed({admin, mattermost}: Servers, password: string): Promise<Workspace> {
  return seedWorkspace(admin, {
    posts: POSTS,
    files: FILES,
    configDirectory: mattermost.configDirectory,
    secondPlugin: false,
    admin: {username: 'admin', password},
  });
}

export async function startCompanion(port: number): Promise<string> {
  const url = `http://127.0.0.1:${port}`;
  const companion = await startServerProcess({
    command: DRCTL,
    arguments: ['--config', CONFIG, 'serve'],
    directory: place(),
    logFile: place('logs', 'companion.log'),
    onDetached: (pid) => record('the companion', pid),
  });
  await waitFor('the companion to answer', async () => {
    if (!companion.running()) {
      throw new Error(`The companion ended at once:\n${await companion.lastWords()}`);
    }
    return fetch(`${url}/healthz`).then(
      ({ok}) => ok,
      () => false,
    );
  });
  return url;
}

export async function installPlugin({admin}: Servers): Promise<{id: string; version: string}> {
  const [bundle] = globSync(join(ROOT, 'dist', 'disaster-recovery-*.tar.gz'));
  if (bundle === undefined) {
    throw new Error('dist/ holds no plugin. Run: make build');
  }
  const plugin = await admin.uploadPlugin(bundle);
  await admin.enablePlugin(plugin.id);
  return plugin;
}

export async function enroll({admin}: Servers, channelId: string, companionUrl: string): Promise<string> {
  const {code} = await drctl<{code: string}>('enroll', {arguments: []});
  const answer = await type(admin, channelId, `/dr enroll ${companionUrl} ${code}`);
  if (!answer.startsWith('Enrolled')) {
    throw new Error(`The plugin did not enroll. It said:\n${answer}`);
  }
  return answer;
}

/** Backs up by chat while somebody posts and uploads. */
export async function backUp(servers: Servers, workspace: Workspace, channelId: string, note: Note): Promise<Backup> {
  const {admin} = servers;
  const writer = startWriter(admin, workspace, {perSecond: WRITES_PER_SECOND});
  try {
    await new Promise((resolve) => setTimeout(resolve, WRITE_AROUND_MS));
    const since = Date.now();
    const answer = await type(admin, channelId, '/dr backup --reason "first backup of the demo"');
    note(answer);
    const post = await followBotPost(admin, channelId, since, note);
    const ms = Date.now() - since;
    await new Promise((resolve) => setTimeout(resolve, WRITE_AROUND_MS));
    const written = await writer.stop();
    if (!/^#+ ✅/u.test(post)) {
      throw new Error(`The backup did not end well. The bot says:\n${post}`);
    }
    return {post, ms, written, set: await drctl<SetManifest>('show', {arguments: ['latest']})};
  } finally {
    await writer.stop();
  }
}

export function verify(level: 'L2' | 'L3', note: Note): Promise<VerifyResult> {
  return drctl('verify', {arguments: ['latest', '--level', level], note});
}

const restoredSide = ({postgres, databasePassword}: Servers) => ({
  databaseUrl: postgres.url('mattermost_restored', ROLE, databasePassword),
  files: place('restored', 'data'),
  config: place('restored', 'config'),
});

export async function restore(servers: Servers, note: Note): Promise<RestoreResult> {
  const side = restoredSide(servers);
  const {restore: result} = await drctl<{restore: RestoreResult}>('restore', {
    note,
    arguments: [
      'latest',
      '--into-database',
      side.databaseUrl,
      '--into-files',
      side.files,
      '--into-config',
      side.config,
    ],
  });
  return result;
}

export function compare(servers: Servers, set: SetManifest): Promise<Comparison> {
  const {databaseUrl, mattermost} = servers;
  return compareSides(
    {databaseUrl, files: mattermost.dataDirectory, config: mattermost.configDirectory},
    restoredSide(servers),
    set.t0,
  );
}

export async function bootRestored(servers: Servers, port: Ports['restored']): Promise<Mattermost> {
  return startMattermost({
    directory: place('restored'),
    databaseUrl: restoredSide(servers).databaseUrl,
    port,
    onDetached: (pid) => record('the restored Mattermost', pid),
  });
}

export async function lookAtRestored(restored: Mattermost, workspace: Workspace): Promise<void> {
  await useRestored(restored.url, workspace.admin, workspace.files);
  await restored.stop();
}
