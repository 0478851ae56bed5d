import {expect, test} from '@jest/globals';
import type {Job, SetSummary, Verdict} from '@disaster-recovery/contract';
import {aJob, aSet, START, summary} from '../testkit/answers.ts';
import {verdictOf, type VerdictFacts} from './verdict.ts';

const HOUR = 3_600_000;
const OLDER = '20261123T110000Z-older1';
const NEWER = '20261124T115500Z-newer1';
const older = (changes: Partial<SetSummary> = {}) => aSet({id: OLDER, t0: START - 20 * HOUR, ...changes});
const newer = (changes: Partial<SetSummary> = {}) => aSet({id: NEWER, t0: START - 5 * 60_000, ...changes});

const verified = (level: string, passed: boolean, set = summary.id): Job =>
  aJob({
    kind: 'verify',
    status: passed ? 'success' : 'warning',
    result: {set, level, passed, findings: [], checked_at: START - 1, duration_ms: 1},
  });

function judge(changes: Partial<VerdictFacts>): Verdict {
  return verdictOf({
    sets: [summary],
    inUse: 'main',
    jobs: [],
    protectedBy: {},
    objectiveMs: 24 * HOUR,
    now: START,
    ...changes,
  });
}

test.each<[string, Partial<VerdictFacts>, Partial<Verdict>]>([
  ['a whole set', {}, {kind: 'good', set: summary.id, age_ms: HOUR, since: summary.t0, newer: null, missing: []}],
  ['a repository that does not open', {sets: null}, {kind: 'unknown', set: null, age_ms: null, since: null}],
  ['no set', {sets: []}, {kind: 'none', set: null}],
  ['only a restore point', {sets: [aSet({kind: 'restore_point'})]}, {kind: 'none', set: null}],
  ['a set exactly at the objective', {objectiveMs: HOUR}, {kind: 'good', beyond_objective: false}],
  [
    'a set beyond the objective',
    {objectiveMs: HOUR - 1},
    {kind: 'too_old', beyond_objective: true, since: summary.t0 + HOUR - 1},
  ],
  ['an old set without an objective', {objectiveMs: null, now: START + 999 * HOUR}, {kind: 'good'}],
  ['a clock that is ahead', {now: summary.t0 - 5000}, {kind: 'good', age_ms: 0}],
  [
    'a newer set of the configuration alone, which must not make the whole one look newer than it is',
    {sets: [newer({scope: ['config']}), older()], objectiveMs: 10 * HOUR},
    {kind: 'too_old', set: OLDER, age_ms: 20 * HOUR},
  ],
  ['a newer set that lacks files', {sets: [newer({cross_check: 'failed'}), older()]}, {kind: 'good', set: OLDER}],
  [
    'files that the live server had lost before',
    {sets: [newer({cross_check: 'passed_with_losses'}), older()]},
    {set: NEWER},
  ],
  [
    'a newer set without the values of the environment, which is still the one to recover from',
    {sets: [newer({omitted: [{part: 'config', what: 'MM_…', reason: 'no plugin is enrolled'}]}), older()]},
    {kind: 'good', set: NEWER, newer: null},
  ],
  [
    'no whole set: the one that lacks some files is better than the one without a database',
    {sets: [newer({scope: ['config', 'files']}), older({cross_check: 'failed'})]},
    {kind: 'damaged', set: OLDER, damage: 'cross_check'},
  ],
  [
    'no whole set: the one with the database is better than the one without',
    {sets: [newer({scope: ['config']}), older({scope: ['database']})]},
    {
      kind: 'partial',
      set: OLDER,
      missing: [
        {part: 'config', protected_by: null},
        {part: 'files', protected_by: null},
      ],
    },
  ],
  [
    'files in object storage that nobody is known to protect',
    {sets: [aSet({files: 0})]},
    {kind: 'partial', missing: [{part: 'files', protected_by: null}]},
  ],
  [
    'files in object storage that are protected there',
    {sets: [aSet({files: 0})], protectedBy: {files: 'versioning'}},
    {kind: 'good', missing: [{part: 'files', protected_by: 'versioning'}]},
  ],
  [
    'files that a request left out, whatever protects a bucket',
    {sets: [aSet({scope: ['database', 'config']})], protectedBy: {files: 'versioning'}},
    {kind: 'partial', missing: [{part: 'files', protected_by: null}]},
  ],
  [
    'a failed verification',
    {jobs: [verified('L2', false)]},
    {kind: 'damaged', damage: 'verification', since: START - 1},
  ],
  ['one of another set', {jobs: [verified('L2', false, OLDER)]}, {kind: 'good', damage: null}],
  [
    'one that a later one of the same level cleared',
    {jobs: [verified('L2', true), verified('L2', false)]},
    {kind: 'good'},
  ],
  [
    'one that a later, weaker one does not clear',
    {jobs: [verified('L0', true), verified('L2', false)]},
    {kind: 'damaged'},
  ],
])('the verdict on %s', (_name, facts, verdict) => {
  expect(judge(facts)).toMatchObject(verdict);
});

test('a newer set that holds less is told', () => {
  const partial = newer({scope: ['config']});
  expect(judge({sets: [older(), partial]}).newer).toEqual(partial);
  expect(judge({sets: [older(), newer({kind: 'restore_point'})]}).newer).toBeNull();
});
