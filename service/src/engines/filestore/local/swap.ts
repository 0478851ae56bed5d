import {access, mkdir, readdir, rename, rm} from 'node:fs/promises';
import {systemErrorCode} from '../../../kernel/failure.ts';
import {isLeftByRestore} from '../port.ts';

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

async function moveEntries(from: string, to: string): Promise<void> {
  const [source, target] = [Buffer.from(`${from}/`), Buffer.from(`${to}/`)];
  for (const name of await entriesOf(from)) {
    if (!isLeftByRestore(name.toString())) {
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
