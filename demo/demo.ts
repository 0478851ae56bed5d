/** A real Mattermost with the plugin, a first backup made by chat, verified, restored side by side and compared. */
import {existsSync} from 'node:fs';
import {
  choosePorts,
  DIRECTORY,
  makePlace,
  newPassword,
  place,
  removePlace,
  removeSockets,
  shown,
  writeAccess,
} from './place.ts';
import type {Access, Ports} from './place.ts';
import {initCompanion} from './drctl.ts';
import {startPage} from './page.ts';
import {record, running, stopRecorded} from './processes.ts';
import {botPost, bytes, count, report, rowsOf, wayAround} from './report.ts';
import {
  backUp,
  bootRestored,
  buildServer,
  compare,
  enroll,
  installPlugin,
  lookAtRestored,
  restore,
  seed,
  startCompanion,
  startDatabase,
  startServer,
  verify,
} from './scenario.ts';
import type {Servers} from './scenario.ts';
import {mute, say, step, style} from './steps.ts';
import type {StepView} from './steps.ts';
import {DEMO} from './stop_demo.ts';
import type {Workspace} from '../test/harness/workspace.ts';

const isExiting = process.env['DEMO_EXIT'] === '1';
const stopAsked = Promise.withResolvers<'stop'>();
let isStopping = false;

/** A step that does not begin any more once Ctrl-C was pressed. */
async function run<Answer>(
  title: string,
  work: (view: StepView) => Promise<Answer>,
  detail?: (answer: Answer) => string,
): Promise<Answer> {
  if (isStopping) {
    throw new Error('The demo was stopped.');
  }
  return step(title, work, detail);
}

async function prepare(): Promise<void> {
  if (running().some(({name}) => name === DEMO)) {
    throw new Error('A demo runs already. Stop it with Ctrl-C, or with: make demo-clean');
  }
  // What a crashed demo has left would hold its ports and its directory.
  await stopRecorded();
  await removePlace();
  await makePlace();
  record(DEMO, process.pid);
}

async function startAll(
  password: string,
): Promise<{servers: Servers; workspace: Workspace; access: Access; channelId: string; ports: Ports}> {
  const ports = await choosePorts();
  await run('Build the Mattermost server', ({note}) => {
    note('the first time takes some minutes');
    return buildServer();
  });
  const postgres = await run('Start PostgreSQL in a cluster of its own', () => startDatabase(ports.postgres));
  const servers = await run(
    'Start Mattermost',
    () => startServer(postgres, ports.mattermost),
    ({mattermost}) => mattermost.url,
  );
  const workspace = await run('Fill a workspace', () => seed(servers, password), describeWorkspace);
  await run(
    'Set up the companion (drctl init)',
    () => initCompanion(servers.mattermost.configFile, ports.companion),
    () => 'key and repository made, checks passed',
  );
  const companion = await run(
    'Start the companion (drctl serve)',
    () => startCompanion(ports.companion),
    (url) => url,
  );
  await run(
    'Install and enable the plugin',
    () => installPlugin(servers),
    ({id, version}) => `${id} ${version}`,
  );
  const channelId = workspace.channels.find(({name}) => name.startsWith('incidents'))?.id ?? '';
  await run(
    'Type /dr enroll URL CODE',
    () => enroll(servers, channelId, companion),
    () => 'the plugin and the companion trade keys',
  );
  const page = await startPage(servers.mattermost.url, ports.page);
  const access = {page, mattermost: servers.mattermost.url, companion, username: workspace.admin.username, password};
  await writeAccess(access);
  return {servers, workspace, access, channelId, ports};
}

function describeWorkspace({users, posts, files, channels}: Workspace): string {
  const size = files.reduce((sum, file) => sum + file.size, 0);
  return `${users.length + 1} people, ${channels.length} channels, ${count(posts.length)} posts, ${files.length} files (${bytes(size)})`;
}

async function demonstrate(): Promise<void> {
  const start = performance.now();
  say(style('bold', 'Disaster Recovery for Mattermost: the demo'));
  say(style('dim', `Everything happens in ${shown(DIRECTORY)} and on 127.0.0.1. Ctrl-C stops it all.`));
  say();
  const {servers, workspace, access, channelId, ports} = await startAll(newPassword());

  const backup = await run(
    'Type /dr backup while people post',
    ({note}) => backUp(servers, workspace, channelId, note),
    ({set, written}) =>
      `${count(rowsOf(set))} rows, ${count(set.files?.count ?? 0)} files; ${count(written.posts.length)} posts written meanwhile`,
  );
  botPost(backup.post);
  const verified = [
    await run(
      'Read every byte back (drctl verify L2)',
      ({note}) => verify('L2', note),
      () => 'passed',
    ),
    await run(
      'Rows against files (drctl verify L3)',
      ({note}) => verify('L3', note),
      () => 'passed',
    ),
  ];
  const called = performance.now();
  const restored = await run(
    'Restore side by side (drctl restore)',
    ({note}) => restore(servers, note),
    ({tables, files}) => `${count(tables?.rows ?? 0)} rows, ${count(files?.count ?? 0)} files`,
  );
  const restoreMs = performance.now() - called;
  // Before it boots: a server that runs writes.
  const comparison = await run(
    'Compare rows, files and configuration',
    () => compare(servers, backup.set),
    ({tables, files}) => `${tables} tables, ${count(files)} files: no difference`,
  );
  const booting = performance.now();
  const second = await run(
    'Start a second Mattermost on it',
    () => bootRestored(servers, ports.restored),
    ({url}) => url,
  );
  const rtoMs = restoreMs + performance.now() - booting;
  await run(
    'Sign in there, fetch every file',
    () => lookAtRestored(second, workspace),
    () => 'the same password, the same bytes',
  );

  report({
    people: workspace.users.length + 1,
    backup,
    verified,
    restored,
    comparison,
    rtoMs,
    totalMs: performance.now() - start,
  });
  if (!isExiting) {
    wayAround(access);
  }
}

async function main(): Promise<number> {
  await prepare();
  let code = 0;
  try {
    const ended = await Promise.race([demonstrate(), stopAsked.promise]);
    if (ended === 'stop') {
      code = 130;
    } else if (!isExiting) {
      say(`\n${style('bold', 'Everything keeps running. Ctrl-C stops it.')}`);
      await stopAsked.promise;
    }
  } catch (thrown) {
    code = 1;
    say(`\n${style(['red', 'bold'], 'The demo failed.')}\n${(thrown as Error).message}`);
    const logs = [place('logs'), place('postgres'), place('mattermost', 'logs'), place('restored', 'logs')];
    say(
      `\nLogs: ${logs
        .filter((path) => existsSync(path))
        .map(shown)
        .join(', ')}`,
    );
  }
  isStopping = true;
  await stopAll();
  return code;
}

async function stopAll(): Promise<void> {
  mute();
  say('\nStopping …');
  const stopped = await stopRecorded();
  await removeSockets();
  say(
    `Stopped ${stopped.join(', ') || 'everything'}. ${shown(DIRECTORY)} stays to be looked at; make demo-clean removes it.`,
  );
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    isStopping = true;
    stopAsked.resolve('stop');
  });
}
process.exit(
  await main().catch((thrown: unknown) => {
    say((thrown as Error).message);
    return 1;
  }),
);
