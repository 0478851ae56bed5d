import pg from 'pg';
import type {AccountSeed, SessionSeed} from './memory.ts';

/** Secrets that must never come out of the database. */
export const CANARIES = {
  hash: '$2a$10$canary-of-a-hash',
  session: 'canaryofasessiontoken00000',
  mfa: 'canary-of-a-second-factor',
};

/** The tables of Mattermost's migrations that sign-in touches, with the columns that it touches (channels/db/migrations/postgres). */
const TABLES = `
  CREATE TABLE users (id VARCHAR(26) PRIMARY KEY, createat bigint, updateat bigint, deleteat bigint, username VARCHAR(64) UNIQUE, password VARCHAR(128),
    authdata VARCHAR(128) UNIQUE, authservice VARCHAR(32), email VARCHAR(128) UNIQUE, emailverified boolean, roles VARCHAR(256), lastpasswordupdate bigint,
    firstname VARCHAR(64), lastname VARCHAR(64), failedattempts integer, mfaactive boolean, mfasecret VARCHAR(128), remoteid VARCHAR(26), lastlogin bigint NOT NULL DEFAULT 0);
  CREATE TABLE bots (userid VARCHAR(26) PRIMARY KEY, ownerid VARCHAR(190), createat bigint, updateat bigint, deleteat bigint);
  CREATE TABLE sessions (id VARCHAR(26) PRIMARY KEY, token VARCHAR(26), createat bigint, expiresat bigint, lastactivityat bigint, userid VARCHAR(26),
    deviceid VARCHAR(512), roles VARCHAR(64), isoauth boolean, props jsonb);
  CREATE TABLE tokens (token VARCHAR(64) PRIMARY KEY, createat bigint, type VARCHAR(64), extra VARCHAR(2048));
  CREATE TABLE status (userid VARCHAR(26) PRIMARY KEY, status VARCHAR(32), manual boolean, lastactivityat bigint);
  CREATE TABLE teams (id VARCHAR(26) PRIMARY KEY, deleteat bigint, name VARCHAR(64), UNIQUE (name));
  CREATE TABLE teammembers (teamid VARCHAR(26), userid VARCHAR(26), deleteat bigint, PRIMARY KEY (teamid, userid));
  CREATE TABLE usergroups (id VARCHAR(26) PRIMARY KEY, name VARCHAR(64) UNIQUE, deleteat bigint);
  CREATE TABLE groupmembers (groupid VARCHAR(26), userid VARCHAR(26), createat bigint, deleteat bigint, PRIMARY KEY (groupid, userid));
  CREATE TABLE audits (id VARCHAR(26) PRIMARY KEY, createat bigint, userid VARCHAR(26), action VARCHAR(512), extrainfo VARCHAR(1024), ipaddress VARCHAR(64), sessionid VARCHAR(26));
  CREATE TABLE db_migrations (version bigint NOT NULL PRIMARY KEY, name VARCHAR NOT NULL)`;

export type Tables = {
  query<Row extends pg.QueryResultRow>(sql: string, values?: unknown[]): Promise<Row[]>;
  /** Makes the tables anew, without rows. */
  reset(): Promise<void>;
  put(account: AccountSeed): Promise<void>;
  addSession(session: SessionSeed): Promise<void>;
  addMember(of: {team: string} | {group: string}, user: string): Promise<void>;
  /** As Mattermost notes who saved the whole configuration, and beside it something else that this person did later. */
  addConfigSave(user: string, at: number): Promise<void>;
  end(): Promise<void>;
};

