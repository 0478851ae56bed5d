import {mkdtempSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {beforeEach, describe, expect, test} from '@jest/globals';
import type {Actor, Job} from '@disaster-recovery/contract';
import {Failure} from '../kernel/failure.ts';
import {openState} from '../kernel/state.ts';
import {createLedger, LEDGER_TABLE} from '../ledger/index.ts';
import {createSchedules, SCHEDULE_TABLES, type Schedules, type ScheduleSetting} from './index.ts';

const ADA: Actor = {kind: 'mattermost', id: 'ada', name: 'ada'};
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const at = (iso: string) => Date.parse(iso);

let directory: string;
let now: number;
let settings: ScheduleSetting[];
/** Jobs that were begun; a job ends by itself `lasts` after its begin, as `ends` says. */
let begun: {id: string; kind: string; at: number; actor: string; dead?: boolean; ended?: boolean}[];
let lasts: number;
let ends: (id: string) => Partial<Job>;
let refuses: Failure | null;
/** Sets are being copied, so none is removed. */
let copying: boolean;

const NIGHTLY: ScheduleSetting = {
  name: 'nightly',
  cron: '0 2 * * *',
  timeZone: 'Europe/Berlin',
  scope: ['database', 'config', 'files'],
  jitterMs: 0,
  windowMs: null,
  verify: null,
  keep: [],
};

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'schedule-'));
  now = at('2027-01-10T12:00:00Z');
  settings = [NIGHTLY];
  begun = [];
  lasts = HOUR / 2;
  ends = () => ({status: 'success'});
  refuses = null;
  copying = false;
});

function jobOf(id: string): Job {
  const found = begun.find((job) => job.id === id)!;
  found.ended ||= !found.dead && now >= found.at + lasts;
  return {id, kind: found.kind, subject: `set of ${id}`, status: 'in_progress', ...(found.ended && ends(id))} as Job;
}

async function begin(kind: string, actor: Actor) {
  if (copying && kind.startsWith('keep')) {
    throw new Failure('JOB_ALREADY_RUNNING', 'A copy is being made.');
  }
  const running = begun.find((job) => jobOf(job.id).status === 'in_progress' && !job.dead);
  if (running) {
    throw new Failure('JOB_ALREADY_RUNNING', `Job ${running.id} runs.`);
  }
  if (refuses) {
    throw refuses;
  }
  const dead = begun.find((job) => job.dead && job.kind === kind && now - job.at < HOUR);
  const job = dead ?? {id: `${kind}-${begun.length + 1}`, kind, at: now, actor: actor.name};
  if (dead) {
    dead.dead = false;
  } else {
    begun.push(job);
  }
  return {job: jobOf(job.id), done: Promise.resolve(jobOf(job.id))};
}

/** A companion as it starts: what it knew of before is in its state. */
function start(): Schedules & {ledger: () => string[]; end(): void} {
  const state = openState(directory, [LEDGER_TABLE, SCHEDULE_TABLES]);
  const clock = {now: () => now, sleep: async () => undefined};
  const ledger = createLedger(state, clock);
  const schedules = createSchedules({
    clock,
    state,
    ledger,
    settings: () => settings,
    jobs: {
      get: jobOf,
      interrupted: () => begun.filter(({dead}) => dead).map(({id}) => ({job: jobOf(id), request: {}})),
    },
    begin: {
      backup: ({scope}, {actor}) => begin('backup', {...actor, name: `${actor.name}: ${scope.join()}`}),
      follow: (follower, set, actor) =>
        begin(follower.kind === 'verify' ? `verify ${follower.level} ${set}` : `keep ${follower.repository}`, actor),
    },
  });
  return {
    ...schedules,
    ledger: () => [...ledger.entries()].map(({kind}) => kind),
    end: () => {
      state.close();
    },
  };
}

async function pass(schedules: Schedules, until: string, every = HOUR / 4) {
  await schedules.tick();
  while (now < at(until)) {
    now += every;
    await schedules.tick();
  }
}

const begunAt = () => begun.map((job) => new Date(job.at).toISOString());

