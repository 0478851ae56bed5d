import {mkdir, rm} from 'node:fs/promises';
import {join} from 'node:path';
import {
  readingOf,
  type Actor,
  type CrossCheck,
  type SetManifest,
  type SetSnapshot,
  type VerifyFinding,
  type VerifyLevel,
  type VerifyRequest,
  type VerifyResult,
} from '@disaster-recovery/contract';
import type {ExpectedFile} from '../engines/database/port.ts';
import type {Damage, Repository, RepositorySnapshot, StoredFile} from '../engines/repository/port.ts';
import type {Clock} from '../kernel/clock.ts';
import {
  need,
  type Jobs,
  type Origin,
  type Procedure,
  type StartedJob,
  type Step,
  type StepContext,
} from '../jobs/index.ts';
import type {Ledger} from '../ledger/index.ts';

type FileList = (onFile: (file: StoredFile) => void) => Promise<void>;

type CrossCheckSources = {expected(onRow: (row: ExpectedFile) => Promise<void> | void): Promise<void>; liveSize: null};

export type VerifyEngines = {
  clock: Clock;
  ledger: Ledger;
  repository: Repository;
  /** Which one that is. */
  named: {name: string; isInUse: boolean};
  workDirectory: string;
  show(set: string): Promise<SetManifest>;
  /** What a restore would trip over, as closely as asked; `scratch` is a place for what is looked into. */
  findUnrestorable(
    manifest: SetManifest,
    looking: {depth: 'roots' | 'listing' | 'contents'; scratch: string; signal: AbortSignal},
  ): Promise<(Pick<VerifyFinding, 'severity' | 'kind' | 'remedy' | 'where'> & {message: string})[]>;
  /** The sets that a snapshot says it belongs to. */
  setsOf(snapshot: RepositorySnapshot): string[];
  /** Rows against files, as the backup does it. */
  crossCheckLists(captured: readonly FileList[], sources: CrossCheckSources, scratch: string): Promise<CrossCheck>;
  /** Name of the file in the part `record` with the rows that name files. */
  expectedFiles: string;
};

export type Verify = {
  /** Result of the job: VerifyResult; the job ends with `warning` when it did not pass. @throws Failure SET_NOT_FOUND */
  start(request: VerifyRequest, by: {actor: Actor; origin?: Origin}): Promise<StartedJob>;
};

type VerifyPlan = {set: string; level: VerifyLevel; steps: string[]};
type VerifyFound = {started_at: number; manifest: SetManifest; findings: VerifyFinding[]; result: VerifyResult};

export function createVerify(engines: VerifyEngines, jobs: Jobs): Verify {
  const steps = verifySteps(engines);
  const procedure: Procedure<VerifyPlan, VerifyFound> = {
    kind: 'verify',
    steps,
    subject: ({set}) => set,
    conclude: (_plan, found) => {
      const result = need(found, 'result');
      return {result, status: result.passed ? 'success' : 'warning'};
    },
    clean: (job) => rm(join(engines.workDirectory, job), {recursive: true, force: true}),
  };
  const plan = async ({set, level}: VerifyRequest): Promise<VerifyPlan> => ({
    set: (await engines.show(set)).id,
    level,
    steps: steps.map((step) => step.name),
  });
  return {
    start: (request, {actor, origin}) =>
      jobs.start(procedure, () => plan(request), {
        actor,
        reason: `level ${request.level}`,
        // What was asked of another repository is another job.
        request: engines.named.isInUse ? request : {...request, repository: engines.named.name},
        ...(origin && {origin}),
      }),
  };
}

/** The ladder up to L3: complete and sealed, structure, every byte, rows against files. Each level has its own proof; L2 contains L1. */
function verifySteps(engines: VerifyEngines): readonly Step<VerifyPlan, VerifyFound>[] {
  return [
    {name: 'find_set', run: async ({set}) => ({started_at: engines.clock.now(), manifest: await engines.show(set)})},
    {
      name: 'read',
      run: async ({level}, found, context) => {
        const manifest = need(found, 'manifest');
        const findings = await partsThatDoNotRestore(engines, {manifest, level}, context);
        if (level === 'L1' || level === 'L2') {
          findings.push(...(await damages(engines, {manifest, level}, context)));
        }
        if (level === 'L3' && findings.every(({severity}) => severity !== 'error')) {
          findings.push(...(await rowsWithoutFiles(engines, manifest, context)));
        }
        return {findings};
      },
    },
    {
      name: 'judge',
      run: async ({set, level}, found, context) => {
        const findings = need(found, 'findings');
        const now = engines.clock.now();
        const result: VerifyResult = {
          set,
          repository: engines.named.name,
          level,
          findings,
          omitted: need(found, 'manifest').omitted,
          passed: findings.every(({severity}) => severity !== 'error'),
          checked_at: now,
          duration_ms: now - need(found, 'started_at'),
        };
        engines.ledger.append('verify.finished', context.actor, {
          set,
          repository: engines.named.name,
          level,
          passed: result.passed,
          findings: findings.length,
        });
        return {result};
      },
    },
  ];
}

/** How closely each level looks at what a restore would read: names and sizes cost little, contents a little more. */
const DEPTH = {L0: 'roots', L1: 'listing', L2: 'contents', L3: 'contents'} as const;

