/**
 * What an SSO outage leaves to remember. The ledger tells the same as a history; these tables are its present state.
 * `original` and `identity` hold sign-in data and are encrypted.
 */
export const SSO_TABLES = `
CREATE TABLE IF NOT EXISTS sso_incidents (
  id TEXT PRIMARY KEY, state TEXT NOT NULL, reason TEXT NOT NULL, declared_at INTEGER NOT NULL, declared_by TEXT NOT NULL,
  closed_at INTEGER, deadline_at INTEGER NOT NULL, reminded_at INTEGER NOT NULL DEFAULT 0) STRICT;
CREATE TABLE IF NOT EXISTS sso_people (
  incident TEXT NOT NULL REFERENCES sso_incidents(id), user TEXT NOT NULL, username TEXT NOT NULL, email TEXT NOT NULL, state TEXT NOT NULL, original TEXT NOT NULL,
  switched_at INTEGER, returned_at INTEGER, holder TEXT, says TEXT, PRIMARY KEY (incident, user)) STRICT;
CREATE INDEX IF NOT EXISTS sso_people_by_user ON sso_people (user);
CREATE TABLE IF NOT EXISTS sso_settings (
  incident TEXT NOT NULL REFERENCES sso_incidents(id), key TEXT NOT NULL, from_value TEXT NOT NULL, to_value TEXT NOT NULL, state TEXT NOT NULL,
  PRIMARY KEY (incident, key)) STRICT;
CREATE TABLE IF NOT EXISTS sso_sessions (
  incident TEXT NOT NULL REFERENCES sso_incidents(id), session TEXT NOT NULL, user TEXT NOT NULL, from_expiry INTEGER NOT NULL, to_expiry INTEGER NOT NULL,
  state TEXT NOT NULL, PRIMARY KEY (incident, session)) STRICT;
CREATE TABLE IF NOT EXISTS sso_codes (
  selector TEXT PRIMARY KEY, hash BLOB NOT NULL, incident TEXT NOT NULL, user TEXT NOT NULL, expires_at INTEGER NOT NULL, tries INTEGER NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS sso_claim_tries (address TEXT NOT NULL, at INTEGER NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS sso_approvals (
  id TEXT PRIMARY KEY, request TEXT NOT NULL, asked_by TEXT NOT NULL, asked_at INTEGER NOT NULL, expires_at INTEGER NOT NULL, approved_by TEXT, used_at INTEGER) STRICT;
CREATE TABLE IF NOT EXISTS sso_identities (
  user TEXT PRIMARY KEY, hash TEXT NOT NULL, identity TEXT NOT NULL, seen_at INTEGER NOT NULL, left_at INTEGER) STRICT;
CREATE TABLE IF NOT EXISTS sso_snapshots (
  at INTEGER PRIMARY KEY, accounts INTEGER NOT NULL, sso_accounts INTEGER NOT NULL, changed INTEGER NOT NULL, sha256 TEXT NOT NULL, stored TEXT NOT NULL, warnings TEXT NOT NULL) STRICT;
`;

/** Settings of an incident that somebody wrote over. */
export const SSO_DRIFT_TABLE = `
CREATE TABLE sso_drift (
  incident TEXT PRIMARY KEY REFERENCES sso_incidents(id), in_force_at INTEGER NOT NULL, keys TEXT NOT NULL, by TEXT, at INTEGER, told INTEGER NOT NULL) STRICT;
`;
