import {join} from 'node:path';
import type {Postgres} from '../harness/postgres.ts';
import {scratchDirectory} from '../harness/scratch.ts';
import {seededServer} from '../harness/seeded_server.ts';

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
export async function stoppedServer({password = 'mm secret'} = {}): Promise<StoppedServer> {
  const directory = await scratchDirectory('faults');
  const {postgres, databaseUrl, mattermostDirectory} = await seededServer({
    directory,
    owner: {name: 'mmuser', password},
    workspace: {posts: 100, secondPlugin: false},
  });
  const configDirectory = join(mattermostDirectory, 'config');
  return {
    directory,
    postgres,
    databaseUrl,
    configFile: join(configDirectory, 'config.json'),
    configDirectory,
    dataDirectory: join(mattermostDirectory, 'data'),
  };
}
