import {
  standingOf,
  type Actor,
  type Approval,
  type CopyState,
  type Detection,
  type ExtendResult,
  type Forecast,
  type Incident,
  type Job,
  type ListedSet,
  type LetInResult,
  type LockedOut,
  type Person,
  type Readiness,
  type ReturnEntry,
  type SetManifest,
  type SetSummary,
  type SsoStatus,
  type Status,
  type SwitchBackPlan,
  type SwitchBackResult,
  type SwitchPlan,
  type SwitchResult,
} from '@disaster-recovery/contract';
import {actionBy} from '../words/next_action.ts';
import type {Copies} from '../copies/index.ts';
import {Failure} from '../kernel/failure.ts';
import type {Listing, Surveyed} from '../sets/index.ts';
import type {Sso} from '../sso/index.ts';
import {verdictOf} from '../status/verdict.ts';

export const START = Date.UTC(2026, 10, 24, 12, 0, 0);
export const SET = '20261124T110000Z-k3v9qa';
const ACTOR: Actor = {kind: 'mattermost', id: 'u1', name: 'admin'};

/** For tests: a job of any state. */
export function aJob(changes: Partial<Job> = {}): Job {
  return {
    id: 'job1',
    kind: 'backup',
    status: 'in_progress',
    actor: ACTOR,
    reason: '',
    subject: SET,
    created_at: START,
    started_at: START,
    finished_at: null,
    progress: null,
    steps: [],
    result: null,
    error: null,
    ...changes,
  };
}

/** For tests: one copy that lacks one set, and a job that sends it. */
export function cannedCopies(changes: Partial<CopyState> = {}): Pick<Copies, 'list' | 'start'> {
  const copy: CopyState = {
    name: 'offsite',
    location: '/mnt/offsite',
    reachable: true,
    message: null,
    remedy: null,
    sets: 3,
    newest: SET,
    newest_t0: START - 3_600_000,
    objective_ms: 48 * 3_600_000,
    late: false,
    missing: [],
    running: null,
    next_try: null,
    window: null,
    append_only: null,
    ...changes,
  };
  return {
    list: async () => [copy],
    start: async () => ({job: aJob({kind: 'copy'}), done: Promise.resolve(aJob({kind: 'copy'}))}),
  };
}

/** For tests: what a list shows of a healthy set. */
export const summary: SetSummary = {
  id: SET,
  kind: 'backup',
  t0: START - 3_600_000,
  reason: '',
  scope: ['database', 'config', 'files'],
  server_version: '11.1.0',
  bytes: 4_000_000_000,
  bytes_added: 210_000_000,
  rows: 1_234_567,
  files: 12_345,
  cross_check: 'passed',
  omitted: [],
  standing: {kind: 'good', missing: [], incomplete: [], elsewhere: []},
};

/** For tests: the same with something changed; its standing follows. Without files it is one of a server that keeps them elsewhere. */
export function aSet(changes: Partial<SetSummary> = {}): SetSummary {
  const set = {...summary, ...changes};
  const {scope, omitted, cross_check: outcome, files} = set;
  return {...set, standing: standingOf({scope, omitted, cross_check: {outcome}, files: files === 0 ? null : {}})};
}

/** For tests: a whole manifest. */
export function aManifest(changes: Partial<SetManifest> = {}): SetManifest {
  return {
    format: 1,
    id: SET,
    kind: 'backup',
    reason: '',
    actor: ACTOR,
    scope: ['database', 'config', 'files'],
    t0: START - 3_600_000,
    position: null,
    started_at: START - 3_600_000,
    finished_at: START - 3_500_000,
    server: {version: '11.1.0', schema_version: 148, diagnostic_id: 'd', site_url: 's'},
    database: {
      name: 'mattermost',
      owner: 'mm',
      server_version: '16.4',
      server_version_num: 160004,
      system_identifier: null,
      encoding: 'UTF8',
      collation: 'C',
      character_type: 'C',
      locale_provider: 'libc',
      extensions: [],
      settings: [],
      roles: [],
      migrations: [],
      tables: [
        {name: 'public.posts', rows: 1_234_000},
        {name: 'public.users', rows: 567},
      ],
      privileged: [],
      bytes: 900_000_000,
      dump_bytes: 512_000_000,
    },
    files: {driver: 'local', directory: '/opt/mattermost/data', count: 12_345, bytes: 3_400_000_000},
    config: {
      source: 'file',
      directory: '/opt/mattermost/config',
      files: [{path: 'config.json', bytes: 9000, sha256: 'a'.repeat(64)}],
      sha256: 'a'.repeat(64),
      env_names: [],
      effective: 'captured',
    },
    plugins: [],
    snapshots: [],
    cross_check: {
      outcome: 'passed',
      rows: 12_345,
      ok: 12_345,
      missing: 0,
      missing_in_production: 0,
      size_differs: 0,
      derived_missing: 0,
      orphans: 0,
      transient: 0,
      findings: [],
    },
    omitted: [],
    bytes_added: 210_000_000,
    durations: [],
    tool_versions: {},
    ledger: {entries: 0, head: '0'.repeat(64)},
    previous: null,
    sha256: 'b'.repeat(64),
    ...changes,
  };
}

