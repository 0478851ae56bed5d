import {writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import pg from 'pg';
import {directoryHashes, tableHashes} from '../harness/compare.ts';
import type {StoppedServer} from './server.ts';

export interface ServerState {
  readonly tables: Awaited<ReturnType<typeof tableHashes>>;
  readonly files: Record<string, string>;
  readonly config: Record<string, string>;
}

/** Everything that a server consists of, as hashes: equal states are equal to the last byte. */
export async function stateOf(
  server: Pick<StoppedServer, 'databaseUrl' | 'dataDirectory' | 'configDirectory'>,
): Promise<ServerState> {
  return {
    tables: await tableHashes(server.databaseUrl),
    files: await directoryHashes(server.dataDirectory),
    config: await directoryHashes(server.configDirectory),
  };
}

/** Changes each part a little, so that a state before and after can be told apart. */
export async function changeEverything(server: StoppedServer, mark: string): Promise<void> {
  await query(server.databaseUrl, `INSERT INTO systems (name, value) VALUES ('${mark}', 'changed')`);
  await writeFile(join(server.dataDirectory, `${mark}.txt`), mark);
  await writeFile(join(server.configDirectory, `${mark}.json`), '{}');
}

/** Runs one statement and gives its rows. */
export async function query(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({connectionString: url});
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}
