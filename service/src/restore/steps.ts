import type {RestorePlan, SetManifest} from '@disaster-recovery/contract';
import {requireUnused, type DatabaseTarget} from '../engines/database/port.ts';
import type {StagedTree} from '../engines/filestore/port.ts';
import {Failure} from '../kernel/failure.ts';
import {need, type Step, type StepContext} from '../jobs/index.ts';
import {databaseRecord, fetchDump, loadDatabase} from './database_part.ts';
import type {RestoreEngines} from './engines.ts';
import {missingFiles} from './missing_files.ts';
import {stageConfig, stagedTrees, stageFiles} from './trees.ts';
import type {Kept, UndoLog} from './undo_log.ts';
import {attemptOf, type Found, type PrivatePlan, type RestoreFound} from './work.ts';

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
    {
      name: 'load_database',
      skip: withoutDatabase,
      run: (plan, found, context) => loadDatabase(engines, {target: target(), plan, found}, context),
    },
    {
      name: 'stage_files',
      skip: ({targets}) => targets.files === null,
      run: (plan, found, context) => stageFiles(engines, {plan, found}, context),
    },
    {
      name: 'stage_config',
      skip: ({targets}) => targets.config === null,
      run: (plan, found, context) => stageConfig(engines, {plan, found}, context),
    },
    {
      name: 'prove',
      run: async (plan, found) => ({proven: await prove(engines, {target: targetOf(plan), plan, found})}),
    },
    {
      name: 'settle',
      skip: withoutDatabase,
      run: async (plan, found) => ({settled: await settle(engines, {target: target(), plan, found})}),
    },
    {name: 'swap', commits: true, run: (plan, found) => swap(engines, {target: targetOf(plan), plan, found}, undoLog)},
    {name: 'record', run: (plan, found, context) => record(engines, {plan, found}, context)},
  ];
}

type Restoring = {target: DatabaseTarget | null; plan: PrivatePlan; found: Found};

/** Reads back what was written, before anything of the target is touched. @throws Failure RESTORE_NOT_PROVEN */
async function prove(engines: RestoreEngines, {target, plan, found}: Restoring): Promise<RestoreFound['proven']> {
  const manifest = need(found, 'manifest');
  const proven: RestoreFound['proven'] = {tables: null, files: null, config: null};
  if (target && manifest.database) {
    proven.tables = await target.prove(attemptOf(plan), manifest.database);
  }
  if (found.staged_config && manifest.config && plan.targets.config) {
    const target = engines.fileTargets.at(plan.targets.config.directory);
    const {files, sha256} = await target.readBack(found.staged_config);
    if (sha256 !== manifest.config.sha256) {
      throw new Failure(
        'RESTORE_NOT_PROVEN',
        'The configuration that was written differs from the one in the manifest.',
      );
    }
    proven.config = {count: files, sha256};
  }
  // The engine compared each file that it wrote with its hash in the repository; what is told is what lies there, not what the manifest says.
  const tree = found.staged_files?.tree;
  if (tree) {
    if (!plan.accept_incomplete) {
      requireAllFiles(tree, manifest.files);
    }
    proven.files = {count: tree.files, bytes: tree.bytes};
  }
  return proven;
}

/** More there may be: names that cannot be shown count as one in the manifest when they look alike. */
function requireAllFiles({files, bytes}: StagedTree, expected: SetManifest['files']): void {
  if (expected && (files < expected.count || bytes < expected.bytes)) {
    throw new Failure(
      'RESTORE_NOT_PROVEN',
      `${files} files with ${bytes} bytes were written; the manifest says ${expected.count} files with ${expected.bytes} bytes.`,
    );
  }
}

async function settle(
  {clock}: RestoreEngines,
  {target, plan, found}: {target: DatabaseTarget; plan: PrivatePlan; found: Found},
): Promise<string[]> {
  const attempt = attemptOf(plan);
  const settled = await target.settle(attempt, databaseRecord(found));
  const people = plan.take_rights ?? [];
  const taken = people.length === 0 ? 0 : await target.takeRights(attempt, people, clock.now());
  return taken === 0 ? settled : [...settled, `people left with the rights that they have today: ${taken}`];
}

async function swap(engines: RestoreEngines, {target, plan, found}: Restoring, undoLog: UndoLog): Promise<object> {
  const trees = stagedTrees(engines, plan, found);
  if (plan.mode === 'side_by_side') {
    for (const tree of trees) {
      await tree.target.moveIn(tree.staged);
    }
    return {};
  }
  const kept: Kept = {
    database: target?.former(attemptOf(plan)) ?? null,
    directories: trees.map((tree) => tree.target.former(tree.staged)),
  };
  if (target) {
    // Before the log: an attempt that never began to swap must not stand in the way of undoing the one before.
    requireUnused(await target.describe());
  }
  // Written first: an undo must know also of a swap that was killed half way.
  undoLog.add(plan.id, plan.set, kept);
  await target?.swap(attemptOf(plan));
  for (const tree of trees) {
    await tree.target.swap(tree.staged);
  }
  return {};
}

async function record(
  engines: RestoreEngines,
  {plan, found}: {plan: PrivatePlan; found: Found},
  context: StepContext,
): Promise<object> {
  engines.ledger.append('restore.finished', context.actor, {
    restore: plan.id,
    job: context.job,
    set: plan.set,
    mode: plan.mode,
    targets: plan.targets,
    restore_point: plan.restore_point_set,
    rows: need(found, 'proven').tables?.rows ?? 0,
    settled: found.settled ?? [],
    ...(plan.accept_incomplete && {missing_files: missingFiles(plan, found)}),
  });
  return {};
}
