import type pg from 'pg';
import {z} from 'zod';
import {NOT_A_PROVIDER} from './rules.ts';
import {NEVER, type Account, type AccountFilter, type AccountSessions, type Session} from './port.ts';

// PostgreSQL gives bigint as text.
const Millis = z.coerce.number();

const AccountRow = z.object({
  id: z.string(),
  username: z.string(),
  email: z.string(),
  service: z.string(),
  data: z.string().nullable(),
  has_password: z.boolean(),
  email_verified: z.boolean(),
  mfa_active: z.boolean(),
  roles: z.string(),
  is_bot: z.boolean(),
  is_remote: z.boolean(),
  deleted_at: Millis,
  created_at: Millis,
  password_updated_at: Millis,
  last_login_at: Millis,
});

const SessionRow = z.object({
  id: z.string(),
  user: z.string(),
  kind: z.enum(['sso', 'password', 'access_token', 'oauth_app']),
  device: z.enum(['web', 'mobile', 'desktop']),
  created_at: Millis,
  expires_at: Millis,
  last_activity_at: Millis,
});

const EndingRow = SessionRow.extend({wanted: z.boolean()});
const AccountSessionsRow = AccountRow.extend({
  last_seen_at: Millis,
  live: Millis,
  last_expiry: Millis,
  teams: z.array(z.string()),
});

export const DeviceRow = z.object({device: SessionRow.shape.device, sessions: Millis});
export const TokensRow = z.object({user: z.string(), access_tokens: Millis});

export function toAccount(row: unknown): Account {
  const {service, data, roles, ...account} = AccountRow.parse(row);
  return {...account, sign_in: {service, data}, roles: roles.split(/\s+/).filter((role) => role !== '')};
}

export function toSession(row: unknown): Session {
  return SessionRow.parse(row);
}

export function toEnding(row: unknown): {session: Session; wanted: boolean} {
  const {wanted, ...session} = EndingRow.parse(row);
  return {session, wanted};
}

export function toAccountSessions(row: unknown): AccountSessions {
  const {last_seen_at, live, last_expiry, teams} = AccountSessionsRow.parse(row);
  return {account: toAccount(row), last_seen_at, live, last_expiry, teams};
}

/** Whether users.lastlogin is there: servers before migration 115 (9.x) lack it. */
export async function hasLastLogin(client: pg.Client): Promise<boolean> {
  const {rows} = await client.query(
    `SELECT 1 FROM information_schema.columns WHERE table_schema = current_schema() AND table_name = 'users' AND column_name = 'lastlogin'`,
  );
  return rows.length > 0;
}

/** Of the password only whether there is one: the hash does not leave the database. */
export function accountsSql(withLastLogin: boolean): string {
  return `SELECT u.id, u.username, u.email, COALESCE(u.authservice, '') AS service, u.authdata AS data, COALESCE(u.password, '') <> '' AS has_password,
      COALESCE(u.emailverified, false) AS email_verified, COALESCE(u.mfaactive, false) AS mfa_active, COALESCE(u.roles, '') AS roles,
      b.userid IS NOT NULL AS is_bot, COALESCE(u.remoteid, '') <> '' AS is_remote, COALESCE(u.deleteat, 0) AS deleted_at, COALESCE(u.createat, 0) AS created_at,
      COALESCE(u.lastpasswordupdate, 0) AS password_updated_at, ${withLastLogin ? 'COALESCE(u.lastlogin, 0)' : '0'} AS last_login_at
    FROM users u LEFT JOIN bots b ON b.userid = u.id`;
}

/** $1 what was typed, $2 how many. Compared by its length, so that no character of it is a wildcard. */
export const SEARCH = `u.deleteat = 0 AND b.userid IS NULL AND COALESCE(u.remoteid, '') = '' AND lower($1) IN (
    left(lower(u.username), length($1)), left(lower(u.email), length($1)), left(lower(u.firstname), length($1)), left(lower(u.lastname), length($1)),
    left(lower(u.firstname || ' ' || u.lastname), length($1)))
  ORDER BY u.username LIMIT $2`;

const PROVIDER = `COALESCE(u.authservice, '') NOT IN (${NOT_A_PROVIDER.map((service) => `'${service}'`).join(', ')})`;

export const CONDITIONS: Record<AccountFilter, string> = {
  all: 'true',
  sso: PROVIDER,
  local: `COALESCE(u.authservice, '') = '' AND b.userid IS NULL AND COALESCE(u.remoteid, '') = ''`,
};

const ACTIVE_SSO = `${PROVIDER} AND u.deleteat = 0 AND b.userid IS NULL AND COALESCE(u.remoteid, '') = ''`;
const OF_PERSON = `s.kind IN ('sso', 'password')`;

/**
 * Sessions without their token. What gave birth to one stands in its properties and stays when the account is switched.
 * A sign-in by LDAP looks like one by password: only the account tells them apart.
 * The properties are text before 6.0, and jsonb since.
 */
