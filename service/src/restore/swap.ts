import {access, constants, mkdir, readdir, rename, rm, stat} from 'node:fs/promises';
import {basename, dirname, join} from 'node:path';
import {systemErrorCode} from '../kernel/failure.ts';

/**
 * Where the new and the former content of a directory wait: beside it, so that the directory itself holds nothing strange;
 * inside it when it is a mount point or its parent is not ours, because a rename never crosses file systems.
 */
export async function holdingArea(directory: string, id: string): Promise<string> {
  await mkdir(directory, {recursive: true, mode: 0o750});
  const parent = dirname(directory);
  const [here, above] = await Promise.all([stat(directory), stat(parent)]);
  const isWritable = await access(parent, constants.W_OK).then(
    () => true,
    () => false,
  );
  return here.dev === above.dev && isWritable
    ? join(parent, `.drctl-${id}-${basename(directory)}`)
    : join(directory, `.drctl-${id}`);
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
