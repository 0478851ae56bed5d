import {expect, test} from '@jest/globals';
import type {Failure} from '../../../kernel/failure.ts';
import {libpqEnvironment, locationOf, parseConnection, type Connection} from './connection.ts';

const SECRET = 'hunter2-canary';

test.each<[string, string, Partial<Connection>]>([
  [
    'a whole URL',
    'postgres://mm:pw@db.example.org:5433/mattermost?sslmode=verify-full&sslrootcert=/ca.pem&connect_timeout=10',
    {
      hosts: [{host: 'db.example.org', port: 5433}],
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
    {hosts: [{host: 'db.example.org', port: 5432}], user: 'mm', password: '', sslmode: 'require'},
  ],
  [
    'percent-encoded parts',
    'postgres://m%40m:p%40%3A%2F%25%27%22%20%3F%23@db/matter%20most',
    {hosts: [{host: 'db', port: 5432}], user: 'm@m', password: 'p@:/%\'" ?#', database: 'matter most'},
  ],
  [
    'an IPv6 address',
    'postgres://mm:pw@[::1]:5433/mattermost',
    {hosts: [{host: '::1', port: 5433}], sslmode: 'disable'},
  ],
  [
    'this machine',
    'postgres://mm:pw@localhost/mattermost',
    {hosts: [{host: 'localhost', port: 5432}], sslmode: 'disable'},
  ],
  ['this machine by number', 'postgres://mm:pw@127.0.0.1/mattermost', {sslmode: 'disable'}],
  [
    'a socket in the query',
    'postgres:///mattermost?host=/var/run/postgresql',
    {hosts: [{host: '/var/run/postgresql', port: 5432}], database: 'mattermost', sslmode: 'disable'},
  ],
  [
    'a socket in place of the host',
    'postgres://mm@%2Fvar%2Frun%2Fpostgresql/mattermost',
    {hosts: [{host: '/var/run/postgresql', port: 5432}], user: 'mm', database: 'mattermost', sslmode: 'disable'},
  ],
  ['a password in the query', 'postgres://mm@db/mattermost?password=p%26w', {password: 'p&w'}],
  [
    'keywords',
    'host=db port=5433 user=mm password=pw dbname=mattermost sslmode=disable',
    {hosts: [{host: 'db', port: 5433}], user: 'mm', password: 'pw', database: 'mattermost', sslmode: 'disable'},
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
    {hosts: [{host: '/var/run/postgresql', port: 5432}], sslmode: 'disable'},
  ],
  ['no host', 'dbname=mattermost', {hosts: [{host: 'localhost', port: 5432}]}],
  ['a percent sign that encodes nothing', 'postgres://mm:100%zz@db/mattermost', {password: '100%zz'}],
  [
    'several hosts, each with its port',
    'postgres://mm:p%40w@a.example:5432,b.example:5433,c.example/mattermost?target_session_attrs=read-write',
    {
      hosts: [
        {host: 'a.example', port: 5432},
        {host: 'b.example', port: 5433},
        {host: 'c.example', port: 5432},
      ],
      password: 'p@w',
      sessionKind: 'read-write',
      sslmode: 'require',
    },
  ],
  [
    'several hosts by number',
    'postgres://mm@[::1]:5433,127.0.0.1/mattermost',
    {
      hosts: [
        {host: '::1', port: 5433},
        {host: '127.0.0.1', port: 5432},
      ],
      sslmode: 'disable',
    },
  ],
  [
    'several hosts by keyword with one port',
    'host=a,/run/b port=5433 dbname=mattermost target_session_attrs=prefer-standby',
    {
      hosts: [
        {host: 'a', port: 5433},
        {host: '/run/b', port: 5433},
      ],
      sessionKind: 'prefer-standby',
    },
  ],
  [
    'a search path, which the driver of Mattermost sends to the server',
    'postgres://mm@db/mattermost?search_path=%22My%20Team%22,public',
    {options: String.raw`-c search_path="My\ Team",public`},
  ],
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
  ['two hosts and three ports', `host=a,b port=1,2,3 dbname=mattermost password=${SECRET}`],
  ['a kind of session that does not exist', `postgres://mm:${SECRET}@a,b/mattermost?target_session_attrs=leader`],
  ['several hosts and no database', `postgres://mm:${SECRET}@a,b`],
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
  expect(locationOf(parseConnection(`postgres://mm:${SECRET}@a,b:5433/mattermost`))).toBe(
    'postgres://mm@a:5432,b:5433/mattermost',
  );
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
    libpqEnvironment(parseConnection('postgres://a,b:5433/mm?target_session_attrs=primary&search_path=mm')),
  ).toMatchObject({
    PGHOST: 'a,b',
    PGPORT: '5432,5433',
    PGTARGETSESSIONATTRS: 'primary',
    PGOPTIONS: '-c search_path=mm',
  });
  expect(
    Object.keys(libpqEnvironment(parseConnection('dbname=mm'))).filter((name) => name.startsWith('PGSSL')),
  ).toEqual(['PGSSLMODE']);
});
