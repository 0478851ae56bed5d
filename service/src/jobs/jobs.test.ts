import {mkdtempSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {beforeEach, expect, test} from '@jest/globals';
import type {Event, Job} from '@disaster-recovery/contract';
import type {Clock} from '../kernel/clock.ts';
import {Failure} from '../kernel/failure.ts';
import {openState, type State} from '../kernel/state.ts';
import {createJobs, JOB_TABLES, need, type Jobs, type Procedure, type Step, type StepContext} from './index.ts';

type Plan = {steps: string[]; without?: string};
type Found = {first: number; second: number};
type Asked = Partial<Procedure<Plan, Found>>;

const ACTOR = {kind: 'cli' as const, id: '0', name: 'root'};
const HOUR = 3_600_000;

let now = Date.UTC(2026, 10, 24, 12);
let directory = '';
let state: State;
let jobs: Jobs;
let ran: string[] = [];
let cleaned: string[] = [];

// Time stands still unless a test moves it; waiting is short, so that polls are quick.
const clock: Clock = {
  now: () => now,
  sleep: (_ms, signal) =>
    new Promise((resolve, reject) => {
      const timer = setTimeout(resolve, 5);
      signal?.addEventListener('abort', () => {
        clearTimeout(timer);
        reject(signal.reason as Error);
      });
    }),
};

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'jobs-'));
  state = openState(directory, [JOB_TABLES]);
  jobs = createJobs(state, clock);
  ran = [];
  cleaned = [];
});

const step = (
  name: string,
  output: Partial<Found> = {},
  work: (context: StepContext, found: Readonly<Partial<Found>>) => unknown = () => undefined,
): Step<Plan, Found> => ({
  name,
  skip: ({without}) => without === name,
  run: async (_plan, found, context) => {
    ran.push(name);
    await work(context, found);
    return output;
  },
});

function procedure(steps: Step<Plan, Found>[], changes: Asked = {}): Procedure<Plan, never> {
  const whole: Procedure<Plan, Found> = {
    kind: 'backup',
    steps,
    subject: () => 'set-1',
    conclude: (_plan, found) => ({result: found, status: 'success'}),
    clean: async (job, _plan, outcome) => {
      cleaned.push(`${job === '' ? 'no job' : 'job'} ${outcome}`);
    },
    ...changes,
  };
  return whole as unknown as Procedure<Plan, never>;
}

const start = (
  steps: Step<Plan, Found>[],
  changes: Asked = {},
  request: unknown = {scope: ['files']},
  plan: Partial<Plan> = {},
  by: Jobs = jobs,
) =>
  by.start(procedure(steps, changes), async () => ({steps: steps.map(({name}) => name), ...plan}), {
    actor: ACTOR,
    reason: 'test',
    request,
  });

async function runs(steps: Step<Plan, Found>[], changes: Asked = {}): Promise<Job> {
  return (await start(steps, changes)).done;
}

/** The state as a companion that was killed leaves it: the job in progress, the lease with a process that is gone. */
function kill(job: string): void {
  state.db
    .prepare(`UPDATE jobs SET status = 'in_progress', finished_at = NULL, error = NULL, result = NULL WHERE id = ?`)
    .run(job);
  state.db
    .prepare(`INSERT OR REPLACE INTO leases (lane, job, pid, process_start) VALUES ('data', ?, ?, ?)`)
    .run(job, 4_000_000, '1');
}

/** A job that got as far as its second step when its process was killed. */
async function interrupted(request: unknown = {scope: ['files']}): Promise<string> {
  const dying = step('two', {}, () => {
    throw new Error('killed');
  });
  const {job, done} = await start([step('one', {first: 1}), dying], {}, request);
  await done;
  kill(job.id);
  ran = [];
  cleaned = [];
  return job.id;
}

const RETRY = [
  step('one', {first: 100}),
  step('two', {second: 2}, (_context, {first}) => {
    ran.push(`saw ${first ?? 'nothing'}`);
  }),
];

const eventsOf = (job: string): Event[] =>
  (state.db.prepare('SELECT body FROM events WHERE job = ? ORDER BY seq').all(job) as {body: string}[]).map(
    ({body}) => JSON.parse(body) as Event,
  );

test('steps run in their order, and each sees what those before it left', async () => {
  const job = await runs([
    step('one', {first: 1}),
    step('two', {second: 2}, (_context, found) => {
      expect(found).toEqual({first: 1});
    }),
  ]);
  expect(ran).toEqual(['one', 'two']);
  expect(job).toMatchObject({status: 'success', subject: 'set-1', result: {first: 1, second: 2}, error: null});
  expect(job.steps.map(({name, outcome}) => `${name} ${outcome}`)).toEqual(['one done', 'two done']);
});

