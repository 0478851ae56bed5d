import {expect, test} from '@jest/globals';
import {Keep} from './keep.ts';

const problems = (keep: object): string =>
  (Keep.safeParse(keep).error?.issues ?? []).map(({path, message}) => `${path.join('.')}: ${message}`).join('\n');

test.each([
  ['one rule', {last: 3}],
  ['a time alone', {within_hours: 0.5}],
  ['a least number alone', {minimum_sets: 5}],
  [
    'everything',
    {
      last: 3,
      hourly: 24,
      daily: 7,
      weekly: 4,
      monthly: 12,
      yearly: 5,
      within_hours: 48,
      minimum_sets: 3,
      minimum_verified: 2,
      restore_points_days: 14,
      time_zone: 'Europe/Berlin',
    },
  ],
])('%s is taken', (_what, keep) => {
  expect(problems(keep)).toBe('');
});

test.each([
  ['a section without a rule', {}, 'keeps nothing: give at least one of last, hourly'],
  ['rules that are all zero', {last: 0, daily: 0, within_hours: 0}, 'keeps nothing'],
  ['what only says how to count', {time_zone: 'UTC', restore_points_days: 30, minimum_verified: 1}, 'keeps nothing'],
  ['a number below zero', {daily: -1}, 'daily: '],
  ['half a set', {last: 1.5}, 'last: '],
  ['a zone that is none', {daily: 7, time_zone: 'Berlin'}, 'time_zone: is not a time zone'],
  ['a rule that there is not', {daily: 7, fortnightly: 2}, 'Unrecognized key'],
])('%s is refused by name', (_what, keep, says) => {
  expect(problems(keep)).toContain(says);
});
