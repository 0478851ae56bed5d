import {
  readingOf,
  type RestorePlan,
  type RestoreResult,
  type SetManifest,
  type SetSnapshot,
} from '@disaster-recovery/contract';
import type {Attempt, RightsOfToday} from '../engines/database/port.ts';
import type {StagedFiles} from '../engines/filestore/port.ts';
import {Failure} from '../kernel/failure.ts';
import {need} from '../jobs/index.ts';
import type {Lost} from './missing_files.ts';

/** What the steps learn. Journalled as JSON. */
export type RestoreFound = {
  manifest: SetManifest;
  dump: {directory: string};
  loaded: {
    /** Absent in jobs of an earlier version. */
    differs?: string[];
    left_out: string[];
  };
  staged_files: StagedFiles;
  /** Files of the set that could not be read, where that was accepted. */
  lost?: Lost;
  staged_config: StagedFiles;
  proven: Pick<RestoreResult, 'tables' | 'files' | 'config'>;
  settled: string[];
};

/** `take_rights`: from whom the restored database shall take what they may not do today. Not in plans of before. */
export type PrivatePlan = RestorePlan & {restore_point_set: string | null; take_rights?: RightsOfToday[]};

export type Found = Readonly<Partial<RestoreFound>>;

/** How the database of a plan is written. */
export const attemptOf = ({id, mode, targets}: RestorePlan): Attempt => ({
  id,
  beside: mode === 'in_place',
  exists: targets.database?.exists ?? false,
});

/** @throws Failure PART_NOT_IN_SET */
export function requireSnapshot(found: Found, part: SetSnapshot['part']): SetSnapshot {
  const [snapshot] = readingOf(need(found, 'manifest'), part);
  if (!snapshot) {
    throw new Failure('PART_NOT_IN_SET', `Set ${need(found, 'manifest').id} names no snapshot of the part ${part}.`);
  }
  return snapshot;
}
