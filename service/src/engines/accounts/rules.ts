import type {SignIn} from '@disaster-recovery/contract';
import type {Account, AccountFilter, Session} from './port.ts';

/** Services that are no provider: nobody, a constant of requests that must not be in a row, and sign-in links for guests. */
export const NOT_A_PROVIDER: readonly string[] = ['', 'email', 'magic_link'];

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
