import {join} from 'node:path';
import {DatabaseSync} from 'node:sqlite';
import {afterAll, afterEach, beforeAll, expect, jest, test} from '@jest/globals';
import type {Job, Schedule} from '../../contract/src/index.ts';
import {newCompanion} from '../faults/companion.ts';
import type {Companion} from '../faults/companion.ts';
import type {Running} from '../faults/drctl.ts';
import {newestJob, untilStep} from '../faults/journal.ts';
import {stoppedServer} from '../faults/server.ts';
import type {StoppedServer} from '../faults/server.ts';
import {slowRestic} from '../faults/slow_restic.ts';
import type {Slowness} from '../faults/slow_restic.ts';
import {freePort} from '../harness/free_port.ts';
import {removeScratch} from '../harness/scratch.ts';
import {waitFor} from '../harness/wait_for.ts';

// Backups that begin by themselves, on a real database and a real repository. What is due is made so by setting back what is accounted for.
jest.setTimeout(180_000);

const DAY = 86_400_000;
let server: StoppedServer;
let companion: Companion;
let restic: Slowness;
let serve: Running | undefined;

beforeAll(async () => {
  server = await stoppedServer();
  companion = await newCompanion(server);
  restic = await slowRestic(companion);
  const port = await freePort();
  await companion.configure((settings) => {
    settings['serve'] = {listen: `127.0.0.1:${port}`};
    Object.assign(settings, {schedules: [{name: 'nightly', cron: '0 2 * * *', verify: 'L1'}]});
  });
});

afterEach(async () => {
  await restic.fast();
  await stop('SIGKILL');
});

afterAll(async () => {
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

async function nightly(): Promise<Schedule> {
  const {schedules} = await companion.succeed<{schedules: Schedule[]}>(['schedule', 'list']);
  return schedules[0]!;
}

/** As after a machine that was off for so long. */
async function downFor(days: number) {
  await nightly();
  const state = new DatabaseSync(join(companion.state, 'state.db'), {timeout: 5000});
  state.prepare('UPDATE schedules SET handled_at = handled_at - ?').run(days * DAY);
  state.close();
}

/** Until the newest run has ended as the backup here does: with a warning, as Mattermost does not run and cannot be asked for its environment. */
async function untilRun(): Promise<Schedule> {
  await waitFor('the end of the run', async () => (await nightly()).last?.outcome === 'warning', 90);
  return nightly();
}

const jobs = async (kind: string) =>
  (await companion.succeed<{jobs: Job[]}>(['jobs'])).jobs.filter((job) => job.kind === kind);

test('three nights that nobody could make are one set, made when the companion starts and verified', async () => {
  await downFor(3);
  start();
  const {last, next} = await untilRun();
  expect(last).toMatchObject({missed: 2, tries: 1, message: expect.stringContaining('(backup) ended with warning')});
  expect(next.map((at) => new Date(at).getHours())).toEqual([2, 2, 2]);
  const [set] = await companion.sets();
  expect(await companion.sets()).toHaveLength(1);
  expect(await jobs('verify')).toMatchObject([{subject: set, status: 'success', actor: {name: 'schedule nightly'}}]);
  expect(await jobs('backup')).toMatchObject([{subject: set, status: 'warning', reason: 'schedule nightly'}]);
});

test('kill -9 of the companion in the middle: the next one goes on with the same run, and there is one set more', async () => {
  const before = await companion.sets();
  await downFor(1);
  await restic.slow(0.5);
  await untilStep(companion, start(), 'store_database');
  await stop('SIGKILL');
  const killed = newestJob(companion);
  await restic.fast();
  start();
  const {last} = await untilRun();
  expect(last).toMatchObject({job: killed?.id, missed: 0});
  expect(await companion.sets()).toHaveLength(before.length + 1);
});

test('a companion that is stopped in the middle makes that run after its next start', async () => {
  const before = await companion.sets();
  await downFor(1);
  await restic.slow(0.5);
  await untilStep(companion, start(), 'store_database');
  await stop('SIGTERM');
  expect(newestJob(companion)?.status).toBe('canceled');
  expect(await companion.sets()).toEqual(before);
  await restic.fast();
  start();
  expect((await untilRun()).last).toMatchObject({outcome: 'warning', next_try: null});
  expect(await companion.sets()).toHaveLength(before.length + 1);
});

test('paused, it makes nothing; by hand it makes a set all the same', async () => {
  const before = await companion.sets();
  await downFor(2);
  await companion.succeed(['schedule', 'pause', 'nightly']);
  start();
  const job = await companion.succeed<Job>(['schedule', 'run', 'nightly']);
  expect((await untilRun()).paused).not.toBeNull();
  expect((await companion.sets())[0]).toBe(job.subject);
  await companion.succeed(['schedule', 'resume', 'nightly']);
  expect(await companion.sets()).toHaveLength(before.length + 1);
});

test('a schedule that cannot be is refused by name, before anything starts', async () => {
  await companion.configure((settings) => {
    Object.assign(settings, {schedules: [{name: 'nightly', cron: '0 2 30 2 *', time_zone: 'Berlin'}]});
  });
  const {result} = await companion.run(['schedule', 'list']);
  expect(result?.error).toMatchObject({code: 'CONFIG_INVALID', message: expect.stringContaining('schedules.0.')});
});
