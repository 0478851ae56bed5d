import {existsSync, rmSync} from 'node:fs';
import {lstat, mkdir, readdir} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import type {Actor} from '@disaster-recovery/contract';
import {APPROVAL_TABLES} from './approvals/index.ts';
import {createBackup, crossCheckLists, EXPECTED_FILES, type Backup} from './backup/index.ts';
import {CHAT_TABLES, createChat, type Chat} from './chat/index.ts';
import {composeSso} from './compose_sso.ts';
import type {Config} from './config/schema.ts';
import {withoutPassword} from './config/show.ts';
import {isDatabaseUrl} from './config/mattermost_config.ts';
import {createDoctor, type Doctor} from './doctor/index.ts';
import {createDatabaseConfig, readStoredConfig} from './engines/configsource/database.ts';
import {createFileConfig} from './engines/configsource/file.ts';
import {createPostgres} from './engines/database/postgres.ts';
import {createLocalFileStore, createRemoteFileStore} from './engines/filestore/local.ts';
import type {FileStore} from './engines/filestore/port.ts';
import {createMattermostBridge} from './engines/mattermost/bridge.ts';
import {readServerVersion} from './engines/mattermost/server_version.ts';
import type {MattermostBridge} from './engines/mattermost/port.ts';
import type {Repository} from './engines/repository/port.ts';
import {createRestic} from './engines/repository/restic.ts';
import {createEnrolment, ENROLMENT_TABLES, type Confirm, type Enrolment} from './enrolment/index.ts';
import {createJobs, JOB_TABLES, type Jobs, type Leftovers} from './jobs/index.ts';
import {sha256} from './kernel/canonical_json.ts';
import {systemClock, type Clock} from './kernel/clock.ts';
import {Failure} from './kernel/failure.ts';
import {createLog, type Logger} from './kernel/log.ts';
import {openState, type State} from './kernel/state.ts';
import {createLedger, LEDGER_TABLE, type Ledger} from './ledger/index.ts';
import {endOrphans} from './process/orphans.ts';
import {createRestore, UNDO_TABLE, type Restore} from './restore/index.ts';
import {
  createSets,
  findUnrestorable,
  MANIFEST_FILE,
  openManifest,
  requireRestorable,
  sealManifest,
  setTags,
  type Sets,
} from './sets/index.ts';
import {createStatus, type StatusReport} from './status/index.ts';
import {DETECTION_TABLES, SSO_DRIFT_TABLE, SSO_TABLES, type Sso} from './sso/index.ts';
import {createVerify, type Verify} from './verify/index.ts';
import {VERSION} from './version.ts';

/**
 * The schema of the state, by number: the first is number 1. A migration that was released is never changed; a new one is added at the end.
 * Number 1 also takes over files of before there were numbers, which have all of its tables.
 */
export const MIGRATIONS: readonly string[] = [
  [LEDGER_TABLE, JOB_TABLES, ENROLMENT_TABLES, CHAT_TABLES, UNDO_TABLE, SSO_TABLES, DETECTION_TABLES].join(';\n'),
  SSO_DRIFT_TABLE,
  [APPROVAL_TABLES, 'DROP TABLE IF EXISTS sso_claim_tries'].join(';\n'),
];

/** What works from a repository URL and its key alone. */
export type RecoveryParts = {
  repository: Repository;
  sets: Sets;
  verify: Verify;
  restore: Restore;
  jobs: Jobs;
  ledger: Ledger;
  close(): void;
};

/** Everything, for a companion with a configuration. */
export type Companion = RecoveryParts & {
  backup: Backup;
  doctor: Doctor;
  status: StatusReport;
  enrolment: Enrolment;
  chat: Chat;
  sso: Sso;
  bridge: MattermostBridge;
  config: Config;
  state: State;
  clock: Clock;
  log: Logger;
};

export type RepositoryAddress = {
  url: string;
  passwordFile: string;
  environment: Readonly<Record<string, string>>;
  restic?: string | undefined;
};

/** The repository behind its port. `cache`: where restic keeps copies of its index. */
export function composeRepository(
  {url, passwordFile, environment, restic}: RepositoryAddress,
  cache?: string,
): Repository {
  const settings = {url, passwordFile, environment: {...(cache && {RESTIC_CACHE_DIR: cache}), ...environment}};
  return createRestic(restic ?? shippedRestic(), withoutPassword).open(settings);
}

