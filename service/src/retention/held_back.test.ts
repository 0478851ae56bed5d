import {expect, test} from '@jest/globals';
import {heldBack, type HeldBackFacts} from './held_back.ts';
import type {Candidate, KeepRules} from './rules.ts';

const HOUR = 3_600_000;
const NOW = Date.parse('2027-03-28T12:00:00Z');

const set = (age: number, changes: Partial<Candidate> = {}): Candidate => ({
  id: `${age} hours old`,
  kind: 'backup',
  t0: NOW - age * HOUR,
  scope: ['database', 'config', 'files'],
  good: true,
  verified: false,
  inFuture: false,
  named: [],
  own: [],
  hold: null,
  ...changes,
});

const facts = (changes: Partial<HeldBackFacts> = {}): HeldBackFacts => ({
  sets: [set(1), set(25)],
  unreadable: [],
  divergent: [],
  rules: {last: 1} as KeepRules,
  objectiveMs: 24 * HOUR,
  now: NOW,
  ...changes,
});

const DATABASE = {scope: ['database']} as const;

test.each<[string, Partial<HeldBackFacts>]>([
  ['the newest set is good and young enough', {}],
  ['there is no set yet', {sets: []}],
  ['there is no objective', {sets: [set(1000)], objectiveMs: null}],
  ['a restore point is all that is newer', {sets: [set(0, {kind: 'restore_point', good: false}), set(1)]}],
  ['an older set is not good', {sets: [set(1), set(2, {good: false})]}],
  ['only sets of one part were ever made, and the newest is young', {sets: [set(1, DATABASE), set(48, DATABASE)]}],
])('sets go when %s', (_when, changes) => {
  expect(heldBack(facts(changes))).toBeNull();
});

test.each<[string, Partial<HeldBackFacts>, string, string]>([
  ['there are no rules', {rules: null}, 'no_rules', 'nothing is ever removed'],
  ['a set is of the future', {sets: [set(-48, {inFuture: true}), set(1)]}, 'clock_behind', '-48 hours old'],
  [
    'a manifest cannot be read',
    {unreadable: [{set: 's1', message: 'The seal does not hold.', isNewer: false}]},
    'unreadable',
    's1: The seal does not hold.',
  ],
  [
    'a manifest is of a newer version',
    {unreadable: [{set: 's1', message: 'Format 2.', isNewer: true}]},
    'unreadable',
    'Format 2.',
  ],
  ['a set differs from its copy', {divergent: ['Set s1 is not the one in offsite.']}, 'divergent', 'offsite'],
  ['none is good', {sets: [set(1, {good: false})]}, 'nothing_good', 'None'],
  ['the newest is not good', {sets: [set(1, {good: false}), set(2)]}, 'newest_not_good', '1 hours old'],
  [
    'the newest whole one is not good, though one of the database is newer',
    {sets: [set(0, DATABASE), set(1, {good: false}), set(2)]},
    'newest_not_good',
    '1 hours old',
  ],
  ['the newest good one is too old', {sets: [set(25), set(49)]}, 'newest_too_old', '25 hours old'],
  [
    'the newest whole one is too old, though one of the database is young',
    {sets: [set(1, DATABASE), set(25)]},
    'newest_too_old',
    '25 hours old',
  ],
  ['the clock has gone ahead by a year', {now: NOW + 365 * 24 * HOUR}, 'newest_too_old', 'objective'],
])('nothing goes when %s, and it says so', (_when, changes, code, says) => {
  const held = heldBack(facts(changes));
  expect(held).toMatchObject({code, remedy: expect.stringMatching(/\w/)});
  expect(held?.message).toContain(says);
});
