import type {StoreParts} from './parts.ts';

/** What was announced already, so that a restarted companion does not say it twice. */
export const SSO_ANNOUNCED_TABLE = `CREATE TABLE sso_announced (what TEXT PRIMARY KEY, at INTEGER NOT NULL) STRICT`;

export function announcedStore({state: {db}, clock}: StoreParts) {
  const one = db.prepare('SELECT 1 FROM sso_announced WHERE what = ?');
  const insert = db.prepare('INSERT OR IGNORE INTO sso_announced (what, at) VALUES (?, ?)');
  const forget = db.prepare('DELETE FROM sso_announced WHERE at < ?');
  return {
    isAnnounced: (what: string): boolean => one.get(what) !== undefined,
    /** Nothing that happened before `oldest` is ever announced, so no more is kept. */
    noteAnnounced: (what: string, oldest: number): void => {
      insert.run(what, clock.now());
      forget.run(oldest);
    },
  };
}
