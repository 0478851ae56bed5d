import {z} from 'zod';
import {SignIn, signInRefusal, type Person} from '@disaster-recovery/contract';
import type {Account} from '../../engines/accounts/port.ts';

/** Email and password: what a switch makes of every account. */
export const EMAIL: SignIn = {service: '', data: null};

/** How an account was before the outage: what a switch back must make of it, and what it is compared with. */
export const Identity = z.object({
  sign_in: SignIn,
  username: z.string(),
  email: z.string(),
  roles: z.array(z.string()),
  mfa_active: z.boolean(),
});
export type Identity = z.infer<typeof Identity>;

export function identityOf({sign_in, username, email, roles, mfa_active}: Account): Identity {
  return {sign_in, username, email, roles: [...roles].sort(), mfa_active};
}

export function personOf({id, username, email}: Account): Person {
  return {id, username, email};
}

/** Byte for byte: a different case is another person to Mattermost. */
export function isSameSignIn(a: SignIn, b: SignIn): boolean {
  return a.service === b.service && (a.data ?? '') === (b.data ?? '');
}

export function signsInWithPassword(account: Pick<Account, 'sign_in'>): boolean {
  return isSameSignIn(account.sign_in, EMAIL);
}

/** A row that is an original worth keeping: never one that has been switched already. */
export function isOriginal(signIn: SignIn): boolean {
  return signIn.service !== '' && signInRefusal(signIn) === null;
}

export function isAdministrator({roles}: Pick<Account, 'roles'>): boolean {
  return roles.includes('system_admin');
}

/** What is no longer as it was, besides the sign-in. */
export function changesSince(before: Identity, now: Account): string[] {
  const after = identityOf(now);
  return [
    ...(before.email === after.email ? [] : [`email was ${before.email}, is ${after.email}`]),
    ...(before.username === after.username ? [] : [`username was ${before.username}, is ${after.username}`]),
    ...(before.roles.join(' ') === after.roles.join(' ')
      ? []
      : [`roles were “${before.roles.join(' ')}”, are “${after.roles.join(' ')}”`]),
    ...(before.mfa_active === after.mfa_active
      ? []
      : [after.mfa_active ? 'MFA was set up since' : 'MFA was taken off since']),
  ];
}
