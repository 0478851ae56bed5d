import {expect, test} from '@jest/globals';
import type {
  BackupPlan,
  EnrollmentState,
  Progress,
  RestorePlan,
  RestoreResult,
  SetManifest,
} from '@disaster-recovery/contract';
import {aJob, aManifest, aSet, aStatus, listed, SET, START, summary} from '../testkit/answers.ts';
import {errorBody, Failure} from '../kernel/failure.ts';
import {progressLine} from './live_view.ts';
import {recoverySheet} from './recovery_sheet.ts';
import {renderRestorePlan, renderRestoreResult} from './render_restore.ts';
import {SEAL_WORDS} from '../words/sets.ts';
import {renderList, renderPlan, renderSet, renderVerify} from './render_set.ts';
import {renderDoctor, renderJobs, renderStatus} from './render_status.ts';

const plan: BackupPlan = {
  set: SET,
  kind: 'backup',
  scope: ['database', 'config', 'files'],
  reason: '',
  planned_at: START,
  repository: '/srv/r',
  steps: ['preflight', 'a_new_step'],
  omitted: [],
  previous: null,
  database: {name: 'mm', server_version: '16.4', dump_tool_version: '16.4', bytes: 0, jobs: 2},
  files: {directory: '/data', bytes: null},
  config: {source: 'file', directory: null},
  staging: {directory: '/w', bytes_needed: 0, bytes_free: 0},
  warnings: [],
};
const restorePlan: RestorePlan = {
  id: 'r1',
  mode: 'in_place',
  set: SET,
  t0: START,
  age_ms: 0,
  planned_at: START,
  parts: [],
  overwrites: [],
  restore_point: true,
  targets: {database: null, files: null, config: null},
  bytes: 0,
  space: [],
  steps: [],
  regained: null,
  warnings: [],
};
const result: RestoreResult = {
  id: 'r1',
  set: SET,
  mode: 'in_place',
  tables: null,
  files: null,
  config: null,
  restore_point: null,
  undo: [],
  left_out: [],
  notes: [],
  next: [],
};
const none: EnrollmentState = {state: 'none', site_url: null, enrolled_at: null, enrolled_by: null, last_seen_at: null};
const bare: Partial<SetManifest> = {
  server: null,
  database: null,
  files: null,
  config: null,
  scope: ['config'],
  finished_at: START - 3_600_000,
};

