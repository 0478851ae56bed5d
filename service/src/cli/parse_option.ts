import type {z} from 'zod';
import {Failure} from '../kernel/failure.ts';

/** Fields of the contract whose option has another name. */
const OPTIONS: Readonly<Record<string, string>> = {users: 'user and --file'};

/** Options as the contract's request. @throws Failure USAGE_INVALID naming the option */
export function parseOption<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  const parsed = schema.safeParse(value);
  if (parsed.success) {
    return parsed.data;
  }
  const issue = parsed.error.issues[0];
  const name = String(issue?.path[0] ?? '');
  if (name === 'set') {
    throw new Failure('USAGE_INVALID', 'A set is named by its id, such as 20261124T120301Z-k3v9qa, or by `latest`.');
  }
  throw new Failure(
    'USAGE_INVALID',
    `--${OPTIONS[name] ?? name.replaceAll('_', '-')}: ${issue?.message ?? 'not valid'}`,
  );
}
