import {afterAll, beforeAll, describe, jest} from '@jest/globals';
import pg from 'pg';
import {conformance} from './conformance.ts';
import {createMemoryServer} from './memory.ts';
import {startFixture, type Fixture} from './postgres/postgres_fixture.ts';

jest.setTimeout(30_000);

describe('in memory', () => {
  conformance('memory', async () => {
    const server = createMemoryServer(() => 1);
    const tables = [{name: 'public.posts', rows: 50}];
    server.databases.set('mattermost', {mark: '', tables});
    return {
      engine: server.engine,
      url: (database) => `postgres://mm@db/${encodeURIComponent(database)}`,
      addPost: async () => {
        server.databases.get('mattermost')!.tables[0]!.rows += 1;
      },
      posts: async (database) => server.databases.get(database)?.tables[0]?.rows ?? null,
      makeEmpty: async (database) => {
        server.databases.set(database, {mark: '', tables: []});
      },
      connect: async () => {
        server.connected.set('mattermost', ['a node as mm']);
        return async () => {
          server.connected.clear();
        };
      },
    };
  });
});

describe('on a server', () => {
  let fixture: Fixture;
  beforeAll(async () => {
    fixture = await startFixture();
  }, 60_000);
  afterAll(() => fixture.server.stop());

  conformance('postgres', async () => {
    await fixture.reset();
    const url = (database: string): string => fixture.urlAs('mmuser', database);
    const hasPosts = async (database: string): Promise<boolean> => {
      const [row] = await fixture.admin<{there: boolean}>(
        `SELECT EXISTS (SELECT 1 FROM pg_database WHERE datname = ${pg.escapeLiteral(database)}) AS there`,
      );
      const [table] = row!.there
        ? await fixture.sql<{name: string | null}>(url(database), `SELECT to_regclass('posts')::text AS name`)
        : [];
      return table?.name === 'posts';
    };
    return {
      engine: fixture.engine,
      url,
      addPost: async () => {
        await fixture.sql(url('mattermost'), `INSERT INTO posts (id) VALUES (gen_random_uuid())`);
      },
      posts: async (database) => {
        const [row] = (await hasPosts(database))
          ? await fixture.sql<{rows: string}>(url(database), 'SELECT count(*) AS rows FROM posts')
          : [];
        return row ? Number(row.rows) : null;
      },
      makeEmpty: async (database) => {
        await fixture.admin(`CREATE DATABASE ${pg.escapeIdentifier(database)} OWNER mmuser TEMPLATE template0`);
      },
      connect: async () => {
        const client = new pg.Client({connectionString: url('mattermost'), application_name: 'a node'});
        await client.connect();
        return () => client.end();
      },
    };
  });
});
