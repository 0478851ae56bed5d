import {describe, expect, test} from '@jest/globals';
import {splitName, VERB_GROUPS, verbsOf, type Job, type SsoStatus} from '@disaster-recovery/contract';
import {errorBody, Failure} from '../kernel/failure.ts';
import {
  ANNA,
  aJob,
  anSsoStatus,
  aReturnEntry,
  aSwitchBackPlan,
  aSwitchPlan,
  CODE,
  conflictEntry,
  createFakeSso,
  detection,
  extendResult,
  forecast,
  HOSTILE,
  letInResult,
  readiness,
  START,
  switchBackResult,
  switchResult,
} from '../testkit/answers.ts';
import {failureAnswer, groupHelpAnswer, helpAnswer} from './render_answers.ts';
import {renderJob} from './render_job.ts';
import {
  codeAnswer,
  forecastAnswer,
  incidentAnswer,
  readinessAnswer,
  resolvedAnswer,
  returnListAnswer,
  setAgainAnswer,
  snapshotAnswer,
  ssoStatusAnswer,
  switchBackPlanAnswer,
  switchPlanAnswer,
} from './render_sso.ts';
import {settingLines} from './render_sso_result.ts';

const by = {actor: {kind: 'mattermost', id: 'u', name: 'u'}} as const;
const sso = createFakeSso();
const ended = (kind: Job['kind'], result: unknown, status: Job['status'] = 'success'): Job =>
  aJob({kind, status, finished_at: START + 5000, subject: 'incident1', result});
const first = (text: string): string | undefined => text.split('\n')[0];
const quiet = anSsoStatus({
  state: 'watching',
  incident: null,
  settings: [],
  approvals: [],
  snapshot: null,
  next_actions: [],
  detection: {...detection, running: false, last_round_at: null, controls_ok: null, providers: [], proposal: null},
});

const answers: [string, string][] = [
  ['status', ssoStatusAnswer(anSsoStatus())],
  ['a quiet status', ssoStatusAnswer(quiet)],
  ['forecast', forecastAnswer(forecast)],
  [
    'an empty forecast',
    forecastAnswer({
      ...forecast,
      sso_accounts: 0,
      dormant: 0,
      locked_out_now: 0,
      curve: [{within_ms: 1, sessions_end: 0, locked_out: 0, with_extension: 0}],
      by_team: [],
      next: [],
    }),
  ],
  ['readiness', readinessAnswer(readiness)],
  ['snapshot', snapshotAnswer(await sso.snapshot(by))],
  ['declared', incidentAnswer(await sso.declare({reason: 'x @all', tell: true}, by))],
  ['closed', incidentAnswer(await sso.close(by))],
  ['a code', codeAnswer(letInResult)],
  ['a switch plan', switchPlanAnswer(aSwitchPlan(), '/dr sso switch --yes')],
  [
    'an empty switch plan',
    switchPlanAnswer(
      aSwitchPlan({count: 0, people: [], excluded_counts: {}, settings: [], warnings: [], steps: []}),
      null,
    ),
  ],
  ['a switch back plan', switchBackPlanAnswer(aSwitchBackPlan(), null)],
  [
    'a switch back plan of nobody',
    switchBackPlanAnswer(
      aSwitchBackPlan({count: 0, canary: null, groups: [], people: [], conflicts: [], gates: []}),
      null,
    ),
  ],
  ['a return list', returnListAnswer(await sso.returnList())],
  [
    'an empty return list',
    returnListAnswer({
      empty: true,
      count: 0,
      entries: [],
      settings: [],
      sessions: 0,
      deadline_at: null,
      overdue: false,
      next: null,
    }),
  ],
  ['a decision', resolvedAnswer(aReturnEntry({live: null, switched_at: null}))],
  ['help', groupHelpAnswer('sso')],
  ['the post of a switch', renderJob(ended('sso_switch', switchResult, 'warning'), [])],
  ['the post of a switch back', renderJob(ended('sso_switch_back', switchBackResult, 'warning'), [])],
  ['the post of an extension', renderJob(ended('sso_extend', extendResult), [])],
  ['the post of a result in another shape', renderJob(ended('sso_switch', {odd: true}), [])],
];

