import {expect, test} from '@jest/globals';
import {createIntl} from 'react-intl';
import {STEP_NAMES} from '../../../service/src/words/steps.ts';
import english from './en.json';

const intl = createIntl({locale: 'en', messages: english});
const say = (id: string, values: Record<string, number>) =>
  intl.formatMessage({id: `disaster_recovery.${id}`}, {...values, until: '12:00'});

test('each step that the companion names has words here', () => {
  expect(STEP_NAMES.length).toBeGreaterThan(20);
  expect(STEP_NAMES.filter((name) => !Object.hasOwn(english, `disaster_recovery.phase.${name}`))).toEqual([]);
});

test.each([
  ['cross_check.passed.long', {ok: 1, rows: 1, orphans: 1}, '1 of 1 row has its file; 1 file belongs to no row'],
  ['cross_check.passed.long', {ok: 7, rows: 7, orphans: 0}, '7 of 7 rows have their file; no file belongs to no row'],
  ['sso.result.switch_back', {returned: 1, conflicts: 0, failed: 0, revoked: 1}, /^1 person is back\. 1 session that/],
  ['sso.result.switch', {switched: 2, already: 1, conflicts: 0, failed: 0}, '2 people switched, 1 switched before.'],
  [
    'sso.result.extend',
    {extended: 1, people: 1, longer: 0, failed: 0},
    /^1 session of 1 person now lasts until 12:00\./,
  ],
  ['sets.more', {count: 1}, '1 older set is not shown; drctl list shows them all.'],
])('%s counts as people do', (id, values, words) => {
  const said = say(id, values);
  expect(typeof words === 'string' ? said : words.test(said)).toBe(typeof words === 'string' ? words : true);
});

test('here nobody types into a channel, and no word is of the inside', () => {
  for (const text of Object.values(english)) {
    expect(text).not.toMatch(/\/dr |REPOSITORY_|\bgates?\b/i);
  }
});
