import {z} from 'zod';
import {Part, SetId, Timestamp} from './primitives.ts';

export const BackupRequest = z
  .object({
    scope: z.array(Part).min(1).optional().describe('Parts to capture; all of them when left out.'),
    reason: z.string().trim().max(500).optional().describe('Why; kept in the set and in the ledger.'),
  })
  .strict()
  .meta({id: 'BackupRequest'});
export type BackupRequest = z.infer<typeof BackupRequest>;

/** Something that the set will not hold, and why. A partial set never looks whole. */
export const Omission = z.object({part: Part, what: z.string(), reason: z.string()}).meta({id: 'Omission'});
export type Omission = z.infer<typeof Omission>;

export const BackupPlan = z
  .object({
    set: SetId,
    kind: z.enum(['backup', 'restore_point']),
    scope: z.array(Part),
    reason: z.string(),
    planned_at: Timestamp,
    repository: z.string().describe('Repository location without credentials.'),
    steps: z.array(z.string()).describe('Names of the steps in their order.'),
    omitted: z.array(Omission),
    previous: SetId.nullable().describe('The newest set already in the repository.'),
    database: z
      .object({
        name: z.string(),
        server_version: z.string(),
        dump_tool_version: z.string().describe('Of the pg_dump that is used.'),
        bytes: z.number().describe('Size on the database server, indexes included.'),
        jobs: z.number().int().describe('Parallel workers of pg_dump.'),
      })
      .nullable(),
    files: z.object({directory: z.string(), bytes: z.number().nullable()}).nullable(),
    config: z.object({source: z.string(), directory: z.string().nullable()}).nullable(),
    staging: z.object({directory: z.string(), bytes_needed: z.number(), bytes_free: z.number()}),
    warnings: z.array(z.string()),
  })
  .meta({id: 'BackupPlan'});
export type BackupPlan = z.infer<typeof BackupPlan>;
