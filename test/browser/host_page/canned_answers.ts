import type {Job, SetSummary, Status} from '@disaster-recovery/contract';
import {cannedManifest, cannedSets, setName} from './canned_sets.ts';
import {answerSso, type SsoWorld} from './canned_sso.ts';
import type {CannedApi, CannedReply} from './host_page.ts';

/** Answers for looking at the page without a server. What is proven, is proven on real parts. */
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const STEPS = [
  'preflight',
  'first_pass',
  'capture_database',
  'store_database',
  'capture_config',
  'second_pass',
  'cross_check',
  'seal',
  'read_back',
];

export function cannedVerdict(set: SetSummary | null, now: number): Status['verdict'] {
  return {
    kind: set?.standing.kind ?? 'none',
    set: set?.id ?? null,
    age_ms: set && now - set.t0,
    since: set && set.t0,
    beyond_objective: false,
    missing: set ? set.standing.missing.map((part) => ({part, protected_by: null})) : [],
    damage: null,
    newer: null,
  };
}

const [READ_BACK, READ_BACK_HOW] = [
  'Read the newest set back from the repository; the last time was 9 days ago.',
  'drctl verify latest --level L2',
];
const readBack: Status['next_actions'][number] = {
  message: READ_BACK,
  remedy: READ_BACK_HOW,
  shell: READ_BACK_HOW,
  chat: '/dr verify latest --level L2',
};

export function cannedJob(change: Partial<Job> = {}): Job {
  const now = Date.now();
  return {
    id: 'job-1',
    kind: 'backup',
    status: 'in_progress',
    actor: {kind: 'mattermost', id: 'u1', name: 'first.admin'},
    reason: 'before the upgrade',
    subject: setName(now, 'n4v7ke'),
    created_at: now - 95_000,
    started_at: now - 94_000,
    finished_at: null,
    progress: {
      phase: 'capture_database',
      step: 3,
      steps: STEPS.length,
      done: 846_000_000,
      total: 1_880_000_000,
      unit: 'bytes',
      rate: 61_000_000,
      eta_ms: 17_000,
    },
    steps: STEPS.map((name, index) => ({
      name,
      outcome: index < 2 ? ('done' as const) : index === 2 ? ('running' as const) : ('waiting' as const),
      started_at: index < 3 ? now - 90_000 : null,
      ms: index < 2 ? 4_000 + index * 31_000 : null,
    })),
    result: null,
    error: null,
    ...change,
  };
}

export function doneJob(): Job {
  const now = Date.now();
  return cannedJob({
    status: 'success',
    finished_at: now,
    progress: null,
    result: cannedManifest(),
    steps: STEPS.map((name) => ({name, outcome: 'done' as const, started_at: now, ms: 4_000})),
  });
}

export function failedJob(): Job {
  return cannedJob({
    status: 'error',
    finished_at: Date.now() - 1000,
    progress: null,
    steps: cannedJob().steps.map((step) => (step.outcome === 'running' ? {...step, outcome: 'failed' as const} : step)),
    error: {
      code: 'DISK_FULL',
      message: 'The staging directory /var/lib/drctl/staging has 1.2 GB free and needs 1.9 GB.',
      meaning: 'There is not enough free space.',
      remedy: 'Free the named number of bytes, or name another staging directory in the configuration.',
      retryable: true,
    },
  });
}

/** The part of Mattermost's configuration that the plugin changes, and a setting of somebody else. */
type CannedConfiguration = {
  AnnouncementSettings: {AdminNoticesEnabled: boolean};
  EmailSettings: {EnableSignInWithEmail: boolean};
  PluginSettings: {Plugins: {'disaster-recovery': {companionurl: string}}};
};

export const CANNED_PEOPLE = [
  {id: 'id-user.five', username: 'user.five', email: 'user.five@example.org', first_name: 'Uma', last_name: 'Five'},
  {id: 'id-user.fifty', username: 'user.fifty', email: 'user.fifty@example.org', first_name: 'Ute', last_name: 'Fifty'},
];

export type World = {
  configuration: CannedConfiguration;
  connection: Record<string, unknown>;
  status: Status;
  sets: SetSummary[];
  jobs: Job[];
  /** Null: a companion that does not know of it. */
  sso: SsoWorld | null;
  /** Refuses what is posted to a path by the name of an error. */
  refuse: Record<string, string>;
  /** The list of sets fails by this name. */
  setsError: string | null;
  /** Called when a job is asked for; may change it. */
  advance: (job: Job) => Job;
};

