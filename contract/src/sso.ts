import {z} from 'zod';
import {LIMITS} from './limits.ts';
import {Actor, Timestamp} from './primitives.ts';
import {ChangedSetting} from './sso_settings.ts';

/** An account as people know it. */
export const Person = z
  .object({id: z.string().describe("Mattermost's id of the account."), username: z.string(), email: z.string()})
  .meta({id: 'Person'});
export type Person = z.infer<typeof Person>;

/** How an account signs in: Mattermost's `auth_service` and `auth_data`. Email and password is `''` with null. */
export const SignIn = z.object({service: z.string(), data: z.string().nullable()}).meta({id: 'SignIn'});
export type SignIn = z.infer<typeof SignIn>;

/**
 * `watching`: no outage. `suspected`: the probes say down and propose a declaration. `declared`: an administrator said so, nothing is changed yet.
 * `open`: something was changed that must be put back. `switching_back`: the way back has begun. `closed`: everything is back; then `watching` again.
 */
export const IncidentState = z
  .enum(['watching', 'suspected', 'declared', 'open', 'switching_back', 'closed'])
  .meta({id: 'IncidentState'});
export type IncidentState = z.infer<typeof IncidentState>;

export const Incident = z
  .object({
    id: z.string(),
    state: IncidentState,
    reason: z.string(),
    declared_at: Timestamp,
    declared_by: Actor,
    closed_at: Timestamp.nullable(),
    deadline_at: Timestamp.describe('By then everyone is to be back; afterwards status and chat say so every day.'),
  })
  .meta({id: 'Incident'});
export type Incident = z.infer<typeof Incident>;

export const DeclareResult = Incident.extend({
  warnings: z.array(z.string()).describe('What people are not told by it, and what to do about that.'),
}).meta({id: 'DeclareResult'});
export type DeclareResult = z.infer<typeof DeclareResult>;

export const DeclareRequest = z
  .object({
    reason: z.string().min(3).max(500),
    tell: z.boolean().default(true).describe('Say it on the sign-in page, with the support link.'),
  })
  .strict()
  .meta({id: 'DeclareRequest'});
export type DeclareRequest = z.infer<typeof DeclareRequest>;

/** What the ledger knows of one account of the incident. `left`: a human decided that it stays as it is now. */
export const SwitchState = z
  .enum(['planned', 'switching', 'switched', 'returning', 'returned', 'left', 'conflict', 'failed'])
  .meta({id: 'SwitchState'});
export type SwitchState = z.infer<typeof SwitchState>;

/** Why an account is left as it is. */
export const Exclusion = z
  .enum([
    'bot',
    'remote',
    'deactivated',
    'guest_without_licence',
    'magic_link',
    'local',
    'no_auth_data',
    'unknown_service',
    'no_email',
    'dormant',
    'break_glass',
    'denied',
    'already_switched',
    'not_found',
  ])
  .meta({id: 'Exclusion'});
export type Exclusion = z.infer<typeof Exclusion>;

/** Who shall be switched to email and password. Exactly one choice, `users` and `csv` counting as one. */
export const SwitchRequest = z
  .object({
    users: z.array(z.string().min(1).max(128)).max(10_000).optional().describe('Usernames, email addresses or ids.'),
    team: z.string().min(1).max(64).optional().describe('Name of a team.'),
    group: z.string().min(1).max(64).optional().describe('Name of a group.'),
    sessions_ending_before: Timestamp.optional().describe(
      'Everybody whose last session ends before then, and everybody without one.',
    ),
    everyone: z.literal(true).optional(),
    deny: z
      .array(z.string().min(1).max(128))
      .max(10_000)
      .optional()
      .describe('Never these, whatever was chosen: people who left.'),
    dormant_days: z
      .number()
      .int()
      .min(1)
      .max(3650)
      .default(90)
      .describe('Not who was last seen before that; only for choices of many.'),
    include_dormant: z.literal(true).optional().describe('Also who was not seen for long.'),
    approval: z.string().optional().describe('Id of the approval by a second administrator.'),
  })
  .strict()
  .refine(
    (it) =>
      [it.users, it.team, it.group, it.sessions_ending_before, it.everyone].filter((choice) => choice !== undefined)
        .length === 1,
    'exactly one of users, team, group, sessions_ending_before, everyone',
  )
  .meta({id: 'SwitchRequest'});
