import type {ReturnConflict} from '@disaster-recovery/contract';
import type {Account} from '../../engines/accounts/port.ts';
import {isSameSignIn, signsInWithPassword, type Identity} from '../people/identity.ts';

type Known = {user: string; username: string; original: Identity};

/** What else there is: `holders` have sign-in data of the list now, and the outage was declared at `declaredAt`. */
export type Around = {holders: readonly Account[]; declaredAt: number};

/** Why a machine must not decide about this account, or null when it may be given back. */
export function conflictOf(person: Known, live: Account | null, {holders, declaredAt}: Around): ReturnConflict | null {
  const {original} = person;
  const both = choicesFor(person.username, ['restore', 'leave']);
  if (live === null) {
    return {kind: 'deleted', message: 'The account was deleted.', choices: choicesFor(person.username, ['leave'])};
  }
  if (isSameSignIn(live.sign_in, original.sign_in)) {
    return null;
  }
  if (!signsInWithPassword(live)) {
    return {
      kind: 'self_switched',
      message: `It signs in through ${live.sign_in.service} now, with other data than before. Somebody switched it by another way.`,
      choices: both,
    };
  }
  const holder = holders.find(({id, sign_in}) => id !== person.user && sign_in.data === original.sign_in.data);
  if (holder) {
    const isBornSince = holder.created_at >= declaredAt;
    return {
      kind: isBornSince ? 'duplicate_born' : 'data_in_use',
      message: isBornSince
        ? `The account @${holder.username} was born during the outage with this person's sign-in data, most likely because their email address changed at the provider. Restoring frees the data from it.`
        : `The account @${holder.username}, older than the outage, holds the same sign-in data. Restoring takes it from there.`,
      choices: both,
    };
  }
  if (live.deleted_at > 0) {
    return {
      kind: 'deactivated',
      message:
        'The account was deactivated in the meantime. Given back, the next login through the provider would activate it again, unless the provider refuses this person.',
      choices: both,
    };
  }
  if (live.email !== original.email) {
    return {
      kind: 'email_changed',
      message: `The email address was ${original.email} and is ${live.email}. A provider that knows people by their address may take this for somebody else.`,
      choices: both,
    };
  }
  return null;
}

function choicesFor(username: string, choices: readonly ('restore' | 'leave')[]): string[] {
  return choices.map((choice) => `drctl sso resolve ${username} --choice ${choice} --reason "…"`);
}
