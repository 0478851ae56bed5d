import type {Actor} from '@disaster-recovery/contract';
import type {Account, AccountWriter, SignInOutcome} from '../../engines/accounts/port.ts';
import type {SsoEngines} from '../engines.ts';
import {EMAIL, identityOf, isOriginal, isSameSignIn, signsInWithPassword} from '../people/identity.ts';
import type {SsoStore} from '../store/store.ts';
import {newHolder, type PersonUpdate} from '../store/people.ts';

export type SwitchOutcome = {
  id: string;
  username: string;
  email: string;
  outcome: 'switched' | 'already' | 'conflict' | 'failed';
  message: string | null;
};

export type SwitchParts = Pick<SsoEngines, 'accounts'> & {
  store: SsoStore;
  writer: AccountWriter;
  incident: string;
  by: Actor;
  holder: string;
};

/** What one operation of an incident switches accounts with. */
export async function switchParts(
  {engines, store}: {engines: SsoEngines; store: SsoStore},
  asked: {incident: string; by: Actor},
): Promise<SwitchParts> {
  return {accounts: engines.accounts, store, writer: await engines.writer(), ...asked, holder: newHolder()};
}

/**
 * Switches accounts to email and password: ledger, compare, write, read back. Safe to repeat after any crash: what is unclear is decided by the live
 * row, because a second write would wipe a password that somebody has claimed in the meantime.
 * @throws Failure DATABASE_*, MATTERMOST_* when nothing can be changed at all; the rows stay as they are and the next run decides
 */
export async function switchPeople(
  parts: SwitchParts,
  ids: readonly string[],
  signal?: AbortSignal,
): Promise<SwitchOutcome[]> {
  const before = await parts.accounts.byId(ids);
  const outcomes: SwitchOutcome[] = ids
    .filter((id) => !before.some((account) => account.id === id))
    .map((id) => ({id, username: id, email: '', outcome: 'failed', message: 'The account is gone.'}));
  const wanted: Account[] = [];
  for (const account of before) {
    const settled = withoutWriting(parts, account);
    if (settled) {
      outcomes.push(settled);
    } else {
      wanted.push(account);
    }
  }
  return [...outcomes, ...(await write(parts, wanted, signal))];
}

/** The cases in which nothing may be written. */
function withoutWriting({store, incident, by}: SwitchParts, account: Account): SwitchOutcome | null {
  const row = store.person(incident, account.id);
  if (signsInWithPassword(account)) {
    if (row?.state === 'switching' && !row.is_held) {
      store.settle(
        incident,
        [{user: account.id, state: 'switched', message: 'found switched after an interruption'}],
        by,
      );
      return outcomeOf(account, 'switched', null);
    }
    return outcomeOf(account, 'already', row ? null : 'Signs in with email and password, and was not switched here.');
  }
  return isOriginal(account.sign_in)
    ? null
    : outcomeOf(
        account,
        'failed',
        `Signs in through “${account.sign_in.service}” without data that could be put back.`,
      );
}

async function write(parts: SwitchParts, wanted: readonly Account[], signal?: AbortSignal): Promise<SwitchOutcome[]> {
  const {store, writer, incident, by, holder} = parts;
  const taken = store.take(
    {incident, holder, by},
    'switching',
    wanted.map((account) => ({
      user: account.id,
      username: account.username,
      email: account.email,
      original: identityOf(account),
    })),
  );
  try {
    const mine = wanted.filter(({id}) => taken.has(id));
    const written =
      mine.length === 0
        ? []
        : await writer.changeSignIn(
            mine.map(({id, sign_in}) => ({id, from: sign_in, to: EMAIL})),
            signal,
          );
    const proven = await prove(parts, mine, written);
    const busy = wanted
      .filter(({id}) => !taken.has(id))
      .map((account) => outcomeOf(account, 'failed', 'Somebody else is changing this account right now.'));
    return [...proven, ...busy];
  } finally {
    store.release(holder);
  }
}

/** What was written is what is read back, not what the writer says. */
async function prove(
  {accounts, store, incident, by}: SwitchParts,
  mine: readonly Account[],
  written: readonly SignInOutcome[],
): Promise<SwitchOutcome[]> {
  const after = new Map((await accounts.byId(mine.map(({id}) => id))).map((account) => [account.id, account]));
  const said = new Map(written.map(({id, says}) => [id, says]));
  const updates: PersonUpdate[] = [];
  const outcomes = mine.map((account) => {
    const verdict = judge(account, after.get(account.id), said.get(account.id) ?? null);
    updates.push({user: account.id, state: verdict.state, message: verdict.message});
    return outcomeOf(account, verdict.state, verdict.message);
  });
  store.settle(incident, updates, by);
  return outcomes;
}

function judge(
  before: Account,
  after: Account | undefined,
  message: string | null,
): {state: 'switched' | 'failed' | 'conflict'; message: string | null} {
  if (!after) {
    return {state: 'failed', message: 'The account is gone.'};
  }
  if (signsInWithPassword(after)) {
    return {state: 'switched', message: null};
  }
  return isSameSignIn(before.sign_in, after.sign_in)
    ? {state: 'failed', message: message ?? 'It was written, but reads as before.'}
    : {state: 'conflict', message: `Somebody else changed it to “${after.sign_in.service}” at the same moment.`};
}

function outcomeOf(
  {id, username, email}: Account,
  outcome: SwitchOutcome['outcome'],
  message: string | null,
): SwitchOutcome {
  return {id, username, email, outcome, message};
}
