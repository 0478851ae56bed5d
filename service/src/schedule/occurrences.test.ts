import {describe, expect, test} from '@jest/globals';
import {dueBetween, occurrences} from './occurrences.ts';

const DAY = 86_400_000;
const times = (cron: string, timeZone = 'Europe/Berlin', jitterMs = 0) => ({name: 'nightly', cron, timeZone, jitterMs});
const at = (iso: string) => Date.parse(iso);
const between = (of: Parameters<typeof occurrences>[0], from: string, to: string) =>
  [...occurrences(of, {after: at(from), until: at(to)})].map((ms) => new Date(ms).toISOString());

describe('a change of the clock', () => {
  test('a time that spring leaves out comes at the end of the gap, once', () => {
    expect(between(times('30 2 * * *'), '2027-03-27T12:00:00Z', '2027-03-29T12:00:00Z')).toEqual([
      '2027-03-28T01:00:00.000Z',
      '2027-03-29T00:30:00.000Z',
    ]);
  });

  test('a time that autumn shows twice comes once', () => {
    expect(between(times('30 2 * * *'), '2027-10-30T12:00:00Z', '2027-11-01T12:00:00Z')).toEqual([
      '2027-10-31T00:30:00.000Z',
      '2027-11-01T01:30:00.000Z',
    ]);
  });

  test('an hourly one comes each hour that passes', () => {
    expect(between(times('0 * * * *'), '2027-10-30T22:30:00Z', '2027-10-31T22:30:00Z')).toHaveLength(24);
    expect(between(times('0 * * * *'), '2027-03-27T22:30:00Z', '2027-03-28T22:30:00Z')).toHaveLength(24);
  });

  test.each([
    ['half an hour of summer time', 'Australia/Lord_Howe'],
    ['midnight that does not exist', 'America/Santiago'],
    ['none', 'UTC'],
  ])('each day of two years has one run (%s)', (_what, zone) => {
    const all = [
      ...occurrences(times('0 0 * * *', zone), {after: at('2027-01-01T12:00:00Z'), until: at('2028-12-31T12:00:00Z')}),
    ];
    expect(all).toHaveLength(730);
    const days = new Set(all.map((ms) => new Intl.DateTimeFormat('en-CA', {timeZone: zone}).format(ms)));
    expect(days.size).toBe(730);
  });
});

test('the 29th of February comes in leap years', () => {
  expect(between(times('0 3 29 2 *', 'UTC'), '2026-01-01T00:00:00Z', '2032-12-31T00:00:00Z')).toEqual([
    '2028-02-29T03:00:00.000Z',
    '2032-02-29T03:00:00.000Z',
  ]);
});

describe('what came due', () => {
  test('is the newest, and the others are counted, not run', () => {
    const found = dueBetween(times('0 2 * * *', 'UTC'), {
      after: at('2027-01-01T02:00:00Z'),
      now: at('2027-01-11T05:00:00Z'),
    });
    expect(found).toEqual({due: at('2027-01-11T02:00:00Z'), before: 9});
  });

  test('is nothing twice: the end belongs to it, the beginning does not', () => {
    const of = times('0 2 * * *', 'UTC');
    const run = at('2027-01-02T02:00:00Z');
    expect(dueBetween(of, {after: run - 1, now: run})).toEqual({due: run, before: 0});
    expect(dueBetween(of, {after: run, now: run + DAY - 1})).toBeNull();
  });

  test('of a schedule for each minute after two years is told at once', () => {
    const found = dueBetween(times('* * * * *'), {after: 0, now: at('2027-01-11T05:00:30Z')});
    expect(found).toEqual({due: at('2027-01-11T05:00:00Z'), before: 1000});
  });
});

describe('jitter', () => {
  const of = times('0 2 * * *', 'UTC', 3_600_000);

  test('is the same whenever it is asked, within its bounds and not the same for each run', () => {
    const all = [...occurrences(of, {after: at('2027-01-01T00:00:00Z'), until: at('2027-02-01T00:00:00Z')})];
    expect(all).toHaveLength(31);
    expect([...occurrences(of, {after: all[9]!, until: all[10]!})]).toEqual([all[10]]);
    const late = all.map((ms) => ms % DAY);
    expect(Math.min(...late)).toBeGreaterThanOrEqual(2 * 3_600_000);
    expect(Math.max(...late)).toBeLessThan(3 * 3_600_000);
    expect(new Set(late).size).toBeGreaterThan(20);
  });

  test('a run that has not begun is not due, though its cron time is past', () => {
    const [due = 0] = [...occurrences(of, {after: at('2027-01-01T00:00:00Z'), until: at('2027-01-02T00:00:00Z')})];
    expect(dueBetween(of, {after: at('2027-01-01T00:00:00Z'), now: due - 1})).toBeNull();
    expect(dueBetween(of, {after: at('2027-01-01T00:00:00Z'), now: due})).toEqual({due, before: 0});
  });
});
