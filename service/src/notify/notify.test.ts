import {mkdtempSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {beforeEach, expect, test} from '@jest/globals';
import type {Alarm} from '@disaster-recovery/contract';
import type {Way} from '../engines/delivery/port.ts';
import {Failure} from '../kernel/failure.ts';
import {openState} from '../kernel/state.ts';
import {createLedger, LEDGER_TABLE} from '../ledger/index.ts';
import {createNotify, NOTIFY_TABLES, type Subscription} from './index.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const START = Date.UTC(2026, 10, 24);

let now: number;
let alarms: Alarm[];
let down: Set<string>;
let sent: [string, string][];
let directory: string;
let newest: {good: string | null; failed: string | null};

const clock = {now: () => now, sleep: async () => undefined};
const signal = new AbortController().signal;

const way = (name: string): Way => ({
  name,
  send: async ({code, state, about}) => {
    if (down.has(name)) {
      throw new Failure('NOTIFICATION_FAILED', `${name} is down.`);
    }
    sent.push([name, `${code}${about ? ` ${about}` : ''} ${state}`]);
  },
});

const alarm = (code: Alarm['code'], about: string | null = null): Alarm => ({
  code,
  about,
  level: 'alarm',
  since: now,
  message: `It is ${now}.`,
  remedy: 'Do something.',
});

beforeEach(() => {
  [now, alarms, down, sent] = [START, [], new Set(), []];
  newest = {good: null, failed: null};
  directory = mkdtempSync(join(tmpdir(), 'notify-'));
});

function open(subscriptions: Subscription[] = [{way: way('bot'), events: null}]) {
  const state = openState(directory, [LEDGER_TABLE, NOTIFY_TABLES]);
  const ledger = createLedger(state, clock);
  const it = createNotify({
    clock,
    state,
    ledger,
    log: {warn: () => undefined} as never,
    subscriptions,
    alarms: async () => alarms,
    site: () => 'https://chat.example.org',
    ping: way('ping'),
    newest: () => newest,
  });
  const pass = async (ms: number) => {
    for (let at = 0; at < ms; at += MINUTE) {
      await it.look();
      await it.deliver(signal);
      now += MINUTE;
    }
  };
  return {...it, pass, state, kinds: () => [...ledger.entries()].map(({kind}) => kind)};
}

test('what is wrong is told once, and once that it is over, however long it lasts', async () => {
  const it = open();
  alarms = [alarm('BACKUP_LATE')];
  await it.pass(3 * HOUR);
  expect(it.since({code: 'BACKUP_LATE', about: null})).toBe(START);
  alarms = [];
  await it.pass(HOUR);
  expect(sent).toEqual([
    ['bot', 'BACKUP_LATE began'],
    ['bot', 'BACKUP_LATE ended'],
  ]);
  expect(it.kinds()).toEqual(['alarm.raised', 'alarm.ended']);
  expect(it.since({code: 'BACKUP_LATE', about: null})).toBeNull();
});

test('the same of two copies are two, and the same again later is told again', async () => {
  const it = open();
  alarms = [alarm('COPY_LATE', 'offsite'), alarm('COPY_LATE', 'vault')];
  await it.pass(2 * MINUTE);
  alarms = [alarm('COPY_LATE', 'vault')];
  await it.pass(2 * MINUTE);
  alarms = [alarm('COPY_LATE', 'offsite'), alarm('COPY_LATE', 'vault')];
  await it.pass(2 * MINUTE);
  expect(sent.map(([, what]) => what)).toEqual([
    'COPY_LATE offsite began',
    'COPY_LATE vault began',
    'COPY_LATE offsite ended',
    'COPY_LATE offsite began',
  ]);
});

test('nothing is lost while a way is down, in its order, over a restart; another way does not wait for it', async () => {
  const both = [
    {way: way('bot'), events: null},
    {way: way('hook'), events: null},
  ];
  const first = open(both);
  down.add('bot');
  alarms = [alarm('BACKUP_LATE')];
  await first.pass(5 * MINUTE);
  alarms = [];
  await first.pass(5 * MINUTE);
  expect(sent.map(([name]) => name)).toEqual(['hook', 'hook']);
  first.state.close();
  const second = open(both);
  down.clear();
  await second.pass(2 * HOUR);
  expect(sent.slice(2)).toEqual([
    ['bot', 'BACKUP_LATE began'],
    ['bot', 'BACKUP_LATE ended'],
  ]);
});

test('a way gets the alarms that it asks for', async () => {
  const it = open([{way: way('hook'), events: ['COPY_LATE']}]);
  alarms = [alarm('BACKUP_LATE'), alarm('COPY_LATE', 'offsite')];
  await it.pass(5 * MINUTE);
  expect(sent).toEqual([['hook', 'COPY_LATE offsite began']]);
});

test('a storm is not more than somebody reads: the rest waits for its hour, and comes', async () => {
  const it = open();
  for (let each = 0; each < 50; each += 1) {
    alarms = each % 2 === 0 ? [alarm('BACKUP_LATE')] : [];
    await it.pass(MINUTE);
  }
  expect(sent.length).toBe(30);
  await it.pass(3 * HOUR);
  expect(sent.length).toBe(50);
});

test('an outside watcher hears of each good set and of each failed backup once', async () => {
  const it = open();
  newest = {good: 'one', failed: null};
  await it.pass(HOUR);
  newest = {good: 'one', failed: 'job-2'};
  await it.pass(HOUR);
  newest = {good: 'three', failed: 'job-2'};
  await it.pass(HOUR);
  expect(sent).toEqual([
    ['ping', 'PING ended'],
    ['ping', 'PING began'],
    ['ping', 'PING ended'],
  ]);
});

test('a test goes every way at once, and says of each what came of it', async () => {
  const it = open([
    {way: way('bot'), events: null},
    {way: way('hook'), events: ['COPY_LATE']},
  ]);
  down.add('bot');
  expect(await it.test()).toMatchObject({
    ways: [
      {way: 'bot', sent: false},
      {way: 'hook', sent: true},
    ],
  });
  expect(sent).toEqual([['hook', 'TEST test']]);
});
