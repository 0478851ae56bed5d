import {z} from 'zod';
import {WaitingFor} from './job.ts';
import {Timestamp} from './primitives.ts';
import {Approval} from './approval.ts';
import {IdentitySnapshot, Incident, IncidentState, Person} from './sso.ts';
import {ChangedSetting, SettingsDrift} from './sso_settings.ts';
import {NextAction} from './status.ts';

/** How a probe ended. Only `unreachable`, `server_error` and `slow` can mean an outage; the others name a repair, or nothing at all. */
export const ProbeClass = z
  .enum([
    'ok',
    'unreachable',
    'server_error',
    'slow',
    'tls_expired',
    'key_mismatch',
    'misconfigured',
    'local_network',
    'rejecting',
    'inconclusive',
  ])
  .meta({id: 'ProbeClass'});
export type ProbeClass = z.infer<typeof ProbeClass>;

export const ProbeResult = z
  .object({
    at: Timestamp,
    provider: z.string().describe('gitlab, google, office365, openid, saml or ldap.'),
    probe: z
      .string()
      .describe('What was asked: authorize, token, userinfo, discovery, metadata, sign_in_page, ldap:HOST:PORT.'),
    vantage: z.enum(['companion', 'bridge', 'browser']),
    outcome: ProbeClass,
    message: z.string(),
    ms: z.number(),
  })
  .meta({id: 'ProbeResult'});
export type ProbeResult = z.infer<typeof ProbeResult>;

export const ProviderState = z
  .object({
    provider: z.string(),
    state: z.enum(['up', 'degraded', 'down', 'unknown']),
    since: Timestamp,
    outcome: ProbeClass.describe('Of the newest round, over all vantage points.'),
    message: z.string(),
    rounds_down: z.number().int(),
    rounds_up: z.number().int(),
    last_login_at: Timestamp.nullable().describe('The newest sign-in through this provider that the server saw.'),
    results: z.array(ProbeResult).describe('The last raw results, newest first.'),
  })
  .meta({id: 'ProviderState'});
export type ProviderState = z.infer<typeof ProviderState>;

/** An outage that the probes propose to declare. */
export const Suspicion = z
  .object({provider: z.string(), since: Timestamp, message: z.string()})
  .meta({id: 'Suspicion'});
export type Suspicion = z.infer<typeof Suspicion>;

export const Detection = z
  .object({
    running: z.boolean().describe('False: no companion has probed lately.'),
    last_round_at: Timestamp.nullable(),
    controls_ok: z
      .boolean()
      .nullable()
      .describe('Whether the control addresses answered: if not, we are cut off and nobody is called down.'),
    providers: z.array(ProviderState),
    thresholds: z.object({
      interval_ms: z.number(),
      rounds_down: z.number().int(),
      minimum_down_ms: z.number(),
      rounds_up: z.number().int(),
      vantage_points: z.number().int(),
      slow_ms: z.number(),
      healthy_ms: z.number(),
      flap_limit: z.number().int(),
    }),
    proposal: Suspicion.nullable(),
    flapping: z.boolean().describe('The state changed too often in 24 hours; nothing is proposed until it settles.'),
  })
  .meta({id: 'Detection'});
export type Detection = z.infer<typeof Detection>;

export const ReadinessCheck = z
  .object({
    name: z.string(),
    outcome: z.enum(['ok', 'warning', 'failed', 'skipped']),
    weight: z.number().int(),
    message: z.string(),
    remedy: z.string().nullable(),
  })
  .meta({id: 'ReadinessCheck'});
export type ReadinessCheck = z.infer<typeof ReadinessCheck>;

export const Readiness = z
  .object({
    score: z
      .number()
      .int()
      .describe('0…100: the weights of what is in order over the weights of what was checked; a warning counts half.'),
    providers: z.array(z.string()),
    checks: z.array(ReadinessCheck),
  })
  .meta({id: 'Readiness'});
export type Readiness = z.infer<typeof Readiness>;

const Counted = z.object({name: z.string(), people: z.number().int(), locked_out: z.number().int()});

export const Forecast = z
  .object({
    at: Timestamp,
    sso_accounts: z.number().int().describe('Active people who sign in through a provider.'),
    dormant: z.number().int().describe('Of them, not seen for 90 days; not counted below.'),
    locked_out_now: z.number().int().describe('No live session: they cannot get in while the provider is down.'),
    curve: z.array(
      z.object({
        within_ms: z.number(),
        sessions_end: z.number().int(),
        locked_out: z.number().int().describe('People whose last session ends by then, and those locked out now.'),
        with_extension: z.number().int().describe('The same, when live sessions are extended now.'),
      }),
    ),
    by_service: z.array(Counted),
    by_role: z.array(Counted),
    by_team: z.array(Counted).describe('The 20 with most people.'),
    by_device: z.array(z.object({device: z.enum(['web', 'mobile', 'desktop']), sessions: z.number().int()})),
    administrators: z.object({
      total: z.number().int(),
      sso: z.number().int(),
      local: z.number().int(),
      locked_out: z.number().int(),
    }),
    next: z
      .array(Person.extend({ends_at: Timestamp.nullable()}))
      .describe('The 20 who are locked out next; null: now.'),
  })
  .meta({id: 'Forecast'});
export type Forecast = z.infer<typeof Forecast>;

/** Active people who sign in through a provider and have no live session: while it is down they cannot get in. */
export const LockedOut = z
  .object({
    at: Timestamp,
    count: z.number().int(),
    people: z
      .array(
        Person.extend({
          service: z.string(),
          is_administrator: z.boolean(),
          last_seen_at: Timestamp.nullable().describe('Null: never.'),
          teams: z.array(z.string()),
        }),
      )
      .describe('The first 1,000: administrators first, then by username.'),
  })
  .meta({id: 'LockedOut'});
export type LockedOut = z.infer<typeof LockedOut>;

/** Accounts whose username, address or name begins with what was typed, for a picker. */
export const PeopleFound = z
  .object({
    people: z
      .array(Person.extend({service: z.string().describe('Empty: email and password.'), is_administrator: z.boolean()}))
      .describe('Active people, 20 at most.'),
  })
  .meta({id: 'PeopleFound'});
export type PeopleFound = z.infer<typeof PeopleFound>;

export const SsoStatus = z
  .object({
    at: Timestamp,
    state: IncidentState,
    incident: Incident.nullable(),
    detection: Detection,
    counts: z.object({
      sso_accounts: z.number().int(),
      locked_out_now: z.number().int(),
      switched: z.number().int().describe('Without a password yet.'),
      claimed: z.number().int().describe('With a password of their own.'),
      returned: z.number().int(),
      conflicts: z.number().int(),
    }),
    settings: z.array(ChangedSetting),
    drift: SettingsDrift.nullable().describe('Null: everything that the incident has set is in force.'),
    waiting: WaitingFor.nullable().describe(
      'The switch back waits for its first person to sign in through the provider.',
    ),
    declaration: z
      .object({text: z.string(), warnings: z.array(z.string())})
      .nullable()
      .describe(
        'What a declaration would say on the sign-in page, and whom it would not reach; null once there is an incident.',
      ),
    approvals: z.array(Approval),
    snapshot: IdentitySnapshot.nullable(),
    bridge: z.enum(['plugin', 'database']).describe('How accounts would be changed now.'),
    next_actions: z.array(NextAction).describe('Most urgent first.'),
  })
  .meta({id: 'SsoStatus'});
export type SsoStatus = z.infer<typeof SsoStatus>;
