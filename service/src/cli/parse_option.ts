import type {z} from 'zod';
import {Failure} from '../kernel/failure.ts';

/** Options as the contract's request. @throws Failure USAGE_INVALID naming the option */
export function parseOption<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  const parsed = schema.safeParse(value);
  if (parsed.success) {
    return parsed.data;
  }
  const issue = parsed.error.issues[0];
  const name = String(issue?.path[0] ?? '');
  throw new Failure('USAGE_INVALID', name === 'set' ? 'A set is named by its id, such as 20261124T120301Z-k3v9qa, or by `latest`.' : `--${name}: ${issue?.message ?? 'not valid'}`);
}
