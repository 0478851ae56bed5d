import type {ReturnConflict} from '@disaster-recovery/contract';
import type {Account} from '../../engines/accounts/port.ts';
import {isSameSignIn, signsInWithPassword, type Identity} from '../people/identity.ts';

type Known = {user: string; username: string; original: Identity};

/** Why a machine must not decide about this account, or null when it may be given back. `holders`: whoever holds sign-in data of the list now. */
export function conflictOf(
  person: Known,
  live: Account | null,
  holders: readonly Account[],
  declaredAt: number,
): ReturnConflict | null {
  const {username, original} = person;
  if (live === null) {
    return conflict(username, 'deleted', 'The account was deleted.', ['leave']);
  }
  if (isSameSignIn(live.sign_in, original.sign_in)) {
    return null;
  }
  if (!signsInWithPassword(live)) {
    return conflict(
      username,
      'self_switched',
      `It signs in through ${live.sign_in.service} now, with other data than before. Somebody switched it by another way.`,
      ['restore', 'leave'],
    );
  }
  const holder = holders.find(({id, sign_in}) => id !== person.user && sign_in.data === original.sign_in.data);
  if (holder) {
    const isBornSince = holder.created_at >= declaredAt;
    return conflict(
      username,
      isBornSince ? 'duplicate_born' : 'data_in_use',
      isBornSince
        ? `The account @${holder.username} was born during the outage with this person's sign-in data, most likely because their email address changed at the provider. Restoring frees the data from it.`
        : `The account @${holder.username}, older than the outage, holds the same sign-in data. Restoring takes it from there.`,
      ['restore', 'leave'],
    );
  }
  if (live.deleted_at > 0) {
    return conflict(
      username,
      'deactivated',
      'The account was deactivated in the meantime. Given back, the next login through the provider would activate it again, unless the provider refuses this person.',
      ['restore', 'leave'],
    );
  }
  if (live.email !== original.email) {
    return conflict(
      username,
      'email_changed',
      `The email address was ${original.email} and is ${live.email}. A provider that knows people by their address may take this for somebody else.`,
      ['restore', 'leave'],
    );
  }
  return null;
}

function conflict(
  username: string,
  kind: ReturnConflict['kind'],
  says: string,
  choices: readonly ('restore' | 'leave')[],
): ReturnConflict {
  return {
    kind,
    says,
    choices: choices.map((choice) => `drctl sso resolve ${username} --choice ${choice} --reason "…"`),
  };
}
