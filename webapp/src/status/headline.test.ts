import {describe, expect, test} from '@jest/globals';
import type {Facts} from '../facts/facts.ts';
import {
  exampleConnection,
  exampleError,
  exampleFacts,
  exampleJob,
  exampleSet,
  exampleStatus,
  exampleVerdict,
  HOUR,
  NOW,
} from '../testing/examples.ts';
import {headlineOf} from './headline.ts';

const failed = exampleJob({
  status: 'error',
  progress: null,
  finished_at: NOW,
  error: exampleError('DISK_FULL', 'The disk is full.'),
});

const states: Array<[string, Partial<Facts>, string, string, string | null]> = [
  ['before the first answer', {connection: null, status: null}, 'headline.looking', 'quiet', null],
  [
    'Mattermost does not answer',
    {connectionFailure: {status: 0, error: exampleError('NO_ANSWER', '')}},
    'headline.no_bridge',
    'bad',
    'check_again',
  ],
  [
    'not an administrator',
    {connectionFailure: {status: 403, error: exampleError('NOT_SYSTEM_ADMIN')}},
    'headline.forbidden',
    'quiet',
    null,
  ],
  [
    'not enrolled',
    {connection: exampleConnection({enrolled: false}), status: null},
    'headline.not_enrolled',
    'attention',
    'enroll',
  ],
  [
    'companion down since',
    {connection: exampleConnection({reachable: false, unreachable_since: NOW - HOUR})},
    'headline.companion_down',
    'bad',
    'check_again',
  ],
  [
    'companion down',
    {connection: exampleConnection({reachable: false})},
    'headline.companion_down_now',
    'bad',
    'check_again',
  ],
  [
    'went down between two questions',
    {statusFailure: {status: 502, error: exampleError('COMPANION_UNREACHABLE')}},
    'headline.companion_down_now',
    'bad',
    'check_again',
  ],
  [
    'forgotten by the companion',
    {statusFailure: {status: 401, error: exampleError('NOT_ENROLLED')}},
    'headline.not_known_there',
    'bad',
    'enroll_again',
  ],
  [
    'status fails',
    {status: null, statusFailure: {status: 500, error: exampleError('INTERNAL')}},
    'headline.status_failed',
    'bad',
    'check_again',
  ],
  [
    'a copy of the server',
    {status: exampleStatus({enrollment: {...exampleStatus().enrollment, state: 'read_only'}})},
    'headline.read_only',
    'attention',
    'enroll_again',
  ],
  [
    'repository gone',
    {status: exampleStatus({repository: {location: '', outcome: 'failed', message: 'No such directory.'}})},
    'headline.repository_failed',
    'bad',
    'check_again',
  ],
  ['nothing yet', {status: exampleStatus({last_set: null})}, 'headline.nothing', 'attention', 'back_up'],
  [
    'nothing yet and it failed',
    {status: exampleStatus({last_set: null, last_failed: failed})},
    'headline.nothing_failed',
    'bad',
    'try_again',
  ],
  ['running', {job: exampleJob()}, 'headline.running', 'busy', null],
  ['a verification does not hide the state', {job: exampleJob({kind: 'verify'})}, 'headline.good', 'good', 'back_up'],
  ['a restore runs', {job: exampleJob({kind: 'restore'})}, 'headline.restoring', 'busy', null],
  ['last one failed', {status: exampleStatus({last_failed: failed})}, 'headline.last_failed', 'attention', 'try_again'],
  [
    'older than the objective',
    {status: exampleStatus({rpo_objective_ms: HOUR})},
    'headline.too_old',
    'attention',
    'back_up',
  ],
  [
    'a partial set',
    {
      status: exampleStatus({
        verdict: exampleVerdict(exampleSet(), {kind: 'partial', missing: [{part: 'files', protected_by: null}]}),
      }),
    },
    'headline.partial',
    'attention',
    'back_up',
  ],
  [
    'a verification that did not pass',
    {status: exampleStatus({verdict: exampleVerdict(exampleSet(), {kind: 'damaged', damage: 'verification'})})},
    'headline.verification',
    'attention',
    'back_up',
  ],
  [
    'an address that cannot be asked at all',
    {connection: exampleConnection({reachable: false, last_error: 'The companion URL must look like https://host.'})},
    'headline.companion_address',
    'bad',
    'enroll_again',
  ],
  [
    'another key than the pinned one',
    {
      connection: exampleConnection({
        reachable: false,
        unreachable_since: NOW,
        last_error: 'the certificate of the companion does not have the pinned key',
      }),
    },
    'headline.companion_down',
    'bad',
    'enroll_again',
  ],
  [
    'the first backup is done, and the list of sets is not read yet',
    {job: exampleJob({status: 'success'}), status: exampleStatus({last_set: null})},
    'headline.just_done',
    'busy',
    'check_again',
  ],
  [
    'files missing',
    {status: exampleStatus({verdict: exampleVerdict(exampleSet(), {kind: 'damaged', damage: 'cross_check'})})},
    'headline.cross_check',
    'attention',
    'back_up',
  ],
  ['all is well', {}, 'headline.good', 'good', 'back_up'],
];