describe('runs', () => {
  test('begin when they are due, by nobody but the schedule, with its scope', async () => {
    settings = [{...NIGHTLY, scope: ['database']}];
    const schedules = start();
    await pass(schedules, '2027-01-12T12:00:00Z');
    expect(begunAt()).toEqual(['2027-01-11T01:00:00.000Z', '2027-01-12T01:00:00.000Z']);
    expect(begun[0]?.actor).toBe('schedule nightly: database');
    expect(schedules.list()[0]).toMatchObject({
      last: {job: 'backup-2', outcome: 'success', missed: 0, tries: 1, due: at('2027-01-12T01:00:00Z')},
      next: [at('2027-01-13T01:00:00Z'), at('2027-01-14T01:00:00Z'), at('2027-01-15T01:00:00Z')],
    });
  });

  test('that nobody could make are made up for by one, which says how many', async () => {
    const first = start();
    await pass(first, '2027-01-11T12:00:00Z');
    first.end();
    now = at('2027-01-21T12:00:00Z');
    const schedules = start();
    await pass(schedules, '2027-01-21T14:00:00Z');
    expect(begunAt()).toEqual(['2027-01-11T01:00:00.000Z', '2027-01-21T12:00:00.000Z']);
    expect(schedules.list()[0]?.last).toMatchObject({missed: 9, due: at('2027-01-21T01:00:00Z')});
  });

  test('of before it was configured, or of other times than now, are not made up for', async () => {
    const schedules = start();
    await pass(schedules, '2027-01-10T13:00:00Z');
    settings = [{...NIGHTLY, cron: '30 12 * * *'}];
    now = at('2027-01-10T16:00:00Z');
    await schedules.tick();
    expect(begun).toEqual([]);
    await pass(schedules, '2027-01-11T12:00:00Z');
    expect(begunAt()).toEqual(['2027-01-11T11:30:00.000Z']);
  });

  test('wait for what runs, and begin when it has ended', async () => {
    settings = [NIGHTLY, {...NIGHTLY, name: 'second', scope: ['config']}];
    const schedules = start();
    await pass(schedules, '2027-01-11T01:15:00Z');
    expect(schedules.list()[1]?.last).toMatchObject({outcome: 'waiting', job: null, message: 'Job backup-1 runs.'});
    await pass(schedules, '2027-01-11T12:00:00Z');
    expect(begunAt()).toEqual(['2027-01-11T01:00:00.000Z', '2027-01-11T01:30:00.000Z']);
    expect(schedules.list()[1]?.last).toMatchObject({outcome: 'success', due: at('2027-01-11T01:00:00Z'), tries: 1});
  });

  test('longer than the time between two do not pile up', async () => {
    lasts = 3 * DAY;
    const schedules = start();
    await pass(schedules, '2027-01-15T12:00:00Z', HOUR);
    expect(begunAt()).toEqual(['2027-01-11T01:00:00.000Z', '2027-01-14T01:00:00.000Z']);
    expect(schedules.list()[0]?.last).toMatchObject({missed: 2, outcome: 'running'});
  });

  test('that cannot begin within their window are missed, and said to be', async () => {
    settings = [{...NIGHTLY, windowMs: HOUR}];
    const schedules = start();
    lasts = 3 * HOUR;
    now = at('2027-01-11T00:30:00Z');
    await schedules.tick();
    await begin('backup', ADA);
    await pass(schedules, '2027-01-11T12:00:00Z');
    expect(begun).toHaveLength(1);
    expect(schedules.list()[0]?.last).toMatchObject({
      outcome: 'missed',
      message: expect.stringContaining('within 1 h 0 min'),
    });
    expect(schedules.ledger()).toEqual(['schedule.missed']);
  });
});

