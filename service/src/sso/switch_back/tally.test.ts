import {expect, test} from '@jest/globals';
import type {ReturnOutcome} from './return_people.ts';
import {count, emptyTally, merge, type Tally} from './tally.ts';

const outcomeOf = (
  id: string,
  outcome: ReturnOutcome['outcome'] = 'returned',
  changes: Partial<ReturnOutcome> = {},
): ReturnOutcome => ({
  id,
  username: id,
  email: `${id}@corp.test`,
  outcome,
  message: outcome === 'failed' || outcome === 'conflict' ? `${id} is ${outcome}` : null,
  sessions_revoked: 0,
  sessions_kept: 0,
  tokens_purged: 0,
  changes: [],
  ...changes,
});

function tallyOf(...outcomes: readonly ReturnOutcome[]): Tally {
  const tally = emptyTally();
  outcomes.forEach((outcome) => {
    count(tally, outcome);
  });
  return tally;
}

const many = (size: number): ReturnOutcome[] => Array.from({length: size}, (_, index) => outcomeOf(`p${index}`));
const numbers = ({returned, conflicts, failed}: Tally) => [returned, conflicts, failed];
const EMPTY = emptyTally();

test('who was back already counts as given back; a conflict and a failure each count as what they are', () => {
  const tally = tallyOf(
    outcomeOf('a'),
    outcomeOf('b', 'already'),
    outcomeOf('c', 'conflict'),
    outcomeOf('d', 'failed'),
  );
  expect(numbers(tally)).toEqual([2, 1, 1]);
  expect(tally.people.map(({id, message}) => [id, message])).toEqual([
    ['a', null],
    ['b', null],
    ['c', 'c is conflict'],
    ['d', 'd is failed'],
  ]);
});

test('of thousands who are back a thousand are shown, and everybody who is not, before them', () => {
  const rest = tallyOf(...many(1500), outcomeOf('late', 'failed'), outcomeOf('later', 'conflict'));
  expect(rest.people).toHaveLength(1002);
  const {people, ...tally} = merge(EMPTY, rest, []);
  expect(numbers({people, ...tally})).toEqual([1500, 1, 1]);
  expect(people).toHaveLength(1000);
  expect(people.slice(0, 3).map(({id}) => id)).toEqual(['late', 'later', 'p0']);
});

test('what else changed on an account is told, at most of a thousand, and of nobody on whom nothing did', () => {
  const changed = many(1500).map((outcome) => ({...outcome, changes: ['MFA was set up since']}));
  expect(tallyOf(outcomeOf('same'), ...changed).drift).toHaveLength(1000);
  expect(tallyOf(outcomeOf('same'), ...changed).drift[0]?.person.id).toBe('p0');
  expect(merge(tallyOf(...changed.slice(0, 600)), tallyOf(...changed.slice(600)), []).drift).toHaveLength(1000);
});

test('the person who went first counts like all others', () => {
  const all = {sessions_revoked: 1, sessions_kept: 2, tokens_purged: 4, changes: ['renamed']};
  const first = tallyOf(outcomeOf('first', 'returned', all), outcomeOf('x', 'conflict'), outcomeOf('y', 'failed'));
  const rest = tallyOf(outcomeOf('second', 'returned', all), outcomeOf('v', 'conflict'), outcomeOf('w', 'failed'));
  const tally = merge(first, rest, []);
  expect(tally).toMatchObject({
    returned: 2,
    conflicts: 2,
    failed: 2,
    sessions_revoked: 2,
    sessions_kept: 4,
    reset_tokens_purged: 8,
    drift: [{person: {id: 'first'}}, {person: {id: 'second'}}],
  });
  expect(tally.people.map(({id}) => id)).toEqual(['x', 'y', 'v', 'w', 'first', 'second']);
});

test.each<[string, ReturnOutcome['outcome'], ReturnOutcome['outcome'], number[]]>([
  ['who failed at first and is back after it, is back', 'failed', 'returned', [2, 0, 0]],
  ['who failed again has failed once', 'failed', 'failed', [1, 0, 1]],
  ['who was back and could not be given back again, is not back', 'returned', 'failed', [1, 0, 1]],
  ['who was back and is a conflict now, is one', 'already', 'conflict', [1, 1, 0]],
  ['who was given back twice is back once', 'returned', 'returned', [2, 0, 0]],
])('after the second look: %s', (_name, before, after, expected) => {
  const purged = {sessions_revoked: 1, sessions_kept: 7, tokens_purged: 1};
  const tally = merge(tallyOf(outcomeOf('first')), tallyOf(outcomeOf('anna', before)), [
    outcomeOf('anna', after, purged),
  ]);
  expect(numbers(tally)).toEqual(expected);
  expect(tally.people.filter(({id}) => id === 'anna')).toMatchObject([{outcome: after}]);
  expect(tally).toMatchObject({sessions_revoked: 1, sessions_kept: 0, reset_tokens_purged: 1});
});

test('after the second look: somebody beyond the thousand who are shown is shown when it failed', () => {
  const tally = merge(EMPTY, tallyOf(...many(1500)), [outcomeOf('p1400', 'failed')]);
  expect([numbers(tally), tally.people[0]?.id]).toEqual([[1499, 0, 1], 'p1400']);
});
