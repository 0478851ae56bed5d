import type {BackupPlan} from '@disaster-recovery/contract';
import type {Readable} from '../engines/filestore/port.ts';
import type {StoreOptions} from '../engines/repository/port.ts';
import {Failure} from '../kernel/failure.ts';
import type {StepContext} from '../jobs/index.ts';
import type {BackupEngines} from './engines.ts';
import type {StoredPart} from './found.ts';

/** What is stored of a part: a directory, or what `only` names of it. */
type Source = {part: 'database' | 'files'; directory: string} & Pick<StoreOptions, 'only' | 'parent' | 'excludes'>;

/** Stores a part of the set, with live progress. */
export async function storePart(
  engines: BackupEngines,
  {plan, part, directory, ...narrowed}: Source & {plan: BackupPlan},
  context: StepContext,
): Promise<StoredPart> {
  const {snapshot, files, bytes, bytes_added, vanished} = await engines.repository.store(directory, {
    tags: engines.sets.tags(plan.set, part),
    signal: context.signal,
    ...narrowed,
    progress: (done, total) => {
      context.progress({done, total, unit: 'bytes'});
    },
  });
  if (vanished.length > 0) {
    context.note(
      'info',
      `${vanished.length} file${vanished.length === 1 ? ' was' : 's were'} deleted while reading, first ${vanished[0] ?? ''}.`,
    );
  }
  return {snapshot, root: directory, files, bytes, bytes_added};
}

/**
 * Stores a pass over the file store. The plan may be older than the run: a file store that was moved meanwhile is not stored half from here, half from there.
 * @throws Failure FILES_UNREADABLE
 */
export async function storeFiles(
  engines: BackupEngines,
  {plan, ...narrowed}: {plan: BackupPlan} & Pick<StoreOptions, 'only' | 'parent'>,
  context: StepContext,
): Promise<StoredPart> {
  const {root: directory, excludes} = await readableAsPlanned(engines, plan);
  return storePart(engines, {plan, part: 'files', directory, excludes, ...narrowed}, context);
}

/** What a pass reads. @throws Failure FILES_UNREADABLE when it is not what the plan names */
export async function readableAsPlanned({files}: BackupEngines, plan: BackupPlan): Promise<Readable> {
  const readable = await files.readable();
  const planned = plan.files?.directory ?? null;
  if (readable === null || readable.root !== planned) {
    throw new Failure(
      'FILES_UNREADABLE',
      `The file store was ${planned ?? 'elsewhere'} when this backup was planned and is ${readable?.root ?? files.location} now.`,
    );
  }
  return readable;
}
