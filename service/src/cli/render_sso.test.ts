import {describe, expect, test} from '@jest/globals';
import type {SsoStatus} from '@disaster-recovery/contract';
import {
  anApproval,
  aReturnEntry,
  anSsoStatus,
  aSwitchBackPlan,
  aSwitchPlan,
  CODE,
  conflictEntry,
  createFakeSso,
  detection,
  extendResult,
  forecast,
  letInResult,
  readiness,
  START,
  switchBackResult,
  switchResult,
} from '../testkit/answers.ts';
import {
  renderAdminAccess,
  renderForecast,
  renderIncident,
  renderLetIn,
  renderReadiness,
  renderSnapshot,
  renderSsoStatus,
} from './render_sso.ts';
import {approvalWords} from './verbs/approve.ts';
import {
  renderExtendResult,
  renderResolved,
  renderReturnList,
  renderSwitchBackPlan,
  renderSwitchBackResult,
  renderSwitchPlan,
  renderSwitchResult,
} from './render_sso_plan.ts';

const sso = createFakeSso();
const by = {actor: {kind: 'cli', id: '0', name: 'root'}} as const;
const quiet = anSsoStatus({
  state: 'watching',
  incident: null,
  settings: [],
  approvals: [],
  snapshot: null,
  next_actions: [],
  bridge: 'database',
  counts: {sso_accounts: 0, locked_out_now: 0, switched: 0, claimed: 0, returned: 0, conflicts: 0},
  detection: {...detection, providers: [], proposal: null},
});
const access = await sso.adminAccess({user: 'root', password: null}, by);
const list = await sso.returnList();

