import {directoryHashes, tableHashes} from './compare.ts';
import type {TableHash} from './compare.ts';
import type {ProtectedServer} from './protected_server.ts';

/** Everything that a restore in place may change. */
export interface WholeState {
  readonly tables: Readonly<Record<string, TableHash>>;
  readonly files: Readonly<Record<string, string>>;
  readonly config: Readonly<Record<string, string>>;
}

/** Hashes of the database, the file store and the config directory as they are now. */
export async function wholeState(server: ProtectedServer): Promise<WholeState> {
  const {dataDirectory, configDirectory} = server.mattermost();
  return {
    tables: await tableHashes(server.databaseUrl),
    files: await directoryHashes(dataDirectory),
    config: await directoryHashes(configDirectory),
  };
}
