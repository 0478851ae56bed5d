import {z} from 'zod';
import {Actor, Part, SetId, Sha256, Timestamp} from './primitives.ts';

/** A set that no rule removes, until somebody lets it go or its time is over. */
export const Hold = z
  .object({
    set: SetId,
    reason: z.string(),
    owner: Actor,
    held_at: Timestamp,
    until: Timestamp.nullable().describe('From then on it holds no more; null: until it is released.'),
  })
  .meta({id: 'Hold'});
export type Hold = z.infer<typeof Hold>;

export const HoldRequest = z
  .object({
    set: z.union([SetId, z.literal('latest')]),
    reason: z.string().trim().min(1).max(500).describe('Why it must stay.'),
    until: Timestamp.optional().describe('Left out: until it is released.'),
  })
  .strict()
  .meta({id: 'HoldRequest'});
export type HoldRequest = z.infer<typeof HoldRequest>;

export const HoldRef = z.object({set: SetId}).strict().meta({id: 'HoldRef'});
export type HoldRef = z.infer<typeof HoldRef>;

export const HoldList = z.object({holds: z.array(Hold)}).meta({id: 'HoldList'});
export type HoldList = z.infer<typeof HoldList>;

/** Why a set stays. */
export const KeepReasonCode = z
  .enum([
    'held',
    'last',
    'hourly',
    'daily',
    'weekly',
    'monthly',
    'yearly',
    'within_hours',
    'minimum_sets',
    'minimum_verified',
    'newest_good',
    'restore_points_days',
    'needed',
    'in_future',
    'no_rules',
  ])
  .meta({id: 'KeepReasonCode'});
export type KeepReasonCode = z.infer<typeof KeepReasonCode>;

export const KeepReason = z.object({code: KeepReasonCode, message: z.string()}).meta({id: 'KeepReason'});
export type KeepReason = z.infer<typeof KeepReason>;

/** Why nothing is removed now, whatever the rules say. */
export const HeldBack = z
  .object({
    code: z.enum([
      'no_rules',
      'clock_behind',
      'nothing_good',
      'newest_not_good',
      'newest_too_old',
      'unreadable',
      'divergent',
    ]),
    message: z.string(),
    remedy: z.string(),
  })
  .meta({id: 'HeldBack'});
export type HeldBack = z.infer<typeof HeldBack>;

export const KeptSet = z
  .object({
    set: SetId,
    t0: Timestamp,
    kind: z.enum(['backup', 'restore_point']),
    scope: z.array(Part),
    reasons: z.array(KeepReason).describe('Why it stays; none when it goes.'),
    goes: z.boolean(),
  })
  .meta({id: 'KeptSet'});
export type KeptSet = z.infer<typeof KeptSet>;

export const KeepRequest = z
  .object({
    repository: z.string().max(32).optional().describe('Its name in the configuration. Left out: the one in use.'),
  })
  .strict()
  .meta({id: 'KeepRequest'});
export type KeepRequest = z.infer<typeof KeepRequest>;

/** What the rules would do now. */
export const KeepPreview = z
  .object({
    repository: z.string(),
    sets: z.array(KeptSet).describe('Newest first.'),
    held_back: HeldBack.nullable().describe('Nothing is removed, for this reason.'),
    loose: z
      .number()
      .int()
      .describe('Snapshots of backups that never became a set, a day old and more. They go as well.'),
    rules: z.array(z.string()).describe('In words.'),
  })
  .meta({id: 'KeepPreview'});
export type KeepPreview = z.infer<typeof KeepPreview>;

/** A set that goes, with all that is to be removed of it. */
export const GoingSet = z.object({set: SetId, manifests: z.array(Sha256), parts: z.array(Sha256)});
export type GoingSet = z.infer<typeof GoingSet>;

export const KeepResult = z
  .object({
    repository: z.string(),
    removed: z.array(SetId),
    loose: z.number().int().describe('Snapshots that belonged to no set, and are removed.'),
    freed_bytes: z
      .number()
      .describe('By the process that ended the run: what one that was killed had freed is not in it.'),
    stay: z.number().int().describe('Sets that are there after it, listed again.'),
  })
  .meta({id: 'KeepResult'});
export type KeepResult = z.infer<typeof KeepResult>;