describe('what goes wrong', () => {
  test('is tried again, three times at most, and the next day anew', async () => {
    refuses = new Failure('DATABASE_UNREACHABLE', 'It does not answer.');
    const schedules = start();
    await pass(schedules, '2027-01-11T01:00:00Z');
    expect(schedules.list()[0]?.last).toMatchObject({
      outcome: 'error',
      tries: 1,
      message: 'DATABASE_UNREACHABLE: It does not answer.',
      next_try: at('2027-01-11T01:15:00Z'),
    });
    await pass(schedules, '2027-01-11T12:00:00Z');
    expect(schedules.list()[0]?.last).toMatchObject({tries: 3, next_try: null});
    expect(schedules.ledger()).toEqual(['schedule.failed', 'schedule.failed', 'schedule.failed']);
    refuses = null;
    await pass(schedules, '2027-01-12T12:00:00Z');
    expect(begunAt()).toEqual(['2027-01-12T01:00:00.000Z']);
    expect(schedules.list()[0]?.last).toMatchObject({outcome: 'success', tries: 1});
  });

  test('in the middle of a backup is tried again too', async () => {
    ends = (id) =>
      id === 'backup-1'
        ? {status: 'error', error: {code: 'DISK_FULL', message: 'No space.'} as Job['error']}
        : {status: 'success'};
    const schedules = start();
    await pass(schedules, '2027-01-11T12:00:00Z');
    expect(begunAt()).toEqual(['2027-01-11T01:00:00.000Z', '2027-01-11T01:45:00.000Z']);
    expect(schedules.list()[0]?.last).toMatchObject({outcome: 'success', tries: 2, message: null});
  });

  test('a canceled one is not tried again', async () => {
    ends = () => ({status: 'canceled'});
    const schedules = start();
    await pass(schedules, '2027-01-11T12:00:00Z');
    expect(begun).toHaveLength(1);
    expect(schedules.list()[0]?.last).toMatchObject({outcome: 'canceled', next_try: null});
  });

  test('one whose process died goes on as the same run', async () => {
    const first = start();
    await pass(first, '2027-01-11T01:00:00Z');
    first.end();
    begun[0]!.dead = true;
    now += HOUR / 4;
    const schedules = start();
    await pass(schedules, '2027-01-11T12:00:00Z');
    expect(begun).toHaveLength(1);
    expect(schedules.list()[0]?.last).toMatchObject({job: 'backup-1', outcome: 'success', tries: 1});
  });

  test('one whose process died long ago begins anew, as the same run', async () => {
    const first = start();
    await pass(first, '2027-01-11T01:00:00Z');
    first.end();
    begun[0]!.dead = true;
    now += 5 * HOUR;
    const schedules = start();
    await pass(schedules, '2027-01-11T12:00:00Z');
    expect(begunAt()).toEqual(['2027-01-11T01:00:00.000Z', '2027-01-11T06:00:00.000Z']);
    expect(schedules.list()[0]?.last).toMatchObject({job: 'backup-2', outcome: 'success'});
  });

  test('is thinned out last, one repository after the other; what holds that back is a warning of the run, with its reason', async () => {
    settings = [{...NIGHTLY, verify: 'L1', keep: ['main', 'offsite']}];
    const schedules = start();
    ends = (id) =>
      id.startsWith('keep main')
        ? {status: 'error', error: {code: 'KEEP_HELD_BACK', message: 'No.', meaning: '', remedy: '', retryable: false}}
        : {status: 'success'};
    await pass(schedules, '2027-01-11T12:00:00Z');
    expect(begun.map(({kind}) => kind)).toEqual(['backup', 'verify L1 set of backup-1', 'keep main', 'keep offsite']);
    expect(schedules.list()[0]?.last).toMatchObject({outcome: 'warning', message: 'KEEP_HELD_BACK: No.'});
  });

  test('waits while sets are being copied, and is left out with a warning rather than keep the next backup waiting', async () => {
    settings = [{...NIGHTLY, keep: ['main']}];
    const schedules = start();
    copying = true;
    await pass(schedules, '2027-01-11T04:00:00Z');
    expect(schedules.list()[0]?.last).toMatchObject({outcome: 'running'});
    copying = false;
    await pass(schedules, '2027-01-11T12:00:00Z');
    expect(begun.map(({kind}) => kind)).toEqual(['backup', 'keep main']);
    copying = true;
    await pass(schedules, '2027-01-13T01:00:00Z');
    expect(schedules.list()[0]?.last).toMatchObject({
      outcome: 'warning',
      due: at('2027-01-12T01:00:00Z'),
      message: 'The next run was due before what follows could begin: A copy is being made.',
    });
    await pass(schedules, '2027-01-13T02:00:00Z');
    expect(begun.map(({kind}) => kind)).toEqual(['backup', 'keep main', 'backup', 'backup']);
  });

  test('of a failed backup nothing is removed', async () => {
    settings = [{...NIGHTLY, keep: ['main']}];
    ends = () => ({
      status: 'error',
      error: {code: 'DISK_FULL', message: 'Full.', meaning: '', remedy: '', retryable: true},
    });
    await pass(start(), '2027-01-11T12:00:00Z');
    expect(new Set(begun.map(({kind}) => kind))).toEqual(new Set(['backup']));
  });

  test('a clock that goes back an hour runs nothing twice; one that was a year ahead does not silence the schedule', async () => {
    const schedules = start();
    await pass(schedules, '2027-01-11T02:00:00Z');
    now = at('2027-01-11T00:30:00Z');
    await pass(schedules, '2027-01-11T02:30:00Z');
    expect(begun).toHaveLength(1);
    now = at('2028-01-11T02:30:00Z');
    await pass(schedules, '2028-01-11T04:00:00Z');
    expect(begun).toHaveLength(2);
    now = at('2027-01-11T12:00:00Z');
    await pass(schedules, '2027-01-12T12:00:00Z');
    expect(begun).toHaveLength(3);
  });
});

