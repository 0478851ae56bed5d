import type {SignIn} from '@disaster-recovery/contract';
import type {Account, AccountFilter, Session} from './port.ts';

/** Services that an account may be given; the bridge refuses all others as well. A row with the service `email` can never sign in. */
const PROVIDERS: readonly string[] = ['ldap', 'saml', 'gitlab', 'google', 'office365', 'openid'];
/** What Mattermost's column holds. */
const MAX_DATA_BYTES = 128;
/** Services that are no provider: nobody, a constant of requests that must not be in a row, and sign-in links for guests. */
export const NOT_A_PROVIDER: readonly string[] = ['', 'email', 'magic_link'];

/** Why Mattermost must not be given this sign-in, or null. It would store it unchecked, and the person could no longer sign in at all. */
export function refusalOf({service, data}: SignIn): string | null {
  if (service === '') {
    return data === null ? null : 'An account with email and password has no sign-in data.';
  }
  if (!PROVIDERS.includes(service)) {
    return `"${service.slice(0, 32)}" is no sign-in service that an account may be given.`;
  }
  const bytes = Buffer.byteLength(data ?? '');
  return bytes >= 1 && bytes <= MAX_DATA_BYTES ? null : `Sign-in data must have 1 to ${MAX_DATA_BYTES} bytes, not ${bytes}.`;
}

/** `authdata` is unique over all services. */
export const DATA_IN_USE = 'Another account has this sign-in data.';

export function isSameSignIn(a: SignIn, b: SignIn): boolean {
  return a.service === b.service && a.data === b.data;
}

export function fits(filter: AccountFilter, account: Account): boolean {
  switch (filter) {
    case 'all':
      return true;
    case 'sso':
      return !NOT_A_PROVIDER.includes(account.sign_in.service);
    case 'local':
      return account.sign_in.service === '' && !account.is_bot && !account.is_remote;
  }
}

/** Active people who sign in through a provider: whom an outage of it locks out. */
export function isActiveSso(account: Account): boolean {
  return fits('sso', account) && account.deleted_at === 0 && !account.is_bot && !account.is_remote;
}

/** A session by which a person gets in: access tokens and apps are no people. */
export function isOfPerson({kind}: Pick<Session, 'kind'>): boolean {
  return kind === 'sso' || kind === 'password';
}

export function isLive({expires_at}: Pick<Session, 'expires_at'>, now: number): boolean {
  return expires_at === 0 || expires_at > now;
}
