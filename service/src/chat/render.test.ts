import {describe, expect, test} from '@jest/globals';
import type {CrossCheck, Job, NextAction, Status} from '@disaster-recovery/contract';
import {errorBody, Failure} from '../kernel/failure.ts';
import {aJob, aManifest, aSet, aStatus, SET, START, summary, listed} from '../testkit/answers.ts';
import {code, plain, progressBar, prose} from '../words/markdown.ts';
import {failureAnswer, helpAnswer, listAnswer, showAnswer, statusAnswer} from './render_answers.ts';
import {renderJob} from './render_job.ts';
import {crossCheckWords} from './render_result.ts';

const Z = '\u200B';
const lines = (text: string) => text.split('\n').filter((line) => line !== '');

describe('text of people', () => {
  test.each([
    ['@channel look', `@${Z}channel look`],
    ['#urgent', `#${Z}urgent`],
    ['[click](https://evil.example)', `\\[click\\](https:${Z}//evil.example)`],
    ['www.evil.example', `www${Z}.evil.example`],
    ['mailto:a@b.c', `mailto${Z}:a@${Z}b.c`],
    ['`code` **bold** _it_ ~~gone~~', `\\\`code\\\` \\*\\*bold\\*\\* \\_it\\_ \\~${Z}\\~${Z}gone\\~${Z}\\~${Z}`],
    ['![x](y)', '\\!\\[x\\](y)'],
    ['a\n# Title\n> quote', `a #${Z} Title \\> quote`],
    ['a | b', 'a \\| b'],
    ['<script> for $5', `<${Z}script\\> for $${Z}5`],
    ['abc\u202Egnp', 'abcgnp'],
    ['before the 11.2 upgrade', 'before the 11.2 upgrade'],
  ])('%j becomes %j', (text, harmless) => {
    expect(plain(text)).toBe(harmless);
  });

  test.each([
    ['Look with `drctl sso status`, then run it again.', 'Look with `/dr sso status`, then run it again.'],
    ['`drctl doctor` says more', '`drctl doctor` says more'],
    ['chmod 600 of *that* file', 'chmod 600 of \\*that\\* file'],
    ['a ` alone', 'a \\` alone'],
  ])('a sentence of the product, %j, is set as %j', (text, set) => {
    expect(prose(text)).toBe(set);
  });

  test('cannot leave a code span', () => {
    expect(code('a`b\n@all')).toBe("`a'b @all`");
  });
});

test.each([
  [0, 10, '░'.repeat(20), '0 %'],
  [5, 10, `${'█'.repeat(10)}${'░'.repeat(10)}`, '50 %'],
  [999, 1000, `${'█'.repeat(19)}░`, '99 %'],
  [12, 10, '█'.repeat(20), '100 %'],
])('%d of %d is drawn as %s %s', (done, total, bar, percent) => {
  expect(progressBar(done, total)).toBe(`\`${bar}\` **${percent}**`);
});

const steps: Job['steps'] = [
  {name: 'preflight', outcome: 'done', started_at: START, ms: 1200},
  {name: 'capture_database', outcome: 'running', started_at: START, ms: null},
  {name: 'some_new_step', outcome: 'waiting', started_at: null, ms: null},
];
const progress: Job['progress'] = {
  phase: 'capture_database',
  step: 2,
  steps: 3,
  done: 1_200_000_000,
  total: 3_400_000_000,
  unit: 'bytes',
  rate: 45_000_000,
  eta_ms: 49_000,
};

