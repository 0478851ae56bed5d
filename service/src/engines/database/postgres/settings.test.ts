import {afterAll, beforeAll, beforeEach, expect, jest, test} from '@jest/globals';
import type {DatabaseRecord} from '@disaster-recovery/contract';
import {startFixture, type Fixture} from './postgres_fixture.ts';

// Each makes databases and runs pg_dump and pg_restore.
jest.setTimeout(30_000);

let fixture: Fixture;
beforeAll(async () => {
  fixture = await startFixture();
}, 60_000);
beforeEach(() => fixture.reset());
afterAll(() => fixture.server.stop(), 30_000);

async function settingsOf(database: string): Promise<Record<string, string[]>> {
  const rows = await fixture.admin<{whose: string; settings: string[]}>(
    `SELECT CASE setrole WHEN 0 THEN 'database' ELSE pg_get_userbyid(setrole)::text END AS whose, setconfig AS settings
    FROM pg_db_role_setting WHERE setdatabase = (SELECT oid FROM pg_database WHERE datname = '${database}')`,
  );
  return Object.fromEntries(
    rows.map(({whose, settings}) => [whose, whose === 'database' ? settings.sort() : settings]),
  );
}

/** A new server: the role is there, its settings are not. */
async function restoredAs(role = 'mmuser'): Promise<{settled: string[]; settings: Record<string, string[]>}> {
  const backup = await fixture.backUp();
  await fixture.admin('ALTER ROLE mmuser RESET ALL', 'ALTER ROLE mmuser IN DATABASE mattermost RESET ALL');
  if (role !== 'mmuser') {
    await fixture.admin(`CREATE ROLE ${role} LOGIN CREATEDB`);
  }
  const {settled} = await fixture.restore(backup, 'restored', fixture.urlAs(role, 'restored'));
  return {settled, settings: await settingsOf('restored')};
}

test('settings of the database and of its role come back, in this database only, if a set may change them', async () => {
  await fixture.admin(
    `ALTER DATABASE mattermost SET statement_timeout = '5min'`,
    `ALTER DATABASE mattermost SET search_path = "$user", public, "My, Schema"`,
    `ALTER DATABASE mattermost SET default_text_search_config = 'pg_catalog.german'`,
    `ALTER ROLE mmuser SET work_mem = '8MB'`,
    `ALTER ROLE mmuser IN DATABASE mattermost SET jit = off`,
    // Of another role; that loads a library; that says who the role is; that only a superuser may set; that would keep Mattermost from writing.
    `ALTER ROLE postgres IN DATABASE mattermost SET jit = off`,
    `ALTER DATABASE mattermost SET session_preload_libraries = 'auto_explain'`,
    `ALTER ROLE mmuser SET role = mmuser`,
    `ALTER DATABASE mattermost SET log_statement = 'all'`,
    `ALTER ROLE mmuser SET default_transaction_read_only = on`,
  );
  const {settled, settings} = await restoredAs();
  await fixture.admin('ALTER ROLE postgres IN DATABASE mattermost RESET ALL');
  expect(settings).toEqual({
    database: [
      'default_text_search_config=pg_catalog.german',
      'search_path="$user", public, "My, Schema"',
      'statement_timeout=5min',
    ],
    mmuser: ['work_mem=8MB', 'jit=off'],
  });
  expect(settled.filter((line) => line.includes('not taken over')).map((line) => line.split(' not taken')[0])).toEqual([
    'database setting log_statement',
    'database setting session_preload_libraries',
    'setting of the role mmuser default_transaction_read_only',
    'setting of the role mmuser role',
  ]);
});

test('a value that this server does not know is told, and the restore goes on', async () => {
  const {dump, record} = await fixture.backUp();
  const settings = [{role: null, setting: 'work_mem=lots'}];
  const {settled} = await fixture.restore({dump, record: {...record, settings}}, 'restored');
  expect(settled.join('\n')).toContain('database setting work_mem not taken over: invalid value');
});

test('of two values the nearer wins, as on the old server', async () => {
  await fixture.admin(
    `ALTER ROLE mmuser SET work_mem = '8MB'`,
    `ALTER ROLE mmuser IN DATABASE mattermost SET work_mem = '9MB'`,
  );
  expect((await restoredAs()).settings).toEqual({mmuser: ['work_mem=9MB']});
});

test('the role that restores gets the settings of the role that Mattermost used', async () => {
  await fixture.admin(`ALTER ROLE mmuser IN DATABASE mattermost SET work_mem = '9MB'`);
  expect((await restoredAs('newuser')).settings).toEqual({newuser: ['work_mem=9MB']});
});

async function seen(database: string): Promise<unknown> {
  return fixture.sql(
    fixture.urlAs('mmuser', database),
    `SELECT to_regclass('posts')::oid = 'mattermost.posts'::regclass::oid AS seen`,
  );
}

// Servers that came from MySQL by pgloader have their tables in a schema of their own.
test.each<[string, string[], string]>([
  ['the role in the database', ['ALTER ROLE mmuser IN DATABASE mattermost SET search_path = mattermost'], ''],
  ['the role', ['ALTER ROLE mmuser SET search_path = mattermost, public'], ''],
  ['the database', ['ALTER DATABASE mattermost SET search_path = mattermost'], ''],
  ['the address alone', [], '?search_path=mattermost'],
])('a restored server finds its tables where the search path came from %s', async (_name, sql, query) => {
  await fixture.reset('mattermost');
  if (sql.length > 0) {
    await fixture.admin(...sql);
  }
  const url = fixture.urlAs('mmuser', 'mattermost') + query;
  expect(await fixture.engine.source(url).inspect()).toMatchObject({mattermost: {schema_version: 148}});
  const backup = await fixture.backUp(url);
  expect(backup.record.schema).toBe('mattermost');
  await fixture.admin('ALTER ROLE mmuser RESET ALL');
  const {settled} = await fixture.restore(backup, 'restored');
  expect(await seen('restored')).toEqual([{seen: true}]);
  // Stale rows are found there as well.
  expect(settled).toContain('cluster members forgotten: 1');
});

test('a set from before the schema was recorded is found as well', async () => {
  await fixture.reset('mattermost');
  const {dump, record} = await fixture.backUp(`${fixture.urlAs('mmuser', 'mattermost')}?search_path=mattermost`);
  const {schema, role, ...old} = record;
  const {settled} = await fixture.restore({dump, record: old as DatabaseRecord}, 'restored');
  expect([await seen('restored'), settled[0]]).toEqual([[{seen: true}], expect.stringContaining('search_path')]);
});

test('where the role does not see its tables the restore is not proven', async () => {
  await fixture.reset('mattermost');
  const backup = await fixture.backUp(`${fixture.urlAs('mmuser', 'mattermost')}?search_path=mattermost`);
  await fixture.admin('ALTER ROLE mmuser SET search_path = elsewhere');
  // A role's own setting for the database would win over the database's; the role's general one does as well.
  await expect(fixture.restore(backup, 'restored')).rejects.toMatchObject({
    code: 'RESTORE_NOT_PROVEN',
    message: expect.stringContaining('ALTER ROLE "mmuser" RESET search_path;'),
  });
});
