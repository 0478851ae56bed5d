import {z} from 'zod';
import type {Clock} from '../kernel/clock.ts';
import {Failure} from '../kernel/failure.ts';
import type {State} from '../kernel/state.ts';

export const UNDO_TABLE = `CREATE TABLE IF NOT EXISTS undo (
  restore TEXT PRIMARY KEY, set_id TEXT NOT NULL, kept TEXT NOT NULL, swapped_at INTEGER NOT NULL, undone_at INTEGER) STRICT`;

/** What a restore in place set aside. */
const Kept = z.object({
  database: z.object({name: z.string(), former: z.string()}).nullable(),
  directories: z.array(z.object({directory: z.string(), area: z.string()})),
});
export type Kept = z.infer<typeof Kept>;

export type UndoLog = {
  add(restore: string, set: string, kept: Kept): void;
  /** The newest restore that was not undone. @throws Failure NOTHING_TO_UNDO */
  newest(): {restore: string; set: string; kept: Kept};
  markUndone(restore: string): void;
};

export function createUndoLog({db}: State, clock: Clock): UndoLog {
  return {
    add: (restore, set, kept) => {
      db.prepare('INSERT OR IGNORE INTO undo (restore, set_id, kept, swapped_at) VALUES (?, ?, ?, ?)').run(
        restore,
        set,
        JSON.stringify(kept),
        clock.now(),
      );
    },
    newest: () => {
      const row = db
        .prepare('SELECT restore, set_id, kept FROM undo WHERE undone_at IS NULL ORDER BY swapped_at DESC LIMIT 1')
        .get() as {restore: string; set_id: string; kept: string} | undefined;
      if (!row) {
        throw new Failure('NOTHING_TO_UNDO', 'No restore in place has left a former state to go back to.');
      }
      return {restore: row.restore, set: row.set_id, kept: Kept.parse(JSON.parse(row.kept))};
    },
    markUndone: (restore) => {
      db.prepare('UPDATE undo SET undone_at = ? WHERE restore = ?').run(clock.now(), restore);
    },
  };
}
