import {chmod, mkdir} from 'node:fs/promises';
import {join} from 'node:path';
import {createDatabase} from '../../test/harness/database.ts';
import {startMattermost} from '../../test/harness/mattermost.ts';
import {startPostgres} from '../../test/harness/postgres.ts';
import type {Postgres} from '../../test/harness/postgres.ts';
import {runSql} from './copy.ts';
import {fileAtPost, fillFiles} from './files.ts';
import type {Size} from './numbers.ts';
import {fillPeople} from './people.ts';
import {fillPosts} from './posts.ts';

/** A stopped Mattermost with its history, on a PostgreSQL of its own that runs. */
export type Workspace = {
  size: Size;
  postgres: Postgres;
  databaseUrl: string;
  filesDirectory: string;
  configFile: string;
  bytes: {files: number};
};

export const OWNER = {name: 'mmuser', password: 'bench'};

/** Boots the real server once, so that schema and config.json are the real ones, then fills both by bulk. */
export async function generate(directory: string, size: Size): Promise<Workspace> {
  await mkdir(directory, {recursive: true});
  // PostgreSQL refuses to run as root, and the account it runs as has to pass through here.
  await chmod(directory, 0o711);
  // PostgreSQL's own defaults are meant for machines of long ago; nobody runs a chat server on them.
  const postgres = await startPostgres({
    directory: join(directory, 'postgres'),
    settings: {shared_buffers: '512MB', max_wal_size: '4GB'},
  });
  const databaseUrl = await createDatabase(postgres, {
    name: 'mattermost',
    owner: OWNER.name,
    password: OWNER.password,
    createdb: true,
  });
  const server = await startMattermost({directory: join(directory, 'mattermost'), databaseUrl});
  await server.stop();
  const {dataDirectory: filesDirectory, configFile} = server;

  await fillPeople(databaseUrl, size);
  await fillPosts(databaseUrl, size, {from: 0, to: size.posts}, fileAtPost(size));
  const bytes = await fillFiles(databaseUrl, filesDirectory, size, {from: 0, to: size.files});
  await runSql(databaseUrl, ['VACUUM ANALYZE']);
  return {size, postgres, databaseUrl, filesDirectory, configFile, bytes: {files: bytes}};
}
