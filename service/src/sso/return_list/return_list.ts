import type {ChangedSetting, Person, ReturnEntry, ReturnList} from '@disaster-recovery/contract';
import type {Account} from '../../engines/accounts/port.ts';
import type {SsoEngines} from '../engines.ts';
import {conflictOf, type Around} from './conflicts.ts';
import {changesSince, isAdministrator, isSameSignIn, signsInWithPassword, type Identity} from '../people/identity.ts';
import type {SnapshotStore} from '../originals/store.ts';
import type {SsoStore} from '../store/store.ts';
import type {Switched} from '../store/people.ts';

const CHUNK = 200;
const SHOWN = 1000;
const DAY_MS = 24 * 3_600_000;
/** States in which an account is not yet as it was. */
const AWAY = ['switching', 'switched', 'returning', 'conflict', 'failed'] as const;

export type ListParts = Pick<SsoEngines, 'accounts' | 'clock'> & {store: SsoStore; snapshots: SnapshotStore};

/** Everything needed to give one account back. */
export type Away = {entry: ReturnEntry; original: Identity; switched_at: number | null};

type Known = {user: string; original: Identity; switched_at: number | null; row: Switched | null};

/**
 * Who is not back yet: known originals against the live rows, never what was remembered. So it is right also after a restore of the database, older or
 * newer than the ledger, and shows switches that something else made. Of those with a
 * known original only the ids are kept.
 */
export async function* peopleAway(parts: ListParts): AsyncIterable<Away> {
  const {accounts, store, snapshots} = parts;
  const incident = store.lastIncident();
  const declaredAt = incident?.declared_at ?? parts.clock.now();
  let chunk: {known: Known; live: Account | null}[] = [];
  const seen = new Set<string>();

  for await (const live of accounts.stream('local')) {
    const known = knownOriginal(store, snapshots, live.id);
    if (known) {
      seen.add(known.user);
      chunk.push({known, live});
    }
    if (chunk.length >= CHUNK) {
      yield* entriesOf(parts, chunk, declaredAt);
      chunk = [];
    }
  }
  yield* entriesOf(parts, chunk, declaredAt);

  // Accounts of the ledger that do not sign in with a password now: gone, switched by another way, or back already.
  for (const rows of chunks(incident && incident.state !== 'closed' ? store.peopleIn(incident.id, AWAY) : [])) {
    const missing = rows.filter(({user}) => !seen.has(user));
    const live = new Map((await accounts.byId(missing.map(({user}) => user))).map((account) => [account.id, account]));
    yield* entriesOf(
      parts,
      missing.map((row) => ({
        known: {user: row.user, original: row.original, switched_at: row.switched_at, row},
        live: live.get(row.user) ?? null,
      })),
      declaredAt,
    );
  }
}

/**
 * The newest incident knows best; without a row there, the identity snapshot does. Once an incident is done with an account, the account may have been
 * moved to another provider: then what was seen since counts, not what was given back.
 */
export function knownOriginal(store: SsoStore, snapshots: SnapshotStore, user: string): Known | null {
  const row = store.newestPerson(user);
  const isDone = row?.state === 'returned' || row?.state === 'left';
  const seen = row === null || isDone ? snapshots.identity(user, row?.returned_at ?? 0) : null;
  if (seen && !(row?.state === 'returned' && isSameSignIn(seen.sign_in, row.original.sign_in))) {
    return {user, original: seen, switched_at: null, row: null};
  }
  return row === null || row.state === 'left'
    ? null
    : {user, original: row.original, switched_at: row.switched_at, row};
}

/** An account as it is known, and as it is. */
type Pair = {known: Known; live: Account | null};

async function* entriesOf(parts: ListParts, chunk: readonly Pair[], declaredAt: number): AsyncIterable<Away> {
  const holders =
    chunk.length === 0
      ? []
      : await parts.accounts.holdersOf(chunk.flatMap(({known}) => known.original.sign_in.data ?? []));
  for (const {known, live} of chunk) {
    if (live === null || !isSameSignIn(live.sign_in, known.original.sign_in)) {
      yield {
        entry: entryOf({known, live}, {holders, declaredAt}),
        original: known.original,
        switched_at: known.switched_at,
      };
    }
  }
}