describe('the post of a job', () => {
  test('that runs shows bar, phase, amounts, steps and how to stop it', () => {
    expect(lines(renderJob(aJob({steps, progress, reason: 'hey @channel [x](http://y)'}), ['a_b is slow']))).toEqual([
      '#### ⏳ Backup is running',
      `\`${'█'.repeat(7)}${'░'.repeat(13)}\` **35 %**`,
      '**Copying the database** (step 2 of 3): 1.2 GB of 3.4 GB · 45.0 MB/s · about 49 s left in this step',
      '✅ Everything is ready · 1.2 s',
      '▶️ **Copying the database …**',
      '▫️ Some new step',
      '⚠️ a\\_b is slow',
      `Job \`job1\` · asked by admin · reason: hey @${Z}channel \\[x\\](http:${Z}//y)`,
      'To stop it: `/dr cancel job1`',
    ]);
  });

  test('whose total is not known has no bar, and progress of a step that ended is not shown', () => {
    const files = {...progress, total: null, rate: null, eta_ms: null, unit: 'files' as const, done: 1234};
    expect(lines(renderJob(aJob({steps, progress: files}), []))[1]).toBe(
      '**Copying the database** (step 2 of 3): 1,234 files',
    );
    expect(renderJob(aJob({steps, progress: {...progress, phase: 'preflight'}}), [])).not.toContain('step 2 of 3');
  });

  test('that ended well tells what the set is, and what to do next', () => {
    const job = aJob({status: 'success', finished_at: START + 250_000, result: aManifest()});
    expect(lines(renderJob(job, []))).toEqual([
      '#### ✅ Backup complete',
      `Set \`${SET}\` (backup)`,
      'State of **2026-11-24 11:00 UTC** (T0)',
      '- **Database**: 512 MB, 1,234,567 rows in 2 tables',
      '- **Files**: 3.4 GB, 12,345 files',
      '- **Configuration**: 1 file',
      '- **Cross-check**: ✅ all 12,345 entries in the database found their file',
      '- **Left out**: nothing',
      'Added 210 MB to the repository in 4 min 10 s.',
      '**Next**',
      `- Prove it: \`/dr verify ${SET}\``,
      `- Look into it: \`/dr show ${SET}\``,
      `- On the worst day, on a shell: \`drctl restore ${SET}\``,
      'Job `job1` · asked by admin',
    ]);
  });

  test('that left something out never looks whole', () => {
    const omitted = [{part: 'files' as const, what: 'data/x', reason: 'not readable'}];
    const text = renderJob(aJob({status: 'warning', finished_at: START, result: aManifest({omitted})}), []);
    expect(lines(text)[0]).toBe('#### ⚠️ Backup made, but not everything is in it');
    expect(text).toContain('- ⚠️ **Left out of files**: data/x (not readable)');
  });

  test('that failed tells what happened, what it means, what to do, and that nothing was spoilt', () => {
    const error = errorBody(new Failure('DISK_FULL', 'no room in /var/lib @all'));
    const failedSteps: Job['steps'] = [{name: 'capture_database', outcome: 'failed', started_at: START, ms: 2000}];
    expect(lines(renderJob(aJob({status: 'error', error, steps: failedSteps, finished_at: START}), []))).toEqual([
      '#### ❌ Backup failed',
      `**no room in /var/lib @${Z}all**`,
      'There is not enough free space.',
      '**What to do:** Free the named number of bytes, or name another staging directory in the configuration.',
      'It ended in the step “Copying the database”.',
      'Nothing of it counts as a set. The sets from before are as they were: `/dr list`.',
      'To try again: `/dr backup`',
      'Error code: `DISK_FULL`',
      'Job `job1` · asked by admin',
    ]);
  });

  test.each<[Job['status'], string]>([
    ['pending', '⏳ Backup is about to start'],
    ['cancel_requested', '🛑 Backup is being stopped'],
    ['canceled', '🛑 Backup was canceled'],
  ])('that is %s says %s', (status, headline) => {
    expect(lines(renderJob(aJob({status}), []))[0]).toBe(`#### ${headline}`);
  });

  test('of a verification names what was found', () => {
    const result = {
      set: SET,
      level: 'L3',
      passed: false,
      checked_at: START,
      duration_ms: 5000,
      findings: [{set: SET, severity: 'error', message: 'file *x* is gone', where: 'data/x'}],
    };
    expect(
      lines(renderJob(aJob({kind: 'verify', status: 'warning', finished_at: START, result}), [])).slice(0, 4),
    ).toEqual([
      '#### ❌ Verification found damage',
      `Set \`${SET}\` · level **L3** (database against files) · 5.0 s`,
      '1 error, 0 warnings:',
      '- ❌ file \\*x\\* is gone (`data/x`)',
    ]);
  });

  test('is never longer than the bridge takes', () => {
    const long = {
      set: SET,
      level: 'L3',
      passed: false,
      checked_at: START,
      duration_ms: 1,
      findings: Array.from({length: 50}, () => ({set: SET, severity: 'error', message: 'x'.repeat(5000), where: null})),
    };
    expect(renderJob(aJob({kind: 'verify', status: 'warning', result: long}), []).length).toBeLessThan(16_000);
  });
});

