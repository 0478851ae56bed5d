import type pg from 'pg';
import type {DatabaseRecord} from '@disaster-recovery/contract';
import {Failure} from '../../../../kernel/failure.ts';
import {withClient, type Connection} from '../connection.ts';
import {applySettings} from './role_settings.ts';

/**
 * Rows that were true on the old server at T0 and would do harm on a restored one:
 * cluster members (believed for 30 minutes), a migration lock, half uploads whose parts are not in the set, and jobs that nobody runs any more.
 */
const STALE: readonly {table: string; sql: string; says: string}[] = [
  {table: 'clusterdiscovery', sql: 'DELETE FROM clusterdiscovery', says: 'cluster members forgotten'},
  {table: 'db_lock', sql: 'DELETE FROM db_lock', says: 'migration locks removed'},
  {table: 'uploadsessions', sql: 'DELETE FROM uploadsessions', says: 'unfinished uploads removed'},
  {
    table: 'jobs',
    sql: `UPDATE jobs SET status = 'error' WHERE status IN ('in_progress', 'cancel_requested')`,
    says: 'interrupted jobs of Mattermost ended',
  },
];

/**
 * Applies what pg_dump leaves out, proves that a server with this role finds its tables, removes stale rows, and gives the planner its statistics.
 * Returns what was done. Each part has a session of its own, because settings count from the next one on. @throws Failure RESTORE_NOT_PROVEN
 */
export async function settleDatabase(fresh: Connection, record: DatabaseRecord): Promise<string[]> {
  const settings = await withClient(fresh, (client) => applySettings(client, fresh.database, record));
  const path = await ensureSight(fresh, record);
  const rows = await withClient(fresh, removeStaleRows);
  return [...settings, ...path, ...rows];
}

/** Where Mattermost's tables are; null when the set has none. */
function schemaOf({schema, tables}: DatabaseRecord): string | null {
  return schema === undefined
    ? (/^(.+)\.systems$/.exec(tables.find(({name}) => name.endsWith('.systems'))?.name ?? '')?.[1] ?? null)
    : schema;
}

/** Without a search path that leads to its tables Mattermost would make new, empty ones. */
async function ensureSight(fresh: Connection, record: DatabaseRecord): Promise<string[]> {
  const schema = schemaOf(record);
  if (schema === null || (await hiddenTables(fresh, schema)) === 0) {
    return [];
  }
  // It came from outside the database before: from postgresql.conf or the data source of the old server.
  await withClient(fresh, (client) =>
    client.query(
      `ALTER DATABASE ${client.escapeIdentifier(fresh.database)} SET search_path = ${client.escapeLiteral(schema)}, public`,
    ),
  );
  const hidden = await hiddenTables(fresh, schema);
  if (hidden > 0) {
    throw new Failure(
      'RESTORE_NOT_PROVEN',
      `The role ${fresh.user} does not see ${hidden} tables of the schema ${schema} through its search_path, so Mattermost would make empty ones. ` +
        `Run ALTER ROLE "${fresh.user}" RESET search_path; and restore again.`,
    );
  }
  return [`search_path of the database set to ${schema}, so that Mattermost finds its tables`];
}

/** Tables of a schema that a new session of this role does not find by their plain names. */
async function hiddenTables(fresh: Connection, schema: string): Promise<number> {
  return withClient(fresh, async (client) => {
    const {rows} = await client.query<{hidden: string}>(
      `SELECT count(*) AS hidden FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace::regnamespace::text = $1 AND NOT pg_table_is_visible(oid)`,
      [schema],
    );
    return Number(rows[0]?.hidden);
  });
}

async function removeStaleRows(client: pg.Client): Promise<string[]> {
  const done: string[] = [];
  for (const {table, sql, says} of STALE) {
    const {
      rows: [found],
    } = await client.query<{exists: boolean}>('SELECT to_regclass($1) IS NOT NULL AS exists', [table]);
    const {rowCount} = found?.exists ? await client.query(sql) : {rowCount: 0};
    if (rowCount) {
      done.push(`${says}: ${rowCount}`);
    }
  }
  await client.query('ANALYZE');
  return done;
}
