import {lstat, mkdir, rename, rm} from 'node:fs/promises';
import {join} from 'node:path';
import type {SetManifest} from '@disaster-recovery/contract';
import type {DatabaseTarget} from '../engines/database/port.ts';
import {Failure} from '../kernel/failure.ts';
import {need, type StepContext} from '../jobs/index.ts';
import type {RestoreEngines} from './engines.ts';
import {attemptOf, requireSnapshot, type Found, type PrivatePlan, type RestoreFound} from './work.ts';

/** @throws Failure PART_NOT_IN_SET */
export function databaseRecord(found: Found): NonNullable<SetManifest['database']> {
  const {database} = need(found, 'manifest');
  if (!database) {
    throw new Failure('PART_NOT_IN_SET', 'The set does not hold a database.');
  }
  return database;
}

/** Step: the dump, out of the repository into the directory of the job. */
export async function fetchDump(
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
  return {dump: {directory}};
}

type Loading = {target: DatabaseTarget; plan: PrivatePlan; found: Found};

/** Step: the dump becomes a database that nobody uses yet. */
export async function loadDatabase(
  engines: RestoreEngines,
  {target, plan, found}: Loading,
  context: StepContext,
): Promise<Pick<RestoreFound, 'loaded'>> {
  let dump = need(found, 'dump').directory;
  if (!(await isThere(dump))) {
    // It was loaded and thrown away, and the process died before that was in the journal. What was left out is known only from loading it.
    dump = (await fetchDump(engines, found, context)).dump.directory;
  }
  const loaded = await target.stage(
    attemptOf(plan),
    {record: databaseRecord(found), dump},
    {
      jobs: engines.jobs,
      signal: context.signal,
      progress: (done, total) => {
        context.progress({done: Math.min(done, total ?? done), total, unit: 'bytes'});
      },
    },
  );
  await discardDump(dump);
  for (const note of loaded.differs) {
    context.note('warning', note);
  }
  for (const line of loaded.left_out) {
    context.note('warning', `Left out: ${line}.`);
  }
  return {loaded};
}

/** It holds every credential in plain text. Renamed first, so that half of one is never taken for a dump. */
async function discardDump(directory: string): Promise<void> {
  const gone = `${directory}.loaded`;
  await rm(gone, {recursive: true, force: true});
  await rename(directory, gone);
  await rm(gone, {recursive: true, force: true});
}

const isThere = (path: string): Promise<boolean> =>
  lstat(path).then(
    () => true,
    () => false,
  );
