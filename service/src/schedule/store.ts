import type {RunOutcome, ScheduledRun, VerifyLevel} from '@disaster-recovery/contract';
import type {State} from '../kernel/state.ts';

const KEPT_RUNS = 400;

/** What is done with a set that a schedule has made. */
export type Follower = {kind: 'verify'; level: VerifyLevel} | {kind: 'keep'; repository: string};

/** A run with what it is at now and what is to follow. */
export type StoredRun = ScheduledRun & {
  current: string | null;
  /** What is still to come; the first of it runs when `current` is not the backup. */
  rest: readonly Follower[];
};

export type ScheduleRow = {definition: string; handledAt: number; pausedAt: number | null; pausedBy: string | null};

export type ScheduleStore = {
  row(name: string): ScheduleRow | null;
  save(name: string, row: ScheduleRow): void;
  newestRun(name: string): StoredRun | null;
  saveRun(name: string, run: StoredRun): void;
  /** A run that waits to begin, or to be tried again, does so no more. */
  letGo(name: string, message: string, at: number): void;
  /** What runs is to be done again, at `at` at the earliest, though its job is canceled. */
  markStopped(name: string, at: number): void;
  /** Both or none: a run is accounted for when it is known. */
  together(work: () => void): void;
};

type RunRow = {
  due: number;
  job: string | null;
  current: string | null;
  rest: string;
  outcome: string;
  at: number;
  tries: number;
  missed: number;
  message: string | null;
  next_try: number | null;
};

export function createScheduleStore({db, transact}: State): ScheduleStore {
  const one = db.prepare('SELECT definition, handled_at, paused_at, paused_by FROM schedules WHERE name = ?');
  const put = db.prepare(
    'INSERT OR REPLACE INTO schedules (name, definition, handled_at, paused_at, paused_by) VALUES (?, ?, ?, ?, ?)',
  );
  // What is written again is the newest again: the run that goes on, whenever it was due.
  const newest = db.prepare('SELECT * FROM schedule_runs WHERE name = ? ORDER BY rowid DESC LIMIT 1');
  const putRun = db.prepare(`INSERT OR REPLACE INTO schedule_runs
    (name, due, job, current, rest, outcome, at, tries, missed, message, next_try) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`);
  const forget = db.prepare(`DELETE FROM schedule_runs WHERE name = ?1 AND rowid <
    (SELECT rowid FROM schedule_runs WHERE name = ?1 ORDER BY rowid DESC LIMIT 1 OFFSET ${KEPT_RUNS})`);
  const stopped = db.prepare("UPDATE schedule_runs SET next_try = ? WHERE name = ? AND outcome = 'running'");
  const drop = db.prepare(`UPDATE schedule_runs SET message = CASE outcome WHEN 'waiting' THEN ? ELSE message END,
    at = ?, outcome = CASE outcome WHEN 'waiting' THEN 'missed' ELSE outcome END, next_try = NULL
    WHERE name = ? AND (outcome = 'waiting' OR next_try IS NOT NULL)`);
  return {
    row: (name) => {
      const found = one.get(name) as
        {definition: string; handled_at: number; paused_at: number | null; paused_by: string | null} | undefined;
      return found
        ? {
            definition: found.definition,
            handledAt: found.handled_at,
            pausedAt: found.paused_at,
            pausedBy: found.paused_by,
          }
        : null;
    },
    save: (name, {definition, handledAt, pausedAt, pausedBy}) => {
      put.run(name, definition, handledAt, pausedAt, pausedBy);
    },
    newestRun: (name) => {
      const found = newest.get(name) as RunRow | undefined;
      return found ? runOf(found) : null;
    },
    saveRun: (name, run) => {
      const {due, job, current, rest, outcome, at, tries, missed, message, next_try} = run;
      putRun.run(name, due, job, current, JSON.stringify(rest), outcome, at, tries, missed, message, next_try);
      forget.run(name);
    },
    letGo: (name, message, at) => {
      drop.run(message, at, name);
    },
    markStopped: (name, at) => {
      stopped.run(at, name);
    },
    together: transact,
  };
}

function runOf({due, job, current, rest, outcome, at, tries, missed, message, next_try}: RunRow): StoredRun {
  return {
    due,
    job,
    current,
    rest: JSON.parse(rest) as Follower[],
    outcome: outcome as RunOutcome,
    at,
    tries,
    missed,
    message,
    next_try,
  };
}
