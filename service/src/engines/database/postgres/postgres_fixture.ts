import {mkdtempSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import pg from 'pg';
import {startPostgresServer} from '../../../testkit/postgres_server.ts';
import type {Captured} from '../port.ts';
import {createPostgres} from './postgres.ts';

/** For tests: a real PostgreSQL with a role `mmuser` that owns a database `mattermost`, and what a backup and a restore do with them. */
export async function startFixture() {
  const server = await startPostgresServer();
  const engine = createPostgres(undefined);
  const urlAs = (role: string, database: string): string => {
    const url = new URL(server.url);
    url.username = role;
    url.pathname = `/${database}`;
    return url.href;
  };
  async function sql<Row extends pg.QueryResultRow>(url: string, ...statements: string[]): Promise<Row[]> {
    const client = new pg.Client({connectionString: url});
    await client.connect();
    try {
      let rows: Row[] = [];
      for (const statement of statements) {
        ({rows} = await client.query<Row>(statement));
      }
      return rows;
    } finally {
      await client.end();
    }
  }
  const admin = <Row extends pg.QueryResultRow>(...statements: string[]): Promise<Row[]> =>
    sql<Row>(server.url, ...statements);
  const adminIn = (database: string, ...statements: string[]) => sql(urlAs('postgres', database), ...statements);
  const watch = {signal: new AbortController().signal, progress: () => undefined};

  return {
    server,
    engine,
    urlAs,
    sql,
    admin,
    adminIn,
    source: () => engine.source(urlAs('mmuser', 'mattermost')),
    /** A role and a database as Mattermost's documentation makes them, with a few of its tables. */
    async reset(schema = 'public'): Promise<void> {
      await dropEverything(admin);
      await admin('CREATE ROLE mmuser LOGIN CREATEDB', 'CREATE DATABASE mattermost OWNER mmuser');
      await sql(
        urlAs('mmuser', 'mattermost'),
        `CREATE SCHEMA IF NOT EXISTS ${schema}`,
        `SET search_path = ${schema}`,
        'CREATE TABLE systems (name text PRIMARY KEY, value text)',
        `INSERT INTO systems VALUES ('DiagnosticId', 'd')`,
        'CREATE TABLE db_migrations (version bigint PRIMARY KEY, name text)',
        `INSERT INTO db_migrations VALUES (148, 'newest')`,
        `CREATE TABLE posts (id text PRIMARY KEY, words text[], note text, length interval)`,
        `INSERT INTO posts SELECT 'p' || n, ARRAY['NULL', 'b'], CASE WHEN n % 2 = 0 THEN 'x' END, interval '-1 day 02:03:04' FROM generate_series(1, 50) n`,
        `CREATE TABLE clusterdiscovery (id text)`,
        `INSERT INTO clusterdiscovery VALUES ('node')`,
      );
    },
    /** Dump and record of `mattermost` as the role of Mattermost takes them. */
    async backUp(url = urlAs('mmuser', 'mattermost')): Promise<Captured> {
      const dump = join(mkdtempSync(join(tmpdir(), 'fixture-dump-')), 'dump');
      const snapshot = await engine.source(url).openSnapshot();
      try {
        const record = await snapshot.record();
        return {dump, record: {...record, dump_bytes: await snapshot.dump(dump, {...watch, jobs: 2})}};
      } finally {
        await snapshot.close();
      }
    },
    /** Makes `name`, loads, proves, settles. Returns what was told. */
    async restore({record, dump}: Captured, name: string, url = urlAs('mmuser', name)) {
      const target = engine.target(url);
      const attempt = {id: 'abc123', beside: false, exists: (await target.describe()).exists};
      const {left_out: leftOut} = await target.stage(attempt, {record, dump}, {...watch, jobs: 2});
      const proven = await target.prove(attempt, record);
      return {leftOut, proven, settled: await target.settle(attempt, record)};
    },
  };
}

export type Fixture = Awaited<ReturnType<typeof startFixture>>;

async function dropEverything(
  admin: <Row extends pg.QueryResultRow>(...statements: string[]) => Promise<Row[]>,
): Promise<void> {
  const databases = await admin<{datname: string}>(
    `SELECT datname FROM pg_database WHERE datname NOT IN ('postgres', 'template0', 'template1')`,
  );
  for (const {datname} of databases) {
    await admin(`DROP DATABASE ${pg.escapeIdentifier(datname)} WITH (FORCE)`);
  }
  const roles = await admin<{rolname: string}>(
    `SELECT rolname FROM pg_roles WHERE rolname !~ '^pg_' AND rolname <> 'postgres'`,
  );
  for (const {rolname} of roles) {
    await admin(`DROP ROLE ${pg.escapeIdentifier(rolname)}`);
  }
}
