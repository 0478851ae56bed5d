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

const messages = async (): Promise<string> =>
  (await fixture.source().inspect()).obstacles.map(({message}) => message).join('\n');
const FUNCTION_OF_C = `CREATE FUNCTION add(int, int) RETURNS int LANGUAGE internal AS 'int4pl'`;
const TRIGGER = `CREATE FUNCTION watch() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END'`;

/** [what, SQL of a superuser, how it is named] */
const ONLY_BY_SUPERUSERS: [string, string[], string][] = [
  [
    'an event trigger',
    [
      TRIGGER,
      'CREATE EVENT TRIGGER watcher ON ddl_command_end EXECUTE FUNCTION watch()',
      `COMMENT ON EVENT TRIGGER watcher IS 'x'`,
    ],
    'event trigger watcher',
  ],
  [
    'an extension that is not trusted',
    [
      'CREATE EXTENSION pageinspect',
      'CREATE VIEW pages AS SELECT get_raw_page(relname, 0) FROM (SELECT NULL::text AS relname) x',
    ],
    'extension pageinspect: only a superuser can make it; with it view public.pages',
  ],
  [
    'a function in C and an index on it',
    [
      FUNCTION_OF_C,
      `COMMENT ON FUNCTION add(int, int) IS 'x'`,
      'ALTER FUNCTION add(int, int) IMMUTABLE',
      'CREATE INDEX sums ON posts (add(length(note), 1))',
    ],
    'function in an untrusted language public.add(integer,integer): only a superuser can make it; with it index public.sums',
  ],
  [
    'a leakproof function',
    ['CREATE FUNCTION quiet() RETURNS int LANGUAGE sql LEAKPROOF RETURN 1'],
    'leakproof function public.quiet()',
  ],
  [
    'a function with a setting of superusers',
    [`CREATE FUNCTION loud() RETURNS int LANGUAGE sql SET log_statement = 'all' AS 'SELECT 1'`],
    'function with a setting of superusers public.loud()',
  ],
  [
    'a function with a support function',
    ['CREATE FUNCTION helped(text) RETURNS bool LANGUAGE sql SUPPORT textlike_support RETURN true'],
    'function with a support function public.helped(pg_catalog.text)',
  ],
  [
    'an aggregate with an internal state',
    ['CREATE AGGREGATE inner_mean(numeric) (SFUNC = numeric_avg_accum, STYPE = internal, FINALFUNC = numeric_avg)'],
    'aggregate with an internal state public.inner_mean(numeric)',
  ],
  [
    'an operator class',
    [
      'CREATE OPERATOR CLASS backwards FOR TYPE int4 USING btree AS OPERATOR 1 >, OPERATOR 3 =, FUNCTION 1 btint4cmp(int4, int4)',
    ],
    'operator family public.backwards USING btree',
  ],
  [
    'a cast without a function',
    ['CREATE CAST (text AS bytea) WITHOUT FUNCTION'],
    'cast without a function (pg_catalog.text AS pg_catalog.bytea)',
  ],
  [
    'a foreign-data wrapper and its server',
    [
      'CREATE FOREIGN DATA WRAPPER elsewhere',
      'CREATE SERVER other FOREIGN DATA WRAPPER elsewhere',
      'CREATE FOREIGN TABLE far (id int) SERVER other',
      `CREATE USER MAPPING FOR mmuser SERVER other OPTIONS (password 'hunter2')`,
    ],
    'foreign-data wrapper elsewhere',
  ],
  [
    'a text search parser',
    [
      'CREATE TEXT SEARCH PARSER words (START = prsd_start, GETTOKEN = prsd_nexttoken, END = prsd_end, LEXTYPES = prsd_lextype)',
      'CREATE TEXT SEARCH CONFIGURATION mine (PARSER = words)',
    ],
    'text search parser public.words: only a superuser can make it; with it text search configuration public.mine',
  ],
  [
    'a text search template',
    ['CREATE TEXT SEARCH TEMPLATE simple2 (LEXIZE = dsimple_lexize)'],
    'text search template public.simple2',
  ],
  ['an access method', ['CREATE ACCESS METHOD heap2 TYPE TABLE HANDLER heap_tableam_handler'], 'access method heap2'],
];

