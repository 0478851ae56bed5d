import {PROVIDER_SERVICES, type Exclusion} from '@disaster-recovery/contract';
import type {Account} from '../../engines/accounts/port.ts';
import {isOriginal, signsInWithPassword} from './identity.ts';

export type Policy = {
  guestsMaySignIn: boolean;
  /** Lower-case usernames. */
  breakGlass: ReadonlySet<string>;
  /** Lower-case usernames, e-mail addresses and ids of people who must not get in. */
  denied: ReadonlySet<string>;
  /** Null: whoever was named is meant, however long away. */
  dormantBefore: number | null;
};

type Rule = readonly [Exclusion, (account: Account, policy: Policy, lastSeenAt: number) => boolean];

/** In this order: the first that holds is the reason that is told. */
const RULES: readonly Rule[] = [
  ['bot', ({is_bot}) => is_bot],
  ['remote', ({is_remote}) => is_remote],
  // The next login through the provider would let them in again.
  ['deactivated', ({deleted_at}) => deleted_at > 0],
  ['magic_link', ({sign_in}) => sign_in.service === 'magic_link'],
  ['local', (account) => signsInWithPassword(account)],
  ['unknown_service', ({sign_in}) => !PROVIDER_SERVICES.includes(sign_in.service)],
  ['no_auth_data', ({sign_in}) => !isOriginal(sign_in)],
  ['no_email', ({email}) => !/^[^\s@]+@[^\s@]+$/.test(email)],
  ['guest_without_licence', ({roles}, {guestsMaySignIn}) => roles.includes('system_guest') && !guestsMaySignIn],
  ['break_glass', ({username}, {breakGlass}) => breakGlass.has(username.toLowerCase())],
  ['denied', ({username, email, id}, {denied}) => [username, email, id].some((name) => denied.has(name.toLowerCase()))],
  // A new account is a sign of life: on the first day at work nobody has signed in yet.
  [
    'dormant',
    ({created_at}, {dormantBefore}, lastSeenAt) =>
      dormantBefore !== null && Math.max(lastSeenAt, created_at) < dormantBefore,
  ],
];

/** Why this account is left as it is, or null when it may be switched. */
export function exclusionOf(
  account: Account,
  policy: Policy,
  lastSeenAt: number = account.last_login_at,
): Exclusion | null {
  return RULES.find(([, holds]) => holds(account, policy, lastSeenAt))?.[0] ?? null;
}
