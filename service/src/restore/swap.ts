import {access, mkdir, readdir, rename, rm, rmdir} from 'node:fs/promises';
import {basename, dirname, join} from 'node:path';
import {systemErrorCode} from '../kernel/failure.ts';
import {randomToken} from '../kernel/ids.ts';

/**
 * Where the new and the former content of a directory wait: beside it, so that the directory itself holds nothing strange;
 * inside it when it is a mount point or its parent is not ours, because a rename never crosses mounts.
 */
export async function holdingArea(directory: string, id: string): Promise<string> {
  await mkdir(directory, {recursive: true, mode: 0o750});
  const [beside, inside] = possibleAreas(directory, id);
  return (await canBeRenamedInto(directory)) ? beside : inside;
}

/** The places that `holdingArea` chooses between. */
export function possibleAreas(directory: string, id: string): [beside: string, inside: string] {
  return [join(dirname(directory), `.drctl-${id}-${basename(directory)}`), join(directory, `.drctl-${id}`)];
}

/** Tried, not concluded: a bind mount has the device number of its parent and refuses all the same. */
async function canBeRenamedInto(directory: string): Promise<boolean> {
  const name = `.drctl-try-${randomToken(6)}`;
  const [beside, inside] = [join(dirname(directory), name), join(directory, name)];
  try {
    await mkdir(beside, {mode: 0o700});
    await rename(beside, inside);
    return true;
  } catch {
    // Whatever the reason is, inside the directory is where an area always can be.
    return false;
  } finally {
    await rmdir(beside).catch(() => undefined);
    await rmdir(inside).catch(() => undefined);
  }
}

/**
 * Moves the entries of `directory` to `aside` and those of `incoming` into `directory`, by renames on one file system. The directory keeps its owner, mode
 * and mount. May be killed at any point and run again: `aside` is filled completely (and then marked) before anything comes in.
 */
export async function swapEntries(directory: string, incoming: string, aside: string): Promise<void> {
  if (!(await exists(incoming))) {
    return;
  }
  const done = completeMark(aside);
  await mkdir(aside, {recursive: true, mode: 0o700});
  if (!(await exists(done))) {
    await moveEntries(directory, aside);
    await mkdir(done, {recursive: true});
  }
  await moveEntries(incoming, directory);
  await rm(incoming, {recursive: true, force: true});
}

/** Goes back from a swap, finished or not: what it set aside returns; what it had brought goes to `aside`. */
export async function swapEntriesBack(directory: string, former: string, aside: string): Promise<void> {
  if (await exists(completeMark(former))) {
    await swapEntries(directory, former, aside);
    await rm(completeMark(former), {recursive: true, force: true});
  } else {
    // The swap stopped while it set things aside: nothing had come in yet.
    await moveEntries(former, directory);
  }
}

const completeMark = (aside: string): string => `${aside}.complete`;

/** Removes what was staged in an area, unless a swap has begun there. */
export async function discardStaged(area: string): Promise<void> {
  if (!(await exists(join(area, 'former')))) {
    await rm(area, {recursive: true, force: true});
  }
}

async function moveEntries(from: string, to: string): Promise<void> {
  const [source, target] = [Buffer.from(`${from}/`), Buffer.from(`${to}/`)];
  for (const name of await entriesOf(from)) {
    if (!name.toString().startsWith('.drctl-')) {
      await rename(Buffer.concat([source, name]), Buffer.concat([target, name]));
    }
  }
}

/** Names as bytes, so that any name can be moved. Nothing when the directory is gone. */
async function entriesOf(directory: string): Promise<Buffer[]> {
  try {
    return await readdir(directory, {encoding: 'buffer'});
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') {
      return [];
    }
    throw error;
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