const sessionsOf = (rows: string): string => `(
  SELECT id, userid AS "user", createat AS created_at, expiresat AS expires_at, COALESCE(lastactivityat, 0) AS last_activity_at,
    CASE WHEN p->>'type' = 'UserAccessToken' THEN 'access_token'
      WHEN isoauth THEN 'oauth_app'
      WHEN p->>'isOAuthUser' = 'true' OR p->>'isSaml' = 'true' THEN 'sso'
      ELSE 'password' END AS kind,
    CASE WHEN COALESCE(deviceid, '') <> '' OR p->>'isMobile' = 'true' THEN 'mobile'
      WHEN p->>'browser' LIKE 'Desktop App%' THEN 'desktop'
      ELSE 'web' END AS device
  FROM (SELECT *, COALESCE(NULLIF(props::text, '')::jsonb, '{}') AS p FROM ${rows}) AS raw
) s`;
const SESSIONS = sessionsOf('sessions');

const SESSION_COLUMNS = 's.id, s."user", s.kind, s.device, s.created_at, s.expires_at, s.last_activity_at';
const OF_ACTIVE_SSO = `${SESSIONS} JOIN users u ON u.id = s."user" LEFT JOIN bots b ON b.userid = u.id WHERE ${OF_PERSON} AND ${ACTIVE_SSO}`;

export const SESSIONS_OF = `SELECT ${SESSION_COLUMNS} FROM ${SESSIONS} WHERE s."user" = ANY($1) ORDER BY s.id`;

/** $1 after this id, $2 how many, $3 now. */
export function accountSessionsSql(withLastLogin: boolean): string {
  const isLive = '(s.expires_at = 0 OR s.expires_at > $3)';
  return `WITH page AS (${accountsSql(withLastLogin)} WHERE ${ACTIVE_SSO} AND u.id > $1 ORDER BY u.id LIMIT $2)
    SELECT page.*, COALESCE(seen.live, 0) AS live, COALESCE(seen.last_expiry, 0) AS last_expiry,
      GREATEST(page.last_login_at, seen.last_activity_at, status.lastactivityat) AS last_seen_at,
      ARRAY(SELECT t.name FROM teammembers tm JOIN teams t ON t.id = tm.teamid
        WHERE tm.userid = page.id AND tm.deleteat = 0 AND t.deleteat = 0 ORDER BY t.name) AS teams
    FROM page LEFT JOIN status ON status.userid = page.id LEFT JOIN LATERAL (
      SELECT count(*) FILTER (WHERE ${isLive}) AS live, max(s.last_activity_at) AS last_activity_at,
        max(CASE WHEN s.expires_at = 0 THEN ${NEVER} ELSE s.expires_at END) FILTER (WHERE ${isLive}) AS last_expiry
      FROM ${SESSIONS} WHERE s."user" = page.id AND ${OF_PERSON}) seen ON true
    ORDER BY page.id`;
}

/**
 * $1 after this id, $2 how many, $3 now, $4 before. The page is cut before it is looked at, and the unwanted come along: otherwise PostgreSQL joins and
 * sorts all sessions anew for each page.
 */
export const ENDING = `SELECT ${SESSION_COLUMNS}, COALESCE(${OF_PERSON} AND ${ACTIVE_SSO}, false) AS wanted
  FROM ${sessionsOf('(SELECT * FROM sessions WHERE id > $1 AND expiresat > $3 AND expiresat < $4 ORDER BY id LIMIT $2) AS page')}
  LEFT JOIN users u ON u.id = s."user" LEFT JOIN bots b ON b.userid = u.id ORDER BY s.id`;

export const LIVE_BY_DEVICE = `SELECT s.device, count(*) AS sessions FROM ${OF_ACTIVE_SSO} AND (s.expires_at = 0 OR s.expires_at > $1) GROUP BY s.device ORDER BY s.device`;

/** An account that signs in by LDAP has no password, so its sessions that look like it came from the directory. */
export const NEWEST_SSO_LOGIN = `SELECT ${SESSION_COLUMNS} FROM ${SESSIONS} JOIN users u ON u.id = s."user"
  WHERE s.created_at >= $1 AND (s.kind = 'sso' OR (s.kind = 'password' AND u.authservice = 'ldap')) AND ($2::text[] IS NULL OR s."user" = ANY($2))
  ORDER BY s.created_at DESC LIMIT 1`;

export const TOKENS_MADE = `SELECT s."user", count(*) AS access_tokens FROM ${SESSIONS}
  WHERE s.kind = 'access_token' AND s.created_at >= $1 AND s."user" = ANY($2) GROUP BY s."user" ORDER BY s."user"`;

/** Mattermost notes there who saved a whole configuration; who patched one stands only in a log that needs a licence. */
export const NEWEST_CONFIG_SAVE = `SELECT u.username, a.createat AS at FROM audits a JOIN users u ON u.id = a.userid LEFT JOIN bots b ON b.userid = u.id
  WHERE a.createat >= $1 AND a.extrainfo = 'updateConfig' AND b.userid IS NULL ORDER BY a.createat DESC LIMIT 1`;
export const ConfigSaveRow = z.object({username: z.string(), at: Millis});

export const TEAM = {
  exists: 'SELECT id FROM teams WHERE name = $1 AND deleteat = 0',
  members: `SELECT u.id FROM teammembers m JOIN users u ON u.id = m.userid WHERE m.teamid = $1 AND m.deleteat = 0 AND u.deleteat = 0 ORDER BY u.id`,
};
export const GROUP = {
  exists: 'SELECT id FROM usergroups WHERE name = $1 AND deleteat = 0',
  members: `SELECT u.id FROM groupmembers m JOIN users u ON u.id = m.userid WHERE m.groupid = $1 AND m.deleteat = 0 AND u.deleteat = 0 ORDER BY u.id`,
};
