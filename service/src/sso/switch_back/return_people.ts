import type {Actor, ReturnConflict} from '@disaster-recovery/contract';
import type {Account, AccountTokens, AccountWriter, Session} from '../../engines/accounts/port.ts';
import type {Codes} from '../codes/codes.ts';
import type {SsoEngines} from '../engines.ts';
import {changesSince, EMAIL, isSameSignIn, signsInWithPassword, type Identity} from '../people/identity.ts';
import {conflictOf} from '../return_list/conflicts.ts';
import type {SsoStore} from '../store/store.ts';
import type {PersonUpdate} from '../store/people.ts';

export type ReturnOutcome = {
  id: string;
  username: string;
  email: string;
  outcome: 'returned' | 'already' | 'conflict' | 'failed';
  message: string | null;
  sessions_revoked: number;
  sessions_kept: number;
  tokens_purged: number;
  changes: string[];
};

/** An account that is to be as it was. `switched_at` null: something else switched it, at a time that nobody knows. */
export type Returning = {user: string; username: string; email: string; original: Identity; switched_at: number | null};

export type ReturnParts = Pick<SsoEngines, 'accounts'> & {
  tokens: AccountTokens;
  store: SsoStore;
  writer: AccountWriter;
  incident: string;
  by: Actor;
  holder: string;
  declaredAt: number;
  codes: Pick<Codes, 'forget'>;
  /** A human has looked at the conflicts of these and said: put it back all the same. */
  insist?: boolean;
};

/**
 * Gives accounts back what they had, byte for byte: ledger, compare, write, read back, then end what was born of the outage password.
 * Never overwrites what somebody else decided: that is a conflict.
 */
export async function returnPeople(
  parts: ReturnParts,
  people: readonly Returning[],
  signal?: AbortSignal,
): Promise<ReturnOutcome[]> {
  const live = new Map(
    (await parts.accounts.byId(people.map(({user}) => user))).map((account) => [account.id, account]),
  );
  const holders = await parts.accounts.holdersOf(people.flatMap(({original}) => original.sign_in.data ?? []));
  const outcomes: ReturnOutcome[] = [];
  const go: {person: Returning; account: Account}[] = [];
  for (const person of people) {
    const account = live.get(person.user);
    const conflict = conflictOf(person, account ?? null, {holders, declaredAt: parts.declaredAt});
    // One that is back and still has the outage's password is written again: that takes the password away.
    if (account && isSameSignIn(account.sign_in, person.original.sign_in) && !account.has_password) {
      outcomes.push(...(await settleReturned(parts, [{person, account}], 'already')));
    } else if (account && (conflict === null || parts.insist)) {
      go.push({person, account});
    } else {
      outcomes.push(...noteConflict(parts, person, conflict));
    }
  }
  return [...outcomes, ...(await write(parts, go, signal))];
}

function noteConflict(
  {store, incident, by, holder}: ReturnParts,
  person: Returning,
  conflict: ReturnConflict | null,
): ReturnOutcome[] {
  const message = conflict?.message ?? 'The account is gone.';
  if (store.take({incident, holder, by}, 'returning', [person]).has(person.user)) {
    store.settle(
      incident,
      [{user: person.user, state: 'conflict', message, data: {kind: conflict?.kind ?? 'deleted'}}],
      by,
    );
  }
  return [outcomeOf(person, 'conflict', message)];
}

async function write(
  parts: ReturnParts,
  go: readonly {person: Returning; account: Account}[],
  signal?: AbortSignal,
): Promise<ReturnOutcome[]> {
  if (go.length === 0) {
    return [];
  }
  const {accounts, store, writer, incident, by, holder, insist} = parts;
  const taken = store.take(
    {incident, holder, by},
    'returning',
    go.map(({person}) => person),
  );
  try {
    const mine = go.filter(({person}) => taken.has(person.user));
    const written =
      mine.length === 0
        ? []
        : await writer.changeSignIn(
            mine.map(({person, account}) => ({
              id: person.user,
              from: insist || isSameSignIn(account.sign_in, person.original.sign_in) ? account.sign_in : EMAIL,
              to: person.original.sign_in,
            })),
            signal,
          );
    const said = new Map(written.map(({id, says}) => [id, says]));
    const after = new Map(
      (await accounts.byId(mine.map(({person}) => person.user))).map((account) => [account.id, account]),
    );
    const isBack = ({person}: {person: Returning}): boolean => {
      const now = after.get(person.user);
      return now !== undefined && isSameSignIn(now.sign_in, person.original.sign_in) && !now.has_password;
    };
    const failed = mine
      .filter((it) => !isBack(it))
      .map(({person}) =>
        outcomeOf(person, 'failed', said.get(person.user) ?? 'What was read back is not what was written.'),
      );
    store.settle(
      incident,
      failed.map(({id, message}) => ({user: id, state: 'failed', message})),
      by,
    );
    const busy = go
      .filter(({person}) => !taken.has(person.user))
      .map(({person}) => outcomeOf(person, 'failed', 'Somebody else is changing this account right now.'));
    return [...failed, ...busy, ...(await settleReturned(parts, mine.filter(isBack), 'returned'))];
  } finally {
    store.release(holder);
  }
}