test('a step that does not apply is skipped, and says so', async () => {
  const job = await (await start([step('one'), step('two')], {}, {}, {without: 'one'})).done;
  expect(ran).toEqual(['two']);
  expect(job.steps[0]?.outcome).toBe('skipped');
  expect(eventsOf(job.id)).toContainEqual(expect.objectContaining({type: 'step', step: 'one', outcome: 'skipped'}));
});

test('a result that is good but not whole ends as a warning', async () => {
  const job = await runs([step('one')], {conclude: () => ({result: {}, status: 'warning'})});
  expect([job.status, cleaned]).toEqual(['warning', ['job warning']]);
});

test('a step in the wrong place is a mistake that is named, not an undefined value', () => {
  expect(() => need<Found, 'first'>({second: 2}, 'first')).toThrow('no earlier step left first');
  expect(need<Found, 'second'>({second: 0}, 'second')).toBe(0);
});

test.each([
  [
    'a failure of the catalogue',
    new Failure('DISK_FULL', 'no room', {details: {free: 1}}),
    {code: 'DISK_FULL', message: 'no room', details: {free: 1}},
  ],
  ['anything else', new TypeError('x is not a function'), {code: 'INTERNAL', message: 'x is not a function'}],
])('%s in a step ends the job under its name, and later steps do not run', async (_name, error, body) => {
  const job = await runs([
    step('one', {}, () => {
      throw error;
    }),
    step('two'),
  ]);
  expect(job).toMatchObject({status: 'error', error: body, result: null, finished_at: now});
  expect(job.steps.map(({outcome}) => outcome)).toEqual(['failed', 'waiting']);
  expect([ran, cleaned]).toEqual([['one'], ['job error']]);
});

test('the lease is free again after a failure', async () => {
  await runs([
    step('one', {}, () => {
      throw new Error('x');
    }),
  ]);
  expect(jobs.running()).toBeNull();
  expect((await runs([step('one')])).status).toBe('success');
});

test('a clean-up that fails hides neither the failure nor itself', async () => {
  const job = await runs(
    [
      step('one', {}, () => {
        throw new Failure('DISK_FULL', 'no room');
      }),
    ],
    {
      clean: async () => {
        throw new Error('rm failed');
      },
    },
  );
  expect(job.error?.code).toBe('DISK_FULL');
  expect(eventsOf(job.id)).toContainEqual(
    expect.objectContaining({type: 'note', level: 'warning', text: 'Cleaning up failed: rm failed'}),
  );
});

test('a plan that cannot be made leaves no job and no lease', async () => {
  await expect(
    jobs.start(
      procedure([step('one')]),
      async () => {
        throw new Failure('DATABASE_REFUSED', 'no');
      },
      {actor: ACTOR, reason: '', request: {}},
    ),
  ).rejects.toMatchObject({code: 'DATABASE_REFUSED'});
  expect([jobs.newest(10), jobs.running()]).toEqual([[], null]);
  expect((await runs([step('one')])).status).toBe('success');
});

test('two jobs never run at once, also when another program asks', async () => {
  const other = openState(directory, [JOB_TABLES]);
  let release = (): void => undefined;
  const {job, done} = await start([
    step(
      'one',
      {},
      () =>
        new Promise<void>((resolve) => {
          release = resolve;
        }),
    ),
  ]);
  await expect(start([step('two')], {}, {}, {}, createJobs(other, clock))).rejects.toMatchObject({
    code: 'JOB_ALREADY_RUNNING',
    details: {job: job.id},
  });
  expect(createJobs(other, clock).running()?.id).toBe(job.id);
  release();
  await done;
  expect(jobs.running()).toBeNull();
  other.close();
});

test('what a dead process had done is not done again when the same is asked', async () => {
  const id = await interrupted();
  now += HOUR - 1;
  const {job, done} = await start(RETRY);
  expect(job.id).toBe(id);
  expect(await done).toMatchObject({status: 'success', result: {first: 1, second: 2}, error: null});
  expect(ran).toEqual(['two', 'saw 1']);
  expect(eventsOf(id).some((event) => event.type === 'note' && event.text.includes('Continuing job'))).toBe(true);
});

test.each([
  ['another request', {scope: ['database']}, 0, 'backup' as const],
  ['another kind of job', {scope: ['files']}, 0, 'verify' as const],
  ['an hour later, when its T0 would surprise', {scope: ['files']}, HOUR, 'backup' as const],
])('%s begins anew, and the dead job is told as interrupted', async (_name, request, later, kind) => {
  const id = await interrupted();
  now += later;
  const {job, done} = await start(RETRY, {kind}, request);
  expect(job.id).not.toBe(id);
  expect((await done).result).toEqual({first: 100, second: 2});
  expect(jobs.get(id)).toMatchObject({
    status: 'error',
    error: {code: 'JOB_INTERRUPTED', retryable: true},
    finished_at: now,
  });
});