/** restic is shipped beside the program; in a checkout it is found on the PATH. */
function shippedRestic(): string {
  const shipped = join(import.meta.dirname, 'restic');
  return existsSync(shipped) ? shipped : 'restic';
}

/** On bare metal: no configuration, no state of before. A directory below `scratch` holds state and work; it is removed when nothing is left to continue. */
export async function composeRecovery(
  address: RepositoryAddress,
  options: {scratch?: string; postgresDirectory?: string | undefined; jobs?: number},
): Promise<RecoveryParts> {
  // Named after the repository, so that a run after a crash finds what the first one had done.
  const scratch = join(options.scratch ?? tmpdir(), `drctl-${sha256(address.url).slice(0, 12)}`);
  await makePrivateDirectory(scratch);
  const state = openState(scratch, MIGRATIONS);
  const ledger = createLedger(state, systemClock);
  const workDirectory = join(scratch, 'work');
  const jobs = createJobs(state, systemClock, leftoversIn(workDirectory));
  const repository = composeRepository(address, join(scratch, 'cache'));
  const sets = createSets(repository, null, systemClock);
  await mkdir(workDirectory, {recursive: true, mode: 0o700});
  return {
    repository,
    sets,
    jobs,
    ledger,
    verify: createVerify(
      {
        clock: systemClock,
        ledger,
        repository,
        workDirectory,
        show: sets.show,
        findUnrestorable: (snapshots, signal) => findUnrestorable(repository, snapshots, signal),
        lost: sets.lost,
        crossCheckLists,
        expectedFiles: EXPECTED_FILES,
      },
      jobs,
    ),
    restore: createRestore(
      {
        clock: systemClock,
        state,
        ledger,
        repository,
        workDirectory,
        databases: createPostgres(options.postgresDirectory),
        live: null,
        jobs: options.jobs ?? 2,
        show: sets.whole,
        requireRestorable: (snapshots) => requireRestorable(repository, snapshots),
        takeRestorePoint: null,
      },
      jobs,
    ),
    close: () => {
      const isDone = jobs.running() === null && jobs.interrupted().length === 0;
      state.close();
      if (isDone) {
        rmSync(scratch, {recursive: true, force: true});
      }
    },
  };
}

/** The temporary directory is everybody's: what is there already must be ours. @throws Failure STATE_UNUSABLE */
async function makePrivateDirectory(path: string): Promise<void> {
  await mkdir(path, {recursive: true, mode: 0o700});
  const {uid, mode} = await lstat(path);
  if (uid !== process.getuid?.() || (mode & 0o077) !== 0) {
    throw new Failure(
      'STATE_UNUSABLE',
      `${path} belongs to somebody else or can be read by others; name another place with --scratch.`,
    );
  }
}

/** The active configuration of a server that keeps it in a database. */
export async function readConfigInDatabase(url: string): Promise<string> {
  return (await readStoredConfig(url)).config;
}

