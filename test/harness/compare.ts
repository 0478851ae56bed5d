import {createHash} from 'node:crypto';
import {createReadStream} from 'node:fs';
import {readdir, readlink} from 'node:fs/promises';
import {pipeline} from 'node:stream/promises';
import pg from 'pg';

export interface TableHash {
  readonly rows: number;
  readonly hash: string;
}

// The text of a row depends on these, and every role and database may have others.
const TEXT_FORMAT = [
  "SET LOCAL DateStyle = 'ISO, YMD'",
  "SET LOCAL IntervalStyle = 'iso_8601'",
  "SET LOCAL TimeZone = 'UTC'",
  "SET LOCAL bytea_output = 'hex'",
  'SET LOCAL extra_float_digits = 1',
];

const USER_TABLES = `
  SELECT n.nspname AS schema, c.relname AS name
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind = 'r' AND n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'
  ORDER BY 1, 2`;

/**
 * Hashes every table of a database, all at one moment. The order of the rows does not matter: their hashes are added
 * up, so that a big table needs neither a sort nor memory. Tables outside the schema `public` are named schema.table.
 */
export async function tableHashes(
  databaseUrl: string,
  options: {readonly exclude?: readonly string[]} = {},
): Promise<Record<string, TableHash>> {
  const client = new pg.Client({connectionString: databaseUrl});
  await client.connect();
  try {
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    for (const setting of TEXT_FORMAT) {
      await client.query(setting);
    }
    const tables = await client.query<{schema: string; name: string}>(USER_TABLES);
    const hashes: Record<string, TableHash> = {};
    for (const {schema, name} of tables.rows) {
      const shown = schema === 'public' ? name : `${schema}.${name}`;
      if (options.exclude?.includes(shown) !== true) {
        hashes[shown] = await tableHash(client, `${client.escapeIdentifier(schema)}.${client.escapeIdentifier(name)}`);
      }
    }
    return hashes;
  } finally {
    await client.end();
  }
}

async function tableHash(client: pg.Client, table: string): Promise<TableHash> {
  const {rows} = await client.query<{rows: string; high: string; low: string}>(`
    SELECT count(*) AS rows,
      coalesce(sum(('x' || left(hash, 16))::bit(64)::bigint::numeric), 0) AS high,
      coalesce(sum(('x' || right(hash, 16))::bit(64)::bigint::numeric), 0) AS low
    FROM (SELECT md5(t::text) AS hash FROM ONLY ${table} t) hashes`);
  const [row] = rows;
  if (row === undefined) {
    throw new Error(`Nothing could be counted in ${table}.`);
  }
  return {rows: Number(row.rows), hash: `${row.high}:${row.low}`};
}

/**
 * Hashes every file below `directory`. A key is the relative path, one character a byte (latin1), because a name on
 * disk may hold any bytes. Symbolic links are told by where they point to, empty directories not at all.
 */
export async function directoryHashes(directory: string): Promise<Record<string, string>> {
  const hashes: Record<string, string> = {};
  const top = Buffer.from(directory);

  async function visit(relative: Buffer): Promise<void> {
    const entries = await readdir(below(top, relative), {withFileTypes: true, encoding: 'buffer'});
    for (const entry of entries) {
      const path = relative.length === 0 ? entry.name : below(relative, entry.name);
      const key = path.toString('latin1');
      if (entry.isDirectory()) {
        await visit(path);
      } else if (entry.isSymbolicLink()) {
        hashes[key] = `link:${(await readlink(below(top, path), {encoding: 'buffer'})).toString('latin1')}`;
      } else if (entry.isFile()) {
        hashes[key] = await fileHash(below(top, path));
      }
    }
  }

  await visit(Buffer.alloc(0));
  return hashes;
}

/** The names that two lists of hashes do not agree on, with what each says. Empty when they are the same. */
export function differences<Hash>(
  left: Readonly<Record<string, Hash>>,
  right: Readonly<Record<string, Hash>>,
): Record<string, {left: Hash | undefined; right: Hash | undefined}> {
  const names = new Set([...Object.keys(left), ...Object.keys(right)]);
  const different = [...names].filter((name) => JSON.stringify(left[name]) !== JSON.stringify(right[name]));
  return Object.fromEntries(different.map((name) => [name, {left: left[name], right: right[name]}]));
}

async function fileHash(path: Buffer): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

function below(directory: Buffer, name: Buffer): Buffer {
  return Buffer.concat([directory, Buffer.from('/'), name]);
}
