/** Who the companion is, whom it trusts, and which nonces were spent. The private key is a file of its own. */
export const ENROLLMENT_TABLES = `
CREATE TABLE IF NOT EXISTS companion (
  one INTEGER PRIMARY KEY CHECK (one = 1), companion_id TEXT NOT NULL, public_key TEXT NOT NULL, key_file TEXT NOT NULL, created_at INTEGER NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS enrolment_code (
  one INTEGER PRIMARY KEY CHECK (one = 1), key TEXT NOT NULL, expires_at INTEGER NOT NULL, tries_left INTEGER NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS enrolments (
  id INTEGER PRIMARY KEY, kid TEXT NOT NULL, public_key TEXT NOT NULL, site_url TEXT NOT NULL, diagnostic_id TEXT NOT NULL,
  server_version TEXT NOT NULL, plugin_version TEXT NOT NULL, enrolled_by TEXT NOT NULL, enrolled_at INTEGER NOT NULL,
  last_seen_at INTEGER, differs INTEGER NOT NULL DEFAULT 0, revoked_at INTEGER, revoked_by TEXT) STRICT;
CREATE TABLE IF NOT EXISTS enrolment_sightings (
  enrolment INTEGER PRIMARY KEY, site_url TEXT NOT NULL, diagnostic_id TEXT NOT NULL, seen_at INTEGER NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS spent_nonces (nonce TEXT PRIMARY KEY, expires_at INTEGER NOT NULL) STRICT;
CREATE INDEX IF NOT EXISTS spent_nonces_expiry ON spent_nonces (expires_at);
`;