/** The seal held when the manifest was opened; here, all that it names is there, is of this set, and as a restore needs it. */
async function partsThatDoNotRestore(
  {findUnrestorable, workDirectory}: VerifyEngines,
  {manifest, level}: {manifest: SetManifest; level: VerifyLevel},
  {job, signal}: StepContext,
): Promise<VerifyFinding[]> {
  const looking = {depth: DEPTH[level], scratch: join(workDirectory, job), signal};
  const found = await findUnrestorable(manifest, looking);
  return found.map(({severity, kind, message, remedy, where}) => ({
    set: manifest.id,
    severity,
    kind,
    message,
    remedy,
    where,
  }));
}

async function damages(
  {repository, setsOf}: VerifyEngines,
  {manifest, level}: {manifest: SetManifest; level: 'L1' | 'L2'},
  context: StepContext,
): Promise<VerifyFinding[]> {
  await repository.releaseStaleLocks();
  const found = await repository.check(level === 'L2' ? 'data' : 'structure', {
    signal: context.signal,
    progress: (done, total) => {
      context.progress({done, total, unit: 'bytes'});
    },
  });
  if (found.length === 0) {
    return [];
  }
  const snapshots = await repository.snapshots(['disaster-recovery'], context.signal);
  const setBySnapshot = new Map(snapshots.map((snapshot) => [snapshot.id, setsOf(snapshot)[0] ?? null]));
  return found.flatMap((damage) => findingsOf(damage, manifest, setBySnapshot));
}

const DAMAGED =
  'Keep the repository as it is, verify the other sets at L2, and make a new backup into a new repository elsewhere.';

/** Damage in this set is an error; damage that only others have is a warning that names them; damage that cannot be placed counts as ours. */
function findingsOf(
  damage: Damage,
  manifest: SetManifest,
  setBySnapshot: ReadonlyMap<string, string | null>,
): VerifyFinding[] {
  const sets = new Set(damage.snapshots.map((id) => setBySnapshot.get(id) ?? null));
  if (sets.size === 0) {
    return [
      {set: null, severity: 'error', kind: 'data_damaged', message: damage.says, remedy: DAMAGED, where: damage.where},
    ];
  }
  return [...sets].map((set) => ({
    set,
    severity: set === manifest.id ? ('error' as const) : ('warning' as const),
    kind: 'data_damaged',
    remedy: DAMAGED,
    message: `${set === null ? 'An unfinished backup' : `Set ${set}`} needs damaged data: ${damage.says}`,
    where: damage.where,
  }));
}

async function rowsWithoutFiles(
  engines: VerifyEngines,
  manifest: SetManifest,
  {job, signal}: StepContext,
): Promise<VerifyFinding[]> {
  const {repository} = engines;
  const passes = readingOf(manifest, 'files');
  const [record] = readingOf(manifest, 'record');
  if (passes.length === 0 || !record || !manifest.database) {
    return [
      {
        set: manifest.id,
        severity: 'warning',
        kind: 'nothing_to_compare',
        message: 'The set lacks the database or the files, so there is nothing to compare.',
        where: null,
      },
    ];
  }
  const listOf =
    ({id, root}: SetSnapshot): FileList =>
    (onFile) =>
      repository.list({snapshot: id, path: root, signal}, onFile);
  const directory = join(engines.workDirectory, job);
  await mkdir(directory, {recursive: true, mode: 0o700});
  const result = await engines.crossCheckLists(
    passes.map(listOf),
    {expected: (onRow) => readRows(engines, record, {onRow, signal}), liveSize: null},
    join(directory, 'files.db'),
  );
  const known = new Set(manifest.cross_check.findings.map(({kind, path}) => `${kind} ${path}`));
  return result.findings
    .filter(({kind}) => kind === 'missing' || kind === 'size_differs')
    .map((finding) => ({
      set: manifest.id,
      // What the backup itself saw as lost in production is old news, not damage of the set.
      severity: known.has(`${finding.kind} ${finding.path}`) ? ('warning' as const) : ('error' as const),
      kind: finding.kind === 'missing' ? ('file_missing' as const) : ('file_differs' as const),
      message:
        finding.kind === 'missing'
          ? `The file of ${finding.owner} ${finding.id} is not in the set.`
          : `The file of ${finding.owner} ${finding.id} has ${finding.actual_bytes ?? 0} bytes instead of ${finding.expected_bytes ?? 0}.`,
      remedy: known.has(`${finding.kind} ${finding.path}`)
        ? 'The server had lost it before this backup; an older set may have it.'
        : 'Make a new backup now; an older set may have the file.',
      where: finding.path,
    }));
}

/** The callback may not wait here: without a live store to ask, it does not. */
function readRows(
  {repository, expectedFiles}: VerifyEngines,
  {id, root}: SetSnapshot,
  {onRow, signal}: {onRow: (row: ExpectedFile) => Promise<void> | void; signal: AbortSignal},
): Promise<void> {
  return repository.readLines({snapshot: id, path: join(root, expectedFiles), signal}, (line) => {
    void onRow(JSON.parse(line) as ExpectedFile);
  });
}