export type SwitchRequest = z.infer<typeof SwitchRequest>;

export const ExcludedPerson = z.object({person: Person, reason: Exclusion}).meta({id: 'ExcludedPerson'});
export type ExcludedPerson = z.infer<typeof ExcludedPerson>;

/** Frozen when the job starts: who is switched is what was shown. Lists in answers hold the first 1,000. */
export const SwitchPlan = z
  .object({
    incident: z.string(),
    count: z.number().int(),
    people: z.array(
      Person.extend({service: z.string(), is_administrator: z.boolean(), live_sessions: z.number().int()}),
    ),
    excluded: z.array(ExcludedPerson),
    excluded_counts: z.record(z.string(), z.number().int()),
    settings: z.array(z.object({key: z.string(), from: z.unknown(), to: z.unknown(), locked: z.boolean()})),
    warnings: z.array(z.string()),
    needs_second_administrator: z.boolean(),
    writes_through: z.enum(['plugin', 'database']),
    steps: z.array(z.string()),
  })
  .meta({id: 'SwitchPlan'});
export type SwitchPlan = z.infer<typeof SwitchPlan>;

export const SwitchedPerson = Person.extend({
  outcome: z.enum(['switched', 'already', 'conflict', 'failed']),
  message: z.string().nullable(),
}).meta({id: 'SwitchedPerson'});

export const SwitchResult = z
  .object({
    incident: z.string(),
    switched: z.number().int(),
    already: z
      .number()
      .int()
      .describe('Switched before; not touched again, because that would wipe a claimed password.'),
    conflicts: z.number().int(),
    failed: z.number().int(),
    people: z.array(SwitchedPerson).describe('The first 1,000; what went wrong comes first.'),
    told: z.number().int(),
    settings: z.array(ChangedSetting),
    duration_ms: z.number(),
  })
  .meta({id: 'SwitchResult'});
export type SwitchResult = z.infer<typeof SwitchResult>;

export const ExtendRequest = z
  .object({
    hours: z
      .number()
      .int()
      .min(1)
      .max(24 * 30)
      .default(72)
      .describe('Sessions that end sooner than this from now are extended to it.'),
  })
  .strict()
  .meta({id: 'ExtendRequest'});
export type ExtendRequest = z.infer<typeof ExtendRequest>;

export const ExtendResult = z
  .object({
    extended: z.number().int(),
    people: z.number().int(),
    until: Timestamp,
    already_longer: z.number().int(),
    failed: z.number().int(),
    cookie_limit_ms: z
      .number()
      .describe('Browsers drop their cookie this long after sign-in, whatever the session says.'),
    duration_ms: z.number(),
  })
  .meta({id: 'ExtendResult'});
export type ExtendResult = z.infer<typeof ExtendResult>;

const IdentifiedBy = z
  .string()
  .min(3)
  .max(200)
  .describe('How the administrator knows that it is this person; kept in the ledger.');
const ValidMinutes = z
  .number()
  .int()
  .min(1)
  .max(24 * 60)
  .default(15);

export const LetInRequest = z
  .object({
    user: z.string().min(1).max(128).describe('Username, email address or id.'),
    identified_by: IdentifiedBy,
    valid_minutes: ValidMinutes,
    mail: z.boolean().default(false).describe('Send the code by the mail of Mattermost as well.'),
  })
  .strict()
  .meta({id: 'LetInRequest'});
export type LetInRequest = z.infer<typeof LetInRequest>;

