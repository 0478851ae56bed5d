import type {z} from 'zod';
import {Failure} from '../kernel/failure.ts';

/** Options as the contract's request. @throws Failure USAGE_INVALID naming the option */
export function parseOption<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  const parsed = schema.safeParse(value);
  if (parsed.success) {
    return parsed.data;
  }
  const issue = parsed.error.issues[0];
  throw new Failure('USAGE_INVALID', `--${String(issue?.path[0] ?? '')}: ${issue?.message ?? 'not valid'}`);
}
