import {z} from 'zod';
import type {ClaimReply} from '@disaster-recovery/contract';
import {Failure} from '../../kernel/failure.ts';
import type {SsoConfig} from '../engines.ts';

const Rules = z.object({
  PasswordSettings: z
    .object({
      MinimumLength: z.number().default(8),
      Lowercase: z.boolean().default(false),
      Uppercase: z.boolean().default(false),
      Number: z.boolean().default(false),
      Symbol: z.boolean().default(false),
    })
    .prefault({}),
});

/** What Mattermost asks of a new password; its defaults where the configuration cannot be read. */
export function passwordRules(config: SsoConfig | null): ClaimReply['password'] {
  const {
    MinimumLength: minimum,
    Lowercase: lowercase,
    Uppercase: uppercase,
    Number: number,
    Symbol: symbol,
  } = Rules.parse(config?.config ?? {}).PasswordSettings;
  return {minimum_length: minimum, lowercase, uppercase, number, symbol};
}

/** Both counted in bytes, as Mattermost does (server: channels/app/users/password.go). */
const MAX_BYTES = 72;
const SYMBOL = /[ !"\\#$%&'()*+,\-./:;<=>?@[\]^_`|~]/;

/**
 * Asked before anything is changed: Mattermost itself looks at a password only when the account is switched already.
 * @throws Failure PASSWORD_REFUSED without the password
 */
export function requireFitting(password: string, rules: ClaimReply['password']): void {
  const bytes = Buffer.byteLength(password);
  const lacks = [
    ...(bytes < rules.minimum_length ? [`at least ${rules.minimum_length} characters`] : []),
    ...(bytes > MAX_BYTES ? [`at most ${MAX_BYTES} bytes`] : []),
    ...(rules.lowercase && !/[a-z]/.test(password) ? ['a small letter'] : []),
    ...(rules.uppercase && !/[A-Z]/.test(password) ? ['a capital letter'] : []),
    ...(rules.number && !/\d/.test(password) ? ['a digit'] : []),
    ...(rules.symbol && !SYMBOL.test(password) ? ['a sign like ! or #'] : []),
  ];
  if (lacks.length > 0) {
    throw new Failure('PASSWORD_REFUSED', `Mattermost asks for ${lacks.join(', ')}. Nothing was changed.`);
  }
}
