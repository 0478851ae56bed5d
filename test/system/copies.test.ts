import {execFileSync, spawn} from 'node:child_process';
import {chmod, cp, mkdir, readdir, readFile, rename, rm, writeFile} from 'node:fs/promises';
import {dirname, join} from 'node:path';
import {afterAll, afterEach, beforeAll, describe, expect, jest, test} from '@jest/globals';
import type {CopyList, CopyState, Job, Status} from '../../contract/src/index.ts';
import {cached} from '../../service/src/testkit/cached.ts';
import {newCompanion} from '../faults/companion.ts';
import type {Companion} from '../faults/companion.ts';
import {drctl} from '../faults/drctl.ts';
import type {Running} from '../faults/drctl.ts';
import {newestJob, untilStep} from '../faults/journal.ts';
import {stoppedServer} from '../faults/server.ts';
import type {StoppedServer} from '../faults/server.ts';
import {RESTIC, slowRestic} from '../faults/slow_restic.ts';
import type {Slowness} from '../faults/slow_restic.ts';
import {freePort} from '../harness/free_port.ts';
import {removeScratch} from '../harness/scratch.ts';
import {startWebhookSink} from '../harness/webhook_sink.ts';
import type {WebhookSink} from '../harness/webhook_sink.ts';
import {waitFor} from '../harness/wait_for.ts';

// Sets that get into another repository by themselves, on a real database and real repositories.
jest.setTimeout(240_000);

let server: StoppedServer;
let companion: Companion;
let restic: Slowness;
let serve: Running | undefined;
let offsite: string;
let keyFile: string;
let sink: WebhookSink;

beforeAll(async () => {
  sink = await startWebhookSink();
  server = await stoppedServer();
  companion = await newCompanion(server);
  restic = await slowRestic(companion);
  offsite = join(dirname(companion.configFile), 'offsite');
  keyFile = join(dirname(companion.configFile), 'offsite.key');
  await writeFile(keyFile, 'the key of the other place\n', {mode: 0o600});
  const port = await freePort();
  await companion.configure((settings) => {
    settings['serve'] = {listen: `127.0.0.1:${port}`};
    Object.assign(settings, {
      copies: [{name: 'offsite', url: offsite, password_file: keyFile}],
      notify: {webhooks: [{url: `${sink.url}/hook`}], ping: {success: `${sink.url}/well`, failure: `${sink.url}/ill`}},
    });
  });
});

afterEach(async () => {
  await restic.fast();
  await stop('SIGKILL');
});

afterAll(async () => {
  await sink.stop();
  await server.postgres.stop();
  removeScratch();
});

async function stop(signal: 'SIGTERM' | 'SIGKILL') {
  if (serve && !serve.ended()) {
    process.kill(serve.pid, signal);
    await serve.ending;
  }
}

const start = () => {
  serve = companion.start(['serve']);
  return serve;
};

const state = async (): Promise<CopyState> => (await companion.succeed<CopyList>(['copies'])).copies[0]!;
const untilAllThere = () => waitFor('the copy to have every set', async () => (await state()).missing.length === 0, 90);
const backUp = async (scope = 'database,config,files') => {
  // With a warning, as Mattermost does not run.
  await companion.run(['backup', '--scope', scope]);
  return (await companion.sets())[0]!;
};
const told = () =>
  sink.got('/hook').map((body) => {
    const {code, state} = JSON.parse(body) as {code: string; state: string};
    return `${code} ${state}`;
  });
const setsThere = async () =>
  (await companion.succeed<{sets: {id: string}[]}>(['list', '--from', 'offsite'])).sets.map(({id}) => id);

test('the first set makes the repository there and is sent by itself; the next follows it', async () => {
  const first = await backUp();
  start();
  await waitFor('the first copy', async () => (await state()).newest === first, 90);
  const second = await backUp();
  await waitFor('the second copy', async () => (await state()).newest === second, 90);
  expect(await state()).toMatchObject({reachable: true, sets: 2, missing: [], late: false, message: null});
  expect(await setsThere()).toEqual([second, first]);
  expect(await companion.succeed(['verify', second, '--from', 'offsite', '--level', 'L2'])).toMatchObject({
    passed: true,
  });
  const config = execFileSync(RESTIC, ['cat', 'config', '-r', offsite, '--password-file', keyFile], {encoding: 'utf8'});
  const ours = execFileSync(
    RESTIC,
    ['cat', 'config', '-r', companion.repository, '--password-file', companion.passwordFile],
    {encoding: 'utf8'},
  );
  const chunker = (text: string) => (JSON.parse(text) as {chunker_polynomial: string}).chunker_polynomial;
  expect(chunker(config)).toBe(chunker(ours));
});

