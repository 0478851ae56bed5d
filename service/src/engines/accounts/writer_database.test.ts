import {afterAll, beforeAll, beforeEach, expect, test} from '@jest/globals';
import {createPostgresAccounts} from './postgres.ts';
import {createEmergencyWriter} from './emergency.ts';
import type {SignInChange} from './port.ts';
import {startPostgresServer, type TestServer} from '../../testkit/postgres_server.ts';
import {openTables, type Tables} from './postgres_tables.ts';
import {createDatabaseWriter} from './writer_database.ts';

let server: TestServer;
let tables: Tables;
let verified: string[] = [];
let running = 0;
let atOnce = 0;

beforeAll(async () => {
  server = await startPostgresServer();
  tables = await openTables(server.url);
}, 60_000);
beforeEach(async () => {
  await tables.reset();
  [verified, running, atOnce] = [[], 0, 0];
});
afterAll(async () => {
  await tables.end();
  await server.stop();
}, 30_000);

const NOW = 1_764_000_000_000;
const LOCAL = {service: '', data: null};
const clock = {now: () => NOW, sleep: async () => undefined};
const toLocal = (id: string): SignInChange => ({id, from: {service: 'gitlab', data: id}, to: LOCAL});

/** Mattermost up: says whose token it was given. */
function up(refuses: readonly string[] = []) {
  return {
    answers: async () => true,
    verifyEmail: async (token: string) => {
      running += 1;
      atOnce = Math.max(atOnce, running);
      const [row] = await tables.query<{type: string; extra: string; createat: string}>(
        'SELECT type, extra, createat FROM tokens WHERE token = $1',
        [token],
      );
      const {UserId, Email} = JSON.parse(row!.extra) as {UserId: string; Email: string};
      verified.push(`${row!.type} ${UserId} ${Email} ${row!.createat}`);
      running -= 1;
      if (refuses.includes(UserId)) {
        throw new Error('refused');
      }
    },
  };
}
const writerWith = (rest = up()) =>
  createDatabaseWriter(server.url, {rest, tokens: createPostgresAccounts(server.url), clock});

test('a change by the database writes what Mattermost would write, and makes it forget the account', async () => {
  await tables.put({id: 'gita', email: 'other@corp.test', has_password: true});
  expect(await writerWith().changeSignIn([toLocal('gita'), toLocal('nobody')])).toEqual([
    {id: 'gita', outcome: 'changed', says: null},
    {id: 'nobody', outcome: 'differs', says: null},
  ]);
  expect(
    await tables.query(
      'SELECT authservice, authdata, password, failedattempts, lastpasswordupdate, updateat FROM users',
    ),
  ).toEqual([
    {
      authservice: '',
      authdata: null,
      password: '',
      failedattempts: 0,
      lastpasswordupdate: String(NOW),
      updateat: String(NOW),
    },
  ]);
  expect(verified).toEqual([`verify_email gita other@corp.test ${NOW}`]);
});

test('of many accounts only the changed ones are forgotten, four at a time', async () => {
  const ids = Array.from({length: 12}, (_, index) => `u${index}`);
  for (const id of ids) {
    await tables.put({id, sign_in: id === 'u5' ? LOCAL : {service: 'gitlab', data: id}});
  }
  await writerWith().changeSignIn(ids.map(toLocal));
  expect(verified.map((one) => one.split(' ')[1]).sort()).toEqual(ids.filter((id) => id !== 'u5').sort());
  expect(atOnce).toBeLessThanOrEqual(4);
});

test('an account that Mattermost does not forget is changed, and says so', async () => {
  await tables.put({id: 'gita'});
  await tables.put({id: 'lars'});
  expect(await writerWith(up(['lars'])).changeSignIn([toLocal('gita'), toLocal('lars')])).toEqual([
    {id: 'gita', outcome: 'changed', says: null},
    {id: 'lars', outcome: 'changed', says: expect.stringContaining('30 minutes')},
  ]);
});

test('a stop leaves the rest alone, and what was written is still forgotten', async () => {
  await tables.put({id: 'gita'});
  await tables.put({id: 'lars'});
  const stop = new AbortController();
  const changes = [toLocal('gita'), toLocal('lars')];
  // Aborted when the second is taken.
  const stopping = {
    ...changes[1]!,
    get to() {
      stop.abort(new Error('stopped'));
      return LOCAL;
    },
  };
  await expect(
    writerWith().changeSignIn([changes[0]!, stopping, {...changes[1]!, id: 'nobody'}], stop.signal),
  ).rejects.toThrow('stopped');
  expect(verified.map((one) => one.split(' ')[1]).sort()).toEqual(['gita', 'lars']);
});

test('a session that is deleted while Mattermost runs is told as not revoked, because it lives on in its cache', async () => {
  await tables.put({id: 'gita'});
  await tables.addSession({id: 's1', user: 'gita'});
  expect(await writerWith().revokeSessions(['s1', 'gone'])).toEqual([
    {id: 's1', says: expect.stringContaining('Purge all caches')},
  ]);
  expect(await tables.query('SELECT id FROM sessions')).toEqual([]);
});

test.each([
  ['no sign of Mattermost 11', '', /^\$2[aby]\$10\$/],
  [
    'a table of 11.1',
    `INSERT INTO db_migrations VALUES (142, 'create_content_flagging_tables')`,
    /^\$pbkdf2\$f=SHA256,w=600000,l=32\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/,
  ],
  [
    'a hash of 11.0',
    `INSERT INTO users (id, password) VALUES ('x', '$pbkdf2$f=SHA256,w=600000,l=32$a$b')`,
    /^\$pbkdf2\$/,
  ],
  ['a high number of 10.11.17', `INSERT INTO db_migrations VALUES (178, 'add_schemeid_to_roles')`, /^\$2/],
  ['a server before 6.0, without migrations', 'DROP TABLE db_migrations', /^\$2/],
])('in an emergency, with %s, a hash of that server is written', async (_case, sql, hash) => {
  await tables.query(sql === '' ? 'SELECT 1' : sql);
  await tables.put({id: 'gita'});
  const {setPassword} = createEmergencyWriter(server.url);
  const change = {id: 'gita', from: {service: 'gitlab', data: 'gita'}, password: 'correct horse', now: NOW};
  expect([await setPassword(change), await setPassword(change)]).toEqual([true, false]);
  const [row] = await tables.query(
    `SELECT password, authservice, authdata, failedattempts, lastpasswordupdate FROM users WHERE id = 'gita'`,
  );
  expect(row).toEqual({
    password: expect.stringMatching(hash),
    authservice: '',
    authdata: null,
    failedattempts: 0,
    lastpasswordupdate: String(NOW),
  });
});
