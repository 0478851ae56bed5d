/** Jobs, their journal, their events, and one lease for each lane. */
export const JOB_TABLES = `
CREATE TABLE IF NOT EXISTS jobs (
  id TEXT PRIMARY KEY, kind TEXT NOT NULL, status TEXT NOT NULL, actor TEXT NOT NULL, reason TEXT NOT NULL, subject TEXT,
  plan TEXT NOT NULL, origin TEXT, created_at INTEGER NOT NULL, started_at INTEGER, finished_at INTEGER,
  progress TEXT, result TEXT, error TEXT) STRICT;
CREATE TABLE IF NOT EXISTS journal (
  job TEXT NOT NULL REFERENCES jobs(id), step TEXT NOT NULL, outcome TEXT NOT NULL, started_at INTEGER NOT NULL, ms INTEGER, output TEXT,
  PRIMARY KEY (job, step)) STRICT;
CREATE TABLE IF NOT EXISTS events (seq INTEGER PRIMARY KEY AUTOINCREMENT, job TEXT NOT NULL, type TEXT NOT NULL, body TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS leases (lane TEXT PRIMARY KEY, job TEXT NOT NULL, pid INTEGER NOT NULL, process_start TEXT NOT NULL) STRICT;
`;
