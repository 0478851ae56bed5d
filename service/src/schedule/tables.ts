/** `handled_at`: what was due up to then was run or is accounted for. `job`: the backup; `current`: the job that the run is at; `rest`: what follows it. */
export const SCHEDULE_TABLES = `CREATE TABLE IF NOT EXISTS schedules (
  name TEXT PRIMARY KEY, definition TEXT NOT NULL, handled_at INTEGER NOT NULL, paused_at INTEGER, paused_by TEXT) STRICT;
CREATE TABLE IF NOT EXISTS schedule_runs (
  name TEXT NOT NULL, due INTEGER NOT NULL, job TEXT, current TEXT, rest TEXT NOT NULL, outcome TEXT NOT NULL, at INTEGER NOT NULL,
  tries INTEGER NOT NULL, missed INTEGER NOT NULL, message TEXT, next_try INTEGER, PRIMARY KEY (name, due)) STRICT`;
