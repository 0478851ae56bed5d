import {readingOf, type RestorePlan, type SetSnapshot} from '@disaster-recovery/contract';
import type {FileTarget, FormerFiles, Pass, StagedFiles} from '../engines/filestore/port.ts';
import {asFailure, Failure} from '../kernel/failure.ts';
import {REST_OF_FILES} from '../words/sets.ts';
import {need, type StepContext} from '../jobs/index.ts';
import {differencesOf} from './differences.ts';
import type {RestoreEngines} from './engines.ts';
import {createLosses, type Losses} from './missing_files.ts';
import {requireSnapshot, type Found, type PrivatePlan, type RestoreFound} from './work.ts';

type Engines = Pick<RestoreEngines, 'repository' | 'fileTargets'>;
type Reporting = Engines & Pick<RestoreEngines, 'reportDirectory'>;
/** `losses`: what cannot be read is noted there, and is no end of the restore. */
type Watch = {
  signal: AbortSignal;
  progress?: (done: number, total: number | null) => void;
  losses?: Losses | undefined;
};

const passOf =
  ({repository}: Pick<Engines, 'repository'>, {signal, losses, ...watch}: Watch) =>
  ({id, root}: SetSnapshot): Pass => ({
    write: async (into) => {
      const onLost = losses?.note;
      await repository.restore({snapshot: id, path: root, signal}, into, {
        ...watch,
        existing: 'replace',
        ...(onLost && {onLost}),
      });
      await losses?.endPass(into);
    },
    top: () => repository.directoryAt(id, root, signal),
  });

/** Step: the files of users, beside where they belong. */
export async function stageFiles(
  engines: Reporting,
  {plan, found}: {plan: PrivatePlan; found: Found},
  context: StepContext,
): Promise<Pick<RestoreFound, 'staged_files' | 'lost'>> {
  const passes = readingOf(need(found, 'manifest'), 'files');
  if (passes.length === 0) {
    throw new Failure('PART_NOT_IN_SET', `Set ${plan.set} names no snapshot of its files.`);
  }
  const losses = plan.accept_incomplete ? createLosses() : undefined;
  const watch: Watch = {
    losses,
    signal: context.signal,
    progress: (done, total) => {
      context.progress({done, total, unit: 'bytes'});
    },
  };
  const target = engines.fileTargets.at(plan.targets.files?.directory ?? '');
  const staged = await target.stage(plan.id, passes.map(passOf(engines, watch))).catch((error: unknown) => {
    throw losses ? error : withWayOn(asFailure(error));
  });
  for (const difference of differencesOf(staged.tree)) {
    context.note('warning', difference);
  }
  return {staged_files: staged, ...(losses && {lost: await losses.end(engines.reportDirectory, plan.id)})};
}

/** Damage of files need not be the end of a restore; whoever is refused hears of it. */
function withWayOn(failure: Failure): Failure {
  const {code, message, details, remedy} = failure;
  return code === 'REPOSITORY_DAMAGED'
    ? new Failure(code, message, {cause: failure, remedy: `${remedy} ${REST_OF_FILES}`, ...(details && {details})})
    : failure;
}

/** Step: the configuration, beside where it belongs. */
export async function stageConfig(
  engines: Engines,
  {plan, found}: {plan: PrivatePlan; found: Found},
  {signal}: StepContext,
): Promise<Pick<RestoreFound, 'staged_config'>> {
  const target = engines.fileTargets.at(plan.targets.config?.directory ?? '');
  return {
    staged_config: await target.stage(plan.id, [requireSnapshot(found, 'config')].map(passOf(engines, {signal}))),
  };
}

/** The places of a plan. */
export const treesOf = ({fileTargets}: Pick<Engines, 'fileTargets'>, {targets}: RestorePlan): FileTarget[] =>
  [targets.files, targets.config].filter((tree) => tree !== null).map(({directory}) => fileTargets.at(directory));

/** The trees of a plan that were staged, each with its place. */
export function stagedTrees(
  {fileTargets}: Pick<Engines, 'fileTargets'>,
  {targets}: PrivatePlan,
  {staged_files: files, staged_config: config}: Found,
): {target: FileTarget; staged: StagedFiles}[] {
  return [
    ...(targets.files && files ? [{target: fileTargets.at(targets.files.directory), staged: files}] : []),
    ...(targets.config && config ? [{target: fileTargets.at(targets.config.directory), staged: config}] : []),
  ];
}

/** Where a person finds what a restore set aside. */
export const keptAt = ({fileTargets}: Pick<Engines, 'fileTargets'>, former: FormerFiles): string =>
  fileTargets.whereabouts(former).former;
