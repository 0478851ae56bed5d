import type {
  Forecast,
  Incident,
  LetInResult,
  Person,
  ProviderState,
  Readiness,
  ReturnEntry,
  ReturnList,
  SsoStatus,
  SwitchBackPlan,
} from '@disaster-recovery/contract';
import {HOUR, MINUTE, NOW} from './examples.ts';

export function exampleProvider(change: Partial<ProviderState> = {}): ProviderState {
  return {
    provider: 'gitlab',
    state: 'up',
    since: NOW - 100 * HOUR,
    outcome: 'ok',
    message: '',
    rounds_down: 0,
    rounds_up: 9,
    last_login_at: null,
    results: [],
    ...change,
  };
}

export const SILENT = (): ProviderState =>
  exampleProvider({
    state: 'down',
    outcome: 'unreachable',
    since: NOW - 4 * MINUTE - 9000,
    message: 'The token address did not answer.',
  });

export function exampleIncident(change: Partial<Incident> = {}): Incident {
  return {
    id: 'inc-1',
    state: 'open',
    reason: 'GitLab is down',
    declared_at: NOW - 41 * MINUTE,
    declared_by: {kind: 'mattermost', id: 'u', name: 'first.admin'},
    closed_at: null,
    deadline_at: NOW + 100 * HOUR,
    ...change,
  };
}

/** Watching, three providers up, unless told otherwise. */
export function exampleSso(
  change: Partial<SsoStatus> = {},
  detection: Partial<SsoStatus['detection']> = {},
): SsoStatus {
  return {
    at: NOW,
    state: 'watching',
    incident: null,
    settings: [],
    drift: null,
    waiting: null,
    declaration: null,
    approvals: [],
    snapshot: null,
    bridge: 'plugin',
    next_actions: [],
    detection: {
      running: true,
      last_round_at: NOW,
      controls_ok: true,
      providers: [exampleProvider(), exampleProvider({provider: 'saml'}), exampleProvider({provider: 'ldap'})],
      thresholds: {
        interval_ms: 1,
        rounds_down: 1,
        minimum_down_ms: 1,
        rounds_up: 1,
        vantage_points: 1,
        slow_ms: 1,
        healthy_ms: 1,
        flap_limit: 1,
      },
      proposal: null,
      flapping: false,
      ...detection,
    },
    counts: {sso_accounts: 1902, locked_out_now: 12, switched: 0, claimed: 0, returned: 0, conflicts: 0},
    ...change,
  };
}

export function exampleForecast(change: Partial<Forecast> = {}): Forecast {
  const points: [number, number, number][] = [
    [HOUR, 17, 12],
    [8 * HOUR, 52, 14],
    [24 * HOUR, 226, 21],
  ];
  return {
    at: NOW,
    sso_accounts: 1902,
    dormant: 2,
    locked_out_now: 12,
    curve: points.map(([within_ms, locked_out, with_extension]) => ({
      within_ms,
      locked_out,
      with_extension,
      sessions_end: locked_out,
    })),
    by_service: [],
    by_role: [],
    by_team: [],
    by_device: [],
    administrators: {total: 2, sso: 1, local: 1, locked_out: 0},
    next: [],
    ...change,
  };
}

export function exampleReadiness(): Readiness {
  return {
    score: 86,
    providers: ['gitlab'],
    checks: [
      {name: 'a', outcome: 'warning', weight: 1, message: 'No mail server is configured.', remedy: 'Configure one.'},
      {
        name: 'b',
        outcome: 'failed',
        weight: 1,
        message: 'Nobody has a password.',
        remedy: 'Run `drctl sso admin-access`.',
      },
      {name: 'c', outcome: 'ok', weight: 1, message: 'The plugin answers.', remedy: null},
    ],
  };
}

export function examplePerson(username: string): Person {
  return {id: username, username, email: `${username}@example.org`};
}

export function exampleEntry(username: string, change: Partial<ReturnEntry> = {}): ReturnEntry {
  return {
    person: examplePerson(username),
    state: 'switched',
    is_administrator: false,
    original: {service: 'gitlab', data: '1001'},
    live: {service: '', data: null},
    switched_at: NOW,
    changes: [],
    conflict: null,
    ...change,
  };
}

export function exampleList(entries: ReturnEntry[] = [], change: Partial<ReturnList> = {}): ReturnList {
  return {
    empty: entries.length === 0,
    count: entries.length,
    entries,
    settings: [],
    sessions: 0,
    deadline_at: NOW + HOUR,
    overdue: false,
    next: null,
    ...change,
  };
}

export function examplePlan(change: Partial<SwitchBackPlan> = {}): SwitchBackPlan {
  return {
    incident: 'inc-1',
    count: 3,
    canary: examplePerson('user.one'),
    groups: [
      {name: 'canary', count: 1},
      {name: 'five', count: 2},
      {name: 'fifty', count: 0},
      {name: 'rest', count: 0},
      {name: 'administrators', count: 0},
    ],
    people: [],
    conflicts: [],
    gates: [{name: 'provider', passed: true, message: 'GitLab has answered for 12 minutes.'}],
    settings: [],
    warnings: [],
    steps: [],
    ...change,
  };
}

export function exampleLetIn(change: Partial<LetInResult> = {}): LetInResult {
  return {
    person: examplePerson('user.five'),
    code: '7K2M-9QXD-4ABC',
    url: 'https://chat.example.org/plugins/disaster-recovery/claim',
    expires_at: NOW + 15 * MINUTE,
    switched_now: true,
    mailed: null,
    warnings: [],
    ...change,
  };
}
