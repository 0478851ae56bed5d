import type {BackupPlan} from '@disaster-recovery/contract';
import {isoTime} from '../kernel/clock.ts';
import type {StepContext} from '../jobs/index.ts';
import type {BackupEngines} from './engines.ts';
import {createFileIndex, type FileIndex, type FileList} from './file_index.ts';
import type {BackupFound, StoredPart} from './found.ts';
import {readExpectedFiles} from './expected.ts';
import {countWithoutContent, withoutContentOmitted} from './without_content.ts';
import {storeFiles} from './store_part.ts';
import {fileIndexPath, recordDirectory} from './work.ts';

/** Mattermost files an attachment under the day of its upload and never changes it. */
const DAY = /^\d{8}$/;
/** Two days: the server names days by its own clock and time zone. */
const RECENT_MS = 2 * 24 * 3_600_000;

type SecondPass = Pick<BackupFound, 'captured_files' | 'without_content'> & Partial<Pick<BackupFound, 'second_pass'>>;

/**
 * What the first pass cannot have: everything below the days around it, everything that is not filed by day (images that change in place, emoji, plugins),
 * and each file that a row of T0 names and the first pass lacks. So the second pass costs what changed, not what exists.
 */
export async function secondPass(
  engines: BackupEngines,
  {plan, found}: {plan: BackupPlan; found: Readonly<Partial<BackupFound>>},
  context: StepContext,
): Promise<SecondPass> {
  const index = await createFileIndex(fileIndexPath(engines.workDirectory, context.job));
  try {
    const {first_pass: first} = found;
    if (first) {
      await index.add(listOf(engines, first, context));
    }
    const only = first
      ? [
          ...(await recentEntries(engines, (found.started_at ?? 0) - RECENT_MS)),
          ...(await namedAndLacking(engines, index, context)),
        ]
      : undefined;
    if (only?.length === 0) {
      return await captured(engines, index, context);
    }
    const narrowed = {...(only && {only}), ...(first && {parent: first.snapshot})};
    const stored = await storeFiles(engines, {plan, ...narrowed}, context);
    await index.add(listOf(engines, stored, context));
    return {second_pass: stored, ...(await captured(engines, index, context))};
  } finally {
    index.close();
  }
}

/** What both passes have, and what in the file store they cannot have. */
async function captured(
  {files}: BackupEngines,
  index: FileIndex,
  context: StepContext,
): Promise<Pick<BackupFound, 'captured_files' | 'without_content'>> {
  const found = await countWithoutContent(files, index.others());
  for (const {what, reason} of withoutContentOmitted(found)) {
    context.note('warning', `Not in this set: ${what}; ${reason}.`);
  }
  return {captured_files: index.totals(), without_content: found};
}

function listOf({repository}: BackupEngines, {snapshot, root}: StoredPart, {signal}: StepContext): FileList {
  return (onFile, onOther) => repository.list({snapshot, path: root, signal}, onFile, onOther);
}

/** Names in the top level of the file store that are no day, or a day since `since`. */
async function recentEntries({files}: BackupEngines, since: number): Promise<string[]> {
  const first = isoTime(since).slice(0, 10).replaceAll('-', '');
  const recent: string[] = [];
  for await (const name of files.top()) {
    if (!(DAY.test(name) && name < first)) {
      recent.push(name);
    }
  }
  return recent;
}

/** Paths that rows of T0 name, that the first pass lacks or has with another size, and that are there. */
async function namedAndLacking(engines: BackupEngines, index: FileIndex, context: StepContext): Promise<string[]> {
  const lacking: string[] = [];
  await readExpectedFiles(await recordDirectory(engines.workDirectory, context.job), async ({path, bytes}) => {
    const captured = index.bytesOf(path);
    if ((captured === null || (bytes !== null && captured !== bytes)) && (await engines.files.sizeOf(path)) !== null) {
      lacking.push(path);
    }
  });
  return lacking;
}
