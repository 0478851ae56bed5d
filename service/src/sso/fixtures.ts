import {mkdtempSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {
  SwitchBackResult,
  SwitchResult,
  type BotPost,
  type Job,
  type SettingValues,
  type SignIn,
} from '@disaster-recovery/contract';
import {APPROVAL_TABLES, createApprovals, type Approvals} from '../approvals/index.ts';
import {createMemoryAccounts, type MemoryAccounts} from '../engines/accounts/memory.ts';
import type {MattermostRest} from '../engines/accounts/port.ts';
import type {SignInSettings} from '../engines/settings/port.ts';
import type {MattermostBridge} from '../engines/mattermost/port.ts';
import {createMemoryRepository} from '../engines/repository/memory.ts';
import {createJobs, JOB_TABLES, type Jobs, type StartedJob} from '../jobs/index.ts';
import {createCipher} from '../kernel/cipher.ts';
import type {Clock} from '../kernel/clock.ts';
import {Failure} from '../kernel/failure.ts';
import {createLog} from '../kernel/log.ts';
import {openState, type State} from '../kernel/state.ts';
import {createLedger, LEDGER_TABLE, type Ledger} from '../ledger/index.ts';
import {
  createSso,
  DETECTION_TABLES,
  SSO_ANNOUNCED_TABLE,
  SSO_DRIFT_TABLE,
  SSO_TABLES,
  type By,
  type Sso,
  type SsoEngines,
} from './index.ts';
import {createDetectionStore} from './detection/store.ts';
import type {SsoSettings} from './engines.ts';
import {EMAIL} from './people/identity.ts';

export const NOON = Date.UTC(2026, 10, 24, 12);
export const HOUR_MS = 3_600_000;
/** On a shell of the companion's machine. */
export const ROOT: By = {actor: {kind: 'cli', id: '0', name: 'root'}, onHost: true};
export const ADA: By = {actor: {kind: 'mattermost', id: 'ada', name: 'ada'}};
export const BOB: By = {actor: {kind: 'mattermost', id: 'bob', name: 'bob'}};

const SETTINGS: SsoSettings = {
  deadline_days: 14,
  everyone_needs_second_administrator: true,
  never_switch: ['glass'],
  set_settings_again: false,
  announcements: 'nobody',
  tell_people: true,
  changes_per_second: 1000,
  second_look_seconds: 0,
  canary_minutes: 1,
  snapshot_hours: 24,
  probe: {
    enabled: true,
    interval_seconds: 30,
    timeout_seconds: 10,
    slow_seconds: 5,
    rounds_down: 4,
    minimum_down_seconds: 180,
    rounds_up: 3,
    vantage_points: 2,
    healthy_minutes: 24,
    flap_limit: 2,
    controls: [],
  },
};

export const SIGN_IN_SETTINGS: SettingValues['values'] = [
  {key: 'EmailSettings.EnableSignInWithEmail', value: false, locked: false},
  {key: 'EmailSettings.EnableSignInWithUsername', value: true, locked: false},
  {key: 'TeamSettings.EnableUserCreation', value: true, locked: false},
  {key: 'TeamSettings.EnableCustomBrand', value: false, locked: false},
  {key: 'TeamSettings.CustomBrandText', value: '', locked: false},
  {key: 'TeamSettings.CustomDescriptionText', value: 'Chat of the works', locked: false},
  {key: 'AnnouncementSettings.EnableBanner', value: false, locked: false},
  {key: 'AnnouncementSettings.BannerText', value: '', locked: false},
  {key: 'LdapSettings.EnableSync', value: true, locked: false},
  {key: 'SamlSettings.EnableSyncWithLdap', value: false, locked: false},
];

/** A companion with everything outside in memory, to which a second one can be opened on the same state. */
export type Bench = {
  sso: Sso;
  approvals: Approvals;
  jobs: Jobs;
  ledger: Ledger;
  state: State;
  engines: SsoEngines;
  world: MemoryAccounts;
  settings: SettingValues['values'];
  told: {users: string[]; message: string}[];
  mails: {to: string; html: string}[];
  /** Moves the clock. */
  pass(ms: number): void;
  now(): number;
  mailFails: boolean;
  /** What the bot said in channels, and with what it is refused. */
  posts: BotPost[];
  postFails: Failure | null;
  mattermostAnswers: boolean;
  /** Passwords that were set by Mattermost itself, and those that were written as a hash. */
  passwords: {reset: string[]; written: string[]};
  /** The same state, opened by another process after this one was killed. */
  reopen(): Bench;
  /** The same state, opened by another process beside this one, in which some parts are others. */
  beside(changes: Changes): Bench;
  /** A companion that remembers nothing, for the same Mattermost and with the same repository. */
  withoutMemory(): Bench;
  signIn: (user: string) => SignIn | undefined;
  /** Of the ledger, oldest first. */
  entriesOf(kind: string): {data: Record<string, unknown>}[];
  /** Switches these people, to the end of the job. */
  switched(users: readonly string[]): Promise<SwitchResult>;
  /** Switches these people back, or everyone, and asks the provider for nothing. */
  returned(users?: readonly string[]): Promise<SwitchBackResult>;
  /** Runs a job to its end. */
  run(started: Promise<StartedJob>): Promise<Job>;
};

type Changes = Partial<SsoEngines> & {policy?: Partial<SsoSettings>};

export function createBench(
  changes: Changes = {},
  shared?: {directory: string; world: MemoryAccounts; settings: SettingValues['values']; clock: {at: number}},
): Bench {
  const {policy, ...given} = changes;
  const time = shared?.clock ?? {at: NOON};
  let isDead = false;
  const clock: Clock = {
    now: () => time.at,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        time.at += ms;
        if (isDead) {
          return;
        }
        if (signal?.aborted) {
          reject(signal.reason as Error);
        } else {
          setImmediate(resolve);
        }
      }),
  };
  const directory = shared?.directory ?? mkdtempSync(join(tmpdir(), 'sso-'));
  const state = openState(directory, [
    JOB_TABLES,
    LEDGER_TABLE,
    SSO_TABLES,
    DETECTION_TABLES,
    SSO_DRIFT_TABLE,
    SSO_ANNOUNCED_TABLE,
    APPROVAL_TABLES,
  ]);
  const ledger = createLedger(state, clock);
  const jobs = createJobs(state, clock);
  const world = shared?.world ?? createMemoryAccounts([], clock.now);
  const settings = shared?.settings ?? structuredClone(SIGN_IN_SETTINGS);
  const repository = createMemoryRepository('memory');
  void repository.create();
  const bench = {
    told: [] as Bench['told'],
    mails: [] as Bench['mails'],
    mailFails: false,
    posts: [] as Bench['posts'],
    postFails: null as Bench['postFails'],
    mattermostAnswers: true,
    passwords: {reset: [] as string[], written: [] as string[]},
  };
  const engines: SsoEngines = {
    state,
    clock,
    ledger,
    log: createLog('error'),
    cipher: createCipher('the key of the repository', 'sign-in data'),
    accounts: world.accounts,
    tokens: world.tokens,
    emergency: {
      setPassword: async ({id, password}) => {
        bench.passwords.written.push(password);
        world.claim(id);
        return true;
      },
    },
    rest: memoryRest(bench),
    repository,
    workDirectory: join(directory, 'work'),
    settings: {...SETTINGS, ...policy},
    writer: async () => world.writer,
    signInSettings: async () => memorySettings(settings),
    bridge: () => memoryBridge(bench),
    effectiveConfig: async () => ({config: {SupportSettings: {SupportEmail: 'help@corp.test'}}, env: {}}),
    siteUrl: () => 'https://chat.corp.test',
    probe: async () => {
      throw new Error('nobody probes here');
    },
    targets: async () => [],
    bridgeProbes: async () => null,
    controls: async () => null,
    lookup: async () => [],
    missingInDirectory: async () => null,
    ...given,
  };
  const approvals = createApprovals({state, clock, ledger});
  const sso = createSso({
    approvals,
    engines,
    jobs,
    readiness: () => async () => ({score: 0, providers: [], checks: []}),
    classify: () => ({outcome: 'ok', message: ''}),
  });
  const run = async (started: Promise<StartedJob>): Promise<Job> => (await started).done;
  return Object.assign(bench, {
    sso,
    approvals,
    jobs,
    ledger,
    state,
    engines,
    world,
    settings,
    pass: (ms: number) => {
      time.at += ms;
    },
    now: () => time.at,
    reopen: () => {
      // Whoever held something is dead for the next process: its start differs.
      state.db.exec(`UPDATE sso_people SET holder = '1:0:1' WHERE holder IS NOT NULL`);
      state.db.exec(`UPDATE leases SET process_start = '0'`);
      isDead = true;
      return createBench(changes, {directory, world, settings, clock: time});
    },
    beside: (other: Changes) => createBench(other, {directory, world, settings, clock: time}),
    withoutMemory: () =>
      createBench({repository}, {directory: mkdtempSync(join(tmpdir(), 'sso-')), world, settings, clock: time}),
    signIn: (user: string) => world.get(user)?.sign_in,
    entriesOf: (kind: string) => [...ledger.entries()].filter((entry) => entry.kind === kind),
    run,
    switched: async (users: readonly string[]) =>
      SwitchResult.parse((await run(sso.startSwitch(these(...users), ROOT))).result),
    returned: async (users?: readonly string[]) =>
      SwitchBackResult.parse((await run(sso.startSwitchBack(back(users), ROOT))).result),
  });
}