/** The sign-in is as before. What the outage left behind goes as well: sessions of the password, tokens that would set another one. */
async function settleReturned(
  parts: ReturnParts,
  back: readonly {person: Returning; account: Account}[],
  outcome: 'returned' | 'already',
): Promise<ReturnOutcome[]> {
  if (back.length === 0) {
    return [];
  }
  const {accounts, tokens, codes, writer, store, incident, by, declaredAt} = parts;
  const users = back.map(({person}) => person.user);
  const sessions = Map.groupBy(await accounts.sessions(users), ({user}) => user);
  const stale = back.flatMap(({person}) => bornOfPassword(sessions.get(person.user) ?? [], person, declaredAt));
  const notRevoked = new Map(
    (stale.length === 0 ? [] : await writer.revokeSessions(stale.map(({id}) => id))).map(({id, says}) => [id, says]),
  );
  const purged = await tokens.purgePasswordResets(users);
  // A code that is still good would let its holder in again after another switch.
  codes.forget(users);
  const made = new Map(
    (await accounts.tokensMadeSince(declaredAt, users)).map(({user, access_tokens: count}) => [user, count]),
  );
  const updates: PersonUpdate[] = [];
  const outcomes = back.map(({person, account}, index) => {
    const mine = stale.filter(({user}) => user === person.user);
    const left = mine.filter(({id}) => notRevoked.has(id));
    const counts = {
      sessions_revoked: mine.length - left.length,
      sessions_kept: (sessions.get(person.user) ?? []).length - mine.length,
      tokens_purged: index === 0 ? purged : 0,
      changes: [
        ...changesSince(person.original, account),
        ...(made.has(person.user) ? [tokensUsed(made.get(person.user) ?? 0)] : []),
      ],
    };
    // The sign-in is back all the same; that an old session may live on is told, and is not a reason to stop the others.
    const message =
      left.length > 0
        ? `${left.length === 1 ? '1 session' : `${left.length} sessions`} of the outage password may live on: ${notRevoked.get(left[0]?.id ?? '') ?? ''}`
        : null;
    updates.push({
      user: person.user,
      state: 'returned',
      message,
      data: {sessions_revoked: counts.sessions_revoked, sessions_left: left.length},
    });
    return {...outcomeOf(person, outcome, message), ...counts};
  });
  ensureRows(parts, back);
  store.settle(incident, updates, by);
  return outcomes;
}

const tokensUsed = (count: number): string =>
  `${count === 1 ? '1 access token was' : `${count} access tokens were`} first used since the outage began`;

/** Somebody who was found back as before may have no row in this incident yet. */
function ensureRows({store, incident, by, holder}: ReturnParts, back: readonly {person: Returning}[]): void {
  const missing = back.filter(({person}) => store.person(incident, person.user) === null).map(({person}) => person);
  if (missing.length > 0) {
    store.take({incident, holder, by}, 'returning', missing);
  }
}

/** Sessions of LDAP look like those of a password, so what was there before the switch is never one. */
export function bornOfPassword(
  sessions: readonly Session[],
  {switched_at}: Pick<Returning, 'switched_at'>,
  declaredAt: number,
): Session[] {
  const since = switched_at ?? declaredAt;
  return sessions.filter(({kind, created_at}) => kind === 'password' && created_at >= since);
}

export function isParked(account: Account): boolean {
  return signsInWithPassword(account) && !account.has_password;
}

function outcomeOf(
  {user, username, email}: Returning,
  outcome: ReturnOutcome['outcome'],
  message: string | null,
): ReturnOutcome {
  return {
    id: user,
    username,
    email,
    outcome,
    message,
    sessions_revoked: 0,
    sessions_kept: 0,
    tokens_purged: 0,
    changes: [],
  };
}
