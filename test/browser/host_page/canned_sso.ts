import type {
  Forecast,
  Incident,
  IncidentState,
  Job,
  LetInResult,
  PeopleFound,
  Person,
  ProviderState,
  Readiness,
  ReturnEntry,
  ReturnList,
  SsoStatus,
  SwitchBackPlan,
} from '@disaster-recovery/contract';
import type {CannedReply} from './host_page.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** A server's single sign-on as tests change it. `asked` keeps the bodies of what was posted, by path. */
export type SsoWorld = {
  status: SsoStatus;
  forecast: Forecast;
  readiness: Readiness;
  returnList: ReturnList;
  plan: SwitchBackPlan;
  asked: Record<string, unknown>;
  /** Refuses a path by the name of an error. */
  refuse: Record<string, string>;
};

function provider(name: string, state: ProviderState['state'], sinceMs: number, message = ''): ProviderState {
  return {
    provider: name,
    state,
    since: Date.now() - sinceMs,
    outcome: state === 'up' ? 'ok' : 'unreachable',
    message,
    rounds_down: state === 'down' ? 8 : 0,
    rounds_up: state === 'up' ? 90 : 0,
    last_login_at: Date.now() - HOUR,
    results: [],
  };
}

const DOWN = (): ProviderState =>
  provider(
    'gitlab',
    'down',
    4 * MINUTE + 12_000,
    'The token address of GitLab did not answer within 5 s, seen from the companion and from Mattermost.',
  );
export const UP = (): ProviderState => provider('gitlab', 'up', 3 * DAY);

function person(username: string): Person {
  return {id: `id-${username}`, username, email: `${username}@example.org`};
}

function entry(username: string, change: Partial<ReturnEntry>): ReturnEntry {
  return {
    person: person(username),
    state: 'switched',
    is_administrator: false,
    original: {service: 'gitlab', data: '1001'},
    live: {service: '', data: null},
    switched_at: Date.now() - HOUR,
    changes: [],
    conflict: null,
    ...change,
  };
}

const FOUND: PeopleFound = {
  people: [
    {...person('user.five'), service: 'gitlab', is_administrator: false},
    {...person('user.fifty'), service: '', is_administrator: true},
  ],
};

const DECLARATION: SsoStatus['declaration'] = {
  text: [
    'Single sign-on is not available at the moment. Your account and your messages are safe.',
    'To get in, ask your administrator for a one-time code, then choose a password on',
    '[this page](https://chat.example.org/plugins/disaster-recovery/claim).',
  ].join(' '),
  warnings: [
    'No support contact of your own is set, so the sign-in page can only say “ask your administrator”. ' +
      'Set SupportSettings.SupportEmail or ReportAProblemLink first.',
    'The announcement banner needs a licence that this server does not have. ' +
      'Who is signed in is told on the sign-in page only: post it in a channel as well.',
  ],
};

export function cannedEntries(): ReturnEntry[] {
  return [
    entry('user.four', {
      state: 'conflict',
      original: {service: 'saml', data: 'user.four@corp.example.org'},
      live: {service: 'saml', data: 'user.four@corp.example.org'},
      conflict: {
        kind: 'duplicate_born',
        message: 'A second account, @user.four0, was made at a sign-in meanwhile and holds the sign-in data.',
        choices: ['drctl sso resolve user.four --restore', 'drctl sso resolve user.four --leave'],
      },
    }),
    entry('user.one', {state: 'claimed'}),
    entry('first.admin', {is_administrator: true, state: 'claimed', changes: ['e-mail']}),
    entry('user.two', {}),
  ];
}

function cannedReturnList(entries: ReturnEntry[]): ReturnList {
  const isEmpty = entries.length === 0;
  return {
    empty: isEmpty,
    count: entries.length,
    entries,
    sessions: isEmpty ? 0 : 1846,
    deadline_at: Date.now() + 6 * DAY,
    overdue: false,
    next: null,
    settings: isEmpty ? [] : [{key: 'EmailSettings.EnableSignInWithUsername', from: false, to: true, state: 'changed'}],
  };
}