describe('the headline', () => {
  test.each(states)('%s', (_, change, id, tone, action) => {
    const headline = headlineOf(exampleFacts(change), NOW);
    expect([headline.title.id, headline.tone, headline.action]).toEqual([id, tone, action]);
  });

  test('a newer set that holds less does not take the place of the whole one, and is mentioned', () => {
    const newer = exampleSet({standing: {kind: 'partial', missing: ['files'], incomplete: [], elsewhere: []}});
    const status = exampleStatus({verdict: exampleVerdict(exampleSet(), {newer})});
    const headline = headlineOf(exampleFacts({status}), NOW);
    expect(headline.title.id).toBe('headline.good');
    expect(JSON.stringify(headline.detail)).toMatch(/headline\.newer_partial.*part\.files/);
  });

  test('the cause of an unreachable companion is in the banner, with what helps against just that', () => {
    const detail = (last_error: string) =>
      JSON.stringify(
        headlineOf(
          exampleFacts({connection: exampleConnection({reachable: false, unreachable_since: NOW, last_error})}),
          NOW,
        ).detail,
      );
    expect(detail('127.0.0.1:8066 refused the connection')).toMatch(/refused the connection.*companion_down\.serve/);
    expect(detail('lookup dr.example.org: no such host')).toMatch(/no such host.*companion_down\.address/);
    expect(detail('x509: certificate has expired')).toMatch(/expired.*companion_down\.certificate/);
  });

  test('a repository that is not there is not answered with the advice to make a new one', () => {
    const message = 'REPOSITORY_NOT_FOUND: restic snapshots: stat /backup: no such file';
    const status = exampleStatus({repository: {location: '/backup', outcome: 'failed', message}});
    const {detail} = headlineOf(exampleFacts({status}), NOW);
    expect(detail).toEqual({id: 'headline.repository_missing', values: {location: '/backup'}});
  });

  test('a setting that is not used is named with its cause beside whatever else there is to say', () => {
    const ignored_setting = {
      companion_url: 'http://127.0.0.1:1',
      message: 'Nothing listens there.',
      remedy: 'Mend it.',
    };
    const ignored = {
      title: {id: 'headline.ignored', values: {address: 'http://127.0.0.1:1'}},
      detail: 'Nothing listens there. Mend it.',
    };
    const well = headlineOf(exampleFacts({connection: exampleConnection({ignored_setting})}), NOW);
    expect(well).toMatchObject({title: {id: 'headline.good'}, tone: 'attention', action: 'back_up', ignored});
    const down = exampleConnection({ignored_setting, reachable: false});
    expect(headlineOf(exampleFacts({connection: down}), NOW)).toMatchObject({tone: 'bad', ignored});
    expect(headlineOf(exampleFacts(), NOW).ignored).toBeNull();
  });

  test('counts the age by the clock of the companion', () => {
    expect(headlineOf(exampleFacts(), NOW).title.values).toEqual({age: {duration: 2 * HOUR + 14 * 60_000}});
  });

  test('a set from a clock ahead of ours is not older than now', () => {
    const status = exampleStatus({last_set: exampleSet({t0: NOW + HOUR})});
    expect(headlineOf(exampleFacts({status}), NOW).title.values).toEqual({age: {duration: 0}});
  });
});
