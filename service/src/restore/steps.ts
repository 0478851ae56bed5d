import {lstat, mkdir, rename, rm} from 'node:fs/promises';
import {join} from 'node:path';
import {
  readingOf,
  type RestorePlan,
  type RestoreResult,
  type SetManifest,
  type SetSnapshot,
  type TableCount,
} from '@disaster-recovery/contract';
import {requireUnused, type DatabaseTarget, type RightsOfToday} from '../engines/database/port.ts';
import {Failure} from '../kernel/failure.ts';
import {hashOfTree, hashTree} from '../kernel/hash_tree.ts';
import {need, type Step, type StepContext} from '../jobs/index.ts';
import type {RestoreEngines} from './engines.ts';
import {inArea} from './area.ts';
import {moveIn, requireOnlyFiles, stage, swapIn, type Staged} from './stage.ts';
import {differencesOf} from './staged_tree.ts';
import type {Kept, UndoLog} from './undo_log.ts';

/** What the steps learn. Journalled as JSON. */
export type RestoreFound = {
  manifest: SetManifest;
  dump: {directory: string};
  created: {name: string; notes: string[]};
  loaded: {left_out: string[]};
  staged_files: Staged;
  staged_config: Staged;
  proven: Pick<RestoreResult, 'tables' | 'files' | 'config'>;
  settled: string[];
};

/** `take_rights`: from whom the restored database shall take what they may not do today. Not in plans of before. */
export type PrivatePlan = RestorePlan & {restore_point_set: string | null; take_rights?: RightsOfToday[]};

type Found = Readonly<Partial<RestoreFound>>;

/** The name that the fresh database has until it is proven. PostgreSQL cuts names at 63 bytes. */
export function freshName({mode, id, targets}: RestorePlan): string {
  const name = targets.database?.name ?? '';
  return mode === 'in_place' ? `${name.slice(0, 40)}_dr_${id}` : name;
}

export const formerName = ({id, targets}: RestorePlan): string =>
  `${(targets.database?.name ?? '').slice(0, 40)}_before_${id}`;

/**
 * The whole restore. Until `swap` nothing of the target is touched; everything is beside it and proven there.
 * The database URL is not in the plan: plans are kept on disk, and it holds a password.
 */
export function restoreSteps(
  engines: RestoreEngines,
  undoLog: UndoLog,
  databaseUrl: string | null,
): readonly Step<PrivatePlan, RestoreFound>[] {
  const withoutDatabase = (plan: RestorePlan): boolean => plan.targets.database === null;
  const target = (): DatabaseTarget => engines.databases.target(databaseUrl ?? '');
  const targetOf = (plan: RestorePlan): DatabaseTarget | null => (withoutDatabase(plan) ? null : target());
  return [
    {name: 'find_set', run: async (plan) => ({manifest: await engines.show(plan.set)})},
    {name: 'fetch_dump', skip: withoutDatabase, run: (_plan, found, context) => fetchDump(engines, found, context)},
    {name: 'create_database', skip: withoutDatabase, run: (plan, found) => createDatabase(target(), plan, found)},
    {
      name: 'load_database',
      skip: withoutDatabase,
      run: (plan, found, context) => loadDatabase(engines, target(), plan, found, context),
    },
    {
      name: 'stage_files',
      skip: ({targets}) => targets.files === null,
      run: (plan, found, context) => stageFiles(engines, plan, found, context),
    },
    {
      name: 'stage_config',
      skip: ({targets}) => targets.config === null,
      run: (plan, found, context) => stageConfig(engines, plan, found, context),
    },
    {name: 'prove', run: async (plan, found) => ({proven: await prove(targetOf(plan), plan, found)})},
    {
      name: 'settle',
      skip: withoutDatabase,
      run: async (plan, found) => ({settled: await settle(engines, target(), plan, found)}),
    },
    {name: 'swap', commits: true, run: async (plan, found) => swap(targetOf(plan), plan, found, undoLog)},
    {name: 'record', run: (plan, found, context) => record(engines, plan, found, context)},
  ];
}

function requireSnapshot(found: Found, part: SetSnapshot['part']): SetSnapshot {
  const [snapshot] = readingOf(need(found, 'manifest'), part);
  if (!snapshot) {
    throw new Failure('PART_NOT_IN_SET', `Set ${need(found, 'manifest').id} names no snapshot of the part ${part}.`);
  }
  return snapshot;
}

