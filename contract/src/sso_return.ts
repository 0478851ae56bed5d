import {z} from 'zod';
import {Timestamp} from './primitives.ts';
import {Person, SignIn} from './sso.ts';
import {ChangedSetting} from './sso_settings.ts';

export const SwitchBackRequest = z
  .object({
    users: z
      .array(z.string().min(1).max(128))
      .min(1)
      .max(10_000)
      .optional()
      .describe('Left out: everybody on the return list.'),
    without_provider_check: z
      .boolean()
      .default(false)
      .describe('Named override of the health gate and of the canary; recorded.'),
    canary: z
      .string()
      .min(1)
      .max(128)
      .optional()
      .describe('Who goes first and proves a real SSO login. Left out: chosen.'),
    resume_sync: z
      .boolean()
      .default(false)
      .describe('Resume the directory sync although accounts were not found in the directory.'),
  })
  .strict()
  .meta({id: 'SwitchBackRequest'});
export type SwitchBackRequest = z.infer<typeof SwitchBackRequest>;

export const Gate = z.object({name: z.string(), passed: z.boolean(), message: z.string()}).meta({id: 'Gate'});
export type Gate = z.infer<typeof Gate>;

/** An account that a human must decide about, both sides shown. */
export const ReturnConflict = z
  .object({
    kind: z.enum(['self_switched', 'duplicate_born', 'email_changed', 'deactivated', 'deleted', 'data_in_use']),
    message: z.string(),
    choices: z.array(z.string()).describe('What can be done, as commands.'),
  })
  .meta({id: 'ReturnConflict'});
export type ReturnConflict = z.infer<typeof ReturnConflict>;

/** `switched`: parked without a password. `claimed`: has one. `outside`: switched by something else; the original is from the identity snapshot. */
export const ReturnEntry = z
  .object({
    person: Person,
    state: z.enum(['switched', 'claimed', 'outside', 'conflict', 'failed']),
    is_administrator: z.boolean(),
    original: SignIn,
    live: SignIn.nullable().describe('Null: the account is gone.'),
    switched_at: Timestamp.nullable(),
    changes: z
      .array(z.string())
      .describe('What else is no longer as it was: email, username, roles, MFA, access tokens.'),
    conflict: ReturnConflict.nullable(),
  })
  .meta({id: 'ReturnEntry'});
export type ReturnEntry = z.infer<typeof ReturnEntry>;

export const ReturnList = z
  .object({
    empty: z.boolean(),
    count: z.number().int(),
    entries: z.array(ReturnEntry).describe('The first 1,000; conflicts come first.'),
    settings: z.array(ChangedSetting).describe('Those that are not put back yet.'),
    sessions: z.number().int().describe('Sessions that were extended and are still longer than they were.'),
    deadline_at: Timestamp.nullable(),
    overdue: z.boolean(),
    next: z.string().nullable(),
  })
  .meta({id: 'ReturnList'});
export type ReturnList = z.infer<typeof ReturnList>;

export const SwitchBackPlan = z
  .object({
    incident: z.string(),
    count: z.number().int(),
    canary: Person.nullable(),
    groups: z.array(
      z.object({name: z.enum(['canary', 'five', 'fifty', 'rest', 'administrators']), count: z.number().int()}),
    ),
    people: z.array(Person.extend({service: z.string(), has_password: z.boolean()})),
    conflicts: z.array(ReturnEntry),
    gates: z.array(Gate),
    settings: z.array(ChangedSetting),
    warnings: z.array(z.string()),
    steps: z.array(z.string()),
  })
  .meta({id: 'SwitchBackPlan'});
export type SwitchBackPlan = z.infer<typeof SwitchBackPlan>;

export const ReturnedPerson = Person.extend({
  outcome: z.enum(['returned', 'already', 'conflict', 'failed']),
  message: z.string().nullable(),
}).meta({id: 'ReturnedPerson'});

export const SwitchBackResult = z
  .object({
    incident: z.string(),
    returned: z.number().int(),
    conflicts: z.number().int(),
    failed: z.number().int(),
    people: z.array(ReturnedPerson),
    sessions_revoked: z.number().int().describe('Born of an outage password.'),
    sessions_kept: z.number().int().describe('Born of single sign-on.'),
    reset_tokens_purged: z.number().int(),
    drift: z.array(z.object({person: Person, changes: z.array(z.string())})),
    settings: z.array(ChangedSetting),
    provider_check: z.enum(['passed', 'overridden']),
    duration_ms: z.number(),
  })
  .meta({id: 'SwitchBackResult'});
export type SwitchBackResult = z.infer<typeof SwitchBackResult>;

/** A human decides about a conflict. `restore`: free the sign-in data from whoever holds it, then give it back. `leave`: the account stays as it is now. */
export const ResolveRequest = z
  .object({user: z.string().min(1).max(128), choice: z.enum(['restore', 'leave']), reason: z.string().min(3).max(500)})
  .strict()
  .meta({id: 'ResolveRequest'});
export type ResolveRequest = z.infer<typeof ResolveRequest>;
