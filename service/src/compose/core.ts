import {existsSync, rmSync} from 'node:fs';
import {mkdir} from 'node:fs/promises';
import {join} from 'node:path';
import {APPROVAL_TABLES} from '../approvals/index.ts';
import {CHAT_TABLES} from '../chat/index.ts';
import type {Config} from '../config/schema.ts';
import {withoutPassword} from '../config/show.ts';
import type {Copier, Repository} from '../engines/repository/port.ts';
import {createRestic} from '../engines/repository/restic.ts';
import {ENROLLMENT_TABLES} from '../enrollment/index.ts';
import {createJobs, JOB_TABLES, type Jobs, type Leftovers} from '../jobs/index.ts';
import {systemClock, type Clock} from '../kernel/clock.ts';
import {openState, type State} from '../kernel/state.ts';
import {createLedger, LEDGER_TABLE, type Ledger} from '../ledger/index.ts';
import {NOTIFY_TABLES} from '../notify/index.ts';
import {endOrphans} from '../process/orphans.ts';
import {UNDO_TABLE} from '../restore/index.ts';
import {HOLD_TABLE} from '../retention/index.ts';
import {SCHEDULE_TABLES} from '../schedule/index.ts';
import {DETECTION_TABLES, SSO_ANNOUNCED_TABLE, SSO_DRIFT_TABLE, SSO_TABLES} from '../sso/index.ts';

/**
 * The schema of the state, by number: the first is number 1. A migration that was released is never changed; a new one is added at the end.
 * Number 1 also takes over files of before there were numbers, which have all of its tables.
 */
export const MIGRATIONS: readonly string[] = [
  [LEDGER_TABLE, JOB_TABLES, ENROLLMENT_TABLES, CHAT_TABLES, UNDO_TABLE, SSO_TABLES, DETECTION_TABLES].join(';\n'),
  SSO_DRIFT_TABLE,
  [APPROVAL_TABLES, 'DROP TABLE IF EXISTS sso_claim_tries'].join(';\n'),
  SCHEDULE_TABLES,
  SSO_ANNOUNCED_TABLE,
  HOLD_TABLE,
  NOTIFY_TABLES,
];

/** What every job needs, whatever it does. `workDirectory`: where a job keeps what it needs until it ends. */
export type Core = {clock: Clock; state: State; ledger: Ledger; jobs: Jobs; workDirectory: string};

/** @throws Failure STATE_* */
export async function composeCore(stateDirectory: string, workDirectory: string): Promise<Core> {
  const clock = systemClock;
  const state = openState(stateDirectory, MIGRATIONS);
  await mkdir(workDirectory, {recursive: true, mode: 0o700});
  return {
    clock,
    state,
    workDirectory,
    ledger: createLedger(state, clock),
    jobs: createJobs(state, clock, leftoversIn(workDirectory)),
  };
}

/** A dump that a killed job left holds every credential in plain text. */
function leftoversIn(workDirectory: string): Leftovers {
  return {
    endOrphans,
    abandon: (job) => {
      rmSync(join(workDirectory, job), {recursive: true, force: true});
    },
  };
}

export type RepositoryAddress = {
  url: string;
  passwordFile: string;
  environment: Readonly<Record<string, string>>;
  restic?: string | undefined;
};

/** `which`: one of those that the configuration names. */
export function addressOf({tools}: Config, which: Config['repositories'][number]): RepositoryAddress {
  const {url, password_file: passwordFile, environment} = which;
  return {url, passwordFile, environment, restic: tools.restic};
}

/** Where copies are kept of what a repository told: restic's own of its index, and the last list of snapshots. */
export type RepositoryCache = {index: string; listing?: string};

/** What takes sets from one repository into another. */
export function composeCopier(config: Config, from: NamedEntry, to: NamedEntry): Copier {
  return createRestic(config.tools.restic ?? shippedRestic(), withoutPassword).copier(
    settingsOf(from),
    settingsOf(to),
    {uploadKibPerSecond: to.upload_kib_per_second, downloadKibPerSecond: to.download_kib_per_second},
  );
}

type NamedEntry = Config['repositories'][number];

const settingsOf = ({url, password_file: passwordFile, environment}: NamedEntry) => ({url, passwordFile, environment});

/** The repository behind its port. */
export function composeRepository(
  {url, passwordFile, environment, restic}: RepositoryAddress,
  cache?: RepositoryCache,
): Repository {
  const settings = {
    url,
    passwordFile,
    environment: {...(cache && {RESTIC_CACHE_DIR: cache.index}), ...environment},
    ...(cache?.listing !== undefined && {listing: cache.listing}),
  };
  return createRestic(restic ?? shippedRestic(), withoutPassword).open(settings);
}

/** restic is shipped beside the program; in a checkout it is found on the PATH. */
function shippedRestic(): string {
  const shipped = join(import.meta.dirname, 'restic');
  return existsSync(shipped) ? shipped : 'restic';
}
