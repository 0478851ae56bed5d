import {z} from 'zod';
import {Omission} from './backup.ts';
import {SetId, Timestamp} from './primitives.ts';

/** The rungs of the verification ladder that read the repository; L4 and L5 are drills. */
export const VerifyLevel = z.enum(['L0', 'L1', 'L2', 'L3']).meta({id: 'VerifyLevel'});
export type VerifyLevel = z.infer<typeof VerifyLevel>;

export const VerifyRequest = z
  .object({set: z.union([SetId, z.literal('latest')]), level: VerifyLevel})
  .strict()
  .meta({id: 'VerifyRequest'});
export type VerifyRequest = z.infer<typeof VerifyRequest>;

/** Kinds of findings. The first seven keep a restore of that part from starting; it then says the same words. */
export const VerifyFindingKind = z.enum([
  'part_gone',
  'part_not_named',
  'root_gone',
  'unreadable',
  'dump_incomplete',
  'config_differs',
  'files_differ',
  'not_looked_at',
  'data_damaged',
  'file_missing',
  'file_differs',
  'nothing_to_compare',
]);
export type VerifyFindingKind = z.infer<typeof VerifyFindingKind>;

export const VerifyFinding = z
  .object({
    set: SetId.nullable(),
    severity: z.enum(['error', 'warning']),
    kind: VerifyFindingKind.optional().describe('Not in results of before.'),
    message: z.string(),
    remedy: z.string().optional().describe('What to do about it. Not in results of before.'),
    where: z.string().nullable().describe('The file or the part of the repository that it is about.'),
  })
  .meta({id: 'VerifyFinding'});
export type VerifyFinding = z.infer<typeof VerifyFinding>;

export const VerifyResult = z
  .object({
    set: SetId,
    repository: z
      .string()
      .optional()
      .describe(
        'Name of the repository that was read: it says nothing of the set in another. Not told before there were several.',
      ),
    level: VerifyLevel,
    passed: z.boolean(),
    findings: z.array(VerifyFinding),
    omitted: z
      .array(Omission)
      .optional()
      .describe('What the set never held, as its manifest says: no verification finds it. Not in results of before.'),
    checked_at: Timestamp,
    duration_ms: z.number(),
  })
  .meta({id: 'VerifyResult'});
export type VerifyResult = z.infer<typeof VerifyResult>;

/** What a verification came to, without what it found. */
export const VerifyVerdict = VerifyResult.pick({set: true, level: true, passed: true, checked_at: true}).meta({
  id: 'VerifyVerdict',
});
export type VerifyVerdict = z.infer<typeof VerifyVerdict>;
