import {locationOf, parseConnection, withClient} from './connection.ts';
import type {DatabaseEngine} from '../port.ts';
import {inspectDatabase, openSnapshot} from './source/source.ts';
import {CONTENTS_FILE, readDump} from './target/dump_contents.ts';
import {createTarget} from './target/target.ts';
import {findPostgresTools} from './tools/tools.ts';
import {rightsIn} from './rights.ts';

/** PostgreSQL through its own programs and the wire protocol. */
export function createPostgres(toolsDirectory: string | undefined): DatabaseEngine {
  const tools = () => findPostgresTools(toolsDirectory);
  return {
    source: (url) => {
      const connection = parseConnection(url);
      return {
        location: locationOf(connection),
        inspect: async () => inspectDatabase(connection, await tools()),
        rights: (since) => withClient(connection, (client) => rightsIn(client, since)),
        openSnapshot: async () => openSnapshot(connection, await tools()),
      };
    },
    target: (url) => createTarget(parseConnection(url), tools),
    dumps: {contentsFile: CONTENTS_FILE, read: async (directory, record) => readDump(await tools(), directory, record)},
  };
}
