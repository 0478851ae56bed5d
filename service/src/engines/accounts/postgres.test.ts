import {afterAll, beforeAll, beforeEach, expect, test} from '@jest/globals';
import {createPostgresAccounts} from './postgres.ts';
import {conformance} from './conformance.ts';
import {startPostgresServer, type TestServer} from '../../testkit/postgres_server.ts';
import {CANARIES, openTables, type Tables} from './postgres_tables.ts';
import {createDatabaseWriter} from './writer_database.ts';

let server: TestServer;
let tables: Tables;

beforeAll(async () => {
  server = await startPostgresServer();
  tables = await openTables(server.url);
}, 60_000);
beforeEach(() => tables.reset());
afterAll(async () => {
  await tables.end();
  await server.stop();
}, 30_000);

const NOW = 1_764_000_000_000;
const DAY = 86_400_000;
const clock = {now: () => NOW, sleep: async () => undefined};
const isDown = {answers: async () => false, verifyEmail: async () => undefined};

conformance('postgres', async () => {
  const accounts = createPostgresAccounts(server.url);
  return {
    accounts,
    tokens: accounts,
    writer: createDatabaseWriter(server.url, {rest: isDown, tokens: accounts, clock}),
    ...tables,
  };
});

async function collect<T>(stream: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const one of stream) {
    all.push(one);
  }
  return all;
}

test('postgres: no hash, no session token and no second factor ever leaves the database', async () => {
  const accounts = createPostgresAccounts(server.url);
  await tables.put({id: 'gita', has_password: true});
  await tables.addSession({id: 's1', user: 'gita', expires_at: NOW + 1, created_at: NOW});
  const all = [
    await accounts.byId(['gita']),
    await accounts.find('gita'),
    await collect(accounts.stream('all')),
    await accounts.holdersOf(['gita']),
    await accounts.sessions(['gita']),
    await collect(accounts.streamSessions(NOW)),
    await collect(accounts.streamEnding(NOW, NOW + DAY)),
    await accounts.newestSsoLogin(NOW),
    accounts.location,
  ];
  expect(JSON.stringify(all).match(/"gita"/g)!.length).toBeGreaterThan(10);
  for (const canary of Object.values(CANARIES)) {
    expect(JSON.stringify(all)).not.toContain(canary);
  }
});

test('postgres: streams go on over more than one page, and miss and repeat nobody', async () => {
  await tables.query(`INSERT INTO users (id, username, email, authservice, authdata, deleteat)
    SELECT x, x, x, 'ldap', x, 0 FROM (SELECT 'u' || lpad(n::text, 6, '0') AS x FROM generate_series(1, 2001) n) ids`);
  await tables.query(
    `INSERT INTO sessions (id, userid, createat, expiresat, props) SELECT id, id, 1, $1, '{}' FROM users`,
    [NOW + 1],
  );
  const accounts = createPostgresAccounts(server.url);
  const expected = Array.from({length: 2001}, (_, index) => `u${String(index + 1).padStart(6, '0')}`);
  expect((await collect(accounts.stream('sso'))).map(({id}) => id)).toEqual(expected);
  expect((await collect(accounts.streamSessions(NOW))).map(({account}) => account.id)).toEqual(expected);
  expect((await collect(accounts.streamEnding(NOW, NOW + 2))).map(({id}) => id)).toEqual(expected);
});

test('postgres: a server before 9.x, without lastlogin and with properties as text, is read as well', async () => {
  await tables.query(
    'ALTER TABLE users DROP COLUMN lastlogin; ALTER TABLE sessions ALTER COLUMN props TYPE varchar(1000)',
  );
  const accounts = createPostgresAccounts(server.url);
  await tables.query(
    `INSERT INTO users (id, username, email, authservice, authdata, deleteat) VALUES ('old', 'old', 'old', 'saml', 'x', 0)`,
  );
  await tables.query(
    `INSERT INTO sessions (id, userid, createat, expiresat, props, deviceid) VALUES ('s1', 'old', 1, 0, '{"isSaml": "true"}', 'apple:1'), ('s2', 'old', 1, 0, '', '')`,
  );
  await tables.query(`INSERT INTO status (userid, lastactivityat) VALUES ('old', 77)`);
  expect(await accounts.find('old')).toMatchObject({
    last_login_at: 0,
    is_bot: false,
    is_remote: false,
    email_verified: false,
  });
  expect(await accounts.sessions(['old'])).toMatchObject([
    {kind: 'sso', device: 'mobile'},
    {kind: 'password', device: 'web'},
  ]);
  expect(await collect(accounts.streamSessions(NOW))).toMatchObject([{live: 2, last_seen_at: 77}]);
});

test('postgres: a token for a password is dated back, so that Mattermost takes it no longer than asked for', async () => {
  const {passwordReset, emailVerification} = createPostgresAccounts(server.url);
  const tokens = [
    await passwordReset({id: 'gita', email: 'g"@corp.test'}, NOW, 900_000),
    await passwordReset({id: 'gita', email: 'g@corp.test'}, NOW, 99 * DAY),
    await emailVerification({id: 'gita', email: 'g@corp.test'}, NOW),
  ];
  const rows = await tables.query<{token: string; createat: string; type: string; extra: string}>(
    'SELECT * FROM tokens',
  );
  expect(rows.map(({token}) => token).sort()).toEqual([...tokens].sort());
  expect(new Set(tokens).size).toBe(3);
  expect(tokens.every((token) => /^[a-z0-9]{64}$/.test(token))).toBe(true);
  const row = (token: string | undefined) => rows.find((one) => one.token === token)!;
  expect([row(tokens[0]).type, NOW - Number(row(tokens[0]).createat), JSON.parse(row(tokens[0]).extra)]).toEqual([
    'password_recovery',
    DAY - 900_000,
    {UserId: 'gita', Email: 'g"@corp.test'},
  ]);
  expect([row(tokens[1]).createat, row(tokens[2]).type, row(tokens[2]).createat]).toEqual([
    String(NOW),
    'verify_email',
    String(NOW),
  ]);
});

test('postgres: a purge meets the account and nothing that only looks like it', async () => {
  const {purgePasswordResets} = createPostgresAccounts(server.url);
  await tables.query(
    `INSERT INTO tokens (token, type, extra) VALUES ('a', 'password_recovery', '{"UserId":"gita","Email":"x"}'), ('b', 'password_recovery', 'no json gita'),
    ('c', 'verify_email', '{"UserId":"gita"}'), ('d', 'password_recovery', $1), ('e', 'password_recovery', '{ "Email": "x", "UserId" : "gita" }'), ('f', 'password_recovery', NULL)`,
    [JSON.stringify({Email: '"UserId":"gita"@x', UserId: 'lola'})],
  );
  expect(await purgePasswordResets(['gita'])).toBe(2);
  expect(
    (await tables.query<{token: string}>('SELECT token FROM tokens ORDER BY token')).map(({token}) => token),
  ).toEqual(['b', 'c', 'd', 'f']);
});

test('postgres: a database that refuses is named, without its password', async () => {
  const accounts = createPostgresAccounts(
    server.url.replace('postgres@', 'postgres:hunter2@').replace(/postgres$/, 'nowhere'),
  );
  const failure: unknown = await accounts.find('gita').catch((error: unknown) => error);
  expect(failure).toMatchObject({code: 'DATABASE_REFUSED', message: expect.stringContaining('/nowhere')});
  expect(String(failure) + JSON.stringify(failure) + accounts.location).not.toContain('hunter2');
});