/** A state of everything that tests change as they like. */
export function cannedWorld(sets: SetSummary[] = cannedSets(), running: Job | null = null): World {
  const now = Date.now();
  return {
    configuration: {
      AnnouncementSettings: {AdminNoticesEnabled: true},
      EmailSettings: {EnableSignInWithEmail: false},
      PluginSettings: {Plugins: {'disaster-recovery': {companionurl: ''}}},
    },
    connection: {
      companion_url: 'http://127.0.0.1:8066',
      enrolled: true,
      companion_id: 'cmp-7f3a91',
      enrolled_at: now - 12 * DAY,
      enrolled_by: 'first.admin',
      reachable: true,
      unreachable_since: null,
      companion_version: '0.1.0',
      last_error: null,
      plugin_version: '0.1.0',
    },
    status: {
      version: '0.1.0',
      now,
      companion_id: 'cmp-7f3a91',
      repository: {location: 's3:backup.example.org/mattermost', outcome: 'ok', message: 'Opened.'},
      enrollment: {state: 'enrolled', site_url: null, enrolled_at: null, enrolled_by: null, last_seen_at: null},
      last_set: sets[0] ?? null,
      sets: sets.length,
      running,
      last_failed: null,
      rpo_objective_ms: DAY,
      verdict: cannedVerdict(sets[0] ?? null, now),
      next_actions: sets[0] ? [readBack] : [],
    },
    sets,
    jobs: running ? [running] : [],
    sso: null,
    refuse: {},
    setsError: null,
    advance: (job) => job,
  };
}

/** What the bridge makes of a world. */
export function cannedApi(world: World): CannedApi {
  const unreachable: CannedReply = {
    status: 502,
    body: {
      error: {
        code: 'COMPANION_UNREACHABLE',
        message: 'connect: connection refused',
        meaning: 'The companion does not answer.',
        remedy: 'Start it with `drctl serve`.',
        retryable: true,
      },
    },
  };
  return ({method, path, body}) => {
    if (path === 'connection') {
      return {status: 200, body: world.connection};
    }
    if (path === 'enrol') {
      world.configuration.PluginSettings.Plugins['disaster-recovery'] = {
        companionurl: (body as {url?: string} | undefined)?.url ?? '',
      };
      Object.assign(
        world.connection,
        method === 'DELETE'
          ? {enrolled: false}
          : {enrolled: true, reachable: true, companion_url: (body as {url: string}).url},
      );
      return {status: method === 'DELETE' ? 204 : 200, ...(method === 'DELETE' ? {} : {body: world.connection})};
    }
    return world.connection['reachable'] ? companion(world, method, path, body) : unreachable;
  };
}

function startJob(world: World, change: Partial<Job> = {}): CannedReply {
  const job = cannedJob({
    id: `job-${world.jobs.length + 2}`,
    created_at: Date.now(),
    started_at: Date.now(),
    ...change,
  });
  world.jobs.unshift(job);
  world.status.running = job;
  return {status: 202, body: job};
}

function companion(world: World, method: string, path: string, sent: unknown): CannedReply {
  if (method === 'POST' && path === 'sso/let-ins') {
    // As the first let-in does where sign-in with a password is off.
    world.configuration.EmailSettings.EnableSignInWithEmail = true;
  }
  if (path === 'sso' || path.startsWith('sso/')) {
    const people = {
      phase: 'switch_back',
      step: 1,
      steps: 2,
      done: 1,
      total: 3,
      unit: 'people' as const,
      rate: null,
      eta_ms: null,
    };
    return answerSso(world.sso, method, path, sent, (kind) =>
      startJob(world, {kind, reason: '', subject: 'inc-1', steps: [], progress: people}),
    );
  }
  const refused = method === 'POST' ? world.refuse[path] : path === 'sets' ? world.setsError : null;
  if (refused) {
    return {
      status: 409,
      body: {
        error: {
          code: refused,
          message: `${refused} was said.`,
          meaning: 'What that means.',
          remedy: 'What to do about it.',
          retryable: true,
        },
      },
    };
  }
  if (method === 'POST' && path === 'verifications') {
    const {set} = sent as {set: string};
    return startJob(world, {
      kind: 'verify',
      reason: '',
      subject: set,
      progress: null,
      steps: ['find_set', 'read', 'judge'].map((name, index) => ({
        name,
        outcome: index === 0 ? ('done' as const) : index === 1 ? ('running' as const) : ('waiting' as const),
        started_at: index < 2 ? Date.now() : null,
        ms: index === 0 ? 900 : null,
      })),
    });
  }
  if (method === 'POST' && path === 'backups') {
    return startJob(world);
  }
  const [kind, id, verb] = path.split('/');
  if (kind === 'jobs' && id) {
    const index = world.jobs.findIndex((job) => job.id === id);
    const known = world.jobs[index];
    if (!known) {
      return {
        status: 404,
        body: {error: {code: 'NOT_FOUND', message: 'There is no such job.', meaning: '', remedy: '', retryable: false}},
      };
    }
    const job =
      verb === 'cancel' ? {...known, status: 'canceled' as const, finished_at: Date.now()} : world.advance(known);
    world.jobs[index] = job;
    world.status.running = job.finished_at === null ? job : null;
    return {status: verb === 'cancel' ? 202 : 200, body: job};
  }
  if (path === 'status') {
    return {status: 200, body: {...world.status, now: Date.now()}};
  }
  return {status: 200, body: path === 'sets' ? {sets: world.sets} : {jobs: world.jobs}};
}