describe('what follows', () => {
  beforeEach(() => {
    settings = [{...NIGHTLY, verify: 'L2'}];
  });

  test('is the verification of the new set, and the run ends with it', async () => {
    const schedules = start();
    await pass(schedules, '2027-01-11T01:45:00Z');
    expect(begun.map(({kind}) => kind)).toEqual(['backup', 'verify L2 set of backup-1']);
    expect(schedules.list()[0]?.last).toMatchObject({outcome: 'running', job: 'backup-1'});
    await pass(schedules, '2027-01-11T12:00:00Z');
    expect(schedules.list()[0]?.last).toMatchObject({outcome: 'success', job: 'backup-1', message: null});
  });

  test('that finds something makes the run a warning that says which job', async () => {
    ends = (id) => ({status: id.startsWith('verify') ? 'warning' : 'success'});
    const schedules = start();
    await pass(schedules, '2027-01-11T12:00:00Z');
    expect(schedules.list()[0]?.last).toMatchObject({
      outcome: 'warning',
      job: 'backup-1',
      message: expect.stringContaining('ended with warning'),
    });
  });

  test('that cannot begin is a warning; the set is made', async () => {
    const schedules = start();
    await pass(schedules, '2027-01-11T01:00:00Z');
    refuses = new Failure('REPOSITORY_UNREACHABLE', 'It does not answer.');
    await pass(schedules, '2027-01-11T12:00:00Z');
    expect(schedules.list()[0]?.last).toMatchObject({
      outcome: 'warning',
      message: 'REPOSITORY_UNREACHABLE: It does not answer.',
      next_try: null,
    });
  });

  test('that waits for another job begins after it; one whose process died is begun again', async () => {
    const schedules = start();
    await pass(schedules, '2027-01-11T01:15:00Z');
    now += HOUR / 4;
    await begin('restore', ADA);
    await pass(schedules, '2027-01-11T02:00:00Z');
    expect(begun.map(({kind}) => kind)).toEqual(['backup', 'restore', 'verify L2 set of backup-1']);
    begun[2]!.dead = true;
    now += 2 * HOUR;
    await pass(schedules, '2027-01-11T12:00:00Z');
    expect(begun.map(({kind}) => kind).slice(2)).toEqual(['verify L2 set of backup-1', 'verify L2 set of backup-1']);
    expect(schedules.list()[0]?.last).toMatchObject({outcome: 'success'});
  });
});