test.each<[string, string]>([
  ['a status', renderSsoStatus(anSsoStatus())],
  ['a quiet status', renderSsoStatus(quiet)],
  ['a forecast', renderForecast(forecast)],
  [
    'an empty forecast',
    renderForecast({
      ...forecast,
      sso_accounts: 0,
      dormant: 0,
      locked_out_now: 0,
      curve: [{within_ms: 1, sessions_end: 0, locked_out: 0, with_extension: 0}],
      by_service: [],
      by_role: [],
      by_team: [],
      by_device: [],
      next: [],
    }),
  ],
  ['readiness', renderReadiness(readiness)],
  ['readiness without a provider', renderReadiness({score: 0, providers: [], checks: []})],
  ['a snapshot', renderSnapshot(await sso.snapshot(by))],
  ['a declared incident', renderIncident(await sso.declare({reason: 'down', tell: true}, by))],
  ['a closed one', renderIncident(await sso.close(by))],
  ['an approval', approvalWords(anApproval({approved_by: by.actor}))],
  ['a code', renderLetIn(letInResult)],
  ['a password', renderAdminAccess(access)],
  ['a given password', renderAdminAccess({...access, password: null, way: 'mattermost', was: {service: ''}})],
  ['a switch plan', renderSwitchPlan(aSwitchPlan())],
  [
    'an empty one',
    renderSwitchPlan(
      aSwitchPlan({count: 0, people: [], excluded: [], excluded_counts: {}, settings: [], steps: [], warnings: []}),
    ),
  ],
  ['a switch', renderSwitchResult(switchResult)],
  ['a switch back plan', renderSwitchBackPlan(aSwitchBackPlan())],
  [
    'one of nobody',
    renderSwitchBackPlan(
      aSwitchBackPlan({count: 0, canary: null, groups: [], people: [], conflicts: [], gates: [], steps: []}),
    ),
  ],
  ['a switch back', renderSwitchBackResult(switchBackResult)],
  ['an extension', renderExtendResult(extendResult)],
  ['a return list', renderReturnList(list)],
  ['an empty return list', renderReturnList({...list, empty: true, count: 0, entries: []})],
  ['a list of settings only', renderReturnList({...list, count: 0, entries: [], sessions: 0, deadline_at: null})],
  ['a decision', renderResolved(aReturnEntry({live: null}))],
])('%s has no hole in its words', (_name, text) => {
  expect(text).not.toMatch(/NaN|undefined|\bnull\b|Infinity|\[object|(^|\s)-\d/);
  expect(text.length).toBeGreaterThan(20);
});

test.each<[SsoStatus['state'], RegExp]>([
  ['watching', /no SSO outage/],
  ['suspected', /suspected/],
  ['declared', /nothing is switched yet/],
  ['open', /must be put back/],
  ['switching_back', /begun/],
  ['closed', /closed/],
])('the first line of a status that is %s says so', (state, message) => {
  expect(renderSsoStatus(anSsoStatus({state})).split('\n')[0]).toMatch(message);
});

test('a status says who waits for what, and what to do', () => {
  const text = renderSsoStatus(anSsoStatus());
  for (const part of [
    'drctl approve approval1',
    '37 of them locked out now',
    '! Five people wait.\n    → drctl sso let-in USER',
    'EmailSettings.EnableSignInWithEmail: false → true, changed',
  ]) {
    expect(text).toContain(part);
  }
  expect(renderSsoStatus(quiet)).toContain('Nothing needs you.');
});

test('what people wrote cannot move the cursor or begin a line', () => {
  const reason = 'down\n\u001B[2J! Nothing needs you.';
  expect(renderSsoStatus(anSsoStatus({incident: {...anSsoStatus().incident!, reason}}))).toContain(
    'down [2J! Nothing needs you.',
  );
  expect(
    renderReturnList({
      ...list,
      entries: [{...conflictEntry, conflict: {...conflictEntry.conflict!, message: 'x\u001B]0;y\u0007'}}],
    }),
  ).not.toContain('\u001B');
});

test('the curve grows with the people who are locked out', () => {
  const bars = [...renderForecast(forecast).matchAll(/█*░*(?=\s+\d[\d,]*\s*$)/gm)]
    .map(([bar]) => bar)
    .filter((bar) => bar !== '');
  expect(bars.map((bar) => bar.length)).toEqual([24, 24, 24]);
  expect(bars.map((bar) => bar.replaceAll('░', '').length)).toEqual([1, 9, 24]);
});

test('readiness reads like a doctor: marks, remedies, and a score last', () => {
  const lines = renderReadiness(readiness).split('\n');
  expect(lines).toEqual([
    '✓ local_administrator: admin signs in with a password',
    '✗ break_glass: nobody',
    '    → Run drctl sso admin-access.',
    '· mail: ',
    'Readiness for an SSO outage: 72 of 100, with gitlab.',
  ]);
});

describe('a secret', () => {
  test('stands alone on its line, exactly as it is', () => {
    expect(
      renderLetIn(letInResult)
        .split('\n')
        .map((line) => line.trim()),
    ).toContain(CODE);
    expect(
      renderAdminAccess(access)
        .split('\n')
        .map((line) => line.trim()),
    ).toContain('made-here-1');
  });

  test('that was given by stdin is not shown', () => {
    expect(renderAdminAccess({...access, password: null})).not.toContain('shown once');
  });

  test('comes with the page, and until when', () => {
    expect(renderLetIn(letInResult)).toContain('https://chat.example.org/plugins/disaster-recovery/claim');
    expect(renderLetIn(letInResult)).toContain('2026-11-24T12:15:00Z, once');
    expect(renderLetIn({...letInResult, mailed: false})).toContain('NOT sent');
  });
});

test('a plan shows who, who not and why, what changes, and in which order', () => {
  const text = renderSwitchPlan(
    aSwitchPlan({count: 1002, writes_through: 'database', needs_second_administrator: true}),
  );
  for (const part of [
    '1,002 people',
    'anna <anna@example.org>  gitlab, locked out',
    ', administrator',
    '1 is a bot (robot)',
    '4 have not been seen for a long time',
    '→ true',
    'and 1,000 more',
    'on this shell your word is enough',
    'Opening the sign-in with a password → Switching people to email and password → Telling people',
  ]) {
    expect(text).toContain(part);
  }
  const back = renderSwitchBackPlan(aSwitchBackPlan());
  expect(back).toContain('✗ provider: up for 2 min, 10 min are wanted');
  expect(back).toContain('First: anna');
});

test('the return list begins with the conflicts, both sides and the choices', () => {
  const text = renderReturnList({
    ...list,
    entries: [aReturnEntry(), conflictEntry],
    overdue: true,
    next: 'drctl sso switch-back',
  });
  expect(text).toContain('before: gitlab   now: saml\n    → drctl sso resolve x --choice leave');
  expect(text.indexOf('In conflict')).toBeLessThan(text.indexOf('switched, has a password'));
  expect(text).toContain('OVERDUE');
  expect(text).toContain('Next: drctl sso switch-back');
});

test('results name those with whom something is wrong', () => {
  expect(renderSwitchResult(switchResult)).toContain('the plugin said *no*');
  expect(renderSwitchBackResult(switchBackResult)).toContain('NOT checked');
  expect(renderExtendResult(extendResult)).toContain(
    `800 sessions of 600 people, to ${new Date(START + 259_200_000).toISOString().slice(0, 19)}Z`,
  );
});