const check = aManifest().cross_check;
test.each<[Partial<CrossCheck>, string]>([
  [{}, '✅ all 12,345 entries in the database found their file'],
  [
    {outcome: 'passed_with_losses', ok: 12_343, missing: 2, missing_in_production: 2},
    '⚠️ 12,343 of 12,345 entries found their file; 2 files missing (2 of them were gone on the live server already)',
  ],
  [
    {outcome: 'failed', ok: 12_344, size_differs: 1},
    '❌ 12,344 of 12,345 entries found their file; 1 file of another size',
  ],
  [{outcome: 'not_possible'}, '➖ not possible, because not both database and files are in the set'],
])('the cross-check %j reads: %s', (changes, words) => {
  expect(crossCheckWords({...check, ...changes})).toBe(words);
});

const anAction = (message: string, commands: Pick<NextAction, 'shell' | 'chat'>): NextAction => {
  const remedy = commands.shell ?? '';
  return {message, remedy, ...commands};
};

test.each<[string, Partial<Status>, string]>([
  ['all is well', {}, '✅ You can recover to 1 h 0 min ago.'],
  ['no set', {last_set: null, sets: 0}, '❌ You cannot recover yet: nothing is backed up.'],
  [
    'an old set',
    {now: START + 86_400_000},
    '❌ You can recover, but only to 25 h 0 min ago; the objective is 24 h 0 min.',
  ],
  [
    'a dead repository',
    {repository: {location: '/r', outcome: 'failed', message: 'gone'}},
    '❌ It is not known whether you can recover: the repository does not open.',
  ],
  [
    'a failed backup',
    {last_failed: aJob({status: 'error'})},
    '⚠️ The last backup failed. You can recover to 1 h 0 min ago.',
  ],
  [
    'a damaged set',
    {last_set: aSet({cross_check: 'failed'})},
    '⚠️ You can recover to 1 h 0 min ago, but not all files: some that the database names are missing.',
  ],
  [
    'a set without its files',
    {last_set: aSet({scope: ['database', 'config']})},
    '⚠️ You can recover only in part, without the files, to 1 h 0 min ago.',
  ],
])('the headline of %s', (_name, changes, message) => {
  expect(lines(statusAnswer(aStatus(changes)))[0]).toBe(`#### ${message}`);
});

test('answers are short and lead on', () => {
  expect(
    lines(
      statusAnswer(
        aStatus({
          next_actions: [
            anAction('Nothing was proven yet.', {shell: 'drctl verify latest', chat: '/dr verify latest'}),
            anAction('The repository does not open.', {shell: 'drctl doctor', chat: null}),
            {...anAction('It failed: a*b', {shell: null, chat: null}), remedy: 'Free the <disk>.'},
          ],
          running: aJob({progress}),
        }),
      ),
    ).slice(1),
  ).toEqual([
    '⏳ Backup `job1` is running: copying the database, step 2 of 3',
    `- **Newest set**: \`${SET}\` of 2026-11-24 11:00 UTC, 4.0 GB`,
    '- **Repository**: `/srv/repository`: answers',
    '**Next**',
    '- Nothing was proven yet. `/dr verify latest`',
    '- The repository does not open. On a shell: `drctl doctor`',
    `- It failed: a\\*b Free the <${Z}disk\\>.`,
  ]);
  expect(lines(listAnswer({sets: [listed(summary)], findings: []})).slice(0, 4)).toEqual([
    '#### 1 set, newest first',
    '| Set | State of | Size |',
    '|:--|:--|--:|',
    `| ✅ \`${SET}\` | 2026-11-24 11:00 UTC | 4.0 GB |`,
  ]);
  expect(listAnswer({sets: [], findings: []})).toContain('`/dr backup`');
  expect(showAnswer(aManifest())).toContain('Mattermost 11.1.0, PostgreSQL 16.4');
  expect(helpAnswer()).toContain('drctl restore');
});

test('a failure says what to do; a mistyped command shows its usage; the unforeseen stays hidden', () => {
  expect(failureAnswer(new Failure('JOB_ALREADY_RUNNING', 'Job x is running.'))).toMatch(
    /^❌ \*\*Job x is running\.\*\*\n.*\n\*\*What to do:\*\* Wait/,
  );
  expect(failureAnswer(new Failure('USAGE_INVALID', 'The set is missing.', {details: {usage: '/dr show SET'}}))).toBe(
    'The set is missing.\nUsage: `/dr show SET`',
  );
  expect(failureAnswer(new Failure('INTERNAL', 'canary'))).not.toContain('canary');
});
