import {z} from 'zod';
import {isoTime, type Clock} from '../kernel/clock.ts';
import {Failure} from '../kernel/failure.ts';
import type {State} from '../kernel/state.ts';

export const UNDO_TABLE = `CREATE TABLE IF NOT EXISTS undo (
  restore TEXT PRIMARY KEY, set_id TEXT NOT NULL, kept TEXT NOT NULL, swapped_at INTEGER NOT NULL, undone_at INTEGER) STRICT`;

/** What a restore in place set aside. `directories`: files and configuration, as their engine tells it and reads it again. */
const Kept = z.object({
  database: z.object({name: z.string(), former: z.string()}).nullable(),
  directories: z.array(z.record(z.string(), z.unknown())),
});
export type Kept = z.infer<typeof Kept>;

/** A restore in place, and when it swapped. */
export type Undoable = {restore: string; set: string; kept: Kept; swapped_at: number};

export type UndoLog = {
  add(restore: string, set: string, kept: Kept): void;
  /**
   * The newest restore, by the order in which they were made: clocks go back. One that was undone stays the newest, so that asking twice
   * does not go back twice; who wants to go further names the restore. Null when it is not known here.
   * @throws Failure NOTHING_TO_UNDO when it was undone
   */
  find(restore?: string): Undoable | null;
  markUndone(restore: string): void;
};

type Row = {restore: string; set_id: string; kept: string; swapped_at: number; undone_at: number | null};

export function createUndoLog({db}: State, clock: Clock): UndoLog {
  const rows = (): Row[] =>
    db.prepare('SELECT restore, set_id, kept, swapped_at, undone_at FROM undo ORDER BY rowid DESC').all() as Row[];
  return {
    add: (restore, set, kept) => {
      db.prepare('INSERT OR IGNORE INTO undo (restore, set_id, kept, swapped_at) VALUES (?, ?, ?, ?)').run(
        restore,
        set,
        JSON.stringify(kept),
        clock.now(),
      );
    },
    find: (restore) => {
      const all = rows();
      const row = restore === undefined ? all[0] : all.find((entry) => entry.restore === restore);
      if (!row) {
        return null;
      }
      if (row.undone_at !== null) {
        throw new Failure('NOTHING_TO_UNDO', `${undoneWords(row)}${olderWords(all)}`);
      }
      return {
        restore: row.restore,
        set: row.set_id,
        kept: Kept.parse(JSON.parse(row.kept)),
        swapped_at: row.swapped_at,
      };
    },
    markUndone: (restore) => {
      db.prepare('UPDATE undo SET undone_at = ? WHERE restore = ?').run(clock.now(), restore);
    },
  };
}

const undoneWords = ({restore, set_id, undone_at}: Row): string =>
  `Restore ${restore} of set ${set_id} was undone at ${isoTime(undone_at ?? 0)}.`;

/** What going further back would undo. */
function olderWords(all: readonly Row[]): string {
  const older = all.find(({undone_at}) => undone_at === null);
  return older
    ? ` To go back to before restore ${older.restore} (set ${older.set_id}, swapped at ${isoTime(older.swapped_at)}), name it: drctl restore ${older.restore} --undo`
    : '';
}
