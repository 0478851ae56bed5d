import {z} from 'zod';
import {PlainName, SetId, Timestamp} from './primitives.ts';

export const CopyRequest = z
  .object({
    set: z.union([SetId, z.literal('latest')]).default('latest'),
    to: PlainName.describe('Name of the repository that gets it, one of `copies` in the configuration.'),
  })
  .strict()
  .meta({id: 'CopyRequest'});
export type CopyRequest = z.infer<typeof CopyRequest>;

export const CopyResult = z
  .object({
    set: SetId,
    repository: z.string().describe('Where it is now, too.'),
    made_repository: z.boolean().describe('There was none at that place before.'),
    snapshots: z.number().int(),
    duration_ms: z.number(),
  })
  .meta({id: 'CopyResult'});
export type CopyResult = z.infer<typeof CopyResult>;

/** One of `copies`: what it has, and what it lacks. */
export const CopyState = z
  .object({
    name: z.string(),
    location: z.string(),
    reachable: z.boolean(),
    message: z.string().nullable().describe('Why it is not reachable.'),
    remedy: z.string().nullable(),
    sets: z.number().int().nullable(),
    newest: SetId.nullable().describe('The newest good set that is there whole.'),
    newest_t0: Timestamp.nullable(),
    objective_ms: z.number().describe('Its newest good set may be so old.'),
    late: z
      .boolean()
      .describe('It is older, or there is none; also when the repository is not reachable and was so before.'),
    missing: z.array(SetId).describe('Sets that are to be copied there, in the order in which they will be.'),
    running: z.string().nullable().describe('The job that copies there now.'),
    next_try: Timestamp.nullable().describe('After a failure; null when nothing waits.'),
    window: z.string().nullable(),
    append_only: z
      .object({declared: z.boolean(), proven: z.boolean().nullable(), at: Timestamp.nullable()})
      .nullable()
      .describe('Whether it says that it refuses to delete, and whether it did when it was asked.'),
  })
  .meta({id: 'CopyState'});
export type CopyState = z.infer<typeof CopyState>;

export const CopyList = z.object({copies: z.array(CopyState)}).meta({id: 'CopyList'});
export type CopyList = z.infer<typeof CopyList>;
