/** What waits for a second administrator, and how many people were touched on the word of one. */
export const APPROVAL_TABLES = `
CREATE TABLE IF NOT EXISTS approvals (
  id TEXT PRIMARY KEY, verb TEXT NOT NULL, says TEXT NOT NULL, request TEXT NOT NULL, people INTEGER NOT NULL, administrators INTEGER NOT NULL,
  asked_by TEXT NOT NULL, asked_at INTEGER NOT NULL, expires_at INTEGER NOT NULL, approved_by TEXT, used_at INTEGER) STRICT;
CREATE TABLE IF NOT EXISTS approval_free (scope TEXT NOT NULL, people INTEGER NOT NULL, at INTEGER NOT NULL) STRICT;
CREATE INDEX IF NOT EXISTS approval_free_by_scope ON approval_free (scope);
DROP TABLE IF EXISTS sso_approvals;
`;