test('the order of keys in a request does not make it another one', async () => {
  const id = await interrupted({scope: ['files'], kind: 'backup'});
  expect((await start(RETRY, {}, {kind: 'backup', scope: ['files']})).job.id).toBe(id);
});

test('a companion that starts again finds what was asked, and sweeping ends it once', async () => {
  const id = await interrupted({scope: ['files'], kind: 'restore_point'});
  expect(jobs.interrupted()).toEqual([
    {job: expect.objectContaining({id}), request: {scope: ['files'], kind: 'restore_point'}},
  ]);
  expect(jobs.sweep().map((job) => job.id)).toEqual([id]);
  expect([jobs.interrupted(), jobs.sweep()]).toEqual([[], []]);
});

test('a job that is running is never swept', async () => {
  let release = (): void => undefined;
  const {job, done} = await start([
    step(
      'one',
      {},
      () =>
        new Promise<void>((resolve) => {
          release = resolve;
        }),
    ),
  ]);
  expect([jobs.sweep(), jobs.interrupted()]).toEqual([[], []]);
  release();
  expect((await done).id).toBe(job.id);
});

test('a cancel stops the step that runs, cleans up, and says that somebody canceled', async () => {
  const {job, done} = await start([
    step(
      'one',
      {},
      ({signal}) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => {
            reject(signal.reason as Error);
          });
        }),
    ),
    step('two'),
  ]);
  expect(jobs.cancel(job.id).status).toBe('cancel_requested');
  expect(await done).toMatchObject({status: 'canceled', error: {code: 'JOB_CANCELED'}, finished_at: now});
  expect([ran, cleaned]).toEqual([['one'], ['job canceled']]);
});

test('a cancel from another program reaches the job', async () => {
  const other = openState(directory, [JOB_TABLES]);
  const {job, done} = await start([
    step(
      'one',
      {},
      ({signal}) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => {
            reject(signal.reason as Error);
          });
        }),
    ),
  ]);
  createJobs(other, clock).cancel(job.id);
  expect((await done).status).toBe('canceled');
  other.close();
});

test('a cancel while a step cannot be stopped takes effect before the next one', async () => {
  const {job, done} = await start([
    step('one', {first: 1}, () => new Promise((resolve) => setTimeout(resolve, 40))),
    step('two'),
  ]);
  jobs.cancel(job.id);
  expect((await done).status).toBe('canceled');
  expect(ran).toEqual(['one']);
});

test('a cancel of a job whose process is dead ends it at once', async () => {
  const id = await interrupted();
  expect(jobs.cancel(id)).toMatchObject({status: 'canceled', error: {code: 'JOB_CANCELED'}});
  expect((await start(RETRY)).job.id).not.toBe(id);
});

test('a job that has ended cannot be canceled, and keeps its outcome', async () => {
  const {id} = await runs([step('one')]);
  expect(() => jobs.cancel(id)).toThrow(expect.objectContaining({code: 'JOB_NOT_RUNNING'}));
  expect(() => jobs.cancel('nobody')).toThrow(expect.objectContaining({code: 'NOT_FOUND'}));
  expect(jobs.get(id).status).toBe('success');
});

test('progress is told a few times a second at most, but its end always', async () => {
  const told: number[] = [];
  await runs([
    step('one', {}, ({progress}) => {
      for (let done = 0; done <= 100; done += 1) {
        progress({done, total: 100, unit: 'files'});
        now += 10;
      }
      told.push(
        ...(
          state.db.prepare(`SELECT body FROM events WHERE type = 'progress' ORDER BY seq`).all() as {body: string}[]
        ).map(({body}) => (JSON.parse(body) as {progress: {done: number}}).progress.done),
      );
    }),
  ]);
  expect(told).toEqual([0, 40, 80, 100]);
});

test('progress knows its place, its rate and the time that is left', async () => {
  await runs([
    step('one'),
    step('two', {}, ({progress}) => {
      progress({done: 0, total: 1000, unit: 'bytes'});
      now += 1000;
      progress({done: 250, total: 1000, unit: 'bytes'});
    }),
  ]);
  expect(jobs.newest(1)[0]?.progress).toEqual({
    phase: 'two',
    step: 2,
    steps: 2,
    done: 250,
    total: 1000,
    unit: 'bytes',
    rate: 250,
    eta_ms: 3000,
  });
});

test('progress of a job that has ended does not fill the state for ever', async () => {
  await runs([
    step('one', {}, ({progress}) => {
      progress({done: 1, total: 1, unit: 'steps'});
    }),
  ]);
  expect(state.db.prepare(`SELECT count(*) AS kept FROM events WHERE type = 'progress'`).get()).toEqual({kept: 0});
});

