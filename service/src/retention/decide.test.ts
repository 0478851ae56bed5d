import {describe, expect, test} from '@jest/globals';
import type {KeepReasonCode} from '@disaster-recovery/contract';
import {decide} from './decide.ts';
import type {Candidate, KeepRules} from './rules.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const NONE: KeepRules = {
  last: 0,
  hourly: 0,
  daily: 0,
  weekly: 0,
  monthly: 0,
  yearly: 0,
  withinMs: 0,
  minimumSets: 0,
  minimumVerified: 1,
  restorePointsMs: 0,
  timeZone: 'Europe/Berlin',
};
const NOW = Date.parse('2027-03-28T12:00:00Z');

/** `2027-03-28T01:00`: a good, whole set of then (UTC), called so. */
function set(at: string, changes: Partial<Candidate> = {}): Candidate {
  return {
    id: at,
    kind: 'backup',
    t0: Date.parse(`${at}Z`),
    scope: ['database', 'config', 'files'],
    good: true,
    verified: false,
    inFuture: false,
    named: [`of ${at}`],
    own: [`of ${at}`],
    hold: null,
    ...changes,
  };
}

const days = (count: number, changes: (day: number) => Partial<Candidate> = () => ({})): Candidate[] =>
  Array.from({length: count}, (_, day) => {
    const at = new Date(NOW - day * DAY).toISOString().slice(0, 16);
    return set(at, changes(day));
  });

function kept(sets: readonly Candidate[], rules: Partial<KeepRules>, now = NOW): string[] {
  const decided = decide({sets, rules: {...NONE, ...rules}, now});
  expect(decided.every(({goes, reasons}) => goes === (reasons.length === 0))).toBe(true);
  return decided.filter(({goes}) => !goes).map(({set: {id}}) => id);
}

const codesOf = (sets: readonly Candidate[], id: string, rules: Partial<KeepRules> = {last: 1}): KeepReasonCode[] =>
  decide({sets, rules: {...NONE, ...rules}, now: NOW})
    .find(({set: each}) => each.id === id)!
    .reasons.map(({code}) => code);

describe('each rule by itself', () => {
  test('last: the newest, whatever their order in the list', () => {
    const sets = days(5).reverse();
    expect(kept(sets, {last: 2})).toEqual(['2027-03-28T12:00', '2027-03-27T12:00']);
  });

  test('hourly: the newest of each hour that has one; the hour that the clock shows twice is two', () => {
    const sets = ['2026-10-25T00:10', '2026-10-25T00:50', '2026-10-25T01:10', '2026-10-25T02:10'].map((at) => set(at));
    expect(kept(sets, {hourly: 3})).toEqual(['2026-10-25T02:10', '2026-10-25T01:10', '2026-10-25T00:50']);
  });

  test('daily: days begin where people are: 23:30 UTC in winter is tomorrow in Berlin', () => {
    const sets = [set('2027-01-10T22:30'), set('2027-01-10T23:30'), set('2027-01-11T10:00')];
    expect(kept(sets, {daily: 2})).toEqual(['2027-01-11T10:00', '2027-01-10T22:30']);
    expect(kept(sets, {daily: 2, timeZone: 'UTC'})).toEqual(['2027-01-11T10:00', '2027-01-10T23:30']);
  });

  test('weekly: a week begins on Monday, also over the turn of the year', () => {
    const sets = [set('2026-12-27T10:00'), set('2026-12-28T10:00'), set('2027-01-01T10:00'), set('2027-01-03T10:00')];
    expect(kept(sets, {weekly: 5})).toEqual(['2027-01-03T10:00', '2026-12-27T10:00']);
  });

  test('monthly and yearly: the last of each', () => {
    const sets = [set('2025-06-30T10:00'), set('2025-12-31T22:30'), set('2025-12-31T23:30'), set('2026-02-28T10:00')];
    expect(kept(sets, {monthly: 9})).toEqual([
      '2026-02-28T10:00',
      '2025-12-31T23:30',
      '2025-12-31T22:30',
      '2025-06-30T10:00',
    ]);
    expect(kept(sets, {yearly: 9})).toEqual(['2026-02-28T10:00', '2025-12-31T22:30']);
  });

  test('days without a set do not count: after a month off, the days before it are still there', () => {
    const sets = [set('2027-03-28T02:00'), set('2027-02-20T02:00'), set('2027-02-19T02:00'), set('2027-02-18T02:00')];
    expect(kept(sets, {daily: 3})).toEqual(['2027-03-28T02:00', '2027-02-20T02:00', '2027-02-19T02:00']);
  });

  test('within: counted from the newest, so that a machine that was off does not lose all', () => {
    const sets = days(5);
    expect(kept(sets, {withinMs: 2 * DAY}, NOW + 300 * DAY)).toHaveLength(3);
  });

  test('minimum_sets: what the other rules leave is filled up, with good ones first', () => {
    const sets = days(6, (day) => ({good: day !== 2}));
    expect(kept(sets, {last: 2, minimumSets: 4})).toEqual([
      '2027-03-28T12:00',
      '2027-03-27T12:00',
      '2027-03-25T12:00',
      '2027-03-24T12:00',
    ]);
    expect(kept(sets, {last: 3, minimumSets: 2})).toHaveLength(4);
  });

  test('minimum_verified: the last verified ones stay, and one where nothing is said', () => {
    const sets = days(9, (day) => ({verified: day > 4}));
    expect(kept(sets, {last: 1})).toEqual(['2027-03-28T12:00', '2027-03-23T12:00']);
    expect(kept(sets, {last: 1, minimumVerified: 0})).toHaveLength(2);
    expect(kept(sets, {last: 1, minimumVerified: 3})).toHaveLength(4);
  });

  test('restore points have their own time, and take no place of a backup', () => {
    const sets = [
      ...days(3),
      ...days(3, () => ({kind: 'restore_point'})).map((each) => ({...each, id: `r ${each.id}`})),
    ];
    expect(kept(sets, {last: 2, restorePointsMs: 1.5 * DAY}, NOW)).toEqual([
      'r 2027-03-28T12:00',
      '2027-03-28T12:00',
      'r 2027-03-27T12:00',
      '2027-03-27T12:00',
    ]);
  });

  test('rules add up: a set stays for each reason that it has', () => {
    expect(codesOf(days(3), '2027-03-28T12:00', {last: 1, daily: 1, monthly: 1})).toEqual([
      'last',
      'daily',
      'monthly',
      'newest_good',
    ]);
  });
});

