import {expect, test} from '@jest/globals';
import {Schedules} from './schedules.ts';

const nightly = {name: 'nightly', cron: '30 2 * * *'};
const problems = (...schedules: object[]): string[] =>
  Schedules.safeParse(schedules).error?.issues.map(({path, message}) => `${path.join('.')}: ${message}`) ?? [];

test.each([
  ['cron alone', nightly],
  [
    'everything',
    {...nightly, time_zone: 'Europe/Berlin', scope: ['database'], jitter_minutes: 30, window_minutes: 90, verify: 'L2'},
  ],
  ['a name for a cron', {...nightly, cron: '@weekly'}],
  ['a leap day', {...nightly, cron: '0 3 29 2 *'}],
])('%s is taken', (_what, schedule) => {
  expect(problems(schedule)).toEqual([]);
});

test.each([
  ['seconds', {...nightly, cron: '0 30 2 * * *'}, '0.cron: cannot be read: mode'],
  ['a minute that is none', {...nightly, cron: '61 2 * * *'}, '0.cron: cannot be read: Invalid value for minute'],
  ['a day that never comes', {...nightly, cron: '0 2 30 2 *'}, '0.cron: never comes'],
  ['a zone that is none', {...nightly, time_zone: 'Berlin'}, '0.time_zone: is not a time zone'],
  [
    'jitter beyond the next run',
    {...nightly, cron: '0 * * * *', jitter_minutes: 60},
    '0.jitter_minutes: must be shorter',
  ],
  ['a name with a space', {...nightly, name: 'each night'}, '0.name: must be lower case'],
  ['an unknown part', {...nightly, scope: ['plugins']}, '0.scope.0: '],
  ['a level that is a drill', {...nightly, verify: 'L5'}, '0.verify: '],
  ['a setting that is unknown', {...nightly, timezone: 'UTC'}, '0: Unrecognized key'],
])('%s is refused by name', (_what, schedule, says) => {
  expect(problems(schedule).join('\n')).toContain(says);
});

test('two of one name are refused', () => {
  expect(problems(nightly, nightly)).toEqual(['1.name: another schedule is called nightly']);
});