/** Asks for the switch of these people. */
export const these = (...users: string[]) => ({users, dormant_days: 90});
/** Asks for the switch back of these people, or of everyone; the provider is not asked. */
export const back = (users?: readonly string[]) => ({
  ...(users && {users: [...users]}),
  without_provider_check: true,
  resume_sync: false,
});

function memoryRest(bench: {mattermostAnswers: boolean; passwords: Bench['passwords']}): MattermostRest {
  return {
    answers: async () => bench.mattermostAnswers,
    resetPassword: async (_token, password) => {
      if (password.length < 8) {
        throw new Failure('PASSWORD_REFUSED', 'Your password must contain at least 8 characters.');
      }
      bench.passwords.reset.push(password);
    },
    verifyEmail: async () => undefined,
    tryPassword: async () => 'yes',
  };
}

function memorySettings(settings: SettingValues['values']): SignInSettings {
  return {
    through: 'plugin',
    needsRestart: false,
    read: async () => structuredClone(settings),
    change: async (changes) => {
      for (const {key, from, to} of changes) {
        const setting = settings.find((it) => it.key === key);
        if (setting && !setting.locked && setting.value === from) {
          setting.value = to;
        }
      }
      return structuredClone(settings);
    },
  };
}

function memoryBridge(bench: Pick<Bench, 'told' | 'mails' | 'mailFails' | 'posts' | 'postFails'>): MattermostBridge {
  return {
    sendDirectMessages: async (message: {users: string[]; message: string}) => {
      bench.told.push(message);
      return {failed: []};
    },
    createPost: async (post: BotPost) => {
      if (bench.postFails) {
        throw bench.postFails;
      }
      bench.posts.push(post);
      return {id: 'p'};
    },
    sendMail: async ({to, html}: {to: string; html: string}) => {
      if (bench.mailFails) {
        throw new Failure('MAIL_FAILED', 'The mail server does not answer.');
      }
      bench.mails.push({to, html});
    },
  } as unknown as MattermostBridge;
}