/** For tests: a healthy status. */
export function aStatus(changes: Partial<Status> = {}): Status {
  const status: Omit<Status, 'verdict'> & {verdict?: Status['verdict']} = {
    version: '0.1.0',
    now: START,
    companion_id: 'c',
    repository: {location: '/srv/repository', outcome: 'ok', message: 'answers'},
    enrollment: {state: 'enrolled', site_url: null, enrolled_at: null, enrolled_by: null, last_seen_at: null},
    last_set: summary,
    sets: 1,
    running: null,
    last_failed: null,
    rpo_objective_ms: 86_400_000,
    next_actions: [],
    ...changes,
  };
  const {last_set: last, repository, now, rpo_objective_ms: objectiveMs} = status;
  const sets = repository.outcome === 'failed' ? null : last ? [last] : [];
  return {verdict: verdictOf({sets, inUse: 'main', jobs: [], protectedBy: {}, objectiveMs, now}), ...status};
}

/** For tests: the set lies in these repositories, whole. */
export const listed = (set: SetSummary, ...repositories: string[]): ListedSet => ({
  ...set,
  in: (repositories.length === 0 ? ['main'] : repositories).map((repository) => ({
    repository,
    snapshot: 'd'.repeat(64),
    sha256: 'e'.repeat(64),
    complete: true,
    lost: [],
  })),
});

/** For tests: sets as they are listed, and nothing else to be known of them. */
export const aListing = (sets: readonly ListedSet[], changes: Partial<Listing> = {}): Listing => ({
  sets: sets.map((set) => ({...set, in_future: false, verified: null})),
  findings: [],
  unreadable: [],
  failure: null,
  repositories: {asked: 1, answered: 1},
  ...changes,
});

/** For tests: what the repository in use tells, or why it does not. */
export const surveyed = (sets: readonly SetSummary[] | Failure, changes: Partial<Surveyed> = {}): Surveyed => ({
  name: 'main',
  location: '/srv/repository',
  inUse: true,
  failure: sets instanceof Failure ? sets : null,
  sets: sets instanceof Failure ? [] : sets.map((set) => ('in' in set ? (set as ListedSet) : listed(set))),
  unreadable: [],
  locked: false,
  ...changes,
});

/** For tests: somebody asked for something that touches many. */
export const anApproval = (changes: Partial<Approval> = {}): Approval => ({
  id: 'approval1',
  verb: 'switch',
  says: 'switch 12 of 12 people to email and password',
  asked_by: ACTOR,
  asked_at: START,
  expires_at: START + 3_600_000,
  approved_by: null,
  ...changes,
});

export const ANNA: Person = {id: 'anna-id', username: 'anna', email: 'anna@example.org'};
/** What people call themselves is not to be trusted in a post or on paper. */
export const HOSTILE: Person = {id: 'hostile-id', username: 'x*y_z', email: '"<img/src=x>|@channel"@example.org'};
export const CODE = 'K7PQ-3M9D-XW2R-8HTN-5BVC-JY4F-6AEG';

const incident: Incident = {
  id: 'incident1',
  state: 'open',
  reason: 'Provider @all is down',
  declared_at: START - 3_600_000,
  declared_by: ACTOR,
  closed_at: null,
  deadline_at: START + 604_800_000,
};

export const detection: Detection = {
  running: true,
  last_round_at: START,
  controls_ok: true,
  flapping: false,
  proposal: {provider: 'gitlab', since: START - 600_000, message: 'gitlab is down for 10 min.'},
  providers: [
    {
      provider: 'gitlab',
      state: 'down',
      since: START - 600_000,
      outcome: 'unreachable',
      message: 'connection refused',
      rounds_down: 20,
      rounds_up: 0,
      last_login_at: null,
      results: [],
    },
  ],
  thresholds: {
    interval_ms: 30_000,
    rounds_down: 3,
    minimum_down_ms: 120_000,
    rounds_up: 5,
    vantage_points: 2,
    slow_ms: 5000,
    healthy_ms: 600_000,
    flap_limit: 4,
  },
};

