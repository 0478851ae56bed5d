import {rmSync} from 'node:fs';
import {lstat, mkdir} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {crossCheckLists, EXPECTED_FILES, totalsOf} from '../backup/index.ts';
import type {DatabaseEngine} from '../engines/database/port.ts';
import {createPostgres} from '../engines/database/postgres/postgres.ts';
import {createLocalTargets} from '../engines/filestore/local/targets.ts';
import type {Repository} from '../engines/repository/port.ts';
import type {Jobs} from '../jobs/index.ts';
import {sha256} from '../kernel/canonical_json.ts';
import {systemClock} from '../kernel/clock.ts';
import {Failure} from '../kernel/failure.ts';
import type {Ledger} from '../ledger/index.ts';
import {createRestore, type Restore, type RestoreEngines} from '../restore/index.ts';
import {createInspection, createSets, withMarks, type Inspection, type Sets} from '../sets/index.ts';
import {createVerify, type Verify} from '../verify/index.ts';
import {composeCore, composeRepository, type Core, type RepositoryAddress} from './core.ts';

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

/** On bare metal: no configuration, no state of before. A directory below `scratch` holds state and work; it is removed when nothing is left to continue. */
export async function composeRecovery(
  address: RepositoryAddress,
  options: {scratch?: string; postgresDirectory?: string | undefined; jobs?: number},
): Promise<RecoveryParts> {
  // Named after the repository, so that a run after a crash finds what the first one had done.
  const scratch = join(options.scratch ?? tmpdir(), `drctl-${sha256(address.url).slice(0, 12)}`);
  await makePrivateDirectory(scratch);
  const core = await composeCore(scratch, join(scratch, 'work'));
  const {state, jobs, ledger} = core;
  const repository = composeRepository(address, join(scratch, 'cache'));
  const sets = createSets(repository, null, systemClock);
  const databases = createPostgres(options.postgresDirectory);
  const store = composeStore(core, {repository, sets}, databases);
  return {
    repository,
    sets,
    jobs,
    ledger,
    verify: composeVerify(core, store),
    restore: composeRestore(core, store, {
      databases,
      live: null,
      approvals: null,
      shellWaits: false,
      jobs: options.jobs ?? 2,
      takeRestorePoint: null,
    }),
    close: () => {
      const isDone = jobs.running() === null && jobs.interrupted().length === 0;
      state.close();
      if (isDone) {
        rmSync(scratch, {recursive: true, force: true});
      }
    },
  };
}

/** A repository, the sets in it, and whether a restore can take them. */
export type Store = {repository: Repository; sets: Sets; inspection: Inspection};

export function composeStore(
  {clock, workDirectory}: Core,
  {repository, sets}: {repository: Repository; sets: Sets},
  {dumps}: DatabaseEngine,
): Store {
  const {lost} = sets;
  return {
    repository,
    sets,
    inspection: createInspection({clock, workDirectory, repository, lost, dumps, totals: totalsOf}),
  };
}

export function composeVerify(core: Core, {repository, sets, inspection}: Store): Verify {
  return createVerify(
    {
      ...core,
      repository,
      show: sets.show,
      findUnrestorable: inspection.find,
      crossCheckLists,
      expectedFiles: EXPECTED_FILES,
    },
    core.jobs,
  );
}

/** Where a restore goes to: a server that runs here, or bare metal. */
type Patient = Pick<RestoreEngines, 'databases' | 'live' | 'jobs' | 'takeRestorePoint' | 'approvals' | 'shellWaits'>;

export function composeRestore(
  {jobs, ...core}: Core,
  {repository, sets, inspection}: Store,
  patient: Patient,
): Restore {
  const fileTargets = createLocalTargets();
  const survey = async () => {
    const {sets: all, unreadable} = await sets.survey();
    return {sets: withMarks(all, {now: core.clock.now(), entries: core.ledger.entries()}), unreadable};
  };
  return createRestore({...core, ...patient, fileTargets, repository, show: sets.whole, survey, inspection}, jobs);
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