/** The only place that builds things. */
export async function composeCompanion(config: Config): Promise<Companion> {
  const clock = systemClock;
  const log = createLog(config.log_level);
  await requireMounted(config);
  const state = openState(config.state_directory, MIGRATIONS);
  const ledger = createLedger(state, clock);
  const workDirectory = config.staging_directory ?? join(config.state_directory, 'work');
  const jobs = createJobs(state, clock, leftoversIn(workDirectory));
  const confirm: Confirm = (request) => bridge.confirm(request);
  const enrolment = await createEnrolment({state, clock, ledger, version: VERSION, log, confirm});
  const bridge = createMattermostBridge({
    url: () => config.mattermost.url ?? enrolment.siteUrl(),
    sign: (request) => enrolment.sign(request),
  });
  await mkdir(workDirectory, {recursive: true, mode: 0o700});

  const repository = composeRepository(addressOf(config), join(config.state_directory, 'cache', 'restic'));
  const sets = createSets(repository, join(config.state_directory, 'cache', 'manifests'), clock);
  const databases = createPostgres(config.tools.postgres_directory);
  const database = databases.source(config.database.url);
  const files = fileStoreOf(config);
  const configSource = isDatabaseUrl(config.mattermost.config)
    ? createDatabaseConfig(config.mattermost.config)
    : createFileConfig(config.mattermost.config);
  const enrolledBridge = (): MattermostBridge | null => (enrolment.state().state === 'none' ? null : bridge);

  const sso = await composeSso({
    config,
    state,
    clock,
    ledger,
    log,
    jobs,
    repository,
    workDirectory,
    configSource,
    bridge: enrolledBridge,
    siteUrl: () => enrolment.siteUrl(),
    readStoredConfig: readConfigInDatabase,
  });
  const backup = createBackup(
    {
      clock,
      ledger,
      repository,
      database,
      files,
      workDirectory,
      config: configSource,
      bridge: enrolledBridge,
      serverVersion: (signal) => readServerVersion(config.mattermost.url ?? enrolment.siteUrl(), signal),
      settings: {jobs: config.database.jobs, version: VERSION},
      identities: (directory) => sso.writeIdentities(directory),
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
  const verify = createVerify(
    {
      clock,
      ledger,
      repository,
      workDirectory,
      show: sets.show,
      lost: sets.lost,
      findUnrestorable: (snapshots, signal) => findUnrestorable(repository, snapshots, signal),
      crossCheckLists,
      expectedFiles: EXPECTED_FILES,
    },
    jobs,
  );
  const restore = createRestore(
    {
      clock,
      state,
      ledger,
      repository,
      databases,
      workDirectory,
      jobs: config.database.jobs,
      show: sets.whole,
      requireRestorable: (snapshots) => requireRestorable(repository, snapshots),
      live: {
        databaseUrl: config.database.url,
        filesDirectory: files.directory,
        configDirectory: configSource.directory,
      },
      takeRestorePoint: (reason: string, actor: Actor) => backup.start({reason}, {actor, kind: 'restore_point'}),
    },
    jobs,
  );
  const doctor = createDoctor({
    repository,
    database,
    files,
    workDirectory,
    ledger,
    passwordFile: config.repository.password_file,
    config: configSource,
    newestSet: () => sets.newest(),
    enrolment: () => enrolment.state(),
    bridge: enrolledBridge,
  });
  const status = createStatus({
    clock,
    jobs,
    version: VERSION,
    companionId: enrolment.companionId,
    repositoryLocation: repository.location,
    rpoObjectiveMs: config.objectives.rpo_hours * 3_600_000,
    protectedBy: config.files.protected_by === undefined ? {} : {files: config.files.protected_by},
    listSets: () => sets.list(),
    enrolment: () => enrolment.state(),
    sso: () => sso.brief(),
  });
  const chat = createChat({
    backup,
    sso,
    sets,
    verify,
    status,
    jobs,
    bridge,
    requireWritable: () => {
      enrolment.requireWritable();
    },
    state,
    clock,
    log,
  });
  return {
    backup,
    verify,
    restore,
    doctor,
    status,
    enrolment,
    chat,
    sso,
    bridge,
    sets,
    jobs,
    ledger,
    repository,
    config,
    state,
    clock,
    log,
    close: () => {
      state.close();
    },
  };
}

/**
 * An empty directory where there was a state is a mount point without its mount: no second identity and no empty ledger are made in it.
 * That there was one is told by the companion's id in the configuration, or by a key that should be in the same directory.
 * @throws Failure STATE_MISSING
 */
async function requireMounted({companion_id: id, state_directory: directory, repository}: Config): Promise<void> {
  const found = await readdir(directory).catch(() => null);
  const isKnown = id !== undefined || repository.password_file.startsWith(`${directory}/`);
  if (isKnown && found?.every((name) => name === 'lost+found')) {
    throw new Failure(
      'STATE_MISSING',
      `${directory} is empty: its file system is not mounted, or somebody emptied it.`,
    );
  }
}

export function addressOf({repository, tools}: Config): RepositoryAddress {
  return {
    url: repository.url,
    passwordFile: repository.password_file,
    environment: repository.environment,
    restic: tools.restic,
  };
}

function fileStoreOf({files}: Config): FileStore {
  return files.driver === 'local' ? createLocalFileStore(files.directory ?? '') : createRemoteFileStore(files.driver);
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
