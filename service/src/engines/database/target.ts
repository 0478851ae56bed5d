import pg from 'pg';
import type {DatabaseRecord} from '@disaster-recovery/contract';
import {Failure} from '../../kernel/failure.ts';
import {run} from '../../process/run.ts';
import {libpqEnvironment, locationOf, withClient, type Connection} from './connection.ts';
import {toolFailure} from './failures.ts';
import type {DatabaseTarget, TargetFacts} from './port.ts';
import {countTables} from './record.ts';
import {settleDatabase} from './settle.ts';
import {readToolErrors} from './tool_errors.ts';
import {requireTools, type PostgresTools} from './tools.ts';
import {watchWhile} from './watch.ts';

const quoted = (name: string): string => pg.escapeIdentifier(name);

/** A database of one PostgreSQL server as the target of a restore. Databases are made, renamed and dropped from `maintenance`. */
export function createTarget(connection: Connection, tools: () => Promise<PostgresTools>): DatabaseTarget {
  const inside = (name: string): Connection => ({...connection, database: name});

  return {
    location: locationOf(connection),
    name: connection.database,
    describe: (name = connection.database) => describe(connection, name),
    create: (name, like) => create(connection, name, like),
    countTables: (name) =>
      withClient(inside(name), async (client) => {
        await client.query('SET row_security = off');
        return countTables(client);
      }),
    settle: (name, record) => withClient(inside(name), (client) => settleDatabase(client, name, record)),
    rename: (from, to) =>
      maintain(connection, async (client) => {
        await client.query(`ALTER DATABASE ${quoted(from)} RENAME TO ${quoted(to)}`);
      }),
    drop: (name) =>
      maintain(connection, async (client) => {
        await client.query(`DROP DATABASE IF EXISTS ${quoted(name)}`);
      }),
    async load(name, dumpDirectory, record, {jobs, replace, signal, progress}) {
      const found = await tools();
      requireTools(found, record.server_version_num);
      // Ownership and grants name roles of the old server; the role that restores owns everything here.
      const args = [
        '--format=directory',
        `--jobs=${jobs}`,
        '--no-owner',
        '--no-privileges',
        '--no-publications',
        '--no-subscriptions',
        '--exit-on-error',
        ...(replace ? ['--clean', '--if-exists'] : []),
        '--no-password',
        `--dbname=${name}`,
        dumpDirectory,
      ];
      const at = await withClient(inside(name), async (_client, reached) => reached);
      const said = readToolErrors();
      const loading = run(found.restore, args, {env: libpqEnvironment(at), signal, onErrorLine: said.line});
      const result = await watchWhile(loading, async () => {
        progress(await databaseSize(at), record.bytes);
      });
      if (result.exitCode !== 0) {
        throw toolFailure({tool: 'pg_restore', result, said, role: at.user}, 'DATABASE_RESTORE_FAILED');
      }
    },
  };
}

/** Database-wide statements run from another database; `postgres` may be missing or closed to this role. */
async function maintain<T>(connection: Connection, work: (client: pg.Client) => Promise<T>): Promise<T> {
  try {
    return await withClient({...connection, database: 'postgres'}, work);
  } catch (error) {
    if (error instanceof Failure && error.code === 'DATABASE_REFUSED') {
      return withClient({...connection, database: 'template1'}, work);
    }
    throw error;
  }
}

async function describe(connection: Connection, name: string): Promise<TargetFacts> {
  const facts = await maintain(connection, async (client) => {
    const {
      rows: [row],
    } = await client.query<{exists: boolean; num: number; role: string; createdb: boolean}>(
      `SELECT
      EXISTS (SELECT 1 FROM pg_database WHERE datname = $1) AS exists, current_setting('server_version_num')::int AS num,
      current_user::text AS role, (SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user) AS createdb`,
      [name],
    );
    const {rows: connections} = await client.query<{who: string}>(
      `SELECT format('%s as %s from %s', coalesce(nullif(application_name, ''), 'a program'),
      usename, coalesce(host(client_addr), 'this machine')) AS who FROM pg_stat_activity WHERE datname = $1 AND pid <> pg_backend_pid() ORDER BY 1`,
      [name],
    );
    return {row, connections: connections.map((entry) => entry.who)};
  });
  if (!facts.row) {
    throw new Error('PostgreSQL answered nothing about itself');
  }
  const {exists, num, role, createdb} = facts.row;
  const tables = exists
    ? await withClient({...connection, database: name}, async (client) => {
        const {rows} = await client.query<{
          tables: string;
        }>(`SELECT count(*) AS tables FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE c.relkind IN ('r', 'p') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'`);
        return Number(rows[0]?.tables);
      })
    : 0;
  return {
    exists,
    tables,
    connections: facts.connections,
    server_version_num: num,
    role,
    can_create_databases: createdb,
  };
}

async function create(connection: Connection, name: string, like: DatabaseRecord): Promise<string[]> {
  const literal = (text: string): string => pg.escapeLiteral(text);
  const base = `CREATE DATABASE ${quoted(name)} TEMPLATE template0 ENCODING ${literal(like.encoding)}`;
  return maintain(connection, async (client) => {
    try {
      await client.query(`${base} LC_COLLATE ${literal(like.collation)} LC_CTYPE ${literal(like.character_type)}`);
      return [];
    } catch (error) {
      // 42809 / 22023: this machine does not know the locale. Text indexes are built anew by a restore, so another one is safe.
      if (error instanceof Error && 'code' in error && (error.code === '42809' || error.code === '22023')) {
        await client.query(`${base} LC_COLLATE 'C' LC_CTYPE 'C'`);
        return [`The locale ${like.collation} does not exist on this server; the database was made with C.`];
      }
      throw error;
    }
  });
}

async function databaseSize(connection: Connection): Promise<number> {
  return withClient(connection, async (client) => {
    const {rows} = await client.query<{bytes: string}>('SELECT pg_database_size(current_database()) AS bytes');
    return Number(rows[0]?.bytes);
  });
}
