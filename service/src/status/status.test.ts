import {mkdtempSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {describe, expect, test} from '@jest/globals';
import type {Approval, EnrollmentState, Job, NextAction, SetSummary} from '@disaster-recovery/contract';
import {aJob, anApproval, aSet, listed, START, summary, surveyed} from '../testkit/answers.ts';
import {createJobs, JOB_TABLES, type Jobs} from '../jobs/index.ts';
import {errorBody, Failure} from '../kernel/failure.ts';
import {openState} from '../kernel/state.ts';
import {everywhere, type Surveyed} from '../sets/index.ts';
import {actionBy} from '../words/next_action.ts';
import type {ByItself} from './next_actions.ts';
import {createStatus} from './index.ts';

const HOUR = 3_600_000;
const enrollment: EnrollmentState = {
  state: 'enrolled',
  site_url: 'https://chat.example.org',
  enrolled_at: 1,
  enrolled_by: 'admin',
  last_seen_at: START,
};
const clock = {now: () => START, sleep: async () => undefined};

type SsoLine = NextAction | null | Failure;
type Case = {
  sso?: SsoLine;
  sets?: SetSummary[] | Failure;
  copies?: Surveyed[];
  jobs?: Job[];
  proven?: Job[];
  running?: Job | null;
  state?: EnrollmentState['state'];
  objective?: number;
  protectedBy?: {files?: string};
  asking?: Approval[];
  byItself?: Partial<ByItself>;
  seenAt?: number;
};

function report({
  sso = null,
  sets = [summary],
  copies = [],
  jobs: asked = [],
  proven = [proof('L2', START - HOUR)],
  running = null,
  state = 'enrolled',
  objective = 24 * HOUR,
  protectedBy = {},
  asking = [],
  byItself = {},
  seenAt = START,
}: Case) {
  const real = createJobs(openState(mkdtempSync(join(tmpdir(), 'status-')), [JOB_TABLES]), clock);
  const past = [...asked, ...proven];
  const jobs: Jobs = {...real, newest: (limit) => past.slice(0, limit), running: () => running};
  return createStatus({
    clock,
    jobs,
    version: '1',
    companionId: 'c',
    inUse: 'main',
    rpoObjectiveMs: objective,
    protectedBy,
    nextRun: () => null,
    enrollment: () => ({...enrollment, state, last_seen_at: seenAt}),
    approvals: () => asking,
    byItself: async () => ({copies: [], schedules: [], probes: [], policy: null, ...byItself}),
    alarmSince: ({code}) => (code === 'BACKUP_LATE' ? 1 : null),
    sso: async () => {
      if (sso instanceof Failure) {
        throw sso;
      }
      return sso;
    },
    survey: async () => {
      const asked = [surveyed(sets), ...copies];
      return {repositories: asked, findings: everywhere(asked).findings};
    },
  }).report();
}

const NEWER = '20261124T115900Z-newest';
const proof = (level: string, at: number, passed = true): Job =>
  aJob({
    kind: 'verify',
    status: passed ? 'success' : 'warning',
    finished_at: at,
    result: {set: summary.id, level, passed, findings: [], checked_at: at, duration_ms: 1},
  });
const failed = (changes: Partial<Job> = {}): Job =>
  aJob({status: 'error', error: errorBody(new Failure('DISK_FULL', 'no room')), ...changes});
const old: SetSummary = {...summary, t0: START - 30 * HOUR};

test.each<[string, Case, string[]]>([
  ['all is well', {}, []],
  [
    'somebody waits for a second administrator',
    {asking: [anApproval({says: 'restore set x'}), anApproval({approved_by: anApproval().asked_by})]},
    ['admin asks to restore set x, and waits for a second administrator. → drctl approve approval1'],
  ],
  ['exactly at the objective', {sets: [{...summary, t0: START - 24 * HOUR}]}, []],
  ['nothing is backed up', {sets: []}, ['Nothing is backed up yet. → drctl backup']],
  ['nothing is backed up, but a backup runs', {sets: [], running: aJob()}, []],
  [
    'the newest set is too old',
    {sets: [old]},
    ['The newest set is 30 h 0 min old; the objective is 24 h 0 min. → drctl backup'],
  ],
  ['an older set is too old, the newest is not', {sets: [summary, old]}, []],
  [
    'the repository is away',
    {sets: new Failure('REPOSITORY_UNREACHABLE', 'no route')},
    ['The repository does not open. → drctl doctor'],
  ],
  [
    'no plugin',
    {state: 'none'},
    ["No plugin is enrolled, so values from Mattermost's environment are not backed up. → drctl enroll"],
  ],
  [
    'a copy of Mattermost asks',
    {state: 'read_only'},
    ['The Mattermost that answers is not the one that was enrolled. → drctl enroll'],
  ],
  [
    'the newest set lacks files',
    {sets: [aSet({cross_check: 'failed'})]},
    [`The newest set lacks files that its database names. → drctl show ${summary.id}`],
  ],
  ['losses that production had before', {sets: [aSet({cross_check: 'passed_with_losses'})]}, []],
  [
    'the last backup failed',
    {jobs: [failed()]},
    [`The last backup failed: no room → ${errorBody(new Failure('DISK_FULL', '')).remedy}`],
  ],
  ['a failure before the last good backup', {jobs: [aJob({status: 'success'}), failed()]}, []],
  ['a failure before a backup with a warning', {jobs: [aJob({status: 'warning'}), failed()]}, []],
  [
    'a failure, then one that somebody canceled',
    {jobs: [aJob({status: 'canceled'}), failed()]},
    [`The last backup failed: no room → ${errorBody(new Failure('DISK_FULL', '')).remedy}`],
  ],
  [
    'no set was ever read back',
    {proven: []},
    ['No set was read back from the repository in the last seven days. → drctl verify latest --level L2'],
  ],
  [
    'the last reading is eight days old',
    {proven: [proof('L2', START - 8 * 24 * HOUR)]},
    ['No set was read back from the repository in the last seven days. → drctl verify latest --level L2'],
  ],
  [
    'only the structure was checked',
    {proven: [proof('L1', START - HOUR)]},
    ['No set was read back from the repository in the last seven days. → drctl verify latest --level L2'],
  ],
  [
    'the newest backup took the configuration alone',
    {sets: [aSet({id: NEWER, t0: START, scope: ['config']}), summary]},
    [`Set ${NEWER} is newer, but does not hold the database and the files. → drctl show ${NEWER}`],
  ],
  [
    'only the configuration was ever backed up',
    {sets: [aSet({scope: ['config']})]},
    ['No set holds the database. → drctl backup', 'No set holds the files. → drctl backup'],
  ],
  [
    'the files stay in object storage',
    {sets: [aSet({files: 0})]},
    [
      'No set holds the files: they stay in object storage, which no set protects. → Protect the bucket by versioning and replication, and say how in files.protected_by.',
    ],
  ],
  [
    'they do, and the administrator says how they are protected',
    {sets: [aSet({files: 0})], protectedBy: {files: 'x'}},
    [],
  ],
  [
    'the newest set claims to come from the future',
    {sets: [{...summary, t0: START + HOUR}]},
    [
      `Set ${summary.id} says that it was made 1 h 0 min from now. → Synchronize the clocks of the database server and of this machine with NTP, and take a new backup.`,
    ],
  ],
  [
    'the last verification found damage',
    {jobs: [proof('L2', START - 1, false)]},
    [`The last verification of set ${summary.id} found damage. Take a new backup. → drctl backup`],
  ],
  ['a failed verify', {jobs: [failed({kind: 'verify'})]}, []],
  [
    'an SSO outage is suspected',
    {sso: actionBy('gitlab does not answer.', 'drctl sso status'), sets: []},
    ['gitlab does not answer. → drctl sso status', 'Nothing is backed up yet. → drctl backup'],
  ],
  ['what single sign-on needs cannot be read', {sso: new Failure('DATABASE_UNREACHABLE', 'no route')}, []],
  [
    'much at once, most urgent first',
    {sets: new Failure('REPOSITORY_KEY_WRONG', 'x'), jobs: [failed()], state: 'none'},
    [
      'The repository does not open. → drctl doctor',
      `The last backup failed: no room → ${errorBody(new Failure('DISK_FULL', '')).remedy}`,
      "No plugin is enrolled, so values from Mattermost's environment are not backed up. → drctl enroll",
    ],
  ],
])('when %s, this is what to do', async (_name, given, actions) => {
  const {next_actions: next} = await report(given);
  expect(next.map(({message, remedy}) => `${message} → ${remedy}`)).toEqual(actions);
});

test('a repository that is away is reported by its name, and nothing is claimed of its sets', async () => {
  expect(await report({sets: new Failure('REPOSITORY_KEY_WRONG', 'wrong key')})).toMatchObject({
    repository: {location: '/srv/repository', outcome: 'failed', message: 'REPOSITORY_KEY_WRONG: wrong key'},
    last_set: null,
    sets: 0,
  });
});

test('the newest set, what runs and what failed are told', async () => {
  const [running, bad] = [aJob({id: 'running'}), failed({id: 'bad'})];
  expect(await report({sets: [summary, old], running, jobs: [running, bad]})).toMatchObject({
    last_set: listed(summary),
    sets: 2,
    running,
    last_failed: bad,
    repository: {outcome: 'ok', message: '2 sets'},
  });
});

const inParts = (set: SetSummary, repository = 'main') => ({
  ...listed(set),
  in: listed(set, repository).in.map((place) => ({...place, complete: false, lost: ['files' as const]})),
});
const copy = (sets: SetSummary[] | Failure, name = 'offsite'): Surveyed =>
  surveyed(sets instanceof Failure ? sets : sets.map((set) => ('in' in set ? set : listed(set, name))), {
    name,
    location: `/srv/${name}`,
    inUse: false,
  });
const away = new Failure('REPOSITORY_UNREACHABLE', 'no route');

test('each repository is told for itself, and a copy that is away does not change the verdict', async () => {
  const {
    verdict,
    repositories,
    next_actions: next,
    sets,
  } = await report({copies: [copy([old, inParts(summary, 'offsite')]), copy(away, 'far')]});
  expect([verdict.kind, sets]).toEqual(['good', 1]);
  expect(repositories).toMatchObject([
    {name: 'main', in_use: true, outcome: 'ok', sets: 1, newest: summary.id, age_ms: HOUR, locked: false},
    {name: 'offsite', in_use: false, outcome: 'ok', sets: 2, newest: old.id, newest_t0: old.t0, age_ms: 30 * HOUR},
    {name: 'far', in_use: false, outcome: 'failed', message: 'no route', sets: null, newest: null, age_ms: null},
  ]);
  expect(next.map(({message, remedy}) => `${message} → ${remedy}`)).toEqual([
    'The repository far: no route → Check network, credentials, permissions and free space of the repository.',
  ]);
});

test('with the repository in use away nobody is told that he can recover from it, and the copies are still told', async () => {
  const {verdict, repositories, last_set} = await report({sets: away, copies: [copy([summary])]});
  expect([verdict.kind, last_set]).toEqual(['unknown', null]);
  expect(repositories).toMatchObject([
    {name: 'main', outcome: 'failed'},
    {name: 'offsite', outcome: 'ok', newest: summary.id},
  ]);
});

test('a set that is another in a copy is named', async () => {
  const other = {...listed(summary), in: listed(summary, 'offsite').in.map((at) => ({...at, sha256: 'f'.repeat(64)}))};
  const {next_actions: next} = await report({copies: [copy([other])]});
  expect(next.map(({message}) => message)).toEqual([
    `Set ${summary.id} in the repository offsite is not the one in main: their manifests differ.`,
  ]);
});

test('a set that lost parts does not count while another is whole, and alone it is no promise', async () => {
  const both = await report({sets: [inParts(aSet({id: NEWER, t0: START})), old], objective: 48 * HOUR});
  expect(both.verdict).toMatchObject({kind: 'good', set: old.id, newer: {id: NEWER}});
  expect(both.next_actions.map(({message}) => message)).toEqual([
    `Set ${NEWER} is newer, but parts of it are not in the repository any more.`,
  ]);
  expect((await report({sets: [inParts(summary)]})).verdict).toMatchObject({kind: 'damaged', damage: 'lost_parts'});
});

test('what was verified in a copy says nothing of the set in the repository in use', async () => {
  const elsewhere = (passed: boolean): Job => {
    const job = proof('L2', START - 1, passed);
    return {...job, result: {...(job.result as object), repository: 'offsite'}};
  };
  expect((await report({jobs: [elsewhere(false)]})).verdict.kind).toBe('good');
  expect((await report({jobs: [elsewhere(true), proof('L2', START - 2, false)]})).verdict.kind).toBe('damaged');
  expect((await report({proven: [elsewhere(true)]})).next_actions).toHaveLength(1);
});

const anError = (code: 'DISK_FULL' | 'KEEP_HELD_BACK') => errorBody(new Failure(code, 'It did not work.'));

describe('alarms', () => {
  const late = {...summary, t0: START - 30 * HOUR};
  const offsite = (t0: number) => surveyed([{...summary, t0}], {name: 'offsite', inUse: false});
  const failed = aJob({status: 'error', error: anError('DISK_FULL')});
  const schedule = (last: object) => ({name: 'nightly', last: {message: 'no room', next_try: null, ...last}}) as never;
  const copies = [{name: 'offsite', objectiveMs: 48 * HOUR}];
  const empty = surveyed([], {name: 'offsite', inUse: false});
  const gone = surveyed(new Failure('REPOSITORY_NOT_FOUND', 'There is none.'), {name: 'offsite', inUse: false});

  test.each<[string, string | null, Case]>([
    ['REPOSITORY_FAILED', null, {sets: new Failure('REPOSITORY_UNREACHABLE', 'away')}],
    ['BACKUP_NONE', null, {sets: []}],
    ['BACKUP_LATE', null, {sets: [late]}],
    ['BACKUP_FAILED', null, {jobs: [failed]}],
    ['COPY_LATE', 'offsite', {copies: [offsite(START - 50 * HOUR)], byItself: {copies}}],
    ['COPY_FAILED', 'offsite', {copies: [gone], byItself: {copies}}],
    ['SCHEDULE_FAILED', 'nightly', {byItself: {schedules: [schedule({outcome: 'missed'})]}}],
    ['SCHEDULE_FAILED', 'nightly', {byItself: {schedules: [schedule({outcome: 'error'})]}}],
    ['DELETE_POSSIBLE', 'offsite', {byItself: {probes: [{name: 'offsite', refused: false}]}}],
    ['KEEP_HELD_BACK', null, {jobs: [aJob({kind: 'keep', status: 'error', error: anError('KEEP_HELD_BACK')})]}],
    ['POLICY_NOT_IN_EFFECT', null, {byItself: {policy: {message: 'a fault', remedy: 'mend it'}}}],
    ['MATTERMOST_SILENT', null, {seenAt: START - HOUR}],
    ['COMPANION_READ_ONLY', null, {state: 'read_only'}],
  ])('%s (%s) is raised, and what to do about it is the next action', async (code, about, given) => {
    const {alarms = [], next_actions: next} = await report(given);
    const alarm = alarms.find((each) => each.code === code);
    expect(alarm).toMatchObject({about, since: code === 'BACKUP_LATE' ? 1 : START});
    expect(next).toContainEqual(expect.objectContaining({message: alarm?.message, remedy: alarm?.remedy}));
  });

  test.each<[string, Case]>([
    ['all is well', {}],
    ['a copy is as old as it may be', {copies: [offsite(START - 47 * HOUR)], byItself: {copies}}],
    [
      'an append-only repository refused, or was not asked yet',
      {
        byItself: {
          probes: [
            {name: 'offsite', refused: true},
            {name: 'vault', refused: null},
          ],
        },
      },
    ],
    ['a copy has no set yet, and the first is on its way', {copies: [empty], byItself: {copies}}],
    ['a run that failed is tried again', {byItself: {schedules: [schedule({outcome: 'error', next_try: START})]}}],
    [
      'removing sets went well after it was held back',
      {
        jobs: [
          aJob({kind: 'keep', status: 'success'}),
          aJob({kind: 'keep', status: 'error', error: anError('KEEP_HELD_BACK')}),
        ],
      },
    ],
    ['no plugin is enrolled that could be silent', {state: 'none', seenAt: 0}],
  ])('none, when %s', async (_name, given) => {
    expect((await report(given)).alarms).toEqual([]);
  });

  test('the loudest comes first', async () => {
    const {alarms = []} = await report({sets: [late], jobs: [failed]});
    expect(alarms.map(({level}) => level)).toEqual(['alarm', 'warning']);
  });
});
