import {lstat, mkdir, readdir, rename, rm, rmdir} from 'node:fs/promises';
import {basename, dirname, join} from 'node:path';
import {Failure, systemErrorCode} from '../../../kernel/failure.ts';
import {withHeld, type HeldDirectory} from '../../../kernel/held_directory.ts';
import {randomToken} from '../../../kernel/ids.ts';

/** Where the new and the former content of a directory wait. The inode tells later that it is still the one that was made. */
export type Area = {area: string; inode?: string | undefined};

/**
 * Makes the area of a directory, and the directory where there is none: beside it, so that the directory itself holds nothing strange;
 * inside it when it is a mount point or its parent is not ours, because a rename never crosses mounts.
 * The owner of what is around it can move it away, but not look into it, and never put another in its place unseen.
 * @throws Failure TARGET_CHANGED when something else has its name
 */
export async function makeArea(directory: string, id: string): Promise<Required<Area>> {
  await mkdir(dirname(directory), {recursive: true, mode: 0o755});
  await mkdir(directory, {recursive: true, mode: 0o750});
  const [beside, inside] = possibleAreas(directory, id);
  const area = (await canBeRenamedInto(directory)) ? beside : inside;
  // Only a killed attempt of this very restore can have made one, and what it holds is not known to be whole.
  await discardStaged(area);
  await mkdir(area, {mode: 0o700}).catch((error: unknown) => {
    throw new Failure('TARGET_CHANGED', `${area} cannot be made (${systemErrorCode(error) ?? ''}).`, {cause: error});
  });
  return withHeld(area, async (held) => {
    requireOurs(area, held);
    return {area, inode: held.inode};
  });
}

/** The places that `makeArea` chooses between. */
export function possibleAreas(directory: string, id: string): [beside: string, inside: string] {
  return [join(dirname(directory), `.drctl-${id}-${basename(directory)}`), join(directory, `.drctl-${id}`)];
}

/** Works in an area, after making sure that it is the one that was made. @throws Failure TARGET_CHANGED */
export function inArea<T>({area, inode}: Area, work: (held: HeldDirectory) => Promise<T>): Promise<T> {
  return withHeld(area, async (held) => {
    requireOurs(area, held);
    if (inode !== undefined && inode !== held.inode) {
      throw new Failure('TARGET_CHANGED', `${area} is not the directory that the restore made there.`);
    }
    return work(held);
  });
}

/** Removes what was staged in an area, unless a swap has begun there. @throws Failure TARGET_CHANGED when it is not ours */
export async function discardStaged(area: string): Promise<void> {
  if ((await isThere(area)) && !(await inArea({area}, ({path}) => isThere(join(path, 'former'))))) {
    await removeArea(area);
  }
}

/** @throws Failure TARGET_CHANGED when it is not ours */
export async function removeArea(area: string): Promise<void> {
  await inArea({area}, async ({path}) => {
    for (const name of await readdir(path)) {
      await rm(join(path, name), {recursive: true, force: true});
    }
  });
  await rmdir(area);
}

function requireOurs(area: string, {uid, mode}: HeldDirectory): void {
  if (uid !== process.getuid?.() || (mode & 0o077) !== 0) {
    throw new Failure(
      'TARGET_CHANGED',
      `${area} belongs to somebody else or is open to others; no restore made it so.`,
    );
  }
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

const isThere = (path: string): Promise<boolean> =>
  lstat(path).then(
    () => true,
    () => false,
  );
