import type pg from 'pg';
import type {DatabaseRecord, TableCount} from '@disaster-recovery/contract';
import {policiesForRoles, superuserObjects} from '../superuser_objects.ts';
import {privilegedPeople} from '../rights.ts';

const USER_TABLES = `SELECT n.nspname AS schema, c.relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
    AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e') ORDER BY 1, 2`;

/** Exact rows of each table, under whatever snapshot the client's transaction has. */
export async function countTables(client: pg.Client): Promise<TableCount[]> {
  const {rows} = await client.query<{schema: string; name: string}>(USER_TABLES);
  const counts: TableCount[] = [];
  for (const {schema, name} of rows) {
    const result = await client.query<{rows: string}>(
      `SELECT count(*) AS rows FROM ${client.escapeIdentifier(schema)}.${client.escapeIdentifier(name)}`,
    );
    counts.push({name: `${schema}.${name}`, rows: Number(result.rows[0]?.rows)});
  }
  return counts;
}

/** What pg_dump leaves out: locale, ALTER … SET values, roles, extension versions; and the list of applied migrations. */
export async function databaseRecord(client: pg.Client): Promise<Omit<DatabaseRecord, 'dump_bytes'>> {
  return {
    ...(await identity(client)),
    system_identifier: await systemIdentifier(client),
    extensions: await all(client, `SELECT extname AS name, extversion AS version FROM pg_extension ORDER BY 1`),
    settings: await all(
      client,
      `SELECT CASE WHEN s.setrole = 0 THEN NULL ELSE pg_get_userbyid(s.setrole)::text END AS role, unnest(s.setconfig) AS setting
      FROM pg_db_role_setting s JOIN pg_database d ON d.datname = current_database() AND s.setdatabase IN (0, d.oid)
      -- In this order a later one wins, as it does on the server.
      ORDER BY s.setrole <> 0, s.setdatabase <> 0, 1, 2`,
    ),
    roles: await all(
      client,
      `SELECT rolname::text AS name, array_remove(ARRAY[
        CASE WHEN rolsuper THEN 'SUPERUSER' END, CASE WHEN rolcreatedb THEN 'CREATEDB' END, CASE WHEN rolcreaterole THEN 'CREATEROLE' END,
        CASE WHEN rolcanlogin THEN 'LOGIN' END, CASE WHEN rolreplication THEN 'REPLICATION' END], NULL) AS attributes
      FROM pg_roles WHERE rolname !~ '^pg_' ORDER BY 1`,
    ),
    migrations: await migrations(client),
    tables: await countTables(client),
    ...(await sight(client)),
    needs_superuser: await superuserObjects(client),
    policies: await policiesForRoles(client),
    others: await otherRoles(client),
    privileged: await privilegedPeople(client),
  };
}

/** Who looks, and in which schema it finds Mattermost's tables. */
async function sight(client: pg.Client): Promise<{role: string; schema: string | null}> {
  const {rows} = await client.query<{role: string; schema: string | null}>(
    `SELECT session_user::text AS role, (SELECT relnamespace::regnamespace::text FROM pg_class WHERE oid = to_regclass('systems')) AS schema`,
  );
  return rows[0] ?? {role: '', schema: null};
}

/** Roles other than ours with tables or rights on tables. */
async function otherRoles(client: pg.Client): Promise<NonNullable<DatabaseRecord['others']>> {
  return all(
    client,
    `WITH tables AS (
      SELECT c.oid, c.relowner, c.relacl, c.oid::regclass::text AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE c.relkind IN ('r', 'p') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
        AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')
    ), found AS (
      SELECT relowner AS role, name AS owns, NULL::text AS may_use FROM tables
      UNION SELECT a.grantee, NULL, t.name FROM tables t, aclexplode(t.relacl) a WHERE a.grantee NOT IN (0, t.relowner)
    )
    SELECT pg_get_userbyid(role)::text AS role, array_remove(array_agg(owns ORDER BY owns), NULL) AS owns,
      array_remove(array_agg(may_use ORDER BY may_use), NULL) AS may_use
    FROM found WHERE role <> (SELECT oid FROM pg_roles WHERE rolname = current_user) GROUP BY 1 ORDER BY 1`,
  );
}

async function identity(client: pg.Client) {
  // datlocprovider came with PostgreSQL 15; through to_jsonb its absence is NULL and not an error.
  const {
    rows: [row],
  } = await client.query<{
    name: string;
    owner: string;
    server_version: string;
    server_version_num: number;
    encoding: string;
    collation: string;
    character_type: string;
    locale_provider: string;
    bytes: string;
  }>(`SELECT d.datname::text AS name, pg_get_userbyid(d.datdba)::text AS owner, current_setting('server_version') AS server_version,
    current_setting('server_version_num')::int AS server_version_num, pg_encoding_to_char(d.encoding)::text AS encoding,
    d.datcollate::text AS collation, d.datctype::text AS character_type,
    CASE to_jsonb(d) ->> 'datlocprovider' WHEN 'i' THEN 'icu' WHEN 'b' THEN 'builtin' ELSE 'libc' END AS locale_provider,
    pg_database_size(d.oid) AS bytes FROM pg_database d WHERE d.datname = current_database()`);
  if (!row) {
    throw new Error('pg_database does not list the current database');
  }
  return {...row, bytes: Number(row.bytes)};
}

/** Names the cluster; a restored or cloned one has another. Null where the role may not ask. */
async function systemIdentifier(client: pg.Client): Promise<string | null> {
  await client.query('SAVEPOINT ask');
  try {
    const {rows} = await client.query<{id: string}>('SELECT system_identifier::text AS id FROM pg_control_system()');
    return rows[0]?.id ?? null;
  } catch (error) {
    await client.query('ROLLBACK TO SAVEPOINT ask');
    if (error instanceof Error && 'code' in error && error.code === '42501') {
      return null;
    }
    throw error;
  }
}

async function migrations(client: pg.Client): Promise<DatabaseRecord['migrations']> {
  const {
    rows: [found],
  } = await client.query<{exists: boolean}>(`SELECT to_regclass('db_migrations') IS NOT NULL AS exists`);
  return found?.exists
    ? all(client, 'SELECT version::int AS version, name::text AS name FROM db_migrations ORDER BY 1')
    : [];
}

async function all<Row extends pg.QueryResultRow>(client: pg.Client, sql: string): Promise<Row[]> {
  return (await client.query<Row>(sql)).rows;
}
