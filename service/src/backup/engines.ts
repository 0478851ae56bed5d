import type {SetManifest, SetSnapshot} from '@disaster-recovery/contract';
import type {ConfigSource} from '../engines/configsource/port.ts';
import type {DatabaseSource} from '../engines/database/port.ts';
import type {FileStore} from '../engines/filestore/port.ts';
import type {MattermostBridge} from '../engines/mattermost/port.ts';
import type {Repository} from '../engines/repository/port.ts';
import type {Clock} from '../kernel/clock.ts';
import type {Ledger} from '../ledger/index.ts';

/** All that a backup touches. */
export type BackupEngines = {
  clock: Clock;
  ledger: Ledger;
  repository: Repository;
  database: DatabaseSource;
  files: FileStore;
  config: ConfigSource;
  /** Null while no bridge is enrolled. */
  bridge: () => MattermostBridge | null;
  /** Mattermost's version as its REST interface tells anybody; null when it does not answer. */
  serverVersion: (signal: AbortSignal) => Promise<string | null>;
  /** Where jobs keep what they need until they end: one directory a job. */
  workDirectory: string;
  /** Writes how everybody signs in, as far as it is known, into a directory of the record. */
  identities: (directory: string) => Promise<void>;
  settings: {jobs: number; version: string};
  sets: {
    newest(): Promise<SetManifest | null>;
    seal(body: Omit<SetManifest, 'sha256'>): SetManifest;
    open(text: string, where: string): SetManifest;
    tags(set: string, part: string): string[];
    manifestFile: string;
    /** @throws Failure SET_NOT_RESTORABLE when a restore could not take one of them */
    requireRestorable(snapshots: readonly SetSnapshot[], signal: AbortSignal): Promise<void>;
  };
};
