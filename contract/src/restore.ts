import {z} from 'zod';
import {Part, SetId, Timestamp} from './primitives.ts';

/** Where a restore writes. Nothing named: in place, over the server that the companion protects. */
export const RestoreRequest = z
  .object({
    set: z.union([SetId, z.literal('latest')]),
    into: z
      .object({
        database: z.string().optional().describe('PostgreSQL URL of the target database.'),
        files: z.string().optional().describe('Directory that gets what the file store held.'),
        config: z.string().optional().describe('Directory that gets what the config directory held.'),
      })
      .strict()
      .optional(),
    without_restore_point: z.boolean().optional(),
    keep_rights: z
      .boolean()
      .optional()
      .describe('In place: who may less today than in the set, or is deactivated since, stays so.'),
    accept_incomplete: z
      .boolean()
      .optional()
      .describe(
        'Files that cannot be read are left out and named, instead of ending the restore. Never of the database or the configuration.',
      ),
    approval: z.string().optional().describe('Id of the approval by a second administrator.'),
  })
  .strict()
  .meta({id: 'RestoreRequest'});
export type RestoreRequest = z.infer<typeof RestoreRequest>;

export const RestorePlan = z
  .object({
    id: z.string().describe('Name of this restore; part of the names of staging and undo copies.'),
    mode: z.enum(['in_place', 'side_by_side']),
    set: SetId,
    t0: Timestamp,
    age_ms: z.number().describe('How far back the state goes: everything newer is lost in place.'),
    planned_at: Timestamp,
    parts: z.array(Part),
    overwrites: z.array(z.string()).describe('What stops being what it is, in words.'),
    restore_point: z.boolean(),
    accept_incomplete: z
      .boolean()
      .optional()
      .describe('Files that cannot be read are left out. Not in plans of before.'),
    targets: z.object({
      database: z.object({location: z.string(), name: z.string(), exists: z.boolean()}).nullable(),
      files: z.object({directory: z.string()}).nullable(),
      config: z.object({directory: z.string()}).nullable(),
    }),
    bytes: z.number(),
    space: z.array(z.object({directory: z.string(), bytes_needed: z.number(), bytes_free: z.number()})),
    steps: z.array(z.string()),
    regained: z
      .object({
        count: z.number().int(),
        people: z.array(z.object({username: z.string(), says: z.string()})).describe('The first 20.'),
        kept_as_today: z.boolean(),
      })
      .nullable()
      .describe(
        'Who may more in the set than today. Null where nothing is restored in place, or the set does not say.',
      ),
    warnings: z.array(z.string()),
  })
  .meta({id: 'RestorePlan'});
export type RestorePlan = z.infer<typeof RestorePlan>;

/** Files of a set that a restore could not read. */
export const MissingFiles = z
  .object({
    count: z.number().int(),
    bytes: z.number().describe('By how much what was restored falls short of the manifest.'),
    first: z.array(z.string()).describe('Paths of the first 20.'),
    report: z
      .string()
      .nullable()
      .describe('File of this machine that names each, one JSON text a line; null when none has a name.'),
  })
  .meta({id: 'MissingFiles'});
export type MissingFiles = z.infer<typeof MissingFiles>;

/** Evidence, read back from the targets after the restore. */
export const RestoreResult = z
  .object({
    id: z.string(),
    set: SetId,
    mode: z.enum(['in_place', 'side_by_side', 'undo']),
    tables: z.object({compared: z.number().int(), rows: z.number().int()}).nullable(),
    files: z.object({count: z.number().int(), bytes: z.number()}).nullable(),
    config: z.object({count: z.number().int(), sha256: z.string()}).nullable(),
    restore_point: SetId.nullable(),
    undo: z.array(z.string()).describe('Where the former state waits; empty when there is none.'),
    left_out: z
      .array(z.string())
      .describe('What of the set could not be made here, in words; the job then ends with `warning`.'),
    missing_files: MissingFiles.nullable()
      .optional()
      .describe('Only where an incomplete restore was accepted. Not in results of before.'),
    notes: z.array(z.string()).describe('What had to be done or differs from the old server, in words.'),
    next: z.array(z.string()).describe('What to do now, one sentence each.'),
  })
  .meta({id: 'RestoreResult'});
export type RestoreResult = z.infer<typeof RestoreResult>;
