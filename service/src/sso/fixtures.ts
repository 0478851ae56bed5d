import {mkdtempSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import type {BotPost, Job, SettingValues} from '@disaster-recovery/contract';
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
import type {SsoSettings} from './engines.ts';

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
  /** Runs a job to its end. */
  run(started: Promise<StartedJob>): Promise<Job>;
};

export function createBench(
  changes: Partial<SsoEngines> & {policy?: Partial<SsoSettings>} = {},
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
    run: async (started: Promise<StartedJob>) => (await started).done,
  });
}

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