function entryOf({known: {user, original, switched_at, row}, live}: Pair, around: Around): ReturnEntry {
  const person: Person = live
    ? {id: live.id, username: live.username, email: live.email}
    : {id: user, username: row?.username ?? user, email: row?.email ?? ''};
  const conflict = conflictOf({user, username: person.username, original}, live, around);
  return {
    person,
    state: conflict ? 'conflict' : stateOf(row, live),
    is_administrator: live ? isAdministrator(live) : original.roles.includes('system_admin'),
    original: original.sign_in,
    live: live ? live.sign_in : null,
    switched_at,
    changes: live ? changesSince(original, live) : [],
    conflict,
  };
}

function stateOf(row: Switched | null, live: Account | null): ReturnEntry['state'] {
  if (row === null) {
    return 'outside';
  }
  if (live !== null && signsInWithPassword(live)) {
    return live.has_password ? 'claimed' : 'switched';
  }
  return 'failed';
}

function* chunks(rows: Iterable<Switched>): IterableIterator<Switched[]> {
  let chunk: Switched[] = [];
  for (const row of rows) {
    chunk.push(row);
    if (chunk.length === CHUNK) {
      yield chunk;
      chunk = [];
    }
  }
  yield chunk;
}

export type AwayCounts = Record<ReturnEntry['state'], number>;

/** The list as it is shown, conflicts first, and how many there are in each state, shown or not. */
export async function returnList(
  parts: ListParts,
  of: {
    countExtended(incident: string): number;
    settings(incident: string): Promise<ChangedSetting[]>;
    isWaiting(): boolean;
  },
): Promise<{list: ReturnList; counts: AwayCounts}> {
  const incident = parts.store.incident();
  const conflicts: ReturnEntry[] = [];
  const others: ReturnEntry[] = [];
  const counts: AwayCounts = {switched: 0, claimed: 0, outside: 0, conflict: 0, failed: 0};
  for await (const {entry} of peopleAway(parts)) {
    counts[entry.state] += 1;
    const shown = entry.conflict ? conflicts : others;
    if (shown.length < SHOWN) {
      shown.push(entry);
    }
  }
  const count = Object.values(counts).reduce((sum, n) => sum + n, 0);
  const deadline = incident?.deadline_at ?? null;
  const list: ReturnList = {
    empty: count === 0,
    count,
    entries: [...conflicts.sort(byName), ...others.sort(byName)].slice(0, SHOWN),
    settings: incident ? (await of.settings(incident.id)).filter(({state}) => state === 'changed') : [],
    sessions: incident ? of.countExtended(incident.id) : 0,
    deadline_at: deadline,
    overdue: deadline !== null && parts.clock.now() > deadline,
    next: of.isWaiting() ? null : nextStep(count, counts.conflict, incident !== null),
  };
  return {list, counts};
}

const byName = (a: ReturnEntry, b: ReturnEntry): number => a.person.username.localeCompare(b.person.username);

function nextStep(count: number, conflicts: number, isDeclared: boolean): string | null {
  if (count === 0) {
    return isDeclared ? 'drctl sso close' : null;
  }
  if (!isDeclared) {
    return 'drctl sso declare --reason "switched by something else"';
  }
  return conflicts === count ? 'drctl sso resolve' : 'drctl sso switch-back';
}

/** Whoever comes first, or null when everyone is back. */
export async function firstAway(parts: ListParts): Promise<Away | null> {
  for await (const away of peopleAway(parts)) {
    return away;
  }
  return null;
}

/** One account of the list by its name, or null. */
export async function findAway(parts: ListParts, name: string): Promise<Away | null> {
  const wanted = name.replace(/^@/, '').toLowerCase();
  for await (const away of peopleAway(parts)) {
    const {id, username, email} = away.entry.person;
    if ([id, username.toLowerCase(), email.toLowerCase()].includes(wanted)) {
      return away;
    }
  }
  return null;
}

export const daysLate = (deadline: number, now: number): number => Math.max(0, Math.floor((now - deadline) / DAY_MS));
