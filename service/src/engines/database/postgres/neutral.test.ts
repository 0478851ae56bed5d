import {afterAll, beforeAll, beforeEach, expect, jest, test} from '@jest/globals';
import {startFixture, type Fixture} from './postgres_fixture.ts';

// Each makes databases and runs pg_dump and pg_restore.
jest.setTimeout(30_000);

let fixture: Fixture;
beforeAll(async () => {
  fixture = await startFixture();
}, 60_000);
beforeEach(() => fixture.reset());
afterAll(() => fixture.server.stop(), 30_000);

const content = (database: string): Promise<unknown> =>
  fixture.adminIn(
    database,
    'SELECT id, words, note, extract(epoch FROM length)::text AS length, array_length(words, 1) AS parts FROM posts ORDER BY id',
  );

// Whatever an administrator sets for a role or a database acts on every session of it, ours and those of pg_dump and pg_restore.
const LIMITS = {
  default_transaction_read_only: 'on',
  default_transaction_isolation: 'serializable',
  default_transaction_deferrable: 'on',
  statement_timeout: '500ms',
  lock_timeout: '500ms',
  idle_in_transaction_session_timeout: '50ms',
  idle_session_timeout: '300ms',
  exit_on_error: 'on',
  session_replication_role: 'replica',
};
const FORMATS = {
  array_nulls: 'off',
  transform_null_equals: 'on',
  standard_conforming_strings: 'off',
  IntervalStyle: 'sql_standard',
  DateStyle: 'SQL, DMY',
  row_security: 'off',
  bytea_output: 'escape',
  client_encoding: 'SQL_ASCII',
  quote_all_identifiers: 'on',
  client_min_messages: 'error',
  TimeZone: 'Asia/Kolkata',
};

test.each<[string, Record<string, string>]>([
  ['limits', LIMITS],
  ['formats', FORMATS],
])('a role and a database with strange %s are backed up and restored as any other', async (_name, settings) => {
  const before = await content('mattermost');
  for (const [name, value] of Object.entries(settings)) {
    await fixture.admin(
      `ALTER ROLE mmuser SET ${name} = '${value}'`,
      `ALTER DATABASE mattermost SET ${name} = '${value}'`,
    );
  }
  const backup = await fixture.backUp();
  const {proven} = await fixture.restore(backup, 'restored');
  expect(proven.compared).toBe(backup.record.tables.length);
  expect(await content('restored')).toEqual(before);
});

test('a session that strange settings begin is neutral in each of them, and its programs are told so', async () => {
  const {connect, parseConnection} = await import('./connection.ts');
  const {NEUTRAL} = await import('./session.ts');
  for (const [name, value] of Object.entries({...LIMITS, ...FORMATS})) {
    await fixture.admin(`ALTER ROLE mmuser SET ${name} = '${value}'`);
  }
  const {client, at} = await connect(parseConnection(fixture.urlAs('mmuser', 'mattermost')));
  const {rows} = await client.query<{name: string; setting: string}>(
    'SELECT name, setting FROM pg_settings WHERE name = ANY ($1)',
    [Object.keys(NEUTRAL)],
  );
  await client.end();
  // Only a superuser may set this one back; it keeps nothing from being read or loaded.
  const settable = rows.filter(({name}) => name !== 'session_replication_role');
  expect(Object.fromEntries(settable.map(({name, setting}) => [name, setting]))).toEqual(
    Object.fromEntries(settable.map(({name}) => [name, NEUTRAL[name]])),
  );
  expect(at.options).toContain('-c default_transaction_read_only=off');
  expect(at.options).toContain(String.raw`-c default_transaction_isolation=read\ committed`);
});

test('a session of an ordinary role is left as it is, so that nothing of ours stays with a pooler', async () => {
  const {connect, parseConnection} = await import('./connection.ts');
  const {client, at} = await connect(parseConnection(fixture.urlAs('mmuser', 'mattermost')));
  await client.end();
  expect(at.options).toBe('');
});

test('of several hosts the first that answers and fits is taken, for us and for the programs', async () => {
  const port = new URL(fixture.server.url).port;
  const hosts = `127.0.0.1:1,127.0.0.1:${port}`;
  const {record} = await fixture.backUp(`postgres://mmuser@${hosts}/mattermost?target_session_attrs=read-write`);
  expect(record.tables.find(({name}) => name === 'public.posts')).toEqual({name: 'public.posts', rows: 50});
  await expect(
    fixture.engine.source(`postgres://mmuser@${hosts}/mattermost?target_session_attrs=standby`).inspect(),
  ).rejects.toMatchObject({code: 'DATABASE_UNREACHABLE', message: expect.stringContaining('it is no standby')});
  await expect(
    fixture.engine.source(`postgres://mmuser@${hosts}/mattermost?target_session_attrs=prefer-standby`).inspect(),
  ).resolves.toMatchObject({name: 'mattermost'});
});

test('programs of one kind that are connected are counted, not listed', async () => {
  const {connect, parseConnection} = await import('./connection.ts');
  const sessions = await Promise.all(
    Array.from({length: 16}, () => connect(parseConnection(fixture.urlAs('mmuser', 'mattermost')))),
  );
  try {
    const {connections} = await fixture.engine.target(fixture.urlAs('mmuser', 'mattermost')).describe();
    expect(connections).toEqual(['drctl as mmuser from 127.0.0.1 (16 connections)']);
  } finally {
    await Promise.all(sessions.map(({client}) => client.end()));
  }
});