function curve(): Forecast['curve'] {
  const points: [number, number, number][] = [
    [HOUR, 17, 12],
    [8 * HOUR, 52, 14],
    [DAY, 226, 21],
    [3 * DAY, 640, 60],
    [7 * DAY, 1180, 1180],
    [30 * DAY, 1858, 1858],
  ];
  return points.map(([within_ms, locked_out, with_extension]) => ({
    within_ms,
    locked_out,
    with_extension,
    sessions_end: locked_out * 2,
  }));
}

function incident(state: IncidentState): Incident {
  return {
    id: 'inc-1',
    state,
    reason: 'GitLab is down',
    declared_at: Date.now() - 41 * MINUTE,
    declared_by: {kind: 'mattermost', id: 'u1', name: 'first.admin'},
    closed_at: null,
    deadline_at: Date.now() + 6 * DAY,
  };
}

/** Changes the incident of the world, its list and the provider together. */
export function setIncident(
  world: SsoWorld,
  state: IncidentState,
  gitlab: ProviderState = DOWN(),
  entries: ReturnEntry[] = [],
): void {
  world.status.state = state;
  world.status.incident = state === 'watching' || state === 'suspected' ? null : incident(state);
  world.status.detection.providers[0] = gitlab;
  world.status.detection.proposal =
    state === 'suspected' ? {provider: 'gitlab', since: gitlab.since, message: gitlab.message} : null;
  world.returnList = cannedReturnList(entries);
  Object.assign(world.status.counts, {
    switched: entries.length,
    claimed: entries.filter((one) => one.state === 'claimed').length,
    conflicts: entries.filter((one) => one.state === 'conflict').length,
    returned: state === 'switching_back' ? 3 : 0,
  });
}

export function cannedSso(): SsoWorld {
  const now = Date.now();
  return {
    status: {
      at: now,
      state: 'watching',
      incident: null,
      drift: null,
      waiting: null,
      declaration: DECLARATION,
      detection: {
        running: true,
        last_round_at: now - 12_000,
        controls_ok: true,
        providers: [UP(), provider('saml', 'up', 9 * DAY), provider('ldap', 'up', 9 * DAY)],
        thresholds: {
          interval_ms: 30_000,
          rounds_down: 4,
          minimum_down_ms: 120_000,
          rounds_up: 10,
          vantage_points: 2,
          slow_ms: 5000,
          healthy_ms: 300_000,
          flap_limit: 6,
        },
        proposal: null,
        flapping: false,
      },
      counts: {sso_accounts: 1902, locked_out_now: 12, switched: 0, claimed: 0, returned: 0, conflicts: 0},
      settings: [],
      approvals: [],
      snapshot: null,
      bridge: 'plugin',
      next_actions: [],
    },
    forecast: {
      at: now,
      sso_accounts: 1902,
      dormant: 44,
      locked_out_now: 12,
      curve: curve(),
      by_service: [],
      by_role: [],
      by_team: [],
      by_device: [],
      administrators: {total: 3, sso: 2, local: 1, locked_out: 0},
      next: [
        ...['user.five', 'user.six', 'user.seven'].map((name) => ({...person(name), ends_at: null})),
        {...person('user.eight'), ends_at: now + 40 * MINUTE},
        {...person('user.nine'), ends_at: now + 3 * HOUR},
      ],
    },
    readiness: {
      score: 86,
      providers: ['gitlab', 'saml', 'ldap'],
      checks: [
        {
          name: 'local_administrator',
          outcome: 'ok',
          weight: 3,
          message: 'One administrator has a password.',
          remedy: null,
        },
        {
          name: 'sign_in_with_email',
          outcome: 'failed',
          weight: 3,
          message: 'Sign-in with e-mail is set by the environment of Mattermost and off.',
          remedy: 'Unset `MM_EMAILSETTINGS_ENABLESIGNINWITHEMAIL` and restart Mattermost.',
        },
        {
          name: 'mail',
          outcome: 'warning',
          weight: 1,
          message: 'No mail server is configured: codes must be read out.',
          remedy: 'Configure SMTP in the System Console.',
        },
      ],
    },
    returnList: cannedReturnList([]),
    plan: {
      incident: 'inc-1',
      count: 3,
      canary: person('user.one'),
      groups: [
        {name: 'canary', count: 1},
        {name: 'five', count: 1},
        {name: 'administrators', count: 1},
      ],
      people: [],
      conflicts: [],
      settings: [],
      warnings: [],
      steps: [],
      gates: [
        {name: 'provider', passed: true, message: 'GitLab has answered for 12 minutes; 5 are asked for.'},
        {name: 'controls', passed: true, message: 'The control addresses answer.'},
      ],
    },
    asked: {},
    refuse: {},
  };
}