function databaseRecord(found: Found): NonNullable<SetManifest['database']> {
  const {database} = need(found, 'manifest');
  if (!database) {
    throw new Failure('PART_NOT_IN_SET', 'The set does not hold a database.');
  }
  return database;
}

async function fetchDump(
  engines: RestoreEngines,
  found: Found,
  context: StepContext,
): Promise<Pick<RestoreFound, 'dump'>> {
  const {id, root} = requireSnapshot(found, 'database');
  const directory = join(engines.workDirectory, context.job, 'dump');
  await rm(directory, {recursive: true, force: true});
  await mkdir(directory, {recursive: true, mode: 0o700});
  await engines.repository.restore({snapshot: id, path: root, signal: context.signal}, directory, {
    existing: 'replace',
    progress: (done, total) => {
      context.progress({done, total, unit: 'bytes'});
    },
  });
  await requireOnlyFiles(directory);
  return {dump: {directory}};
}

async function createDatabase(
  target: DatabaseTarget,
  plan: PrivatePlan,
  found: Found,
): Promise<Pick<RestoreFound, 'created'>> {
  const name = freshName(plan);
  const exists = plan.mode === 'side_by_side' && plan.targets.database?.exists === true;
  if (!exists) {
    // Only a killed attempt of this very restore can have made it before.
    await target.drop(name);
  }
  return {created: {name, notes: exists ? [] : await target.create(name, databaseRecord(found))}};
}

async function loadDatabase(
  engines: RestoreEngines,
  target: DatabaseTarget,
  plan: PrivatePlan,
  found: Found,
  context: StepContext,
): Promise<Pick<RestoreFound, 'loaded'>> {
  const record = databaseRecord(found);
  const name = freshName(plan);
  const {directory} = need(found, 'dump');
  if (!(await lstat(directory).catch(() => null))) {
    // It was loaded and removed, and the process died before that was in the journal. What was left out is known only from loading it.
    await fetchDump(engines, found, context);
  }
  // Only a killed attempt of this very restore can have left tables: there were none, or no database, when it began.
  const {tables} = await target.describe(name);
  const isOurs = plan.targets.database?.exists !== true || plan.mode === 'in_place';
  if (tables > 0 && isOurs) {
    await target.drop(name);
    await target.create(name, record);
  }
  for (const note of need(found, 'created').notes) {
    context.note('warning', note);
  }
  const leftOut = await target.load(name, directory, record, {
    jobs: engines.jobs,
    signal: context.signal,
    replace: tables > 0 && !isOurs,
    progress: (done, total) => {
      context.progress({done: Math.min(done, total ?? done), total, unit: 'bytes'});
    },
  });
  await removeLoaded(directory);
  for (const line of leftOut) {
    context.note('warning', `Left out: ${line}.`);
  }
  return {loaded: {left_out: leftOut}};
}

/** It is there whole, or not at all: half of it must not be loaded by who goes on after a kill. */
async function removeLoaded(dump: string): Promise<void> {
  const loaded = `${dump}.loaded`;
  await rm(loaded, {recursive: true, force: true});
  await rename(dump, loaded);
  await rm(loaded, {recursive: true, force: true});
}

async function stageFiles(
  engines: RestoreEngines,
  plan: PrivatePlan,
  found: Found,
  context: StepContext,
): Promise<Pick<RestoreFound, 'staged_files'>> {
  const passes = readingOf(need(found, 'manifest'), 'files');
  if (passes.length === 0) {
    throw new Failure('PART_NOT_IN_SET', `Set ${plan.set} names no snapshot of its files.`);
  }
  const staged = await stage(engines.repository, plan.targets.files?.directory ?? '', plan.id, passes, {
    signal: context.signal,
    progress: (done, total) => {
      context.progress({done, total, unit: 'bytes'});
    },
  });
  for (const difference of differencesOf(staged.tree)) {
    context.note('warning', difference);
  }
  return {staged_files: staged};
}

async function stageConfig(
  engines: RestoreEngines,
  plan: PrivatePlan,
  found: Found,
  {signal}: StepContext,
): Promise<Pick<RestoreFound, 'staged_config'>> {
  const directory = plan.targets.config?.directory ?? '';
  const passes = [requireSnapshot(found, 'config')];
  return {staged_config: await stage(engines.repository, directory, plan.id, passes, {signal})};
}

