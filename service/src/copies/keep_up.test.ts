import {beforeEach, describe, expect, test} from '@jest/globals';
import type {Job, ListedSet} from '@disaster-recovery/contract';
import {Failure} from '../kernel/failure.ts';
import {aJob, listed, summary} from '../testkit/answers.ts';
import {createKeepUp, type KeepUp, type KeepUpParts} from './keep_up.ts';
import {isOpen} from './setting.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const SETTING = {name: 'offsite', objectiveMs: 48 * HOUR, window: null, notFrom: [], appendOnly: false};

let now: number;
let lacks: string[];
let jobs: Job[];
let running: Job | null;
let busy: Job | null;
let begun: string[];
let canceled: string[];
let warned: string[];
let end: (job: Partial<Job>) => Promise<void>;
let refuse: Failure | null;
let lose: () => void;

beforeEach(() => {
  now = new Date(2026, 10, 24, 12).getTime();
  [lacks, jobs, running, busy, begun, canceled, warned, refuse] = [[], [], null, null, [], [], [], null];
});

function keepUp(changes: Partial<KeepUpParts['settings'][number]>[] = [{}]): KeepUp {
  return createKeepUp({
    clock: {now: () => now, sleep: async () => undefined},
    log: {warn: (told: {code: string}) => warned.push(told.code)} as never,
    jobs: {
      newest: () => jobs,
      running: (lane) => (lane === 'data' ? busy : running),
      cancel: (id) => (canceled.push(id), aJob()),
    },
    settings: changes.map((change) => ({...SETTING, ...change})),
    wanted: async () => {
      if (refuse) {
        throw refuse;
      }
      return lacks.map((id): ListedSet => ({...listed(summary), id}));
    },
    begin: async (set, to, actor) => {
      begun.push(`${set} to ${to}`);
      const job = aJob({id: `copy-${begun.length}`, kind: 'copy', actor, reason: `to ${to}`});
      running = job;
      const done = new Promise<Job>((resolve, reject) => {
        lose = () => {
          running = null;
          reject(new Failure('STATE_BUSY', 'locked'));
        };
        end = async (came) => {
          running = null;
          resolve({...job, status: 'success', ...came});
          await done;
          await Promise.resolve();
        };
      });
      return {job, done};
    },
  });
}

async function pass(it: KeepUp, ms: number, step = MINUTE): Promise<void> {
  for (let at = 0; at < ms; at += step) {
    now += step;
    await it.tick();
  }
}

test('what a copy lacks is sent, one after the other, until it lacks nothing', async () => {
  const it = keepUp();
  lacks = ['two', 'one'];
  await it.tick();
  await it.tick();
  expect(begun).toEqual(['two to offsite']);
  lacks = ['one'];
  await end({});
  await it.tick();
  lacks = [];
  await end({});
  await it.tick();
  await pass(it, HOUR);
  expect(begun).toEqual(['two to offsite', 'one to offsite']);
});

test('a new set is looked for as soon as it is made; nothing else makes the repositories be asked', async () => {
  const it = keepUp();
  await it.tick();
  lacks = ['three'];
  await pass(it, HOUR);
  expect(begun).toEqual([]);
  jobs = [aJob({id: 'backup-1', status: 'warning'})];
  await it.tick();
  expect(begun).toEqual(['three to offsite']);
});

test('while sets are removed nothing is sent; a backup holds up nothing', async () => {
  const it = keepUp();
  lacks = ['one'];
  busy = aJob({kind: 'keep'});
  await it.tick();
  expect(begun).toEqual([]);
  busy = aJob({kind: 'backup'});
  await it.tick();
  expect(begun).toEqual(['one to offsite']);
});

test('a copy that is down is tried again, later each time, and a new set does not hurry it', async () => {
  const it = keepUp();
  refuse = new Failure('REPOSITORY_UNREACHABLE', 'away');
  await it.tick();
  expect(it.nextTry('offsite')).toBe(now + 5 * MINUTE);
  jobs = [aJob({id: 'backup-1', status: 'success'})];
  await pass(it, 24 * HOUR);
  expect(warned.length).toBeLessThan(12);
  expect(new Set(warned)).toEqual(new Set(['REPOSITORY_UNREACHABLE']));
  refuse = null;
  lacks = ['one'];
  await pass(it, 6 * HOUR);
  expect(begun).toEqual(['one to offsite']);
  lacks = [];
  await end({});
  await it.tick();
  expect(it.nextTry('offsite')).toBeNull();
});

test('a copy that fails in the middle is tried again, and holds up no other', async () => {
  const it = keepUp([{name: 'offsite'}, {name: 'vault'}]);
  lacks = ['one'];
  await it.tick();
  await end({status: 'error'});
  await it.tick();
  expect(begun).toEqual(['one to offsite', 'one to vault']);
  lacks = [];
  await end({});
  await it.tick();
  lacks = ['one'];
  await pass(it, 6 * MINUTE);
  expect(begun.filter((what) => what.endsWith('offsite'))).toHaveLength(2);
});

test('a copy whose end could not be written down is tried again, and ends nothing else', async () => {
  const it = keepUp();
  lacks = ['one'];
  await it.tick();
  lose();
  await Promise.resolve();
  await Promise.resolve();
  expect(it.nextTry('offsite')).toBe(now + 5 * MINUTE);
  await pass(it, 6 * MINUTE);
  expect(begun).toHaveLength(2);
});

describe('a window', () => {
  test.each<[string, [number, number, boolean][]]>([
    [
      '22:00-06:00',
      [
        [21, 59, false],
        [22, 0, true],
        [3, 0, true],
        [5, 59, true],
        [6, 0, false],
      ],
    ],
    [
      '01:30-04:00',
      [
        [1, 29, false],
        [1, 30, true],
        [4, 0, false],
      ],
    ],
  ])('%s', (window, cases) => {
    const seen = cases.map(([hour, minute]) => isOpen(window, new Date(2026, 10, 24, hour, minute).getTime()));
    expect(seen).toEqual(cases.map(([, , open]) => open));
  });

  test('is waited for, and what runs at its end goes on in the next one', async () => {
    const it = keepUp([{window: '22:00-06:00'}]);
    lacks = ['one'];
    await pass(it, 9 * HOUR);
    expect(begun).toEqual([]);
    await pass(it, 2 * HOUR);
    expect(begun).toEqual(['one to offsite']);
    await pass(it, 8 * HOUR);
    expect(canceled).not.toEqual([]);
    await end({status: 'canceled'});
    await pass(it, 12 * HOUR);
    expect(begun).toHaveLength(1);
    await pass(it, 5 * HOUR);
    expect(begun).toHaveLength(2);
  });

  test('does not end what a person started', async () => {
    const it = keepUp([{window: '22:00-06:00'}]);
    running = aJob({kind: 'copy', reason: 'to offsite'});
    await it.tick();
    expect(canceled).toEqual([]);
  });
});
