import {describe, expect, test} from '@jest/globals';
import {parse} from 'yaml';
import {POLICY_TEXT} from '../testkit/policy.ts';
import {differences, withAssignments as changed, type Assignment} from './document.ts';

const withAssignments = (text: string, assignments: readonly Assignment[]): string =>
  changed(text, assignments, new Set(['schedules', 'copies']));

const comments = (text: string): string[] => text.match(/#.*$/gm) ?? [];

describe('a changed setting', () => {
  test.each<[string, Assignment, string[]]>([
    ['is replaced', {path: ['objectives', 'rpo_hours'], value: 12}, ['  rpo_hours: 12 # agreed with the business']],
    ['of a named entry', {path: ['schedules', 'nightly', 'cron'], value: '0 3 * * *'}, ['    cron: 0 3 * * *']],
    [
      'that was not there',
      {path: ['schedules', 'hourly', 'verify'], value: 'L1'},
      ['    scope: [database]', '    verify: L1'],
    ],
    [
      'of a new section',
      {path: ['restore', 'needs_second_administrator'], value: true},
      ['restore:', '  needs_second_administrator: true'],
    ],
    [
      'of a new entry',
      {path: ['schedules', 'weekly', 'cron'], value: '0 4 * * 0'},
      ['  - name: weekly', '    cron: 0 4 * * 0'],
    ],
  ])('%s, and every comment and every other line stays', (_name, assignment, lines) => {
    const text = withAssignments(POLICY_TEXT, [assignment]);
    expect(comments(text)).toEqual(comments(POLICY_TEXT));
    const before = POLICY_TEXT.split('\n');
    const after = text.split('\n');
    expect(after.filter((line) => !before.includes(line))).toEqual(lines.filter((line) => !before.includes(line)));
    expect(before.filter((line) => !after.includes(line)).length).toBeLessThanOrEqual(1);
  });

  test('is taken out with undefined, an entry by its name', () => {
    const text = withAssignments(POLICY_TEXT, [
      {path: ['schedules', 'hourly'], value: undefined},
      {path: ['objectives', 'rpo_hours'], value: undefined},
      {path: ['nothing', 'like', 'it'], value: undefined},
    ]);
    expect(parse(text)).toMatchObject({schedules: [{name: 'nightly'}]});
    expect((parse(text) as {schedules: unknown[]}).schedules).toHaveLength(1);
    expect(text).not.toContain('rpo_hours');
  });

  test('below one value is refused by name, and so is one below a reference', () => {
    expect(() => withAssignments(POLICY_TEXT, [{path: ['state_directory', 'x'], value: 1}])).toThrow(
      expect.objectContaining({code: 'POLICY_INVALID', message: expect.stringContaining('state_directory')}),
    );
    expect(() => withAssignments('a: &a {x: 1}\nb: *a\n', [{path: ['b', 'x'], value: 2}])).toThrow(
      expect.objectContaining({code: 'POLICY_NOT_EDITABLE'}),
    );
  });

  test('keeps lists as they are indented', () => {
    const text = 'schedules:\n- name: nightly\n  cron: 0 2 * * *\n';
    expect(withAssignments(text, [{path: ['schedules', 'nightly', 'cron'], value: '0 3 * * *'}])).toBe(
      text.replace('0 2', '0 3'),
    );
  });
});

describe('what makes the one of the other', () => {
  const OLD = parse(POLICY_TEXT) as Record<string, unknown>;

  test.each<[string, unknown, Assignment[]]>([
    ['nothing, when nothing differs', OLD, []],
    ['a setting', {...OLD, objectives: {rpo_hours: 12}}, [{path: ['objectives', 'rpo_hours'], value: 12}]],
    [
      'entries by name, in whatever order',
      {
        ...OLD,
        schedules: [
          {name: 'hourly', cron: '30 * * * *', scope: ['database', 'config']},
          {name: 'nightly', cron: '0 2 * * *', time_zone: 'Europe/Berlin'},
        ],
      },
      [{path: ['schedules', 'hourly', 'scope'], value: ['database', 'config']}],
    ],
    [
      'a new entry whole, and one taken out',
      {
        ...OLD,
        schedules: [
          {name: 'nightly', cron: '0 2 * * *'},
          {name: 'weekly', cron: '0 4 * * 0'},
        ],
      },
      [
        {path: ['schedules', 'nightly', 'time_zone'], value: undefined},
        {path: ['schedules', 'hourly'], value: undefined},
        {path: ['schedules', 'weekly'], value: {name: 'weekly', cron: '0 4 * * 0'}},
      ],
    ],
    [
      'settings of a section that was not there',
      {...OLD, restore: {needs_second_administrator: true}},
      [{path: ['restore', 'needs_second_administrator'], value: true}],
    ],
    [
      'a list that was not there',
      {...OLD, copies: [{name: 'other', url: '/srv/o'}]},
      [{path: ['copies'], value: [{name: 'other', url: '/srv/o'}]}],
    ],
    ['a list that becomes empty, whole', {...OLD, schedules: []}, [{path: ['schedules'], value: []}]],
  ])('%s', (_name, after, expected) => {
    const found = differences(OLD, after);
    expect(found).toEqual(expected);
    expect(differences(parse(withAssignments(POLICY_TEXT, found)), after)).toEqual([]);
  });
});