describe('by hand', () => {
  test('a paused schedule begins nothing and makes up for nothing', async () => {
    const schedules = start();
    expect(schedules.pause('nightly', ADA)).toMatchObject({paused: {since: now, by: 'ada'}, next: []});
    await pass(schedules, '2027-01-12T12:00:00Z', HOUR);
    expect(schedules.resume('nightly', ADA)).toMatchObject({paused: null});
    await pass(schedules, '2027-01-13T12:00:00Z', HOUR);
    expect(begunAt()).toEqual(['2027-01-13T01:00:00.000Z']);
    expect(schedules.ledger()).toEqual(['schedule.paused', 'schedule.resumed']);
  });

  test('what waits when it is paused is let go, and said to be', async () => {
    await begin('restore', ADA);
    begun[0]!.at = at('2027-01-11T00:45:00Z');
    const schedules = start();
    await schedules.tick();
    now = at('2027-01-11T01:00:00Z');
    await schedules.tick();
    expect(schedules.list()[0]?.last).toMatchObject({outcome: 'waiting'});
    schedules.pause('nightly', ADA);
    schedules.resume('nightly', ADA);
    await pass(schedules, '2027-01-11T12:00:00Z');
    expect(begun).toHaveLength(1);
    expect(schedules.list()[0]?.last).toMatchObject({outcome: 'missed', message: 'ada paused the schedule.'});
  });

  test('it runs now, with all that follows, and its times stay', async () => {
    settings = [{...NIGHTLY, verify: 'L1'}];
    const schedules = start();
    expect((await schedules.run('nightly', ADA)).job.id).toBe('backup-1');
    await pass(schedules, '2027-01-11T12:00:00Z');
    expect(begun.map(({kind}) => kind.slice(0, 9))).toEqual(['backup', 'verify L1', 'backup', 'verify L1']);
    expect(begunAt()[2]).toBe('2027-01-11T01:00:00.000Z');
  });

  test('an unknown name is refused, and told which there are', () => {
    const schedules = start();
    for (const act of [() => schedules.pause('weekly', ADA), () => schedules.preview({schedule: 'weekly', days: 7})]) {
      expect(act).toThrow(expect.objectContaining({code: 'NOT_FOUND', message: expect.stringContaining('nightly')}));
    }
  });
});

test('a preview shows all schedules in the order of time, over a change of the clock', () => {
  settings = [NIGHTLY, {...NIGHTLY, name: 'noon', cron: '0 12 * * SUN', timeZone: 'UTC'}];
  now = at('2027-03-27T12:00:00Z');
  const {runs, truncated} = start().preview({days: 2});
  expect(runs.map((run) => `${new Date(run.at).toISOString()} ${run.schedule}`)).toEqual([
    '2027-03-28T01:00:00.000Z nightly',
    '2027-03-28T12:00:00.000Z noon',
    '2027-03-29T00:00:00.000Z nightly',
  ]);
  expect(truncated).toBe(false);
  settings = [{...NIGHTLY, cron: '* * * * *'}];
  expect(start().preview({days: 1})).toMatchObject({truncated: true, runs: {length: 500}});
});

test('400 days with downtime, both changes of the clock and a leap day: one run a day that it ran, none else', async () => {
  now = at('2027-09-01T12:00:00Z');
  let schedules = start();
  await pass(schedules, '2027-11-20T12:00:00Z', 3 * HOUR);
  schedules.end();
  now = at('2027-12-01T12:00:00Z');
  schedules = start();
  await pass(schedules, '2028-10-05T12:00:00Z', 3 * HOUR);
  const days = begunAt().map((iso) => iso.slice(0, 10));
  expect(new Set(days).size).toBe(days.length);
  // 400 days in all, of which ten passed while the machine was off.
  expect(days).toHaveLength(Math.round((at('2028-10-05') - at('2027-09-01')) / DAY) - 10);
  expect(days).toContain('2028-02-29');
  expect(days).not.toContain('2027-11-25');
}, 60_000);
