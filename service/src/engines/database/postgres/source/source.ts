import {mkdir} from 'node:fs/promises';
import type pg from 'pg';
import {run} from '../../../../process/run.ts';
import {askingAs, connect, libpqEnvironment, locationOf, withClient, type Connection} from '../connection.ts';
import {directorySize} from '../tools/directory_size.ts';
import {expectedFiles} from './expected_files.ts';
import {databaseFailure, toolFailure} from '../failures.ts';
import {backupObstacles, roleOf} from '../obstacles.ts';
import type {DatabaseFacts, DatabaseSnapshot, MattermostFacts} from '../../port.ts';
import {databaseRecord} from './record.ts';
import {readToolErrors} from '../tools/tool_errors.ts';
import {requireTools, type PostgresTools} from '../tools/tools.ts';
import {watchWhile} from '../tools/watch.ts';

/** A dump waits this long for a table that a migration holds, then fails with its name instead of queueing everyone behind it. */
const LOCK_WAIT = '60s';
const PLAN_LOCK_WAIT = '4s';
/** Text of COPY against bytes in the heap: bytea doubles, TOAST is compressed. Taken above what was seen. */
const TEXT_FACTOR = 1.4;

export async function inspectDatabase(connection: Connection, tools: PostgresTools): Promise<DatabaseFacts> {
  return withClient(connection, async (client) => {
    // Sizes of tables wait for their locks, and somebody waits for the plan.
    await client.query(`SET lock_timeout = '${PLAN_LOCK_WAIT}'`);
    const {
      rows: [row],
    } = await client.query<{server_version: string; num: number; bytes: string; heap: string}>(`SELECT
      current_setting('server_version') AS server_version, current_setting('server_version_num')::int AS num, pg_database_size(current_database()) AS bytes,
      (SELECT coalesce(sum(pg_table_size(c.oid)), 0) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind = 'r' AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema') AS heap`);
    if (!row) {
      throw new Error('PostgreSQL answered nothing about itself');
    }
    requireTools(tools, row.num);
    return {
      name: connection.database,
      location: locationOf(connection),
      server_version: row.server_version,
      bytes: Number(row.bytes),
      dump_bytes_estimate: Math.ceil(Number(row.heap) * TEXT_FACTOR),
      dump_tool_version: tools.version,
      obstacles: await backupObstacles(client, await roleOf(client)),
      mattermost: await mattermostFacts(client),
      busy_jobs: await busyJobs(client),
    };
  });
}

/** Jobs that delete or write so much that the difference between first pass and T0 grows. */
async function busyJobs(client: pg.Client): Promise<string[]> {
  if (!(await hasTable(client, 'jobs'))) {
    return [];
  }
  const {rows} = await client.query<{type: string}>(`SELECT DISTINCT type::text AS type FROM jobs
    WHERE status = 'in_progress' AND type IN ('data_retention', 'message_export', 'import_process', 'bulk_import', 'export_process') ORDER BY 1`);
  return rows.map((row) => row.type);
}

/** The instant: a repeatable-read transaction whose snapshot pg_dump's workers share. */
export async function openSnapshot(connection: Connection, tools: PostgresTools): Promise<DatabaseSnapshot> {
  const {client, at} = await connect(connection);
  try {
    await client.query('BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY');
    await client.query(`SET LOCAL lock_timeout = '${LOCK_WAIT}'`);
    // A count that a policy shortens would be taken for the truth: it fails instead.
    await client.query('SET LOCAL row_security = off');
    // The start of the statement, which is before its snapshot: whatever was committed by T0 is in it.
    const {
      rows: [row],
    } = await client.query<{
      snapshot: string;
      t0: string;
      lsn: string | null;
      num: number;
    }>(`SELECT pg_export_snapshot() AS snapshot,
      floor(extract(epoch FROM statement_timestamp()) * 1000)::bigint AS t0,
      CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_lsn() END::text AS lsn, current_setting('server_version_num')::int AS num`);
    if (!row) {
      throw new Error('PostgreSQL exported no snapshot');
    }
    requireTools(tools, row.num);
    const named = async <T>(work: Promise<T>): Promise<T> =>
      work.catch((error: unknown) => {
        throw databaseFailure(error, {...askingAs(connection), need: 'read'});
      });
    return {
      t0: Number(row.t0),
      position: row.lsn,
      mattermost: await mattermostFacts(client),
      record: () => named(databaseRecord(client)),
      expectedFiles: () => expectedFiles(client),
      dump: (directory, options) => dump({connection: at, tools, snapshot: row.snapshot}, directory, options),
      // Ending the connection ends the transaction, also when the server is gone.
      close: () => client.end().catch(() => undefined),
    };
  } catch (error) {
    await client.end();
    throw databaseFailure(error, {...askingAs(connection), need: 'read'});
  }
}

async function dump(
  {connection, tools, snapshot}: {connection: Connection; tools: PostgresTools; snapshot: string},
  directory: string,
  {jobs, signal, progress}: Parameters<DatabaseSnapshot['dump']>[1],
): Promise<number> {
  await mkdir(directory, {recursive: true, mode: 0o700});
  const options = {
    format: 'directory',
    compress: 0,
    jobs,
    snapshot,
    'lock-wait-timeout': LOCK_WAIT,
    'no-sync': true,
    'no-password': true,
    file: directory,
  };
  const said = readToolErrors();
  const environment = libpqEnvironment(connection);
  const dumping = run(tools.dump, {options}, {env: environment, signal, onErrorLine: said.line});
  const result = await watchWhile(dumping, async () => {
    progress(await directorySize(directory), null);
  });
  if (result.exitCode !== 0) {
    throw toolFailure({tool: 'pg_dump', result, said, role: connection.user}, 'DUMP_FAILED');
  }
  return directorySize(directory);
}

async function mattermostFacts(client: pg.Client): Promise<MattermostFacts | null> {
  if (!(await hasTable(client, 'systems')) || !(await hasTable(client, 'db_migrations'))) {
    return null;
  }
  const {
    rows: [row],
  } = await client.query<{schema_version: number; diagnostic_id: string | null}>(`SELECT
    (SELECT coalesce(max(version), 0)::int FROM db_migrations) AS schema_version, (SELECT value::text FROM systems WHERE name = 'DiagnosticId') AS diagnostic_id`);
  return row ?? null;
}

async function hasTable(client: pg.Client, name: string): Promise<boolean> {
  const {rows} = await client.query<{exists: boolean}>('SELECT to_regclass($1) IS NOT NULL AS exists', [name]);
  return rows[0]?.exists ?? false;
}