/** Reads back what was written, before anything of the target is touched. @throws Failure RESTORE_NOT_PROVEN */
async function prove(target: DatabaseTarget | null, plan: PrivatePlan, found: Found): Promise<RestoreFound['proven']> {
  const manifest = need(found, 'manifest');
  const proven: RestoreFound['proven'] = {tables: null, files: null, config: null};
  if (target && manifest.database) {
    proven.tables = compareCounts(manifest.database.tables, await target.countTables(freshName(plan)));
  }
  if (found.staged_config && manifest.config) {
    const files = await inArea(found.staged_config, ({path}) => hashTree(join(path, 'new')));
    if (hashOfTree(files) !== manifest.config.sha256) {
      throw new Failure(
        'RESTORE_NOT_PROVEN',
        'The configuration that was written differs from the one in the manifest.',
      );
    }
    proven.config = {count: files.length, sha256: manifest.config.sha256};
  }
  // The engine compared each file that it wrote with its hash in the repository; what is told is what lies there, not what the manifest says.
  const tree = found.staged_files?.tree;
  if (tree) {
    requireAllFiles(tree, manifest.files);
    proven.files = {count: tree.files, bytes: tree.bytes};
  }
  return proven;
}

/** More there may be: names that cannot be shown count as one in the manifest when they look alike. */
function requireAllFiles({files, bytes}: Staged['tree'], expected: SetManifest['files']): void {
  if (expected && (files < expected.count || bytes < expected.bytes)) {
    throw new Failure(
      'RESTORE_NOT_PROVEN',
      `${files} files with ${bytes} bytes were written; the manifest says ${expected.count} files with ${expected.bytes} bytes.`,
    );
  }
}

function compareCounts(
  expected: readonly TableCount[],
  actual: readonly TableCount[],
): NonNullable<RestoreResult['tables']> {
  const counted = new Map(actual.map(({name, rows}) => [name, rows]));
  const wrong = expected.filter(({name, rows}) => counted.get(name) !== rows);
  if (wrong.length > 0) {
    const [first] = wrong;
    throw new Failure(
      'RESTORE_NOT_PROVEN',
      `${wrong.length} tables differ from the manifest, first ${first?.name ?? ''}: ${counted.get(first?.name ?? '') ?? 'no table'} rows instead of ${first?.rows ?? 0}.`,
    );
  }
  return {compared: expected.length, rows: expected.reduce((sum, {rows}) => sum + rows, 0)};
}

async function settle(
  {clock}: RestoreEngines,
  target: DatabaseTarget,
  plan: PrivatePlan,
  found: Found,
): Promise<string[]> {
  const name = freshName(plan);
  const settled = await target.settle(name, databaseRecord(found));
  const people = plan.take_rights ?? [];
  const taken = people.length === 0 ? 0 : await target.takeRights(name, people, clock.now());
  return taken === 0 ? settled : [...settled, `people left with the rights that they have today: ${taken}`];
}

async function swap(target: DatabaseTarget | null, plan: PrivatePlan, found: Found, undoLog: UndoLog): Promise<object> {
  const parts = [
    ...(found.staged_files && plan.targets.files
      ? [{directory: plan.targets.files.directory, staged: found.staged_files}]
      : []),
    ...(found.staged_config && plan.targets.config
      ? [{directory: plan.targets.config.directory, staged: found.staged_config}]
      : []),
  ];
  if (plan.mode === 'in_place') {
    const name = plan.targets.database?.name;
    const kept: Kept = {
      database: target && name !== undefined ? {name, former: formerName(plan)} : null,
      directories: parts.map(({directory, staged: {area, inode}}) => ({directory, area, inode})),
    };
    if (target && name !== undefined) {
      // Before the log: an attempt that never began to swap must not stand in the way of undoing the one before.
      requireUnused(await target.describe(name));
    }
    // Written first: an undo must know also of a swap that was killed half way.
    undoLog.add(plan.id, plan.set, kept);
    if (target && name !== undefined) {
      await target.swap(name, freshName(plan), formerName(plan));
    }
  }
  for (const {directory, staged} of parts) {
    await (plan.mode === 'in_place' ? swapIn(directory, staged) : moveIn(directory, staged));
  }
  return {};
}

async function record(engines: RestoreEngines, plan: PrivatePlan, found: Found, context: StepContext): Promise<object> {
  engines.ledger.append('restore.finished', context.actor, {
    restore: plan.id,
    job: context.job,
    set: plan.set,
    mode: plan.mode,
    targets: plan.targets,
    restore_point: plan.restore_point_set,
    rows: need(found, 'proven').tables?.rows ?? 0,
    settled: found.settled ?? [],
  });
  return {};
}
