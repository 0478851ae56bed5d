import {join} from 'node:path';
import type {Actor} from '@disaster-recovery/contract';
import type {Approvals} from '../approvals/index.ts';
import {createBackup, type Backup} from '../backup/index.ts';
import {isDatabaseUrl} from '../config/mattermost_config.ts';
import type {Config} from '../config/schema.ts';
import {createDatabaseConfig, readStoredConfig} from '../engines/configsource/database.ts';
import {createFileConfig} from '../engines/configsource/file.ts';
import type {ConfigSource} from '../engines/configsource/port.ts';
import type {DatabaseEngine, DatabaseSource} from '../engines/database/port.ts';
import {createPostgres} from '../engines/database/postgres/postgres.ts';
import {createLocalFileStore} from '../engines/filestore/local/local.ts';
import type {FileStore} from '../engines/filestore/port.ts';
import {createRemoteFileStore} from '../engines/filestore/remote.ts';
import type {MattermostBridge} from '../engines/mattermost/port.ts';
import {readServerVersion} from '../engines/mattermost/server_version.ts';
import {
  MANIFEST_FILE,
  openManifest,
  requireRestorable,
  sealManifest,
  setTags,
  type NamedRepository,
  type Repositories,
} from '../sets/index.ts';
import {VERSION} from '../version.ts';
import type {Core} from './core.ts';
import {composeFrom, type FromRepository, type Patient} from './recovery.ts';

/** What a Mattermost server has on its machines. */
export type Holdings = {
  databases: DatabaseEngine;
  database: DatabaseSource;
  files: FileStore;
  configSource: ConfigSource;
};

export function composeHoldings({database, files, mattermost, tools}: Config): Holdings {
  const databases = createPostgres(tools.postgres_directory);
  return {
    databases,
    database: databases.source(database.url),
    files: files.driver === 'local' ? createLocalFileStore(files.directory ?? '') : createRemoteFileStore(files.driver),
    configSource: isDatabaseUrl(mattermost.config)
      ? createDatabaseConfig(mattermost.config)
      : createFileConfig(mattermost.config),
  };
}

/** The active configuration of a server that keeps it in a database. */
export async function readConfigInDatabase(url: string): Promise<string> {
  return (await readStoredConfig(url)).config;
}

export type DataParts = {
  config: Config;
  core: Core;
  repositories: Repositories;
  holdings: Holdings;
  approvals: Approvals;
  /** Null while no bridge is enrolled. */
  bridge(): MattermostBridge | null;
  siteUrl(): string | null;
  /** Writes how everybody signs in, as far as it is known, into a directory of the record. */
  identities(directory: string): Promise<void>;
};

/** Backup into the repository in use; verification and restore from any. */
export function composeData(parts: DataParts): {backup: Backup; from(which: NamedRepository): FromRepository} {
  const {config, core, repositories, holdings, approvals} = parts;
  const backup = composeBackup(parts);
  const patient: Patient = {
    databases: holdings.databases,
    jobs: config.database.jobs,
    approvals,
    reportDirectory: join(config.state_directory, 'reports'),
    shellWaits: config.restore.needs_second_administrator,
    live: {
      databaseUrl: config.database.url,
      files: config.files.driver === 'local' ? holdings.files.location : null,
      config: holdings.configSource.directory,
    },
    takeRestorePoint: (reason: string, actor: Actor) => backup.start({reason}, {actor, kind: 'restore_point'}),
  };
  return {backup, from: (which) => composeFrom(core, {...which, isInUse: which === repositories.inUse}, patient)};
}

function composeBackup({config, core, repositories, holdings, bridge, siteUrl, identities}: DataParts): Backup {
  const {jobs, ...around} = core;
  const {repository, sets} = repositories.inUse;
  return createBackup(
    {
      ...around,
      repository,
      database: holdings.database,
      files: holdings.files,
      config: holdings.configSource,
      bridge,
      serverVersion: (signal) => readServerVersion(config.mattermost.url ?? siteUrl(), signal),
      settings: {jobs: config.database.jobs, version: VERSION},
      identities,
      sets: {
        newest: () => sets.newest(),
        seal: sealManifest,
        open: openManifest,
        tags: setTags,
        manifestFile: MANIFEST_FILE,
        requireRestorable: (snapshots, signal) => requireRestorable(repository, snapshots, signal),
      },
    },
    jobs,
  );
}
