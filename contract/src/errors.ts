import {z} from 'zod';
import {DATABASE_FAILURES} from './errors/database.ts';
import {GENERAL_FAILURES} from './errors/general.ts';
import {JOBS_FAILURES} from './errors/jobs.ts';
import {POLICY_FAILURES} from './errors/policy.ts';
import {REPOSITORY_FAILURES} from './errors/repository.ts';
import {RESTORE_FAILURES} from './errors/restore.ts';
import {SSO_FAILURES} from './errors/sso.ts';
import {TRUST_FAILURES} from './errors/trust.ts';
import type {FailureKind} from './errors/kind.ts';

/** What a caller gets instead of an answer. `details` never holds a secret. */
export const ErrorBody = z
  .object({
    code: z.string(),
    message: z.string().describe('What happened, here and now.'),
    meaning: z.string(),
    remedy: z.string(),
    retryable: z.boolean(),
    details: z.record(z.string(), z.unknown()).optional(),
  })
  .meta({id: 'ErrorBody'});
export type ErrorBody = z.infer<typeof ErrorBody>;

export const ErrorReply = z.object({error: ErrorBody}).meta({id: 'ErrorReply'});
export type ErrorReply = z.infer<typeof ErrorReply>;

export type {FailureKind} from './errors/kind.ts';

/** Every error of the product, by subject. docs/errors.md, openapi.json and the bridge's copy are generated from it. */
export const FAILURES = {
  ...GENERAL_FAILURES,
  ...POLICY_FAILURES,
  ...REPOSITORY_FAILURES,
  ...DATABASE_FAILURES,
  ...RESTORE_FAILURES,
  ...JOBS_FAILURES,
  ...TRUST_FAILURES,
  ...SSO_FAILURES,
} as const satisfies Record<string, FailureKind>;

export type FailureCode = keyof typeof FAILURES;
