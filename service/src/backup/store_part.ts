import {join} from 'node:path';
import type {BackupPlan} from '@disaster-recovery/contract';
import type {StoreOptions} from '../engines/repository/port.ts';
import type {StepContext} from '../jobs/index.ts';
import type {BackupEngines} from './engines.ts';
import type {StoredPart} from './found.ts';
import {OWN_NAMES} from './work.ts';

/** Stores a directory, or what `narrowed` names of it, as a part of the set, with live progress. */
export async function storePart(
  engines: BackupEngines,
  plan: BackupPlan,
  part: 'database' | 'files',
  directory: string,
  context: StepContext,
  narrowed: Pick<StoreOptions, 'only' | 'parent'> = {},
): Promise<StoredPart> {
  const {snapshot, files, bytes, bytes_added, vanished} = await engines.repository.store(directory, {
    tags: engines.sets.tags(plan.set, part),
    excludes: [join(directory, OWN_NAMES)],
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
