import pg from 'pg';
import type {DatabaseRecord} from '@disaster-recovery/contract';
import {locationOf, withClient, type Connection} from '../connection.ts';
import {load} from './load.ts';
import {maintain} from '../maintain.ts';
import {restoreObstacles} from '../obstacles.ts';
import {requireOnlyFiles} from '../../dump_files.ts';
import {formerOwners} from '../../former_owners.ts';
import {formerOf, isOwn, stagedName, undoneName} from '../../names.ts';
import type {Attempt, DatabaseTarget, TargetFacts} from '../../port.ts';
import {compareCounts} from '../../prove.ts';
import {countTables} from '../source/record.ts';
import {takeRights} from '../rights.ts';
import {settleDatabase} from './settle.ts';
import {swapDatabases, type Renaming} from '../../swap.ts';
import {targetState} from './target_state.ts';
import {requireTools, type PostgresTools} from '../tools/tools.ts';

const quoted = (name: string): string => pg.escapeIdentifier(name);

/** A database of one PostgreSQL server as the target of a restore. Databases are made, renamed and dropped from `maintenance`. */
export function createTarget(connection: Connection, tools: () => Promise<PostgresTools>): DatabaseTarget {
  const live = connection.database;
  const staged = (attempt: Attempt): Connection => ({...connection, database: stagedName(live, attempt)});
  const renaming: Renaming = {
    describe: (name) => describe(connection, name),
    rename: (from, to) =>
      maintain(connection, async (client) => {
        await client.query(`ALTER DATABASE ${quoted(from)} RENAME TO ${quoted(to)}`);
      }),
  };

  return {
    location: locationOf(connection),
    name: live,
    describe: () => describe(connection, live),
    obstacles: async (record, inPlace) => restoreObstacles(record, inPlace, await targetState(connection)),
    stage: async (attempt, captured, options) => {
      const found = await tools();
      requireTools(found, captured.record.server_version_num);
      await requireOnlyFiles(captured.dump);
      const fresh = staged(attempt);
      if (!isOwn(attempt)) {
        // It had no tables when the restore began: those that are there now are of a load that was killed.
        const {tables} = await describe(connection, fresh.database);
        return {
          differs: [],
          left_out: await load({fresh, tools: found, ...captured}, {...options, replace: tables > 0}),
        };
      }
      // Only a killed run of this very attempt can have made it before.
      await drop(fresh);
      const differs = await create(fresh, captured.record);
      return {differs, left_out: await load({fresh, tools: found, ...captured}, {...options, replace: false})};
    },
    prove: (attempt, {tables}) =>
      withClient(staged(attempt), async (client) => {
        await client.query('SET row_security = off');
        return compareCounts(tables, await countTables(client));
      }),
    settle: async (attempt, record) => [...(await settleDatabase(staged(attempt), record)), ...formerOwners(record)],
    takeRights: (attempt, people, now) => withClient(staged(attempt), (client) => takeRights(client, people, now)),
    former: (attempt) => formerOf(live, attempt),
    swap: (attempt) =>
      swapDatabases(renaming, {live, incoming: stagedName(live, attempt), aside: formerOf(live, attempt).former}),
    swapBack: async ({name, former}, id) => {
      const aside = undoneName(name, id);
      await swapDatabases(renaming, {live: name, incoming: former, aside});
      return aside;
    },
    discard: (attempt) => (isOwn(attempt) ? drop(staged(attempt)) : Promise.resolve()),
  };
}

const drop = (connection: Connection): Promise<void> =>
  maintain(connection, async (client) => {
    await client.query(`DROP DATABASE IF EXISTS ${quoted(connection.database)}`);
  });

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

/** Makes it with the encoding and locale of the record where this server has it. Returns what had to differ. */
async function create(fresh: Connection, like: DatabaseRecord): Promise<string[]> {
  const literal = (text: string): string => pg.escapeLiteral(text);
  const base = `CREATE DATABASE ${quoted(fresh.database)} TEMPLATE template0 ENCODING ${literal(like.encoding)}`;
  return maintain(fresh, async (client) => {
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
