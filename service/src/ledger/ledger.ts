import type {Actor} from '@disaster-recovery/contract';
import {canonicalJson, sha256} from '../kernel/canonical_json.ts';
import type {Clock} from '../kernel/clock.ts';
import {Failure} from '../kernel/failure.ts';
import type {State} from '../kernel/state.ts';

export const LEDGER_TABLE = `CREATE TABLE IF NOT EXISTS ledger (
  seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, kind TEXT NOT NULL, actor TEXT NOT NULL, data TEXT NOT NULL,
  previous TEXT NOT NULL, hash TEXT NOT NULL) STRICT`;

const GENESIS = '0'.repeat(64);

export type Entry = {
  seq: number;
  at: number;
  kind: string;
  actor: Actor;
  data: Record<string, unknown>;
  previous: string;
  hash: string;
};

type Row = {seq: number; at: number; kind: string; actor: string; data: string; previous: string; hash: string};

/** A chain by its length and its last hash. */
export type Chain = {entries: number; head: string};

/** Append-only history of everything done. Each entry's hash covers the one before it, so that no entry can be changed or taken out unseen. */
export type Ledger = {
  append(kind: string, actor: Actor, data: Record<string, unknown>): Entry;
  entries(): IterableIterator<Entry>;
  /** Those of some kinds, the oldest first. */
  of(...kinds: string[]): Entry[];
  /** @throws Failure LEDGER_BROKEN naming the first entry that does not hold */
  verify(): Chain;
  /** Whether the chain of then is the beginning of the chain of now. */
  extends(then: Chain): boolean;
};

export function createLedger(state: State, clock: Clock): Ledger {
  const {db} = state;
  const last = db.prepare('SELECT seq, hash FROM ledger ORDER BY seq DESC LIMIT 1');
  const insert = db.prepare(
    'INSERT INTO ledger (seq, at, kind, actor, data, previous, hash) VALUES (?, ?, ?, ?, ?, ?, ?)',
  );
  const at = db.prepare('SELECT hash FROM ledger WHERE seq = ?');
  const all = db.prepare('SELECT * FROM ledger ORDER BY seq');
  const some = db.prepare('SELECT * FROM ledger WHERE kind IN (SELECT value FROM json_each(?)) ORDER BY seq');

  function append(kind: string, actor: Actor, data: Record<string, unknown>): Entry {
    return state.transact(() => {
      const head = last.get() as {seq: number; hash: string} | undefined;
      const body = {seq: (head?.seq ?? 0) + 1, at: clock.now(), kind, actor, data, previous: head?.hash ?? GENESIS};
      const entry = {...body, hash: hashOf(body)};
      insert.run(entry.seq, entry.at, kind, canonicalJson(actor), canonicalJson(data), entry.previous, entry.hash);
      return entry;
    });
  }

  function* entries(): IterableIterator<Entry> {
    for (const row of all.iterate() as Iterable<Row>) {
      yield entryOf(row);
    }
  }

  return {
    append,
    entries,
    of: (...kinds) => (some.all(JSON.stringify(kinds)) as Row[]).map(entryOf),
    verify: () => verifyChain(entries()),
    extends: ({entries: length, head}) => length === 0 || (at.get(length) as {hash: string} | undefined)?.hash === head,
  };
}

function entryOf(row: Row): Entry {
  return {...row, actor: JSON.parse(row.actor) as Actor, data: JSON.parse(row.data) as Record<string, unknown>};
}

function hashOf({seq, at, kind, actor, data, previous}: Omit<Entry, 'hash'>): string {
  return sha256(canonicalJson({seq, at, kind, actor, data, previous}));
}

/** Walks a chain from its first entry, from this machine or from the copy inside a set. */
export function verifyChain(entries: Iterable<Entry>): Chain {
  let previous = GENESIS;
  let count = 0;
  for (const entry of entries) {
    count += 1;
    if (entry.seq !== count || entry.previous !== previous || entry.hash !== hashOf(entry)) {
      throw new Failure('LEDGER_BROKEN', `Ledger entry ${count} does not fit the chain.`, {details: {entry: count}});
    }
    previous = entry.hash;
  }
  return {entries: count, head: previous};
}