test('bare metal: a server comes back from the copy alone', async () => {
  const target = join(dirname(companion.configFile), 'bare');
  const {result} = await drctl([
    'restore',
    'latest',
    '--repository',
    offsite,
    '--password-file',
    keyFile,
    '--into-files',
    target,
    '--yes',
  ]);
  expect(result?.ok).toBe(true);
  expect((await readdir(target)).length).toBeGreaterThan(0);
});

test.each(['open_copy', 'send', 'send_manifest', 'look_there'])(
  'kill -9 in %s: no half of a set counts, and asked for again it is there, once',
  async (step) => {
    const set = await backUp('config');
    await restic.slow(1);
    const running = companion.start(['copy', set, '--to', 'offsite']);
    await untilStep(companion, running, step);
    process.kill(running.pid, 'SIGKILL');
    await running.ending;
    await restic.fast();
    if (step !== 'look_there') {
      expect(await setsThere()).not.toContain(set);
    }
    await companion.succeed(['copy', set, '--to', 'offsite']);
    expect((await setsThere()).filter((id) => id === set)).toEqual([set]);
  },
);

test('what was killed is finished by the companion that starts next', async () => {
  const set = await backUp('config');
  start();
  await restic.slow(1, {only: 'copy'});
  await waitFor('the copy to begin', async () => newestJob(companion)?.kind === 'copy', 60);
  await stop('SIGKILL');
  await restic.fast();
  start();
  await untilAllThere();
  expect(await setsThere()).toContain(set);
  await stop('SIGTERM');
  execFileSync(RESTIC, ['check', '-q', '-r', offsite, '--password-file', keyFile]);
});

test('an append-only server takes a copy and refuses to delete; what only says so raises an alarm', async () => {
  const port = await freePort();
  const directory = join(dirname(companion.configFile), 'vault');
  const vault = spawn(
    cached('rest-server'),
    ['--path', directory, '--no-auth', '--append-only', '--listen', `127.0.0.1:${port}`],
    {stdio: 'ignore'},
  );
  try {
    await waitFor('the rest-server', async () => isUp(port));
    const before = await readFile(companion.configFile, 'utf8');
    await companion.configure((settings) => {
      const [copy] = settings['copies'] as unknown as object[];
      Object.assign(settings, {
        copies: [
          {...copy, append_only: true},
          {name: 'vault', url: `rest:http://127.0.0.1:${port}/`, password_file: keyFile, append_only: true},
        ],
      });
    });
    await companion.succeed(['copy', 'latest', '--to', 'vault']);
    const {result} = await companion.run(['probe']);
    expect(result).toMatchObject({
      ok: false,
      error: {code: 'DELETE_POSSIBLE', message: expect.stringContaining('offsite')},
      value: {
        probes: [
          {name: 'offsite', refused: false},
          {name: 'vault', refused: true},
        ],
      },
    });
    const {copies} = await companion.succeed<CopyList>(['copies']);
    expect(copies.map(({append_only: it}) => it)).toMatchObject([
      {declared: true, proven: false},
      {declared: true, proven: true, at: expect.any(Number)},
    ]);
    const {alarms} = await companion.succeed<Status>(['status']);
    expect(alarms).toContainEqual(expect.objectContaining({code: 'DELETE_POSSIBLE', about: 'offsite'}));
    await writeFile(companion.configFile, before, {mode: 0o600});
  } finally {
    vault.kill();
  }
});

const isUp = async (port: number): Promise<boolean> =>
  (await fetch(`http://127.0.0.1:${port}/`).catch(() => null)) !== null;