const COLUMNS: Record<string, (account: AccountSeed) => unknown> = {
  username: (it) => it.username,
  email: (it) => it.email,
  authservice: (it) => it.sign_in?.service,
  authdata: (it) => it.sign_in?.data,
  password: (it) => (it.has_password === undefined ? undefined : it.has_password ? CANARIES.hash : ''),
  emailverified: (it) => it.email_verified,
  mfaactive: (it) => it.mfa_active,
  roles: (it) => it.roles?.join(' '),
  remoteid: (it) => (it.is_remote === undefined ? undefined : it.is_remote ? 'remote' : null),
  deleteat: (it) => it.deleted_at,
  createat: (it) => it.created_at,
  lastpasswordupdate: (it) => it.password_updated_at,
  lastlogin: (it) => it.last_login_at,
};

const PROPS = {
  sso: {isOAuthUser: 'true', isSaml: 'false'},
  password: {isOAuthUser: 'false', isSaml: 'false'},
  access_token: {type: 'UserAccessToken'},
  oauth_app: {isOAuthUser: 'false'},
};

/** Fills the tables as Mattermost would. */
export async function openTables(url: string): Promise<Tables> {
  const client = new pg.Client({connectionString: url});
  await client.connect();
  const query = async <Row extends pg.QueryResultRow>(sql: string, values: unknown[] = []): Promise<Row[]> =>
    (await client.query<Row>(sql, values)).rows;

  return {
    query,
    reset: async () => {
      await query(`DROP SCHEMA IF EXISTS public CASCADE; CREATE SCHEMA public; ${TABLES}`);
    },
    put: async (account) => {
      await query(
        `INSERT INTO users (id, username, email, authservice, authdata, password, emailverified, mfaactive, mfasecret, roles, deleteat, createat, lastpasswordupdate, failedattempts)
        VALUES ($1::text, $1::text, $1::text || '@corp.test', 'gitlab', $1::text, '', true, false, $2, 'system_user', 0, 1, 0, 3) ON CONFLICT DO NOTHING`,
        [account.id, CANARIES.mfa],
      );
      for (const [column, valueOf] of Object.entries(COLUMNS)) {
        const value = valueOf(account);
        if (value !== undefined) {
          await query(`UPDATE users SET ${column} = $1 WHERE id = $2`, [value, account.id]);
        }
      }
      if (account.is_bot) {
        await query('INSERT INTO bots (userid) VALUES ($1)', [account.id]);
      }
    },
    addSession: async (seed) => {
      const session = {kind: 'sso', device: 'web', created_at: 1, expires_at: 0, last_activity_at: 1, ...seed} as const;
      const props = {
        ...PROPS[session.kind],
        browser: session.device === 'desktop' ? 'Desktop App/5.10' : 'Firefox/140',
        isMobile: String(session.device === 'mobile'),
        csrf: CANARIES.session,
      };
      await query(
        'INSERT INTO sessions (id, userid, token, createat, expiresat, lastactivityat, deviceid, isoauth, props) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)',
        [
          session.id,
          session.user,
          CANARIES.session,
          session.created_at,
          session.expires_at,
          session.last_activity_at,
          '',
          session.kind === 'oauth_app',
          JSON.stringify(props),
        ],
      );
    },
    addMember: async (of, user) => {
      const [name, groups, members, column] =
        'team' in of
          ? [of.team, 'teams', 'teammembers', 'teamid']
          : [of.group, 'usergroups', 'groupmembers', 'groupid'];
      await query(`INSERT INTO ${groups} (id, name, deleteat) VALUES ($1, $1, 0) ON CONFLICT DO NOTHING`, [name]);
      await query(`INSERT INTO ${members} (${column}, userid, deleteat) VALUES ($1, $2, 0)`, [name, user]);
    },
    addConfigSave: async (user, at) => {
      await query(
        `INSERT INTO audits (id, createat, userid, action, extrainfo) VALUES ($1, $2, $3, '/api/v4/config', 'updateConfig'), ($4, $5, $3, '/api/v4/users/login', 'attempt')`,
        [`${user}${at}`.slice(0, 26), at, user, `x${user}${at}`.slice(0, 26), at + 1000],
      );
    },
    end: () => client.end(),
  };
}