describe('what never goes', () => {
  test('without rules nothing goes', () => {
    expect(decide({sets: days(3), rules: null, now: NOW}).map(({goes}) => goes)).toEqual([false, false, false]);
  });

  test('a held one, until its hold is over', () => {
    const owner = {kind: 'cli', id: '0', name: 'root'} as const;
    const until = NOW + DAY;
    const sets = days(3, (day) => ({
      hold: day === 2 ? {set: 'x', reason: 'case 4711', owner, held_at: 0, until} : null,
    }));
    expect(kept(sets, {last: 1})).toEqual(['2027-03-28T12:00', '2027-03-26T12:00']);
    expect(kept(sets, {last: 1}, until)).toEqual(['2027-03-28T12:00']);
  });

  test('the newest good one of each scope, however much newer others are', () => {
    const sets = [
      ...days(40, () => ({scope: ['database']})),
      set('2026-01-02T00:00'),
      set('2026-01-01T00:00'),
      set('2025-01-02T00:00', {scope: ['config'], good: false}),
      set('2025-01-01T00:00', {scope: ['config'], good: false}),
    ];
    // Of the configuration none is good, so neither can stand for the other.
    expect(kept(sets, {last: 1})).toEqual([
      '2027-03-28T12:00',
      '2026-01-02T00:00',
      '2025-01-02T00:00',
      '2025-01-01T00:00',
    ]);
  });

  test("one that is not good takes no good one's place: not of the newest, not of its day", () => {
    const sets = days(6, (day) => ({good: day > 2}));
    expect(kept(sets, {last: 2})).toHaveLength(5);
    expect(kept(sets, {daily: 2})).toHaveLength(5);
    const sameDay = [set('2027-03-20T08:00', {good: false}), set('2027-03-20T02:00'), set('2027-03-21T02:00')];
    expect(kept(sameDay, {daily: 2})).toEqual(['2027-03-21T02:00', '2027-03-20T02:00']);
  });

  test('one whose snapshot another one names that stays, and so on', () => {
    const sets = [
      set('2027-03-28T00:00', {named: ['a', 'b'], own: ['a']}),
      set('2027-03-27T00:00', {named: ['b', 'c'], own: ['b']}),
      set('2027-03-26T00:00', {named: ['c'], own: ['c']}),
      set('2027-03-25T00:00'),
    ];
    expect(kept(sets, {last: 1})).toEqual(['2027-03-28T00:00', '2027-03-27T00:00', '2027-03-26T00:00']);
    expect(codesOf(sets, '2027-03-26T00:00')).toEqual(['needed']);
  });

  test('one of the future, which takes no place of one that is real', () => {
    const sets = [set('2031-01-01T00:00', {inFuture: true}), ...days(2)];
    expect(kept(sets, {last: 1})).toEqual(['2031-01-01T00:00', '2027-03-28T12:00']);
  });
});