test('what only a superuser can make is known at backup time, left out of the load, and named, kind by kind', async () => {
  await fixture.adminIn('mattermost', ...ONLY_BY_SUPERUSERS.flatMap(([, sql]) => sql));
  await fixture.adminIn('mattermost', 'GRANT ALL ON ALL TABLES IN SCHEMA public TO mmuser');
  expect(await messages()).toContain('Only a superuser can make: ');
  const backup = await fixture.backUp();
  const {leftOut, proven} = await fixture.restore(backup, 'restored');
  expect(proven.compared).toBe(backup.record.tables.length);
  for (const [, , named] of ONLY_BY_SUPERUSERS) {
    expect(leftOut.join('\n')).toContain(named);
  }
  expect(backup.record.needs_superuser).toHaveLength(ONLY_BY_SUPERUSERS.length);
  expect(leftOut).toHaveLength(ONLY_BY_SUPERUSERS.length + 1);
  expect(leftOut.at(-1)).toMatch(/^user mapping/);
  // A superuser can make them, and then only the mapping with its password stays out.
  const again = await fixture.restore(backup, 'restored_by_admin', fixture.urlAs('postgres', 'restored_by_admin'));
  expect(again.leftOut).toEqual([leftOut.at(-1)]);
});

test('a table that needs such a thing: told at backup, refused before anything is written, restored by a superuser', async () => {
  await fixture.adminIn('mattermost', FUNCTION_OF_C, 'ALTER TABLE posts ADD COLUMN sum int DEFAULT add(1, 2)');
  expect(await messages()).toContain('posts cannot be restored without it');
  const {record} = await fixture.backUp();
  const stopping = async (role: string) =>
    (await fixture.engine.target(fixture.urlAs(role, 'restored')).obstacles(record, false)).filter(({stops}) => stops);
  expect(await stopping('mmuser')).toMatchObject([
    {code: 'DATABASE_PRIVILEGE', message: expect.stringContaining('posts')},
  ]);
  expect(await stopping('postgres')).toEqual([]);
});

test('replication, and policies for roles that a new server lacks, are left out and named', async () => {
  await fixture.admin('CREATE ROLE auditor');
  await fixture.adminIn(
    'mattermost',
    'CREATE PUBLICATION news FOR TABLE posts',
    'CREATE POLICY audit ON systems TO auditor USING (true)',
    'GRANT SELECT ON posts TO auditor',
  );
  expect(await messages()).toContain('audit on systems (auditor)');
  const backup = await fixture.backUp();
  expect(backup.record.others).toEqual([{role: 'auditor', owns: [], may_use: ['posts']}]);
  await fixture.adminIn('mattermost', 'DROP POLICY audit ON systems', 'REVOKE ALL ON posts FROM auditor');
  await fixture.admin('DROP ROLE auditor');
  const {leftOut} = await fixture.restore(backup, 'restored');
  expect(leftOut).toEqual([
    'policy audit on systems: the role auditor does not exist here',
    'publication news: a restored server does not take up what connects it with others',
  ]);
});

test('a set from before these were recorded is loaded without its event trigger', async () => {
  await fixture.adminIn(
    'mattermost',
    TRIGGER,
    'CREATE EVENT TRIGGER watcher ON ddl_command_end EXECUTE FUNCTION watch()',
  );
  const {dump, record} = await fixture.backUp();
  const {needs_superuser, policies, others, role, schema, ...old} = record;
  expect(needs_superuser).toHaveLength(1);
  const {leftOut} = await fixture.restore({dump, record: old as DatabaseRecord}, 'restored');
  expect(leftOut).toEqual(['event trigger watcher: only a superuser can make it']);
});