/** The only answer that holds a code; it is kept nowhere in clear. */
export const LetInResult = z
  .object({
    person: Person,
    code: z.string(),
    url: z.string().describe('The claim page. It holds no code.'),
    expires_at: Timestamp,
    switched_now: z.boolean(),
    mailed: z.boolean().nullable().describe('Null: not asked for.'),
    warnings: z.array(z.string()),
  })
  .meta({id: 'LetInResult'});
export type LetInResult = z.infer<typeof LetInResult>;

/** Codes for many, to be printed. The codes are in the answer alone. */
export const ClaimSheetRequest = z
  .object({
    users: z
      .array(z.string().min(1).max(128))
      .min(1)
      .max(1000)
      .optional()
      .describe('Left out: everybody who is switched and has not claimed.'),
    identified_by: IdentifiedBy,
    valid_minutes: ValidMinutes,
  })
  .strict()
  .meta({id: 'ClaimSheetRequest'});
export type ClaimSheetRequest = z.infer<typeof ClaimSheetRequest>;

export const SkippedPerson = z.object({person: Person, message: z.string()}).meta({id: 'SkippedPerson'});

export const ClaimSheet = z
  .object({
    url: z.string(),
    expires_at: Timestamp,
    codes: z.array(z.object({person: Person, code: z.string()})),
    skipped: z.array(SkippedPerson),
  })
  .meta({id: 'ClaimSheet'});
export type ClaimSheet = z.infer<typeof ClaimSheet>;

/** From the claim page through the plugin; no session. */
export const ClaimRequest = z
  .object({
    code: z.string().min(1).max(LIMITS.claim_code),
    address: z.string().max(LIMITS.address).describe('Where the browser is, as Mattermost sees it.'),
  })
  .strict()
  .meta({id: 'ClaimRequest'});
export type ClaimRequest = z.infer<typeof ClaimRequest>;

/** The code is used up. With `token` the browser itself asks Mattermost for the new password, so that the password passes nobody else. */
export const ClaimReply = z
  .object({
    username: z.string(),
    token: z.string().describe('For POST /api/v4/users/password/reset; good for 15 minutes.'),
    password: z.object({
      minimum_length: z.number().int(),
      lowercase: z.boolean(),
      uppercase: z.boolean(),
      number: z.boolean(),
      symbol: z.boolean(),
    }),
    mfa: z.enum(['off', 'offered', 'required']),
    sign_in_open: z
      .boolean()
      .describe(
        'Whether Mattermost takes a password at sign-in right now. False: the new password lets nobody in yet.',
      ),
  })
  .meta({id: 'ClaimReply'});
export type ClaimReply = z.infer<typeof ClaimReply>;

/** Over HTTP and chat no password travels: the administrator gets a code like anybody else, but without a declared outage. */
export const AdminAccessRequest = z
  .object({user: z.string().min(1).max(128), identified_by: IdentifiedBy})
  .strict()
  .meta({id: 'AdminAccessRequest'});
export type AdminAccessRequest = z.infer<typeof AdminAccessRequest>;
export const AdminAccessReply = LetInResult;

export const AdminAccessResult = z
  .object({
    person: Person,
    password: z.string().nullable().describe('The new password; null when it was given.'),
    way: z
      .enum(['mattermost', 'database'])
      .describe('`database`: Mattermost was down or did not answer, so the hash was written into the database.'),
    was: SignIn.omit({data: true}),
    warnings: z.array(z.string()),
  })
  .meta({id: 'AdminAccessResult'});
export type AdminAccessResult = z.infer<typeof AdminAccessResult>;

export const IdentitySnapshot = z
  .object({
    at: Timestamp,
    accounts: z.number().int(),
    sso_accounts: z.number().int(),
    changed: z.number().int().describe('Accounts that differ from the snapshot before.'),
    sha256: z.string(),
    stored: z.enum(['repository', 'here_only']).describe('Whether the repository holds a copy of exactly this state.'),
    warnings: z.array(z.string()),
  })
  .meta({id: 'IdentitySnapshot'});
export type IdentitySnapshot = z.infer<typeof IdentitySnapshot>;
