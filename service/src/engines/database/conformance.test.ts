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
      url: (database) => `postgres://mm@db/${database}`,
      addPost: async () => {
        tables[0]!.rows += 1;
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
    return {
      engine: fixture.engine,
      url,
      addPost: async () => {
        await fixture.sql(url('mattermost'), `INSERT INTO posts (id) VALUES (gen_random_uuid())`);
      },
      connect: async () => {
        const client = new pg.Client({connectionString: url('mattermost'), application_name: 'a node'});
        await client.connect();
        return () => client.end();
      },
    };
  });
});
