import {readdir, rm} from 'node:fs/promises';
import {resticFailure} from './failures.ts';
import {textOf, type Message} from './messages.ts';
import type {RestoreOptions, SnapshotPlace} from './port.ts';
import type {ResticCall} from './restic_command.ts';

type Restoring = RestoreOptions & {target: string};

/** What could not be read, and what else went wrong. */
type Errors = {lost: Set<string>; others: Message[]};

export async function restoreTree(
  call: ResticCall,
  {snapshot, path: root, signal}: SnapshotPlace,
  {target, progress, existing, only, onLost}: Restoring,
): Promise<{files: number; bytes: number}> {
  // A pattern; with the slash it means the top level, and what is special in a pattern is itself.
  const include = only === undefined ? [] : [`/${only.replaceAll(/[\\*?[\]]/g, '\\$&')}`];
  const overwrite = existing === 'keep' ? 'never' : 'always';
  const errors: Errors = {lost: new Set(), others: []};
  const end = await call(
    {
      command: ['restore'],
      options: {json: true, 'no-lock': true, verify: true, overwrite, target, include},
      operands: [`${snapshot}:${root}`],
    },
    {
      ...(signal && {signal}),
      onMessage: (message) => {
        if (message.message_type === 'status' && progress) {
          progress(message.bytes_restored ?? 0, message.total_bytes ?? null);
        }
        noteError(errors, message, onLost);
      },
    },
  );
  const [error] = errors.others;
  if (error || (end.exitCode !== 0 && errors.lost.size === 0)) {
    throw resticFailure('restore', {...end, says: error ? `${itemOf(error) ?? ''} ${textOf(error)}` : end.says});
  }
  for (const path of errors.lost) {
    // restic leaves what it could read of a file, at its full length.
    await removeRemains(target, path);
  }
  const summary = end.messages.find((message) => message.message_type === 'summary');
  return {files: summary?.files_restored ?? 0, bytes: summary?.bytes_restored ?? 0};
}

/** Of a file that cannot be read, restic goes on to say that it is not there when it wants to set its owner; that is no other fault. */
function noteError({lost, others}: Errors, message: Message, onLost: Restoring['onLost']): void {
  const path = itemOf(message);
  if (message.message_type !== 'error' || (path !== null && lost.has(path))) {
    return;
  }
  const ended = {exitCode: null, signal: null, stderr: '', says: textOf(message)};
  if (onLost && path !== null && resticFailure('restore', ended).code === 'REPOSITORY_DAMAGED') {
    lost.add(path);
    onLost(path);
  } else if (others.length === 0) {
    others.push(message);
  }
}

/** The path that an error is about; null when it is about none, or about all. */
function itemOf(message: Message): string | null {
  const item = message.message_type === 'error' ? (message.item ?? '') : '';
  return item.replace(/^\/+/, '') || null;
}

const NOT_UTF8 = /\u{FFFD}+/gu;
const alike = (name: string): string => name.replace(NOT_UTF8, '\u{FFFD}');

/** Of a name that is not UTF-8 only the look is told: whatever looks like it is removed, because half a file must not stay. */
async function removeRemains(target: string, path: string): Promise<void> {
  for (const place of await lookingLike(Buffer.from(target), path.split('/'))) {
    await rm(place, {recursive: true, force: true});
  }
}

async function lookingLike(directory: Buffer, [name, ...rest]: readonly string[]): Promise<Buffer[]> {
  if (name === undefined) {
    return [directory];
  }
  const entries = name.includes('\u{FFFD}')
    ? (await readdir(directory, {encoding: 'buffer'}).catch(() => [])).filter(
        (entry) => alike(entry.toString()) === alike(name),
      )
    : [Buffer.from(name)];
  const below = entries.map((entry) => lookingLike(Buffer.concat([directory, Buffer.from('/'), entry]), rest));
  return (await Promise.all(below)).flat();
}