describe('a copy', () => {
  test('that is away fails no backup, is told, and gets what it missed when it is back', async () => {
    await rename(offsite, `${offsite}.away`);
    start();
    const set = await backUp('config');
    await waitFor('the copy to be told', async () => !(await state()).reachable);
    expect(await state()).toMatchObject({reachable: false, late: false, message: expect.any(String)});
    await waitFor('the webhook to hear of it', async () => told().includes('COPY_FAILED began'));
    const {alarms} = await companion.succeed<Status>(['status']);
    expect(alarms).toMatchObject([{code: 'COPY_FAILED', about: 'offsite', since: expect.any(Number)}]);
    await rename(`${offsite}.away`, offsite);
    await stop('SIGTERM');
    start();
    await untilAllThere();
    expect(await setsThere()).toContain(set);
    await waitFor('the webhook to hear that it is over', async () => told().includes('COPY_FAILED ended'));
    expect(told().filter((what) => what.startsWith('COPY_FAILED'))).toEqual(['COPY_FAILED began', 'COPY_FAILED ended']);
    // Each set that was made while the companion ran or before it started, and no more than once.
    expect(sink.got('/well').length).toBeGreaterThan(0);
    expect(sink.got('/ill')).toEqual([]);
  });

  test('whose disk is not mounted is not made anew on the disk below', async () => {
    const set = await backUp('config');
    await rename(offsite, `${offsite}.away`);
    await mkdir(offsite);
    const {result} = await companion.run(['copy', set, '--to', 'offsite']);
    expect(result?.error).toMatchObject({code: 'COPY_GONE'});
    expect(await readdir(offsite)).toEqual([]);
    await rm(offsite, {recursive: true});
    await rename(`${offsite}.away`, offsite);
  });

  test('whose key was lost is named, and nothing there is changed', async () => {
    const key = await readFile(keyFile, 'utf8');
    const before = await readdir(join(offsite, 'snapshots'));
    await writeFile(keyFile, 'another\n');
    const {result} = await companion.run(['copy', '--to', 'offsite']);
    expect(result?.error).toMatchObject({
      code: 'REPOSITORY_KEY_WRONG',
      message: expect.stringContaining('The repository offsite:'),
    });
    await writeFile(keyFile, key);
    expect(await readdir(join(offsite, 'snapshots'))).toEqual(before);
  });

  test('that is full is named, and is whole when there is room again', async () => {
    const set = await backUp();
    const small = `${offsite}.small`;
    await mkdir(small);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=24k', 'tmpfs', small]);
    try {
      await rename(join(offsite, 'data'), join(offsite, 'data.whole'));
      execFileSync('ln', ['-s', small, join(offsite, 'data')]);
      await cp(join(offsite, 'data.whole'), small, {recursive: true}).catch(() => undefined);
      const {result} = await companion.run(['copy', set, '--to', 'offsite']);
      expect(result?.error).toMatchObject({code: 'DISK_FULL', message: expect.stringContaining('offsite')});
    } finally {
      execFileSync('umount', [small]);
      await rm(join(offsite, 'data'));
      await rename(join(offsite, 'data.whole'), join(offsite, 'data'));
    }
    await companion.succeed(['copy', set, '--to', 'offsite']);
    expect(await setsThere()).toContain(set);
  });

  test('that has no such name, and a set that there is not, are refused before anything runs', async () => {
    const jobs = async () => (await companion.succeed<{jobs: Job[]}>(['jobs'])).jobs.length;
    const before = await jobs();
    expect((await companion.run(['copy', '--to', 'elsewhere'])).result?.error).toMatchObject({
      code: 'REPOSITORY_UNKNOWN',
    });
    expect((await companion.run(['copy', '20200101T000000Z-aaaaaa', '--to', 'offsite'])).result?.error).toMatchObject({
      code: 'SET_NOT_FOUND',
    });
    expect(await jobs()).toBe(before);
    expect(newestJob(companion)?.kind).not.toBeUndefined();
  });

  test('needs no credential twice: two values of one variable are refused by name', async () => {
    const former = await readFile(companion.configFile, 'utf8');
    await companion.configure((settings) => {
      Object.assign(settings['repository'] as object, {environment: {AWS_ACCESS_KEY_ID: 'one'}});
      Object.assign((settings['copies'] as unknown as object[])[0]!, {environment: {AWS_ACCESS_KEY_ID: 'two'}});
    });
    expect((await companion.run(['copy', '--to', 'offsite'])).result?.error).toMatchObject({
      code: 'COPY_CREDENTIALS_CONFLICT',
      message: expect.stringContaining('AWS_ACCESS_KEY_ID'),
    });
    await writeFile(companion.configFile, former, {mode: 0o600});
    await chmod(companion.configFile, 0o600);
  });
});
