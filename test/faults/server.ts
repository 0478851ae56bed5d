import {join} from 'node:path';
import {connect} from '../harness/client.ts';
import {createDatabase} from '../harness/database.ts';
import {startMattermost} from '../harness/mattermost.ts';
import {startPostgres} from '../harness/postgres.ts';
import type {Postgres} from '../harness/postgres.ts';
import {scratchDirectory} from '../harness/scratch.ts';
import {seedWorkspace} from '../harness/workspace.ts';

/** What a stopped Mattermost leaves: everything that a backup reads. */
export interface StoppedServer {
  readonly directory: string;
  readonly postgres: Postgres;
  readonly databaseUrl: string;
  readonly configFile: string;
  readonly configDirectory: string;
  readonly dataDirectory: string;
}

/** A real Mattermost that people have used a little, and that is stopped again. Its role may create databases. */
export async function stoppedServer(
  options: {readonly password?: string; readonly environment?: Record<string, string>} = {},
): Promise<StoppedServer> {
  const directory = await scratchDirectory('faults');
  const postgres = await startPostgres({directory: join(directory, 'postgres')});
  const password = options.password ?? 'mm secret';
  const databaseUrl = await createDatabase(postgres, {name: 'mattermost', owner: 'mmuser', password, createdb: true});
  const server = await startMattermost({
    directory: join(directory, 'mattermost'),
    databaseUrl,
    ...(options.environment && {environment: options.environment}),
  });
  const {configFile, configDirectory, dataDirectory} = server;
  await seedWorkspace(connect(server.url), {posts: 100, configDirectory, secondPlugin: false});
  await server.stop();
  return {directory, postgres, databaseUrl, configFile, configDirectory, dataDirectory};
}