// Whatever is missing, empty or zero: an administrator in trouble must not read NaN.
test.each<[string, string]>([
  ['a plan', renderPlan(plan)],
  ['a plan of nothing', renderPlan({...plan, database: null, files: null, config: null, scope: [], steps: []})],
  ['a whole set', renderSet(aManifest())],
  ['a set of nothing', renderSet(aManifest(bare))],
  [
    'a set whose server did not answer',
    renderSet(
      aManifest({
        server: {version: null, schema_version: 0, diagnostic_id: null, site_url: null},
        database: {...aManifest().database!, tables: []},
      }),
    ),
  ],
  ['no sets', renderList({sets: [], findings: [], repositories: 1})],
  [
    'sets',
    renderList({
      sets: [
        listed(summary),
        listed({...summary, bytes: 0, rows: 0, files: 0, scope: [], server_version: null, kind: 'restore_point'}, 'b'),
      ],
      findings: [{code: 'X', repository: 'b', set: null, message: 'm', remedy: 'r'}],
      repositories: 2,
    }),
  ],
  ['a verification', renderVerify({set: SET, level: 'L2', passed: true, findings: [], checked_at: 0, duration_ms: 0})],
  ['a status', renderStatus(aStatus())],
  [
    'an empty status',
    renderStatus(
      aStatus({last_set: null, sets: 0, enrollment: none, rpo_objective_ms: null, running: aJob({subject: null})}),
    ),
  ],
  ['no jobs', renderJobs([])],
  [
    'jobs',
    renderJobs([
      aJob(),
      aJob({started_at: null, subject: null, reason: ''}),
      aJob({status: 'error', error: errorBody(new Failure('INTERNAL', 'x')), finished_at: START}),
    ]),
  ],
  [
    'a doctor',
    renderDoctor({
      healthy: false,
      checks: [
        {name: 'x', outcome: 'failed', message: 's', remedy: null},
        {name: 'y', outcome: 'skipped', message: '', remedy: null},
      ],
    }),
  ],
  ['a restore plan', renderRestorePlan(restorePlan)],
  ['a restore result', renderRestoreResult(result)],
  [
    'a result with something left out',
    renderRestoreResult({
      ...result,
      left_out: ['event trigger watch: only a superuser can make it'],
      notes: ['a note'],
    }),
  ],
  [
    'an undo result',
    renderRestoreResult({...result, mode: 'undo', undo: ['database mm_undone_1'], next: ['Start Mattermost.']}),
  ],
])('%s has no hole in its words', (_name, text) => {
  expect(text).not.toMatch(/NaN|undefined|null|Infinity|\[object|(^|\s)-\d+ (ms|s|B)/);
  expect(text.length).toBeGreaterThan(20);
});

test.each<[string, Partial<SetManifest['cross_check']>, string]>([
  ['passed', {}, 'every file there'],
  ['previews missing', {derived_missing: 1200}, '1,200 previews missing'],
  ['orphans', {orphans: 7}, '7 files named by no row'],
  ['lost before', {outcome: 'passed_with_losses', missing: 2, size_differs: 1}, '3 files already lost'],
  ['lost now', {outcome: 'failed', missing: 2, size_differs: 1}, '3 files MISSING OR DIFFERENT'],
  ['impossible', {outcome: 'not_possible'}, 'not possible'],
])('a cross-check that is %s reads so', (_name, changes, message) => {
  expect(renderSet(aManifest({cross_check: {...aManifest().cross_check, ...changes}}))).toContain(message);
});

test('what a set lacks is written under it, so that a partial set never looks whole', () => {
  const text = renderSet(
    aManifest({...bare, omitted: [{part: 'files', what: 'the whole part files', reason: 'left out by the request'}]}),
  );
  expect(text).toContain('Not in this set\n  ! the whole part files: left out by the request');
});

test('nobody takes a seal for a signature: what is shown and what is verified say what it tells', () => {
  const passed = {set: SET, level: 'L2' as const, findings: [], checked_at: 0, duration_ms: 0};
  expect(renderSet(aManifest())).toContain(SEAL_WORDS);
  expect(renderVerify({...passed, passed: true})).toContain(SEAL_WORDS);
  expect(renderVerify({...passed, passed: false})).not.toContain(SEAL_WORDS);
});

test('what is to be known of the sets is said below them, with what to do; also when there is no set', () => {
  const findings = [
    {
      code: 'REPOSITORY_DAMAGED',
      repository: 'main',
      set: SET,
      message: `Set ${SET} cannot be read.`,
      remedy: 'Run `drctl list`.',
    },
  ];
  const said = `! Set ${SET} cannot be read.\n  → Run drctl list.`;
  expect(renderList({sets: [], findings, repositories: 1})).toContain(said);
  expect(renderList({sets: [listed(summary)], findings, repositories: 1})).toContain(`\n${said}`);
});

test('a list says where a set is when there is more than one place, whether it is there whole, and what could not be asked', () => {
  const [whole, part] = [
    listed(summary, 'main', 'offsite'),
    listed({...summary, id: '20261101T110000Z-aaaaaa'}, 'offsite'),
  ];
  const broken = {...part, in: part.in.map((place) => ({...place, complete: false, lost: ['files' as const]}))};
  const findings = [{code: 'X', repository: 'far', set: null, message: 'The repository far: away', remedy: 'Look.'}];
  const several = renderList({sets: [whole, broken], findings, repositories: 3});
  expect(several).toMatch(/Set +In +T0/);
  expect(several).toContain('main, offsite');
  expect(several).toContain('offsite (in part)');
  expect(several).toContain('! The repository far: away\n  → Look.');
  const none = renderList({sets: [], findings, repositories: 3, none: 'None gives everything back.'});
  expect(none).toBe('None gives everything back.\n! The repository far: away\n  → Look.');
  const one = renderList({sets: [whole], findings: [], repositories: 1});
  expect(one).not.toContain('main');
});

test.each<[string, Parameters<typeof aStatus>[0], string]>([
  ['a fresh set', {}, 'You can recover to 1 h 0 min ago.'],
  [
    'an old set',
    {last_set: {...summary, t0: START - 172_800_000}},
    'You can recover, but only to 2 d 0 h ago; the objective is 24 h 0 min.',
  ],
  [
    'an old set without an objective',
    {last_set: {...summary, t0: START - 172_800_000}, rpo_objective_ms: null},
    'You can recover to 2 d 0 h ago.',
  ],
  ['no set', {last_set: null}, 'You cannot recover yet'],
  [
    'a repository that is away, whatever was known',
    {repository: {location: '/r', outcome: 'failed', message: 'x'}, last_set: null},
    'It is not known whether you can recover',
  ],
  [
    'a database server whose clock is ahead',
    {last_set: {...summary, t0: START + 5000}},
    'You can recover to 0 ms ago.',
  ],
])('with %s the first line says whether one can recover', (_name, changes, headline) => {
  expect(renderStatus(aStatus(changes)).split('\n')[0]).toContain(headline);
});

test('a status says what to do, in the words of a shell', () => {
  const [message, remedy] = ['Nothing is backed up yet.', 'drctl backup'];
  const action = {message, remedy, shell: remedy, chat: '/dr backup'};
  expect(renderStatus(aStatus({next_actions: [action]}))).toContain('! Nothing is backed up yet.\n    → drctl backup');
});

test('a status says what even a good set does not hold', () => {
  const last_set = aSet({
    files: 0,
    omitted: [{part: 'config', what: 'values from the environment', reason: 'no plugin'}],
  });
  const status = aStatus({last_set});
  const verdict = {
    ...status.verdict,
    kind: 'good' as const,
    missing: [{part: 'files' as const, protected_by: 'versioning'}],
  };
  expect(
    renderStatus({...status, verdict})
      .split('\n')
      .slice(0, 3),
  ).toEqual([
    'You can recover to 1 h 0 min ago.',
    'The files are not in the sets. Protected by: versioning',
    'Something is left out of the configuration.',
  ]);
});

const progress: Progress = {
  phase: 'second_pass',
  step: 6,
  steps: 10,
  done: 2_300_000_000,
  total: 3_700_000_000,
  unit: 'bytes',
  rate: 118_000_000,
  eta_ms: 12_000,
};

test.each<[string, Partial<Progress>, RegExp]>([
  ['all known', {}, /━+╌+ {2}2\.3 GB of 3\.7 GB · 118 MB\/s · about 12 s left$/],
  ['no total', {total: null, rate: null, eta_ms: null}, /[^━╌] {2}2\.3 GB$/],
  ['nothing to do', {done: 0, total: 0, rate: 0, eta_ms: null}, /╌{24} {2}0 B of 0 B · 0 B\/s$/],
  ['all done', {done: 3_700_000_000, eta_ms: 0}, /━{24} {2}3\.7 GB of 3\.7 GB/],
  ['more than was thought', {done: 9e9}, /━{24} {2}9\.0 GB of 3\.7 GB/],
  ['files', {unit: 'files', done: 1234.4, total: 5000, rate: 99.6}, /1,234 files of 5,000 files · 100 files\/s/],
])('progress with %s reads', (_name, changes, pattern) => {
  const line = progressLine({...progress, ...changes}, 200);
  expect(line).toMatch(pattern);
  expect(line).not.toMatch(/NaN|undefined|Infinity/);
});

test.each([
  [10, 20],
  [40, 37],
  [80, 77],
  [0, 20],
])('on a terminal of %d columns a line of progress has at most %d, so that it never wraps', (columns, most) => {
  expect(progressLine(progress, columns).length).toBeLessThanOrEqual(most);
});

test('the recovery sheet holds all that an empty machine needs', () => {
  const sheet = recoverySheet({
    repository: 'sftp:backup@host:/srv/mm',
    key: 'the-key-itself',
    passwordFile: '/var/lib/drctl/repository.key',
  });
  expect(sheet).toMatch(/Repository\s+sftp:backup@host:\/srv\/mm/);
  expect(sheet).toMatch(/Key\s+the-key-itself/);
  expect(sheet).toMatch(/drctl list --repository '?sftp:backup@host:\/srv\/mm'? --password-file key/);
  expect(sheet).toMatch(/drctl restore latest --repository/);
  for (const option of ['--into-database', '--into-files', '--into-config']) {
    expect(sheet).toContain(option);
  }
  // A key file that others can read is refused, so it must be made private from the start.
  expect(sheet).toContain('umask 077');
  expect(sheet.split('\n').every((line) => line.length <= 100)).toBe(true);
});