/** `count` people who sign in through GitLab: person001…, each with a live session. */
export function addPeople(world: MemoryAccounts, count: number): string[] {
  return Array.from({length: count}, (_, index) => {
    const id = `person${String(index + 1).padStart(3, '0')}`;
    world.put({id, sign_in: {service: 'gitlab', data: String(1001 + index)}, last_login_at: NOON - HOUR_MS});
    world.addSession({
      id: `session-${id}`,
      user: id,
      kind: 'sso',
      created_at: NOON - HOUR_MS,
      expires_at: NOON + 100 * HOUR_MS,
      last_activity_at: NOON - 1000,
    });
    return id;
  });
}

/** An outage is declared, of twelve people who sign in through GitLab; one administrator has a password. */
export async function createOutage(): Promise<{bench: Bench; people: string[]}> {
  const bench = createBench();
  const people = addPeople(bench.world, 12);
  bench.world.put({
    id: 'ada',
    username: 'ada',
    roles: ['system_user', 'system_admin'],
    sign_in: EMAIL,
    has_password: true,
  });
  await bench.sso.declare({reason: 'GitLab is down', tell: true}, ROOT);
  return {bench, people};
}

/** The provider has been well for an hour, and somebody watches it. */
export function beHealthy(bench: Bench): void {
  const store = createDetectionStore(bench.state);
  const at = bench.now();
  const track = {
    provider: 'gitlab',
    state: 'up',
    since: at - HOUR_MS,
    outcome: 'ok',
    message: 'answers',
    last_round_at: at,
    rounds_down: 0,
    rounds_up: 9,
    rounds_repair: 0,
    first_bad_at: null,
    healthy_since: at - HOUR_MS,
    last_login_at: null,
    changes_at: [],
  } as const;
  store.putTrack({track: {...track, changes_at: []}, proposed: false, owed: null});
  store.noteRound({at, controls_ok: null});
}
