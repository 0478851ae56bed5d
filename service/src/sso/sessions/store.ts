import type {State} from '../../kernel/state.ts';

const PAGE = 200;

type ExtendedSession = {session: string; user: string; from_expiry: number; to_expiry: number};

/** Sessions that were extended for an incident. Ids only. */
export type SessionStore = {
  /** A second extension keeps what was there before the first. */
  note(incident: string, sessions: readonly ExtendedSession[]): void;
  settle(incident: string, sessions: readonly string[], state: 'put_back' | 'failed'): void;
  count(incident: string): number;
  /** In chunks. What is settled while it runs is not given again. */
  extended(incident: string): IterableIterator<ExtendedSession[]>;
};

export function createSessionStore(state: State): SessionStore {
  const {db} = state;
  const upsert =
    db.prepare(`INSERT INTO sso_sessions (incident, session, user, from_expiry, to_expiry, state) VALUES (?, ?, ?, ?, ?, 'extended')
    ON CONFLICT (incident, session) DO UPDATE SET to_expiry = excluded.to_expiry, state = 'extended'`);
  const settle = db.prepare('UPDATE sso_sessions SET state = ? WHERE incident = ? AND session = ?');
  const count = db.prepare(`SELECT count(*) AS n FROM sso_sessions WHERE incident = ? AND state = 'extended'`);
  const page = db.prepare(
    `SELECT session, user, from_expiry, to_expiry FROM sso_sessions WHERE incident = ? AND state = 'extended' AND session > ? ORDER BY session LIMIT ?`,
  );
  return {
    note: (incident, sessions) => {
      state.transact(() => {
        for (const {session, user, from_expiry: from, to_expiry: to} of sessions) {
          upsert.run(incident, session, user, from, to);
        }
      });
    },
    settle: (incident, sessions, to) => {
      state.transact(() => {
        for (const session of sessions) {
          settle.run(to, incident, session);
        }
      });
    },
    count: (incident) => (count.get(incident) as {n: number}).n,
    *extended(incident) {
      let after = '';
      for (;;) {
        const rows = page.all(incident, after, PAGE) as ExtendedSession[];
        if (rows.length === 0) {
          return;
        }
        after = rows.at(-1)?.session ?? '';
        yield rows;
      }
    },
  };
}
