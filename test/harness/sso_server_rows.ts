import {createHash, randomBytes} from 'node:crypto';
import {query} from './query.ts';

/** What the database holds of one account. Times are milliseconds. */
export interface AccountRow {
  readonly id: string;
  readonly username: string;
  readonly email: string;
  readonly authservice: string | null;
  readonly authdata: string | null;
  readonly has_password: boolean;
  readonly emailverified: boolean;
  readonly failedattempts: number;
  readonly roles: string;
  readonly deleteat: number;
  readonly updateat: number;
  readonly lastpasswordupdate: number;
}

export interface SessionRow {
  readonly id: string;
  readonly userid: string;
  readonly createat: number;
  readonly expiresat: number;
  readonly lastactivityat: number;
  readonly deviceid: string;
  readonly props: Readonly<Record<string, string>>;
}

export interface NewSession {
  readonly createAt?: number;
  readonly expiresAt: number;
  readonly lastActivityAt?: number;
  /** Default: web. */
  readonly device?: 'web' | 'mobile' | 'desktop';
  /** What the session was born of. Default: sso. */
  readonly kind?: 'sso' | 'password';
}

/** An account that no person made by signing in. */
export interface BulkAccount {
  readonly username: string;
  readonly email: string;
  readonly authService: string;
  readonly authData: string;
}

export interface MadeAccount extends BulkAccount {
  readonly userId: string;
}

export interface MadeSession {
  readonly id: string;
  readonly userId: string;
  readonly token: string;
}

const ACCOUNT = `id, username, email, authservice, authdata, coalesce(password, '') <> '' AS has_password, emailverified,
  failedattempts, roles, deleteat::float8, updateat::float8, lastpasswordupdate::float8`;
const SESSION = 'id, userid, createat::float8, expiresat::float8, lastactivityat::float8, deviceid, props';

/** Throws where there is none. */
export async function accountRow(databaseUrl: string, username: string): Promise<AccountRow> {
  const [row] = await query<AccountRow>(databaseUrl, `SELECT ${ACCOUNT} FROM users WHERE username = $1`, [username]);
  if (!row) {
    throw new Error(`There is no account ${username}.`);
  }
  return row;
}

/** The sessions of one person, oldest first. */
export function sessionRows(databaseUrl: string, userId: string): Promise<SessionRow[]> {
  return query<SessionRow>(databaseUrl, `SELECT ${SESSION} FROM sessions WHERE userid = $1 ORDER BY createat, id`, [
    userId,
  ]);
}

/** Undefined: it is gone. */
export async function sessionOfToken(databaseUrl: string, token: string): Promise<SessionRow | undefined> {
  return (await query<SessionRow>(databaseUrl, `SELECT ${SESSION} FROM sessions WHERE token = $1`, [token]))[0];
}

/**
 * Makes accounts as copies of a real one, in its teams and channels: every column is as Mattermost wrote it.
 * Mattermost keeps accounts in memory, so its caches want invalidating afterwards.
 */
export async function insertAccounts(
  databaseUrl: string,
  templateId: string,
  accounts: readonly BulkAccount[],
): Promise<MadeAccount[]> {
  const made = accounts.map((account) => ({...account, userId: idFrom(account.username)}));
  const users = made.map(({userId, username, email, authService, authData}) => ({
    id: userId,
    username,
    email,
    authservice: authService,
    authdata: authData,
  }));
  await copyRows(databaseUrl, {table: 'users', where: 'id', is: templateId}, users);
  const members = made.map(({userId}) => ({userid: userId}));
  await copyRows(databaseUrl, {table: 'teammembers', where: 'userid', is: templateId}, members);
  await copyRows(databaseUrl, {table: 'channelmembers', where: 'userid', is: templateId}, members);
  return made;
}

/** Makes sessions as copies of a real one. Their tokens work at once. */
export async function insertSessions(
  databaseUrl: string,
  templateId: string,
  sessions: readonly (NewSession & {readonly userId: string})[],
): Promise<MadeSession[]> {
  const [template] = await query<SessionRow>(databaseUrl, `SELECT ${SESSION} FROM sessions WHERE id = $1`, [
    templateId,
  ]);
  if (!template) {
    throw new Error('The session to copy is gone.');
  }
  const made = sessions.map((session) => ({...session, id: idFrom(randomBytes(16)), token: idFrom(randomBytes(16))}));
  const rows = made.map(({id, token, userId, createAt = template.createat, ...session}) => ({
    id,
    token,
    userid: userId,
    createat: createAt,
    expiresat: session.expiresAt,
    lastactivityat: session.lastActivityAt ?? createAt,
    deviceid: session.device === 'mobile' ? `android:${id}` : '',
    props: {...template.props, ...DEVICE[session.device ?? 'web'], isOAuthUser: String(session.kind !== 'password')},
  }));
  await copyRows(databaseUrl, {table: 'sessions', where: 'id', is: templateId}, rows);
  return made.map(({id, token, userId}) => ({id, token, userId}));
}

/** What Mattermost notes of the user agent. */
const DEVICE = {
  web: {platform: 'Linux', os: 'Linux', browser: 'Firefox/128.0', isMobile: 'false'},
  mobile: {platform: 'Android', os: 'Android', browser: 'Mobile App/2.30.0', isMobile: 'true'},
  desktop: {platform: 'Windows', os: 'Windows 10', browser: 'Desktop App/5.13.0', isMobile: 'false'},
};

/** Copies a row (or several) once for each of `changes`, with those columns changed. The names are the harness's own. */
async function copyRows(
  databaseUrl: string,
  from: {table: string; where: string; is: string},
  changes: readonly object[],
): Promise<void> {
  const {table, where, is} = from;
  await query(
    databaseUrl,
    `INSERT INTO ${table}
    SELECT copy.* FROM ${table} template, jsonb_array_elements($2::jsonb) change,
      LATERAL jsonb_populate_record(NULL::${table}, to_jsonb(template) || change) copy
    WHERE template.${where} = $1`,
    [is, JSON.stringify(changes)],
  );
}

/** 26 letters and digits, as Mattermost wants them; the same name gives the same id. */
function idFrom(name: string | Buffer): string {
  return createHash('sha256').update(name).digest('hex').slice(0, 26);
}