/** For tests: the status of an outage in which people are switched. */
export function anSsoStatus(changes: Partial<SsoStatus> = {}): SsoStatus {
  return {
    at: START,
    state: 'open',
    incident,
    detection,
    counts: {sso_accounts: 1200, locked_out_now: 37, switched: 12, claimed: 5, returned: 0, conflicts: 1},
    settings: [{key: 'EmailSettings.EnableSignInWithEmail', from: false, to: true, state: 'changed'}],
    drift: null,
    waiting: null,
    declaration: null,
    approvals: [anApproval()],
    snapshot: {
      at: START - 3_600_000,
      accounts: 1300,
      sso_accounts: 1200,
      changed: 3,
      sha256: 'a'.repeat(64),
      stored: 'repository',
      warnings: [],
    },
    bridge: 'plugin',
    next_actions: [
      actionBy('admin asks to switch everyone.', '/dr approve approval1'),
      actionBy('Five people wait.', '/dr sso let-in USER'),
    ],
    ...changes,
  };
}

export const forecast: Forecast = {
  at: START,
  sso_accounts: 1200,
  dormant: 100,
  locked_out_now: 37,
  curve: [
    {within_ms: 3_600_000, sessions_end: 20, locked_out: 50, with_extension: 37},
    {within_ms: 86_400_000, sessions_end: 400, locked_out: 420, with_extension: 37},
    {within_ms: 259_200_000, sessions_end: 900, locked_out: 1100, with_extension: 400},
  ],
  by_service: [{name: 'gitlab', people: 1100, locked_out: 37}],
  by_role: [{name: 'member', people: 1095, locked_out: 36}],
  by_team: [{name: 'core', people: 900, locked_out: 30}],
  by_device: [
    {device: 'web', sessions: 800},
    {device: 'mobile', sessions: 0},
    {device: 'desktop', sessions: 700},
  ],
  administrators: {total: 5, sso: 4, local: 1, locked_out: 1},
  next: [
    {...HOSTILE, ends_at: START + 60_000},
    {...ANNA, ends_at: null},
  ],
};

const lockedOut: LockedOut = {
  at: START,
  count: 37,
  people: [
    {...HOSTILE, service: 'gitlab', is_administrator: true, last_seen_at: null, teams: []},
    {...ANNA, service: 'gitlab', is_administrator: false, last_seen_at: START - 3_600_000, teams: ['core']},
  ],
};

export const readiness: Readiness = {
  score: 72,
  providers: ['gitlab'],
  checks: [
    {name: 'local_administrator', outcome: 'ok', weight: 20, message: 'admin signs in with a password', remedy: null},
    {name: 'break_glass', outcome: 'failed', weight: 20, message: 'nobody', remedy: 'Run `drctl sso admin-access`.'},
    {name: 'mail', outcome: 'skipped', weight: 0, message: '', remedy: null},
  ],
};

/** For tests: what a switch of two people would do. */
export function aSwitchPlan(changes: Partial<SwitchPlan> = {}): SwitchPlan {
  return {
    incident: 'incident1',
    count: 2,
    people: [
      {...ANNA, service: 'gitlab', is_administrator: false, live_sessions: 0},
      {...HOSTILE, service: 'gitlab', is_administrator: true, live_sessions: 2},
    ],
    excluded: [{person: {id: 'b', username: 'robot', email: 'robot@example.org'}, reason: 'bot'}],
    excluded_counts: {bot: 1, dormant: 4},
    settings: [{key: 'EmailSettings.EnableSignInWithEmail', from: false, to: true, locked: false}],
    warnings: ['Nobody could mail.'],
    needs_second_administrator: false,
    writes_through: 'plugin',
    steps: ['settings', 'switch', 'tell'],
    ...changes,
  };
}

export const switchResult: SwitchResult = {
  incident: 'incident1',
  switched: 1,
  already: 0,
  conflicts: 0,
  failed: 1,
  told: 1,
  duration_ms: 4200,
  settings: [{key: 'EmailSettings.EnableSignInWithEmail', from: false, to: true, state: 'changed'}],
  people: [
    {...HOSTILE, outcome: 'failed', message: 'the plugin said *no*'},
    {...ANNA, outcome: 'switched', message: null},
  ],
};

export const extendResult: ExtendResult = {
  extended: 800,
  people: 600,
  until: START + 259_200_000,
  already_longer: 10,
  failed: 0,
  cookie_limit_ms: 2_592_000_000,
  duration_ms: 3000,
};

/** For tests: one person of the return list. */
export function aReturnEntry(changes: Partial<ReturnEntry> = {}): ReturnEntry {
  return {
    person: ANNA,
    state: 'claimed',
    is_administrator: false,
    original: {service: 'gitlab', data: '1001'},
    live: {service: '', data: null},
    switched_at: START - 1000,
    changes: [],
    conflict: null,
    ...changes,
  };
}

export const conflictEntry: ReturnEntry = aReturnEntry({
  person: HOSTILE,
  state: 'conflict',
  live: {service: 'saml', data: 'someone'},
  changes: ['email'],
  conflict: {
    kind: 'self_switched',
    message: 'signs in through saml now',
    choices: ['drctl sso resolve x --choice leave --reason "…"', 'drctl sso resolve x --choice restore --reason "…"'],
  },
});

