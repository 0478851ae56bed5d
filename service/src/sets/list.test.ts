import {expect, test} from '@jest/globals';
import {withFormerNames, type Hold} from '@disaster-recovery/contract';
import {listed, SET, START, summary, surveyed} from '../testkit/answers.ts';
import {listSets, type Unreadable} from './index.ts';
import type {Surveyed} from './index.ts';

const OTHER = '20261101T110000Z-aaaaaa';
const entries = [
  {kind: 'verify.finished', at: START, data: {set: SET, repository: 'main', level: 'L2', passed: false}},
  {kind: 'verify.finished', at: START, data: {set: OTHER, repository: 'offsite', level: 'L3', passed: false}},
];
const listing = (surveys: Surveyed[], knowing = {}) =>
  listSets({ask: async () => surveys}, {now: START, inUse: 'main', entries: [], ...knowing});
const said = async (...asked: Parameters<typeof listing>) =>
  (await listing(...asked)).findings.map(({code, message, remedy}) => [code, message, remedy]);

const unreadable = (code: Unreadable['code']): Unreadable => ({
  set: OTHER,
  snapshot: 'd'.repeat(64),
  code,
  message: 'It does not open.',
  remedy: 'Use that version of drctl.',
});
const copy = (changes: Partial<Surveyed> = {}): Surveyed =>
  surveyed([listed({...summary, id: OTHER}, 'offsite')], {name: 'offsite', inUse: false, ...changes});

test('a set of the future, and one that did not pass, are marked; a set that is as it should be is not', async () => {
  expect(await said([surveyed([summary, {...summary, id: OTHER, t0: START + 86_400_000}])], {entries})).toEqual([
    [
      'SET_IN_FUTURE',
      `Set ${OTHER} says that it is of the future; \`latest\` does not mean it.`,
      expect.stringContaining(`\`drctl show ${OTHER}\``),
    ],
    [
      'VERIFY_NOT_PASSED',
      `Set ${SET} did not pass L2 on 2026-11-24T12:00:00Z.`,
      `\`drctl verify ${SET} --level L2\` says why.`,
    ],
  ]);
  expect(await said([surveyed([summary])])).toEqual([]);
});

test('of a set that lies in a copy alone, what to do names that copy', async () => {
  const future = copy({sets: [listed({...summary, id: OTHER, t0: START + 86_400_000}, 'offsite')]});
  const remedies = (await said([surveyed([summary]), future], {entries: entries.slice(1)})).map(
    ([, , remedy]) => remedy,
  );
  expect(remedies).toEqual([
    expect.stringContaining(`\`drctl show ${OTHER} --from offsite\``),
    `\`drctl verify ${OTHER} --from offsite --level L3\` says why.`,
  ]);
});

test('a manifest that does not open is damage, or of a newer version; in a copy, by the name of that copy', async () => {
  expect(await said([surveyed([], {unreadable: [unreadable('SET_NEWER')]})])).toEqual([
    [
      'SET_NEWER',
      `Set ${OTHER} was written by a newer version of drctl, and only that one reads it: It does not open.`,
      'Use that version of drctl.',
    ],
  ]);
  const codes = ['REPOSITORY_DAMAGED', 'SET_NEWER'] as const;
  expect(await said([surveyed([]), copy({sets: [], unreadable: codes.map(unreadable)})])).toEqual([
    [
      'REPOSITORY_DAMAGED',
      `Set ${OTHER} in offsite cannot be read: It does not open.`,
      expect.stringContaining('`drctl list --from offsite`'),
    ],
    [
      'SET_NEWER',
      expect.stringContaining('in offsite was written by a newer version'),
      `Use that version of drctl. With it: \`drctl show ${OTHER} --from offsite\`.`,
    ],
  ]);
});

test('a set that is not whole is marked where it is not, and what to do names the place where it is', async () => {
  const [there, here] = [listed(summary), listed(summary, 'offsite')];
  const lost = {complete: false, lost: ['files' as const]};
  const partial = {...there, in: there.in.map((place) => ({...place, ...lost}))};
  expect(await said([surveyed([partial])])).toEqual([
    ['REPOSITORY_DAMAGED', `Set ${SET} is not whole: files lost.`, expect.stringContaining(`verify ${SET} --level L0`)],
  ]);
  expect(await said([surveyed([partial]), copy({sets: [here]})])).toEqual([
    [
      'REPOSITORY_DAMAGED',
      `Set ${SET} is not whole in main: files lost.`,
      `It is whole in offsite: \`drctl restore ${SET} --from offsite\`.`,
    ],
  ]);
});

test('who reads the list as JSON finds the former name of what is said of an unreadable set', async () => {
  const {unreadable: found} = await listing([surveyed([], {unreadable: [unreadable('SET_NEWER')]})]);
  expect(withFormerNames(found)).toMatchObject([
    {repository: 'main', message: 'It does not open.', says: 'It does not open.'},
  ]);
});

test('a set that is held is listed with its hold', async () => {
  const hold = {set: SET, reason: 'case 4711'} as Hold;
  expect((await listing([surveyed([summary])], {holds: [hold]})).sets).toMatchObject([{id: SET, hold}]);
});