test.each<[string, string[], string, string]>([
  [
    'forced row security',
    ['ALTER TABLE posts ENABLE ROW LEVEL SECURITY', 'ALTER TABLE posts FORCE ROW LEVEL SECURITY'],
    'DATABASE_ROW_SECURITY',
    'ALTER TABLE public.posts NO FORCE ROW LEVEL SECURITY;',
  ],
  [
    'row security on a table of another role',
    [
      'CREATE TABLE secrets (id int)',
      'GRANT SELECT ON secrets TO mmuser',
      'ALTER TABLE secrets ENABLE ROW LEVEL SECURITY',
    ],
    'DATABASE_ROW_SECURITY',
    'ALTER TABLE public.secrets DISABLE ROW LEVEL SECURITY;',
  ],
  [
    'a table of another role',
    ['CREATE TABLE "Odd Name" (id serial)'],
    'DATABASE_PRIVILEGE',
    'GRANT SELECT ON TABLE public."Odd Name" TO "mmuser"; GRANT SELECT ON SEQUENCE public."Odd Name_id_seq" TO "mmuser";',
  ],
  [
    'a schema of another role',
    ['CREATE SCHEMA closed', 'CREATE TABLE closed.t (id int)'],
    'DATABASE_PRIVILEGE',
    'GRANT USAGE ON SCHEMA "closed" TO "mmuser"; GRANT SELECT ON TABLE closed.t TO "mmuser";',
  ],
])('%s is found before a dump, and its SQL lifts it', async (_what, sql, code, remedy) => {
  await fixture.adminIn('mattermost', ...sql);
  const found = (await fixture.source().inspect()).obstacles.filter(({stops}) => stops);
  expect(found).toMatchObject([{code, remedy: `As superuser: ${remedy}`}]);
  await fixture.adminIn('mattermost', remedy);
  expect((await fixture.source().inspect()).obstacles.filter(({stops}) => stops)).toEqual([]);
  await fixture.restore(await fixture.backUp(), 'restored');
});

test.each<[string, string[], string, string]>([
  [
    'a database of another owner',
    ['CREATE DATABASE target'],
    'DATABASE_PRIVILEGE',
    'GRANT USAGE, CREATE ON SCHEMA public TO "mmuser";',
  ],
  [
    'a database of another encoding',
    [`CREATE DATABASE target OWNER mmuser TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C'`],
    'DATABASE_ENCODING',
    `ENCODING 'UTF8'`,
  ],
  [
    'a role that may not make databases',
    ['ALTER ROLE mmuser NOCREATEDB'],
    'DATABASE_PRIVILEGE',
    'ALTER ROLE "mmuser" CREATEDB;',
  ],
])('%s as a target is refused before anything is written, with SQL', async (_what, sql, code, remedy) => {
  const {record} = await fixture.backUp();
  await fixture.admin(...sql);
  const [found] = (await fixture.engine.target(fixture.urlAs('mmuser', 'target')).obstacles(record, false)).filter(
    ({stops}) => stops,
  );
  expect(found).toMatchObject({code, remedy: expect.stringContaining(remedy)});
});

test('in place over a database of another owner, an older server or one that lacks an extension is refused', async () => {
  const {record} = await fixture.backUp();
  await fixture.admin('ALTER DATABASE mattermost OWNER TO postgres');
  const target = fixture.engine.target(fixture.urlAs('mmuser', 'mattermost'));
  const stopping = async (changes: Partial<DatabaseRecord> = {}) =>
    (await target.obstacles({...record, ...changes}, true))
      .filter(({stops}) => stops)
      .map(({code, remedy}) => [code, remedy]);
  expect(await stopping()).toEqual([
    ['DATABASE_PRIVILEGE', 'As superuser: ALTER DATABASE "mattermost" OWNER TO "mmuser";'],
  ]);
  await fixture.admin('ALTER DATABASE mattermost OWNER TO mmuser');
  expect(await stopping({server_version_num: 990_000, extensions: [{name: 'zhparser', version: '2'}]})).toMatchObject([
    ['DATABASE_VERSION', expect.any(String)],
    ['DATABASE_EXTENSION', expect.any(String)],
  ]);
});

test('a superuser is warned of, at backup and at restore, because a set can run code with its rights', async () => {
  const {record} = await fixture.backUp();
  const url = fixture.urlAs('postgres', 'mattermost');
  const told = [
    ...(await fixture.engine.source(url).inspect()).obstacles,
    ...(await fixture.engine.target(url).obstacles(record, true)),
  ];
  expect(told.map(({stops, message}) => [stops, message.includes('is a superuser')])).toEqual([
    [false, true],
    [false, true],
  ]);
  expect(await messages()).toBe('');
});
