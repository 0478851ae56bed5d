import {mkdtempSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {beforeEach, describe, expect, test} from '@jest/globals';
import {pino} from 'pino';
import type {BotPost, BridgeEvent, Event, Job} from '@disaster-recovery/contract';
import {errorBody, Failure} from '../kernel/failure.ts';
import {openState, type State} from '../kernel/state.ts';
import type {Origin} from '../jobs/index.ts';
import {createBrowserEvents} from './browser_events.ts';
import {aJob, START} from '../testkit/answers.ts';
import {createLivePosts} from './live_post.ts';
import {CHAT_TABLES} from './post_store.ts';

let now = START;
const clock = {now: () => now, sleep: async () => undefined};
const log = pino({level: 'silent'});
const unreachable = new Failure('MATTERMOST_UNREACHABLE', 'down');
const refused = (code: string) => new Failure('MATTERMOST_REFUSED', 'no', {details: {code, status: 404}});

let state: State;
let job: Job;
let origin: Origin | null;
let trouble: Failure | null;
let calls: {what: string; id: string; post: BotPost}[];
let published: string[];

beforeEach(() => {
  now = START;
  state = openState(mkdtempSync(join(tmpdir(), 'chat-')), [CHAT_TABLES]);
  job = aJob();
  origin = {channel_id: 'c1', root_id: 'r1'};
  trouble = null;
  calls = [];
  published = [];
});

const jobs = {get: () => job, origin: () => origin, newest: () => [job]};
const bridge = {
  createPost: async (post: BotPost) => {
    attempt('create', 'p1', post);
    return {id: 'p1'};
  },
  updatePost: async (id: string, post: BotPost) => {
    attempt('update', id, post);
  },
  publish: async (event: BridgeEvent) => {
    if (trouble) {
      throw trouble;
    }
    published.push(event.job);
  },
};

function attempt(what: string, id: string, post: BotPost): void {
  calls.push({what: trouble ? `${what} fails` : what, id, post});
  if (trouble) {
    throw trouble;
  }
}

const event = (changes: Partial<Event> = {}) =>
  ({
    type: 'status',
    seq: 1,
    at: now,
    job: 'job1',
    kind: 'backup',
    status: 'in_progress',
    error: null,
    ...changes,
  }) as Event;
const posts = () => createLivePosts({jobs, bridge, state, clock, log});
const whats = () => calls.map(({what}) => what);
const openRows = () => state.db.prepare('SELECT job FROM chat_posts WHERE is_finished = 0').all();
const end = (status: Job['status'] = 'canceled') => {
  job = {...job, status, finished_at: now};
};
const go = (reason: string) => {
  job = {...job, reason};
};

describe('the post of a job', () => {
  test('is made once, where it was asked for, and edited no more often than every two seconds', async () => {
    const live = posts();
    live.note(event());
    await live.flush();
    expect(calls).toMatchObject([
      {what: 'create', post: {channel_id: 'c1', root_id: 'r1', message: expect.stringContaining('Backup is running')}},
    ]);
    for (let step = 0; step < 8; step += 1) {
      now += 500;
      go(`r${step}`);
      live.note(event());
      await live.flush();
    }
    expect(whats()).toEqual(['create', 'update', 'update']);
  });

  test('is not edited when nothing changed', async () => {
    const live = posts();
    live.note(event());
    await live.flush();
    now += 10_000;
    await live.flush();
    expect(whats()).toEqual(['create']);
  });

  test('shows its end even when Mattermost is down for an hour, with waits that grow', async () => {
    const live = posts();
    live.note(event());
    await live.flush();
    end();
    trouble = unreachable;
    for (const until = now + 3_600_000; now < until; now += 1000) {
      await live.flush();
    }
    expect(calls.length).toBeLessThan(30);
    expect(openRows()).toHaveLength(1);
    trouble = null;
    now += 300_000;
    await live.flush();
    expect(calls.at(-1)).toMatchObject({
      what: 'update',
      id: 'p1',
      post: {message: expect.stringContaining('was canceled')},
    });
    expect(openRows()).toEqual([]);
    const count = calls.length;
    now += 10_000;
    live.note(event());
    await live.flush();
    expect(calls).toHaveLength(count);
  });

  test('is taken up again after a restart of the companion, and its job that died is told', async () => {
    const before = posts();
    before.note(event());
    await before.flush();
    job = {...job, status: 'error', error: errorBody(new Failure('JOB_INTERRUPTED', 'The process ended.'))};
    const after = posts();
    after.resume();
    await after.flush();
    expect(calls.at(-1)).toMatchObject({
      what: 'update',
      id: 'p1',
      post: {message: expect.stringContaining('Backup failed')},
    });
    expect(openRows()).toEqual([]);
  });

  test('is made at a restart when the companion died before it could', async () => {
    const live = posts();
    live.resume();
    await live.flush();
    expect(whats()).toEqual(['create']);
  });

  test('that somebody deleted is let go', async () => {
    const live = posts();
    live.note(event());
    await live.flush();
    trouble = refused('NOT_FOUND');
    now += 3000;
    end();
    await live.flush();
    expect(openRows()).toEqual([]);
  });

  test('in a channel that takes none is given up after a while; a wrong clock is not', async () => {
    const live = posts();
    for (const [code, left] of [
      ['TOKEN_EXPIRED', 1],
      ['MATTERMOST_REFUSED', 0],
    ] as const) {
      trouble = refused(code);
      live.note(event());
      for (let tries = 0; tries < 25; tries += 1) {
        await live.flush();
        now += 301_000;
      }
      expect(openRows()).toHaveLength(left);
    }
  });

  test('does not exist for a job of the page or the command line', async () => {
    origin = null;
    const live = posts();
    live.note(event());
    live.resume();
    await live.flush();
    expect(calls).toEqual([]);
  });

  test('lists the warnings of its job', async () => {
    const live = posts();
    live.note(event());
    live.note(event({type: 'note', level: 'warning', text: 'slow @here'} as Partial<Event>));
    await live.flush();
    expect(calls[0]?.post.message).toContain('⚠️ slow @\u200Bhere');
  });
});

describe('browsers', () => {
  const browsers = () => createBrowserEvents({jobs, bridge, clock, log});

  test('hear once a second, and of the end for certain', async () => {
    const events = browsers();
    for (let step = 0; step < 10; step += 1) {
      events.note(event());
      await events.flush();
      now += 250;
    }
    expect(published).toHaveLength(3);
    end('success');
    events.note(event());
    trouble = unreachable;
    await events.flush();
    trouble = null;
    now += 3000;
    await events.flush();
    await events.flush();
    expect(published).toHaveLength(4);
    expect(JSON.parse(published.at(-1) ?? '')).toMatchObject({status: 'success'});
  });

  test('are not sent a large result', async () => {
    const events = browsers();
    job = {...aJob({status: 'success'}), result: {text: 'x'.repeat(50_000)}};
    events.note(event());
    await events.flush();
    expect(JSON.parse(published[0] ?? '')).toMatchObject({status: 'success', result: null});
  });

  test('are given up after a while, so that nothing is sent for ever', async () => {
    const events = browsers();
    end('success');
    trouble = unreachable;
    events.note(event());
    for (let tries = 0; tries < 30; tries += 1) {
      await events.flush();
      now += 301_000;
    }
    trouble = null;
    await events.flush();
    expect(published).toEqual([]);
  });
});