test('events are followed as they come, from another program, in order and without a gap', async () => {
  const other = openState(directory, [JOB_TABLES]);
  const seen: Event[] = [];
  const stop = new AbortController();
  const following = (async () => {
    for await (const event of createJobs(other, clock).follow(0, stop.signal)) {
      seen.push(event);
      if (event.type === 'status' && event.status === 'success') {
        // A few more looks, so that what was told twice would show.
        setTimeout(() => {
          stop.abort();
        }, 50);
      }
    }
  })();
  await runs([
    step('one', {}, ({note}) => {
      note('warning', 'look');
    }),
    step('two'),
  ]);
  await following;
  expect(
    seen.map((event) =>
      event.type === 'step' ? `${event.step} ${event.outcome}` : event.type === 'status' ? event.status : event.type,
    ),
  ).toEqual(['in_progress', 'one started', 'note', 'one done', 'two started', 'two done', 'success']);
  expect(seen.map(({seq}) => seq)).toEqual(seen.map((_event, index) => (seen[0]?.seq ?? 0) + index));
  expect(jobs.lastEventSeq()).toBe(seen.at(-1)?.seq);
  other.close();
});

test('who follows from a number on gets only what is newer', async () => {
  await runs([step('one')]);
  const after = jobs.lastEventSeq();
  const {job} = await start([step('two')]);
  const stop = new AbortController();
  for await (const event of jobs.follow(after, stop.signal)) {
    expect(event).toMatchObject({job: job.id});
    stop.abort();
  }
});

test('a result can tell how long each finished step took', async () => {
  let durations: unknown;
  await runs([
    step('one', {}, () => {
      now += 1500;
    }),
    step('two', {}, (context) => {
      durations = context.durations();
    }),
  ]);
  expect(durations).toEqual([{step: 'one', ms: 1500}]);
});

test('jobs are listed newest first, also within one millisecond', async () => {
  const first = await runs([step('one')]);
  const second = await runs([step('one')]);
  expect(jobs.newest(10).map(({id}) => id)).toEqual([second.id, first.id]);
  expect(jobs.newest(1)).toHaveLength(1);
});

test('who asked, from where and why is kept', async () => {
  const origin = {channel_id: 'c', root_id: 'r'};
  const {job, done} = await jobs.start(procedure([step('one')]), async () => ({steps: ['one']}), {
    actor: ACTOR,
    reason: 'before the upgrade',
    request: {},
    origin,
  });
  await done;
  expect(jobs.get(job.id)).toMatchObject({actor: ACTOR, reason: 'before the upgrade'});
  expect(jobs.origin(job.id)).toEqual(origin);
});

test('once a step has committed, a cancel comes too late: what is done is told as done', async () => {
  const committing: Step<Plan, Found> = {
    ...step('two', {second: 2}, () => new Promise((resolve) => setTimeout(resolve, 40))),
    commits: true,
  };
  const {job, done} = await start([
    step('one'),
    committing,
    step('three', {}, ({signal}) => {
      expect(signal.aborted).toBe(false);
    }),
  ]);
  jobs.cancel(job.id);
  expect(await done).toMatchObject({status: 'success', result: {second: 2}});
  expect([ran, cleaned]).toEqual([['one', 'two', 'three'], ['job success']]);
});

test('what a dead job left on disk is removed before another job begins, and not when the job goes on', async () => {
  const abandoned: string[] = [];
  let orphans = 0;
  const careful = createJobs(state, clock, {
    abandon: (job) => {
      abandoned.push(job);
    },
    endOrphans: async () => {
      orphans += 1;
    },
  });
  const first = await interrupted();
  await (
    await start(RETRY, {}, {scope: ['files']}, {}, careful)
  ).done;
  expect([abandoned, orphans]).toEqual([[], 1]);
  kill(first);
  await (
    await start(RETRY, {}, {scope: ['database']}, {}, careful)
  ).done;
  expect([abandoned, orphans]).toEqual([[first], 2]);
});

test('a process that stops cancels what it runs, waits for its end, and begins nothing more; what others run goes on', async () => {
  const until = (signal: AbortSignal) =>
    new Promise<void>((_resolve, reject) => {
      signal.addEventListener('abort', () => {
        reject(signal.reason as Error);
      });
    });
  const {job} = await start([step('long', {}, ({signal}) => until(signal))]);
  const other = createJobs(openState(directory, [JOB_TABLES]), clock);
  await other.stop();
  expect(jobs.get(job.id).status).toBe('in_progress');
  await jobs.stop();
  expect(jobs.get(job.id).status).toBe('canceled');
  expect(cleaned).toEqual(['job canceled']);
  await expect(start([step('one')])).rejects.toMatchObject({code: 'JOB_ALREADY_RUNNING'});
  await jobs.stop();
});
