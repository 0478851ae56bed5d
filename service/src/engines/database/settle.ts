import pg from 'pg';
import type {DatabaseRecord} from '@disaster-recovery/contract';

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

/** Applies what pg_dump leaves out, removes stale rows, and gives the planner its statistics. Returns what was done. */
export async function settleDatabase(client: pg.Client, name: string, record: DatabaseRecord): Promise<string[]> {
  const done: string[] = [];
  for (const {setting} of record.settings.filter(({role}) => role === null)) {
    const [key = '', ...value] = setting.split('=');
    await client.query(
      `ALTER DATABASE ${pg.escapeIdentifier(name)} SET ${pg.escapeIdentifier(key)} = ${settingValue(key, value.join('='))}`,
    );
    done.push(`database setting ${key} applied`);
  }
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

// As in pg_dump: these hold lists, and one literal around a list would make it a single strange name.
const LISTS = new Set(['search_path', 'temp_tablespaces', 'session_preload_libraries', 'local_preload_libraries']);

function settingValue(key: string, value: string): string {
  return LISTS.has(key)
    ? value
        .split(',')
        .map((part) => pg.escapeLiteral(part.trim().replace(/^"(.*)"$/, '$1')))
        .join(', ')
    : pg.escapeLiteral(value);
}