/** For tests: what a switch back of two people would do. */
export function aSwitchBackPlan(changes: Partial<SwitchBackPlan> = {}): SwitchBackPlan {
  return {
    incident: 'incident1',
    count: 2,
    canary: ANNA,
    groups: [
      {name: 'canary', count: 1},
      {name: 'rest', count: 1},
    ],
    people: [{...ANNA, service: 'gitlab', has_password: true}],
    conflicts: [conflictEntry],
    gates: [{name: 'provider', passed: false, message: 'up for 2 min, 10 min are wanted'}],
    settings: [],
    warnings: [],
    steps: ['gates', 'canary', 'await_login', 'switch_back'],
    ...changes,
  };
}

export const switchBackResult: SwitchBackResult = {
  incident: 'incident1',
  returned: 11,
  conflicts: 1,
  failed: 0,
  people: [{...HOSTILE, outcome: 'conflict', message: 'signs in through saml now'}],
  sessions_revoked: 9,
  sessions_kept: 30,
  reset_tokens_purged: 2,
  drift: [{person: HOSTILE, changes: ['roles']}],
  settings: [{key: 'TeamSettings.EnableUserCreation', from: true, to: false, state: 'put_back'}],
  provider_check: 'overridden',
  duration_ms: 61_000,
};

export const letInResult: LetInResult = {
  person: HOSTILE,
  code: CODE,
  url: 'https://chat.example.org/plugins/disaster-recovery/claim',
  expires_at: START + 900_000,
  switched_now: true,
  mailed: null,
  warnings: ['Mail is *down*.'],
};

export type SsoCall = {verb: keyof Sso; given: readonly unknown[]};

/** For tests: every verb answers with the records above, and says that it was called. */
export function createFakeSso(calls: SsoCall[] = [], changes: Partial<Sso> = {}): Sso {
  const started = (kind: Job['kind'], result: unknown) => {
    const job = aJob({kind, subject: 'incident1'});
    return {job, done: Promise.resolve(aJob({kind, status: 'success', finished_at: START + 5000, result}))};
  };
  const answers: Sso = {
    status: async () => anSsoStatus(),
    brief: async () => null,
    detection: () => detection,
    administrators: async () => ['admin1'],
    readiness: async () => readiness,
    forecast: async () => forecast,
    lockedOut: async () => lockedOut,
    people: async () => ({people: [{...ANNA, service: 'gitlab', is_administrator: false}]}),
    snapshot: async () => ({
      at: START,
      accounts: 1300,
      sso_accounts: 1200,
      changed: 2,
      sha256: 'a'.repeat(64),
      stored: 'here_only',
      warnings: ['The repository did not answer.'],
    }),
    declare: async ({reason}) => ({...incident, state: 'declared', reason, warnings: ['No support contact is set.']}),
    close: async () => ({...incident, state: 'closed', closed_at: START}),
    setAgain: async () => ({set: ['EmailSettings.EnableSignInWithEmail'], left: [], settings: []}),
    extend: async () => started('sso_extend', extendResult),
    planSwitch: async () => aSwitchPlan(),
    startSwitch: async () => started('sso_switch', switchResult),
    letIn: async () => letInResult,
    claimSheet: async () => ({
      url: letInResult.url,
      expires_at: START + 900_000,
      codes: [
        {person: ANNA, code: CODE},
        {person: HOSTILE, code: CODE.toLowerCase()},
      ],
      skipped: [],
    }),
    claim: async () => ({
      username: 'anna',
      token: 'reset-token',
      password: {minimum_length: 8, lowercase: true, uppercase: false, number: false, symbol: false},
      mfa: 'off',
      sign_in_open: true,
    }),
    planSwitchBack: async () => aSwitchBackPlan(),
    startSwitchBack: async () => started('sso_switch_back', switchBackResult),
    returnList: async () => ({
      empty: false,
      count: 2,
      entries: [conflictEntry, aReturnEntry()],
      settings: [],
      sessions: 5,
      deadline_at: START + 604_800_000,
      overdue: false,
      next: null,
    }),
    resolve: async () => aReturnEntry({state: 'switched'}),
    administratorCode: async () => letInResult,
    adminAccess: async ({password}) => ({
      person: ANNA,
      password: password === null ? 'made-here-1' : null,
      way: 'database',
      was: {service: 'gitlab'},
      warnings: [],
    }),
    writeIdentities: async () => undefined,
    watch: () => [],
    ...changes,
  };
  const watched = Object.entries(answers).map(([verb, answer]) => [
    verb,
    (...given: unknown[]) => {
      calls.push({verb: verb as keyof Sso, given});
      return (answer as (...all: unknown[]) => unknown)(...given);
    },
  ]);
  return Object.fromEntries(watched) as Sso;
}
