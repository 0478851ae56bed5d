import {z} from 'zod';
import {SetId, Timestamp} from './primitives.ts';

/** The rungs of the verification ladder that read the repository; L4 and L5 are drills. */
export const VerifyLevel = z.enum(['L0', 'L1', 'L2', 'L3']).meta({id: 'VerifyLevel'});
export type VerifyLevel = z.infer<typeof VerifyLevel>;

export const VerifyRequest = z
  .object({set: z.union([SetId, z.literal('latest')]), level: VerifyLevel})
  .strict()
  .meta({id: 'VerifyRequest'});
export type VerifyRequest = z.infer<typeof VerifyRequest>;

export const VerifyFinding = z
  .object({
    set: SetId.nullable(),
    severity: z.enum(['error', 'warning']),
    message: z.string(),
    where: z.string().nullable().describe('The file or the part of the repository that it is about.'),
  })
  .meta({id: 'VerifyFinding'});
export type VerifyFinding = z.infer<typeof VerifyFinding>;

export const VerifyResult = z
  .object({
    set: SetId,
    level: VerifyLevel,
    passed: z.boolean(),
    findings: z.array(VerifyFinding),
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
