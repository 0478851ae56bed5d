import {rmSync} from 'node:fs';
import {lstat, mkdir} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import type {Hold} from '@disaster-recovery/contract';
import {crossCheckLists, EXPECTED_FILES, totalsOf} from '../backup/index.ts';
import {NAME_IN_USE} from '../config/repositories.ts';
import {createPostgres} from '../engines/database/postgres/postgres.ts';
import {createLocalTargets} from '../engines/filestore/local/targets.ts';
import type {Repository} from '../engines/repository/port.ts';
import type {Jobs} from '../jobs/index.ts';
import {sha256} from '../kernel/canonical_json.ts';
import {systemClock} from '../kernel/clock.ts';
import {Failure} from '../kernel/failure.ts';
import type {Ledger} from '../ledger/index.ts';
import {createRestore, type Restore, type RestoreEngines} from '../restore/index.ts';
import {
  createInspection,
  createRepositories,
  createSets,
  listSets,
  withMarks,
  type Inspection,
  type Listing,
  type NamedRepository,
  type Repositories,
  type Sets,
  setsOf,
} from '../sets/index.ts';
import {createVerify, type Verify} from '../verify/index.ts';
import {composeCore, composeRepository, type Core, type RepositoryAddress} from './core.ts';

/** What reads one repository. */
export type FromRepository = {repository: Repository; sets: Sets; verify: Verify; restore: Restore};

/** What works from a repository URL and its key alone. */
export type RecoveryParts = FromRepository & {
  /** What there is to go back to, in each repository that a list shows. */
  listing(asking?: {patienceMs: number}): Promise<Listing>;
  /** The same, at work from another repository of the configuration; its own list shows that one alone. @throws Failure REPOSITORY_UNKNOWN */
  from(name: string): RecoveryParts;
  jobs: Jobs;
  ledger: Ledger;
  /** Of sets; none is known on bare metal. */
  holds(): Hold[];
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
  const repository = composeRepository(address, {index: join(scratch, 'cache')});
  const sets = createSets(repository, {name: NAME_IN_USE, cacheDirectory: null, clock: systemClock});
  const repositories = createRepositories([{name: NAME_IN_USE, repository, sets}], systemClock);
  const patient = {
    databases: createPostgres(options.postgresDirectory),
    live: null,
    approvals: null,
    shellWaits: false,
    jobs: options.jobs ?? 2,
    takeRestorePoint: null,
    // Not below the directory that is removed at the end.
    reportDirectory: options.scratch ?? tmpdir(),
  };
  return {
    ...composeFrom(core, {...repositories.inUse, isInUse: true}, patient),
    listing: listingOf(core, repositories, () => []),
    holds: () => [],
    from: () => {
      throw new Failure(
        'USAGE_INVALID',
        '--from names a repository of the configuration; leave it or --repository out.',
      );
    },
    jobs,
    ledger,
    close: () => {
      const isDone = jobs.running() === null && jobs.interrupted().length === 0;
      state.close();
      if (isDone) {
        rmSync(scratch, {recursive: true, force: true});
      }
    },
  };
}

/** The list of the sets in these repositories, with what this ledger knows of them. */
export const listingOf =
  (
    {clock, ledger}: Pick<Core, 'clock' | 'ledger'>,
    repositories: Pick<Repositories, 'ask'>,
    holds: RecoveryParts['holds'],
  ): RecoveryParts['listing'] =>
  (asking) =>
    listSets(
      repositories,
      {now: clock.now(), inUse: NAME_IN_USE, entries: ledger.of('verify.finished'), holds: holds()},
      asking,
    );

type Source = NamedRepository & {isInUse: boolean};
type Store = Source & {inspection: Inspection};

/** Verify and restore, at work from one repository. */
export function composeFrom(core: Core, source: Source, patient: Patient): FromRepository {
  const {repository, sets} = source;
  const {clock, workDirectory} = core;
  const {dumps} = patient.databases;
  const inspection = createInspection({clock, workDirectory, repository, lost: sets.lost, dumps, totals: totalsOf});
  const store = {...source, inspection};
  return {repository, sets, verify: composeVerify(core, store), restore: composeRestore(core, store, patient)};
}

function composeVerify(core: Core, {name, isInUse, repository, sets, inspection}: Store): Verify {
  return createVerify(
    {
      ...core,
      repository,
      named: {name, isInUse},
      show: sets.show,
      findUnrestorable: inspection.find,
      setsOf,
      crossCheckLists,
      expectedFiles: EXPECTED_FILES,
    },
    core.jobs,
  );
}

/** Where a restore goes to: a server that runs here, or bare metal. */
export type Patient = Pick<
  RestoreEngines,
  'databases' | 'live' | 'jobs' | 'takeRestorePoint' | 'approvals' | 'shellWaits' | 'reportDirectory'
>;

function composeRestore(
  {jobs, ...core}: Core,
  {name, isInUse, repository, sets, inspection}: Store,
  patient: Patient,
): Restore {
  const from = isInUse ? null : name;
  const fileTargets = createLocalTargets();
  const survey = async () => {
    const {sets: all, unreadable} = await sets.survey();
    return {
      sets: withMarks(all, {now: core.clock.now(), inUse: NAME_IN_USE, entries: core.ledger.of('verify.finished')}),
      unreadable,
    };
  };
  const show = sets.whole;
  return createRestore({...core, ...patient, fileTargets, repository, from, show, survey, inspection}, jobs);
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
