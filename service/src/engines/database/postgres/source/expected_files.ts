import type pg from 'pg';
import QueryStream from 'pg-query-stream';
import type {ExpectedFile} from '../../port.ts';

/**
 * Mattermost's rows that name a file, in its own layout of the file store. One SELECT a source; tables that an older server lacks are left out.
 * Several FileInfo rows may share one path (a forwarded post), hence DISTINCT ON.
 */
const SOURCES: readonly {table: string; sql: string}[] = [
  {
    table: 'fileinfo',
    sql: `SELECT DISTINCT ON (path) 'file' AS owner, id, path, size AS bytes FROM fileinfo WHERE path <> '' ORDER BY path, id`,
  },
  {
    table: 'fileinfo',
    sql: `SELECT DISTINCT ON (thumbnailpath) 'thumbnail' AS owner, id, thumbnailpath AS path, NULL::bigint AS bytes FROM fileinfo WHERE thumbnailpath <> '' ORDER BY thumbnailpath, id`,
  },
  {
    table: 'fileinfo',
    sql: `SELECT DISTINCT ON (previewpath) 'preview' AS owner, id, previewpath AS path, NULL::bigint AS bytes FROM fileinfo WHERE previewpath <> '' ORDER BY previewpath, id`,
  },
  {
    table: 'emoji',
    sql: `SELECT 'emoji' AS owner, id, 'emoji/' || id || '/image' AS path, NULL::bigint AS bytes FROM emoji WHERE deleteat = 0`,
  },
  // A picture that was reset carries a negative time and is made anew from the initials.
  {
    table: 'users',
    sql: `SELECT 'profile_image' AS owner, id, 'users/' || id || '/profile.png' AS path, NULL::bigint AS bytes FROM users WHERE lastpictureupdate > 0`,
  },
  {
    table: 'teams',
    sql: `SELECT 'team_icon' AS owner, id, 'teams/' || id || '/teamIcon.png' AS path, NULL::bigint AS bytes FROM teams WHERE lastteamiconupdate > 0`,
  },
];

export async function* expectedFiles(client: pg.Client): AsyncGenerator<ExpectedFile> {
  const {rows} = await client.query<{table_name: string}>(
    `SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema()`,
  );
  const tables = new Set(rows.map((row) => row.table_name));
  for (const {table, sql} of SOURCES) {
    if (tables.has(table)) {
      for await (const row of client.query(new QueryStream(sql, [], {batchSize: 1000})) as AsyncIterable<
        Omit<ExpectedFile, 'bytes'> & {bytes: string | null}
      >) {
        yield {owner: row.owner, id: row.id, path: row.path, bytes: row.bytes === null ? null : Number(row.bytes)};
      }
    }
  }
}