/** A switch back that waits for the first person. */
export function waitingJob(): Job {
  const now = Date.now();
  const names = ['gates', 'canary', 'await_login', 'switch_back', 'second_look', 'put_back'];
  return {
    id: 'job-back',
    kind: 'sso_switch_back',
    status: 'in_progress',
    actor: {kind: 'mattermost', id: 'u1', name: 'first.admin'},
    reason: '',
    subject: 'inc-1',
    created_at: now - 130_000,
    started_at: now - 130_000,
    finished_at: null,
    result: null,
    error: null,
    progress: {
      phase: 'await_login',
      step: 3,
      steps: names.length,
      done: 0,
      total: null,
      unit: 'people',
      rate: null,
      eta_ms: null,
      waiting: {
        person: person('user.one'),
        until: now + 7.5 * MINUTE,
        message: 'Waiting for @user.one to sign in through GitLab',
      },
    },
    steps: names.map((name, index) => ({
      name,
      outcome: index < 2 ? ('done' as const) : index === 2 ? ('running' as const) : ('waiting' as const),
      started_at: index < 3 ? now - 120_000 : null,
      ms: index < 2 ? 700 : null,
    })),
  };
}

function cannedLetIn(username: string): LetInResult {
  return {
    person: person(username),
    code: '7K2M-9QXD-4ABC-W0ZT',
    url: 'https://chat.example.org/plugins/disaster-recovery/claim',
    expires_at: Date.now() + 15 * MINUTE,
    switched_now: true,
    mailed: null,
    warnings: [],
  };
}

/** What the companion answers below /api/v1/sso. */
export function answerSso(
  world: SsoWorld | null,
  method: string,
  path: string,
  body: unknown,
  startJob: (kind: Job['kind']) => CannedReply,
): CannedReply {
  const missing: CannedReply = {
    status: 404,
    body: {error: {code: 'NOT_FOUND', message: 'There is nothing here.', meaning: '', remedy: '', retryable: false}},
  };
  if (!world) {
    return missing;
  }
  const code = world.refuse[path];
  if (code) {
    return {
      status: 409,
      body: {
        error: {
          code,
          message: `${code} was said.`,
          meaning: 'What that means.',
          remedy: 'What to do about it.',
          retryable: false,
        },
      },
    };
  }
  if (method === 'POST') {
    world.asked[path] = body;
  }
  const answers: Record<string, () => CannedReply> = {
    'GET sso': () => ({status: 200, body: {...world.status, at: Date.now()}}),
    'GET sso/forecast': () => ({status: 200, body: world.forecast}),
    'GET sso/readiness': () => ({status: 200, body: world.readiness}),
    'GET sso/people': () => ({status: 200, body: FOUND}),
    'GET sso/return-list': () => ({status: 200, body: world.returnList}),
    'POST sso/incidents': () => {
      setIncident(world, 'declared');
      return {status: 201, body: world.status.incident};
    },
    'POST sso/incidents/current/close': () => {
      const closed = {...world.status.incident, state: 'closed', closed_at: Date.now()};
      setIncident(world, 'watching', UP());
      return {status: 200, body: closed};
    },
    'POST sso/let-ins': () => {
      const {user} = body as {user: string};
      setIncident(world, 'open', DOWN(), [...world.returnList.entries, entry(user, {})]);
      return {status: 201, body: cannedLetIn(user)};
    },
    'POST sso/session-extensions': () => startJob('sso_extend'),
    'POST sso/switch-back-plans': () => ({status: 200, body: world.plan}),
    'POST sso/switch-backs': () => startJob('sso_switch_back'),
  };
  return answers[`${method} ${path.split('?')[0]}`]?.() ?? missing;
}