test.each(answers)('%s has no hole in its words, notifies nobody, and is not longer than a post', (_name, text) => {
  expect(text).not.toMatch(/NaN|undefined|\bnull\b|Infinity|\[object/);
  expect(text).not.toMatch(/@(all|channel)/);
  expect(text).not.toContain('<img');
  expect(text.length).toBeGreaterThan(30);
  expect(text.length).toBeLessThan(15_500);
});

test.each<[SsoStatus['state'], string]>([
  ['watching', '✅ There is no SSO outage'],
  ['suspected', '⚠️ An SSO outage is suspected'],
  ['declared', '⚠️ An SSO outage is declared; nothing is switched yet'],
  ['open', '⚠️ An SSO outage is open'],
  ['switching_back', '⚠️ The switch back has begun'],
  ['closed', '✅ The SSO outage is closed'],
])('the first line of a status that is %s says so', (state, message) => {
  expect(first(ssoStatusAnswer(anSsoStatus({state})))).toContain(message);
});

test('a status names the open approval, the changed setting, and what to do next', () => {
  const text = ssoStatusAnswer(anSsoStatus());
  expect(text).toContain('`/dr approve approval1`');
  expect(text).toContain('`EmailSettings.EnableSignInWithEmail`: `false` → `true`, changed');
  expect(text).toContain('`/dr sso let-in USER`');
  expect(ssoStatusAnswer(quiet)).toContain('The provider is not watched');
});

test('a setting that somebody wrote over shows both values, and what is put back reads the other way round', () => {
  const key = 'TeamSettings.EnableUserCreation';
  const settings = [
    {key, from: true, to: false, state: 'changed', live: true},
    {key, from: true, to: false, state: 'changed', live: false},
    {key, from: true, to: false, state: 'put_back', live: true},
  ] as const;
  expect(settingLines(settings)).toEqual([
    `- ⚠️ \`${key}\`: set to \`false\`, but \`true\` is in force`,
    `- \`${key}\`: \`true\` → \`false\`, changed`,
    `- \`${key}\`: \`false\` → \`true\`, put back`,
  ]);
});

test('what could not be set again is named with its reason', () => {
  const left = [{key: 'TeamSettings.EnableUserCreation', message: 'The environment of *Mattermost* sets it.'}];
  expect(setAgainAnswer({set: ['a', 'b'], left, settings: []})).toBe(
    '#### ⚠️ 2 settings set again\n- ❌ `TeamSettings.EnableUserCreation`: The environment of \\*Mattermost\\* sets it.',
  );
  expect(setAgainAnswer({set: [], left: [], settings: []})).toContain('Nothing to set again');
});

describe('a code', () => {
  const text = codeAnswer(letInResult);
  test('stands on a line of its own, with the page, the end and how to hand it over', () => {
    expect(text.split('\n')).toContain(CODE);
    expect(text).toContain('2026-11-24 12:15 UTC');
    expect(text).toContain('https://chat.example.org/plugins/disaster-recovery/claim');
    expect(text).toContain('Hand it over');
    expect(text).toContain('Mail is \\*down\\*');
  });

  test.each<[boolean | null, RegExp]>([
    [true, /was mailed/],
    [false, /could not be mailed/],
  ])('that was to be mailed (%s) says what became of it', (mailed, message) => {
    expect(codeAnswer({...letInResult, mailed})).toMatch(message);
    expect(text).not.toMatch(/mailed/);
  });
});

test('a plan shows who, who not and why, what changes, and how to carry it out', () => {
  const text = switchPlanAnswer(
    aSwitchPlan({needs_second_administrator: true, writes_through: 'database'}),
    '/dr sso switch --everyone --yes',
  );
  for (const part of [
    '2 people',
    '`anna`',
    '(administrator)',
    '1 is a bot',
    '4 have not been seen for a long time',
    'second system administrator',
    'in the database',
    'Nobody could mail.',
    '`/dr sso switch --everyone --yes`',
  ]) {
    expect(text).toContain(part);
  }
  expect(switchPlanAnswer(aSwitchPlan(), null)).not.toContain('--yes');
});

test('the return list shows both sides of a conflict and the choices as commands', () => {
  const text = returnListAnswer({
    empty: false,
    count: 200,
    entries: [conflictEntry, aReturnEntry()],
    settings: [],
    sessions: 5,
    deadline_at: START,
    overdue: true,
    next: '/dr sso switch-back',
  });
  expect(text).toContain('before: gitlab, now: saml');
  expect(text).toContain('`/dr sso resolve x --choice leave --reason "…"`');
  expect(text).toContain('now: email and password');
  expect(text).toContain('overdue');
  expect(text.indexOf(HOSTILE.username)).toBeLessThan(text.indexOf('anna'));
});

describe('the post of a job', () => {
  test.each<[Job['kind'], string]>([
    ['sso_switch', 'Switch to email and password is running'],
    ['sso_switch_back', 'Switch back is running'],
    ['sso_extend', 'Extension of sessions is running'],
  ])('%s has its name', (kind, message) => {
    expect(first(renderJob(aJob({kind}), []))).toBe(`#### ⏳ ${message}`);
  });

  test('counts people', () => {
    const progress: Job['progress'] = {
      phase: 'switch',
      step: 2,
      steps: 3,
      done: 300,
      total: 1200,
      unit: 'people',
      rate: 20,
      eta_ms: 45_000,
    };
    expect(renderJob(aJob({kind: 'sso_switch', progress}), [])).toContain(
      '300 people of 1,200 people · 20 people/s · about 45 s left',
    );
  });

  test('tells what came of it, and names only those with whom something is wrong', () => {
    const text = renderJob(ended('sso_switch', switchResult, 'warning'), []);
    expect(first(text)).toBe('#### ⚠️ 1 person switched to email and password');
    expect(text).toContain('the plugin said \\*no\\*');
    expect(text).not.toContain('anna');
    expect(renderJob(ended('sso_switch_back', switchBackResult, 'warning'), [])).toContain(
      'Without the check of the provider',
    );
    expect(renderJob(ended('sso_extend', extendResult), [])).toContain('800 sessions of 600 people extended');
  });

  test('that ended early says that its work stays, not that nothing counts', () => {
    const text = renderJob(
      aJob({
        kind: 'sso_switch',
        status: 'error',
        error: errorBody(new Failure('ERROR_BUDGET_SPENT', 'Ten failed.')),
        finished_at: START,
      }),
      [],
    );
    expect(text).toContain('`/dr sso return-list`');
    expect(text).not.toContain('Nothing of it counts');
  });
});

test('who needs a second administrator is told both commands', () => {
  const text = failureAnswer(
    new Failure('SECOND_ADMINISTRATOR_NEEDED', 'Needs two.', {details: {approval: 'approval1'}}),
  );
  expect(text).toContain('`/dr approve approval1`');
  expect(text).toContain('`--approval approval1`');
});

test('help lists every verb', () => {
  for (const [verb] of verbsOf('chat')) {
    const {group} = splitName(verb);
    expect(group === null ? helpAnswer() : groupHelpAnswer(group as keyof typeof VERB_GROUPS)).toContain(verb);
  }
  expect(helpAnswer()).toContain('/dr sso');
});

test('the post of a switch back that waits says for whom and until when, and shows no bar', () => {
  const progress = {phase: 'await_login', step: 3, steps: 7, done: 0, total: null, unit: 'people', rate: null} as const;
  const waiting = {person: ANNA, until: START + 600_000, message: 'Waiting for @anna to sign in through GitLab'};
  const steps = [{name: 'await_login', outcome: 'running', started_at: START, ms: null}] as const;
  const text = renderJob(
    aJob({kind: 'sso_switch_back', steps: [...steps], progress: {...progress, eta_ms: null, waiting}}),
    [],
  );
  expect(text).toMatch(/\*\*Waiting for @\S?anna to sign in through GitLab\*\*, until 2026-11-24 12:10 UTC/);
  expect(text).not.toMatch(/step 3 of 7|█/);
});
