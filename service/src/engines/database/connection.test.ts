import {expect, test} from '@jest/globals';
import type {Failure} from '../../kernel/failure.ts';
import {libpqEnvironment, locationOf, parseConnection, type Connection} from './connection.ts';

const SECRET = 'hunter2-canary';

test.each<[string, string, Partial<Connection>]>([
  [
    'a whole URL',
    'postgres://mm:pw@db.example.org:5433/mattermost?sslmode=verify-full&sslrootcert=/ca.pem&connect_timeout=10',
    {
      host: 'db.example.org',
      port: 5433,
      user: 'mm',
      password: 'pw',
      database: 'mattermost',
      sslmode: 'verify-full',
      sslrootcert: '/ca.pem',
    },
  ],
  [
    'the long scheme and defaults',
    'postgresql://mm@db.example.org/mattermost',
    {host: 'db.example.org', port: 5432, user: 'mm', password: '', sslmode: 'require'},
  ],
  [
    'percent-encoded parts',
    'postgres://m%40m:p%40%3A%2F%25%27%22%20%3F%23@db/matter%20most',
    {host: 'db', user: 'm@m', password: 'p@:/%\'" ?#', database: 'matter most'},
  ],
  ['an IPv6 address', 'postgres://mm:pw@[::1]:5432/mattermost', {port: 5432, database: 'mattermost'}],
  ['this machine', 'postgres://mm:pw@localhost/mattermost', {host: 'localhost', sslmode: 'disable'}],
  ['this machine by number', 'postgres://mm:pw@127.0.0.1/mattermost', {sslmode: 'disable'}],
  [
    'a socket in the query',
    'postgres:///mattermost?host=/var/run/postgresql',
    {host: '/var/run/postgresql', database: 'mattermost', sslmode: 'disable'},
  ],
  [
    'a socket in place of the host',
    'postgres://mm@%2Fvar%2Frun%2Fpostgresql/mattermost',
    {host: '/var/run/postgresql', user: 'mm', database: 'mattermost', sslmode: 'disable'},
  ],
  ['a password in the query', 'postgres://mm@db/mattermost?password=p%26w', {password: 'p&w'}],
  [
    'keywords',
    'host=db port=5433 user=mm password=pw dbname=mattermost sslmode=disable',
    {host: 'db', port: 5433, user: 'mm', password: 'pw', database: 'mattermost', sslmode: 'disable'},
  ],
  [
    'keywords with quotes and escapes',
    String.raw`host = db  user='m m' password='it\'s \\ "x" @:/%' dbname=mattermost`,
    {user: 'm m', password: 'it\'s \\ "x" @:/%'},
  ],
  ['escapes outside quotes', String.raw`host=db password=a\ b\'c dbname=mattermost`, {password: "a b'c"}],
  ['an empty quoted value', `host=db password='' dbname=mattermost`, {password: ''}],
  [
    'a socket by keyword',
    'host=/var/run/postgresql dbname=mattermost',
    {host: '/var/run/postgresql', sslmode: 'disable'},
  ],
  ['no host', 'dbname=mattermost', {host: 'localhost', port: 5432}],
  ['a percent sign that encodes nothing', 'postgres://mm:100%zz@db/mattermost', {password: '100%zz'}],
  ['a name beyond ASCII', 'postgres://mm:pässwörd@db/mattermost', {password: 'pässwörd'}],
])('%s is understood', (_name, text, connection) => {
  expect(parseConnection(text)).toMatchObject(connection);
});

test.each([
  ['no database in a URL', `postgres://mm:${SECRET}@db`],
  ['no database in a URL with a slash', `postgres://mm:${SECRET}@db/`],
  ['no database in keywords', `host=db password=${SECRET}`],
  ['a port that is no number', `postgres://mm:${SECRET}@db:port/mattermost`],
  ['a port that is too large', `postgres://mm:${SECRET}@db:70000/mattermost`],
  ['a port by keyword that is no number', `host=db port=five dbname=mattermost password=${SECRET}`],
  ['an unencoded # in a password', `postgres://mm:${SECRET}#x@db/mattermost`],
  ['an unencoded ? in a password', `postgres://mm:${SECRET}?x@db/mattermost`],
  ['an unencoded / in a password', `postgres://mm:${SECRET}/x@db/mattermost`],
  ['another database', `mysql://mm:${SECRET}@db/mattermost`],
  ['a quote that is not closed', `host=db dbname=mattermost password='${SECRET}`],
  ['words', `${SECRET} is my password`],
  ['a key without a value', `host=db dbname=mattermost ${SECRET}`],
  ['nothing', ''],
])('%s is a named failure, and its words never hold the password', (_name, text) => {
  let failure: Failure | undefined;
  try {
    parseConnection(text);
  } catch (error) {
    failure = error as Failure;
  }
  expect(failure?.code).toBe('USAGE_INVALID');
  expect(failure?.message).not.toContain('hunter2');
  expect(String((failure?.cause as Error | undefined)?.message)).not.toContain('hunter2');
});

test('what is shown of an address has no password', () => {
  const connection = parseConnection(`postgres://mm:${SECRET}@db/mattermost`);
  expect(locationOf(connection)).toBe('postgres://mm@db:5432/mattermost');
});

test("PostgreSQL's programs get the password by environment, and certificates only where they are named", () => {
  expect(
    libpqEnvironment(parseConnection('postgres://mm:p%20w@db:5433/mattermost?sslmode=verify-ca&sslrootcert=/ca.pem')),
  ).toEqual({
    PGHOST: 'db',
    PGPORT: '5433',
    PGUSER: 'mm',
    PGPASSWORD: 'p w',
    PGDATABASE: 'mattermost',
    PGSSLMODE: 'verify-ca',
    PGSSLROOTCERT: '/ca.pem',
    PGCONNECT_TIMEOUT: '10',
    PGAPPNAME: 'drctl',
  });
  expect(
    Object.keys(libpqEnvironment(parseConnection('dbname=mm'))).filter((name) => name.startsWith('PGSSL')),
  ).toEqual(['PGSSLMODE']);
});
