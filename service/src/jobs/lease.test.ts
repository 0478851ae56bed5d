import {mkdtempSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {beforeEach, expect, test} from '@jest/globals';
import {openState, type State} from '../kernel/state.ts';
import {createLease, type Lease} from './lease.ts';
import {createRate} from './rate.ts';
import {JOB_TABLES} from './tables.ts';

let state: State;
let lease: Lease;

beforeEach(() => {
  state = openState(mkdtempSync(join(tmpdir(), 'lease-')), [JOB_TABLES]);
  lease = createLease(state);
});

function heldBy(pid: number, start: string): void {
  state.db
    .prepare(`INSERT OR REPLACE INTO leases (lane, job, pid, process_start) VALUES ('data', ?, ?, ?)`)
    .run('theirs', pid, start);
}

function ownStart(): string {
  lease.take('data', 'probe');
  const {process_start: start} = state.db.prepare('SELECT process_start FROM leases').get() as {process_start: string};
  lease.release('probe');
  return start;
}

test('a live process keeps its lease', () => {
  heldBy(process.pid, ownStart());
  expect(lease.holder('data')).toBe('theirs');
  expect(() => {
    lease.take('data', 'mine');
  }).toThrow(expect.objectContaining({code: 'JOB_ALREADY_RUNNING', details: {job: 'theirs'}}));
  expect(lease.holder('data')).toBe('theirs');
});

test('the start of a process is a number of clock ticks, so that it tells a reused pid', () => {
  expect(ownStart()).toMatch(/^\d+$/);
});

test.each([
  ['a dead process', 4_000_000, '1'],
  ['another process that got its pid', process.pid, '1'],
])('the lease of %s is free', (_name, pid, start) => {
  heldBy(pid, start);
  expect(lease.holder('data')).toBeNull();
  lease.take('data', 'mine');
  expect(lease.holder('data')).toBe('mine');
});

test('taking again what one holds is allowed', () => {
  lease.take('data', 'mine');
  lease.take('data', 'mine');
  expect(lease.holder('data')).toBe('mine');
});

test('nobody gives back the lease of another job', () => {
  lease.take('data', 'mine');
  lease.release('another');
  expect(lease.holder('data')).toBe('mine');
  lease.release('mine');
  expect(lease.holder('data')).toBeNull();
});

test('a rate is told only after half a second, and only of the last seconds', () => {
  const rate = createRate(8000);
  expect(rate(0, 0)).toBeNull();
  expect(rate(400, 400)).toBeNull();
  expect(rate(1000, 1000)).toBe(1000);
  for (let at = 2000; at <= 20_000; at += 1000) {
    rate(at, 1000);
  }
  expect(rate(21_000, 1000)).toBe(0);
});

test('a rate never becomes negative when the count begins anew', () => {
  const rate = createRate();
  rate(0, 0);
  rate(1000, 5000);
  expect(rate(2000, 10)).toBeNull();
  expect(rate(3000, 20)).toBe(10);
});

test('the lanes do not wait for each other', () => {
  lease.take('data', 'a backup');
  lease.take('accounts', 'a switch');
  expect([lease.holder('data'), lease.holder('accounts')]).toEqual(['a backup', 'a switch']);
  expect(() => {
    lease.take('accounts', 'another switch');
  }).toThrow(expect.objectContaining({code: 'JOB_ALREADY_RUNNING'}));
});
