import {mkdtempSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach, expect, jest, test} from '@jest/globals';
import type {Event, Job} from '@disaster-recovery/contract';
import {aJob} from '../testkit/answers.ts';
import {createJobs, JOB_TABLES, type Jobs, type StartedJob} from '../jobs/index.ts';
import {Failure} from '../kernel/failure.ts';
import {openState} from '../kernel/state.ts';
import {followJob} from './follow_job.ts';
import type {Output} from './output.ts';

const clock = {
  now: () => 1,
  sleep: () =>
    new Promise<void>((resolve) => {
      setTimeout(resolve, 5);
    }),
};

let jobs: Jobs;
let canceled: string[];
let exits: number[];
let told: Event[];
let running: Job | null;
const open: (() => Promise<unknown>)[] = [];
let insert: (job: string, kind: Job['kind']) => void;
const output: Output = {
  json: true,
  event: (event) => {
    told.push(event);
  },
  say: () => undefined,
};

beforeEach(() => {
  [canceled, exits, told, running] = [[], [], [], null];
  const state = openState(mkdtempSync(join(tmpdir(), 'follow-')), [JOB_TABLES]);
  const statement = state.db.prepare('INSERT INTO events (job, type, body) VALUES (?, ?, ?)');
  insert = (job, kind) => {
    statement.run(job, 'note', JSON.stringify({type: 'note', at: 1, job, kind, level: 'info', text: job}));
  };
  jobs = {
    ...createJobs(state, clock),
    get: (id) => aJob({id}),
    running: () => running,
    cancel: (id) => {
      canceled.push(id);
      return aJob({id, status: 'cancel_requested'});
    },
  };
  jest.spyOn(process, 'exit').mockImplementation((code) => {
    exits.push(Number(code));
    throw new Error('left');
  });
  jest.spyOn(process.stderr, 'write').mockImplementation(() => true);
});
afterEach(async () => {
  // A follower that a failed test left would keep the runner alive.
  await Promise.all(open.splice(0).map((finish) => finish()));
  jest.restoreAllMocks();
});

const rest = () =>
  new Promise((resolve) => {
    setTimeout(resolve, 40);
  });

/** What the terminal sends. A process that leaves does nothing afterwards. */
function send(signal: 'SIGINT' | 'SIGTERM'): void {
  try {
    process.emit(signal);
  } catch (error) {
    expect(error).toMatchObject({message: 'left'});
  }
}

/** Follows a job that starts and ends when the test says so. */
function following(lane: 'data' | 'accounts') {
  let begin: (started: StartedJob) => void = () => undefined;
  let end: (job: Job) => void = () => undefined;
  const started = new Promise<StartedJob>((resolve) => {
    begin = resolve;
  });
  const done = new Promise<Job>((resolve) => {
    end = resolve;
  });
  const result = followJob({jobs, output, lane}, () => started);
  const finish = () => {
    begin({job: aJob({id: 'ours'}), done});
    end(aJob({id: 'ours', status: 'success'}));
    return result;
  };
  open.push(finish);
  return {
    finish,
    begin: async () => {
      begin({job: aJob({id: 'ours'}), done});
      await rest();
    },
  };
}

test.each(['data', 'accounts'] as const)(
  'a signal cancels the job itself, whatever else runs (%s); the second one leaves',
  async (lane) => {
    const job = following(lane);
    await job.begin();
    running = aJob({id: 'somebody-else'});
    send('SIGINT');
    expect([canceled, exits]).toEqual([['ours'], []]);
    send('SIGINT');
    expect([canceled, exits]).toEqual([['ours'], [130]]);
    await job.finish();
  },
);

test('before a restore has started, a signal cancels the restore point that it takes', async () => {
  const job = following('data');
  running = aJob({id: 'restore-point'});
  send('SIGINT');
  expect([canceled, exits]).toEqual([['restore-point'], []]);
  await job.finish();
});

test('a job that ran before is never canceled', async () => {
  running = aJob({id: 'nightly'});
  const job = following('data');
  send('SIGINT');
  expect([canceled, exits]).toEqual([[], [130]]);
  await job.finish();
});

test("before a job that changes accounts has started, a signal leaves at once and cancels nobody's backup", async () => {
  const job = following('accounts');
  running = aJob({id: 'nightly'});
  send('SIGTERM');
  expect([canceled, exits]).toEqual([[], [130]]);
  await job.finish();
});

test.each(['data', 'accounts'] as const)(
  'of the two lanes only ours is told (%s), and the end does not wait for the other',
  async (lane) => {
    const job = following(lane);
    await job.begin();
    insert('b', 'backup');
    insert('s', 'sso_switch');
    await rest();
    await job.finish();
    expect(told.map((event) => event.kind)).toEqual([lane === 'data' ? 'backup' : 'sso_switch']);
  },
);

test('the error of the job is the error of the verb, with the id of the job', async () => {
  const error = {code: 'ERROR_BUDGET_SPENT', message: 'Ten failed.', meaning: '', remedy: '', retryable: true};
  const failed = followJob({jobs, output, lane: 'accounts'}, async () => ({
    job: aJob({id: 'ours'}),
    done: Promise.resolve(aJob({id: 'ours', status: 'error', error})),
  }));
  await expect(failed).rejects.toMatchObject(new Failure('ERROR_BUDGET_SPENT', 'Ten failed.'));
  await expect(failed).rejects.toMatchObject({details: {job: 'ours'}});
});

test('afterwards no signal handler is left', async () => {
  const before = process.listenerCount('SIGINT');
  const job = following('accounts');
  expect(process.listenerCount('SIGINT')).toBe(before + 1);
  await job.finish();
  expect(process.listenerCount('SIGINT')).toBe(before);
});
