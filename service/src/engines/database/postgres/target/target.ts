import pg from 'pg';
import type {DatabaseRecord} from '@disaster-recovery/contract';
import {locationOf, withClient, type Connection} from '../connection.ts';
import {load} from './load.ts';
import {maintain} from '../maintain.ts';
import {restoreObstacles} from '../obstacles.ts';
import type {DatabaseTarget, TargetFacts} from '../../port.ts';
import {countTables} from '../source/record.ts';
import {takeRights} from '../rights.ts';
import {settleDatabase} from './settle.ts';
import {swapDatabases} from '../../swap.ts';
import {targetState} from './target_state.ts';
import {requireTools, type PostgresTools} from '../tools/tools.ts';

const quoted = (name: string): string => pg.escapeIdentifier(name);

/** A database of one PostgreSQL server as the target of a restore. Databases are made, renamed and dropped from `maintenance`. */
export function createTarget(connection: Connection, tools: () => Promise<PostgresTools>): DatabaseTarget {
  const inside = (name: string): Connection => ({...connection, database: name});
  const rename = (from: string, to: string): Promise<void> =>
    maintain(connection, async (client) => {
      await client.query(`ALTER DATABASE ${quoted(from)} RENAME TO ${quoted(to)}`);
    });

  return {
    location: locationOf(connection),
    name: connection.database,
    describe: (name = connection.database) => describe(connection, name),
    obstacles: async (record, inPlace) => restoreObstacles(record, inPlace, await targetState(connection)),
    create: (name, like) => create(connection, name, like),
    countTables: (name) =>
      withClient(inside(name), async (client) => {
        await client.query('SET row_security = off');
        return countTables(client);
      }),
    settle: (name, record) => settleDatabase(inside(name), record),
    takeRights: (name, people, now) => withClient(inside(name), (client) => takeRights(client, people, now)),
    swap: (live, incoming, aside) =>
      swapDatabases({describe: (name) => describe(connection, name), rename}, live, incoming, aside),
    drop: (name) =>
      maintain(connection, async (client) => {
        await client.query(`DROP DATABASE IF EXISTS ${quoted(name)}`);
      }),
    load: async (name, dumpDirectory, record, options) => {
      const found = await tools();
      requireTools(found, record.server_version_num);
      return load(inside(name), found, dumpDirectory, record, options);
    },
  };
}

async function describe(connection: Connection, name: string): Promise<TargetFacts> {
  const {exists, connections} = await maintain(connection, async (client) => {
    const {rows} = await client.query<{exists: boolean}>(
      'SELECT EXISTS (SELECT 1 FROM pg_database WHERE datname = $1) AS exists',
      [name],
    );
    const {rows: connected} = await client.query<{who: string; times: number}>(
      `SELECT format('%s as %s from %s', coalesce(nullif(application_name, ''), 'a program'),
      usename, coalesce(host(client_addr), 'this machine')) AS who, count(*)::int AS times
      FROM pg_stat_activity WHERE datname = $1 AND pid <> pg_backend_pid() GROUP BY 1 ORDER BY 1`,
      [name],
    );
    return {
      exists: rows[0]?.exists ?? false,
      connections: connected.map(({who, times}) => (times === 1 ? who : `${who} (${times} connections)`)),
    };
  });
  const tables = exists
    ? await withClient({...connection, database: name}, async (client) => {
        const {rows} = await client.query<{
          tables: string;
        }>(`SELECT count(*) AS tables FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE c.relkind IN ('r', 'p') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'`);
        return Number(rows[0]?.tables);
      })
    : 0;
  return {exists, tables, connections};
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
