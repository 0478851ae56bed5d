import {z} from 'zod';
import {LIMITS} from './limits.ts';
import {Timestamp} from './primitives.ts';
import {SignIn} from './sso.ts';

/**
 * What the bridge does for the companion, under /plugins/disaster-recovery/companion/v1.
 * Each request carries a companion-signed token in the header `X-DR-Token`.
 */
export const EffectiveConfig = z
  .object({
    server_version: z.string(),
    config: z.record(z.string(), z.unknown()).describe('The unsanitised configuration in force, environment included.'),
    env: z.record(z.string(), z.string()).describe('MM_* variables of the server process.'),
    banner: z
      .boolean()
      .optional()
      .describe('Whether the licence lets an announcement banner be shown. Left out by an older plugin.'),
  })
  .meta({id: 'EffectiveConfig'});
export type EffectiveConfig = z.infer<typeof EffectiveConfig>;

/** POST /confirmations: whether this very server signed a request, told once. A copy of its database did not. */
export const ConfirmationRequest = z
  .object({
    nonce: z.string().describe('jti of the token that the request carried.'),
    token_sha256: z.string().describe('Of the whole token, hex.'),
  })
  .strict()
  .meta({id: 'ConfirmationRequest'});
export type ConfirmationRequest = z.infer<typeof ConfirmationRequest>;
export const Confirmation = z.object({confirmed: z.boolean()}).meta({id: 'Confirmation'});
export type Confirmation = z.infer<typeof Confirmation>;

/** POST /posts → {id}; PUT /posts/{id} → {id}. The author is the plugin's bot; only its own posts can be edited. */
export const BotPost = z
  .object({channel_id: z.string(), root_id: z.string(), message: z.string().max(LIMITS.message)})
  .strict()
  .meta({id: 'BotPost'});
export type BotPost = z.infer<typeof BotPost>;

/** POST /events: sent on to the browsers of system administrators as `custom_disaster-recovery_job`. */
export const BridgeEvent = z
  .object({job: z.string().describe('A Job as JSON text.')})
  .strict()
  .meta({id: 'BridgeEvent'});
export type BridgeEvent = z.infer<typeof BridgeEvent>;

/** A slash command that the bridge hands on. `command` is what follows `/dr`. */
export const CommandRequest = z
  .object({command: z.string().max(LIMITS.command), channel_id: z.string(), root_id: z.string()})
  .strict()
  .meta({id: 'CommandRequest'});
export type CommandRequest = z.infer<typeof CommandRequest>;

export const CommandReply = z
  .object({
    message: z.string().describe('Markdown, shown only to who typed the command.'),
    job: z.string().nullable().describe('A job whose bot post follows in the same place.'),
  })
  .meta({id: 'CommandReply'});
export type CommandReply = z.infer<typeof CommandReply>;

/** PUT /accounts/sign-in: each change only where the account still signs in as `from` says. */
export const SignInChanges = z
  .object({
    changes: z
      .array(z.object({id: z.string(), from: SignIn, to: SignIn}))
      .min(1)
      .max(LIMITS.sign_in_changes),
  })
  .strict()
  .meta({id: 'SignInChanges'});
export type SignInChanges = z.infer<typeof SignInChanges>;

export const SignInOutcomes = z
  .object({
    outcomes: z.array(
      z.object({id: z.string(), outcome: z.enum(['changed', 'differs', 'failed']), says: z.string().nullable()}),
    ),
  })
  .meta({id: 'SignInOutcomes'});
export type SignInOutcomes = z.infer<typeof SignInOutcomes>;

/** PUT /sessions/expiry and POST /sessions/revocations. Ids only: the tokens of sessions never leave the server. */
export const SessionExpiries = z
  .object({
    sessions: z
      .array(z.object({id: z.string(), expires_at: Timestamp}))
      .min(1)
      .max(LIMITS.sessions),
  })
  .strict()
  .meta({id: 'SessionExpiries'});
export type SessionExpiries = z.infer<typeof SessionExpiries>;
export const SessionRevocations = z
  .object({ids: z.array(z.string()).min(1).max(LIMITS.sessions)})
  .strict()
  .meta({id: 'SessionRevocations'});
export type SessionRevocations = z.infer<typeof SessionRevocations>;
export const Failures = z
  .object({failed: z.array(z.object({id: z.string(), says: z.string()}))})
  .meta({id: 'Failures'});
export type Failures = z.infer<typeof Failures>;

/** Settings that the bridge may change, and no others. */
export const SETTING_KEYS = [
  'EmailSettings.EnableSignInWithEmail',
  'EmailSettings.EnableSignInWithUsername',
  'TeamSettings.EnableUserCreation',
  'TeamSettings.EnableCustomBrand',
  'TeamSettings.CustomBrandText',
  'TeamSettings.CustomDescriptionText',
  'AnnouncementSettings.EnableBanner',
  'AnnouncementSettings.BannerText',
  'LdapSettings.EnableSync',
  'SamlSettings.EnableSyncWithLdap',
] as const;
export type SettingKey = (typeof SETTING_KEYS)[number];

/** PATCH /settings: each only where it still has the value `from`; answers what is in force afterwards. */
export const SettingChanges = z
  .object({
    changes: z
      .array(
        z.object({
          key: z.enum(SETTING_KEYS),
          from: z.union([z.boolean(), z.string()]),
          to: z.union([z.boolean(), z.string()]),
        }),
      )
      .min(1)
      .max(LIMITS.setting_changes),
  })
  .strict()
  .meta({id: 'SettingChanges'});
export type SettingChanges = z.infer<typeof SettingChanges>;
/** GET /settings and the answer of PATCH. `locked`: set by the environment of the server. */
export const SettingValues = z
  .object({
    values: z.array(
      z.object({key: z.enum(SETTING_KEYS), value: z.union([z.boolean(), z.string()]), locked: z.boolean()}),
    ),
  })
  .meta({id: 'SettingValues'});
export type SettingValues = z.infer<typeof SettingValues>;

/** POST /direct-messages: from the bot. POST /mails: by the mail server of Mattermost. */
export const DirectMessages = z
  .object({users: z.array(z.string()).min(1).max(LIMITS.receivers), message: z.string().max(LIMITS.message)})
  .strict()
  .meta({id: 'DirectMessages'});
export type DirectMessages = z.infer<typeof DirectMessages>;
export const Mail = z
  .object({to: z.email(), subject: z.string().max(LIMITS.subject), html: z.string().max(LIMITS.html)})
  .strict()
  .meta({id: 'Mail'});
export type Mail = z.infer<typeof Mail>;

/** GET /probes: the bridge asks the addresses that its own configuration names, and none else. */
export const BridgeProbes = z
  .object({
    probes: z.array(
      z.object({
        provider: z.string(),
        probe: z.string(),
        status: z.number().int().describe('HTTP status, or 0.'),
        error: z.string().describe('`timeout`, `refused`, `dns`, `tls`, `tls_expired`, `other`, or empty.'),
        ms: z.number(),
      }),
    ),
    logins: z
      .array(z.object({service: z.string(), count: z.number().int(), last_at: Timestamp}))
      .describe('Sign-ins that this node saw since it started.'),
  })
  .meta({id: 'BridgeProbes'});
export type BridgeProbes = z.infer<typeof BridgeProbes>;
