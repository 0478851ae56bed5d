import {z} from 'zod';
import {IdentitySnapshot} from '@disaster-recovery/contract';
import {canonicalJson} from '../../kernel/canonical_json.ts';
import type {Cipher} from '../../kernel/cipher.ts';
import type {State} from '../../kernel/state.ts';
import {Identity} from '../people/identity.ts';

const PAGE = 500;

/** One line of an identity snapshot in the repository. */
export const IdentityLine = z.object({user: z.string(), identity: Identity, seen_at: z.number()});
export type IdentityLine = z.infer<typeof IdentityLine>;

type Row = {user: string; hash: string; identity: string; seen_at: number};
type SnapshotRow = {
  at: number;
  accounts: number;
  sso_accounts: number;
  changed: number;
  sha256: string;
  stored: string;
  warnings: string;
};

/** How each account signed in through a provider when it was last seen doing so. An account that is switched keeps what it had. */
export type SnapshotStore = {
  /** Null as well when it was not seen with it at that time or later. */
  identity(user: string, since?: number): Identity | null;
  /** Returns whether it differs from what was known. */
  put(line: IdentityLine): boolean;
  /** By ascending user. */
  lines(): IterableIterator<IdentityLine>;
  isEmpty(): boolean;
  knows(user: string): boolean;
  /** Whether this memory was ever stored in the repository whole: then nothing is there that it lacks. */
  isStored(): boolean;
  /** At most `limit` users whom the newest snapshot did not see signing in through a provider, and an older one did. */
  missedByNewest(limit: number): string[];
  /** A human decided that this account stays with email and password. */
  leave(user: string, now: number): void;
  latest(): IdentitySnapshot | null;
  note(snapshot: IdentitySnapshot): void;
};

export function createSnapshotStore(state: State, cipher: Cipher): SnapshotStore {
  const {db} = state;
  const one = db.prepare(
    'SELECT user, hash, identity, seen_at FROM sso_identities WHERE user = ? AND left_at IS NULL AND seen_at >= ?',
  );
  const hash = db.prepare('SELECT hash, left_at FROM sso_identities WHERE user = ?');
  const page = db.prepare(
    'SELECT user, hash, identity, seen_at FROM sso_identities WHERE left_at IS NULL AND user > ? ORDER BY user LIMIT ?',
  );
  const upsert = db.prepare(`INSERT INTO sso_identities (user, hash, identity, seen_at) VALUES (?, ?, ?, ?)
    ON CONFLICT (user) DO UPDATE SET hash = excluded.hash, identity = excluded.identity, seen_at = excluded.seen_at, left_at = NULL`);
  const touch = db.prepare('UPDATE sso_identities SET seen_at = ? WHERE user = ?');
  const leave = db.prepare('UPDATE sso_identities SET left_at = ? WHERE user = ?');
  const any = db.prepare('SELECT 1 FROM sso_identities LIMIT 1');
  const stored = db.prepare(`SELECT 1 FROM sso_snapshots WHERE stored = 'repository' LIMIT 1`);
  // Whom the newest snapshot saw was seen after the one before it was done.
  const missed = db.prepare(
    'SELECT user FROM sso_identities WHERE left_at IS NULL AND seen_at <= (SELECT at FROM sso_snapshots ORDER BY at DESC LIMIT 1 OFFSET 1) ORDER BY seen_at DESC LIMIT ?',
  );
  const latest = db.prepare('SELECT * FROM sso_snapshots ORDER BY at DESC LIMIT 1');
  const insert = db.prepare(
    'INSERT OR REPLACE INTO sso_snapshots (at, accounts, sso_accounts, changed, sha256, stored, warnings) VALUES (?, ?, ?, ?, ?, ?, ?)',
  );
  const open = (row: Row): Identity => Identity.parse(JSON.parse(cipher.decrypt(row.identity)));

  return {
    identity: (user, since = 0) => {
      const row = one.get(user, since) as Row | undefined;
      return row ? open(row) : null;
    },
    put: ({user, identity, seen_at: seenAt}) => {
      const text = canonicalJson(identity);
      const known = hash.get(user) as {hash: string; left_at: number | null} | undefined;
      if (known?.hash === cipher.digest(text) && known.left_at === null) {
        touch.run(seenAt, user);
        return false;
      }
      upsert.run(user, cipher.digest(text), cipher.encrypt(text), seenAt);
      return true;
    },
    *lines() {
      let after = '';
      for (;;) {
        const rows = page.all(after, PAGE) as Row[];
        for (const row of rows) {
          after = row.user;
          yield {user: row.user, identity: open(row), seen_at: row.seen_at};
        }
        if (rows.length < PAGE) {
          return;
        }
      }
    },
    isEmpty: () => any.get() === undefined,
    knows: (user) => hash.get(user) !== undefined,
    isStored: () => stored.get() !== undefined,
    missedByNewest: (limit) => (missed.all(limit) as {user: string}[]).map(({user}) => user),
    leave: (user, now) => {
      leave.run(now, user);
    },
    latest: () => {
      const row = latest.get() as SnapshotRow | undefined;
      return row ? IdentitySnapshot.parse({...row, warnings: JSON.parse(row.warnings) as unknown}) : null;
    },
    note: ({at, accounts, sso_accounts: sso, changed, sha256: sum, stored, warnings}) => {
      insert.run(at, accounts, sso, changed, sum, stored, JSON.stringify(warnings));
    },
  };
}
