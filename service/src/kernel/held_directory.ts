import {constants} from 'node:fs';
import {open, readlink} from 'node:fs/promises';
import {Failure, systemErrorCode} from './failure.ts';

/** A directory that is held open. What is reached through `path` is in this very directory, whatever happens to its name meanwhile. */
export type HeldDirectory = {
  /** Names it for this process. */
  path: string;
  /** Names it for a program that this process starts and that runs as the same user. */
  pathForChildren: string;
  inode: string;
  uid: number;
  mode: number;
  chown(uid: number, gid: number): Promise<void>;
  chmod(mode: number): Promise<void>;
};

/**
 * Opens the directory at `place`, whose path has no links, for as long as `work` runs.
 * @throws Failure TARGET_CHANGED when it is a link, not a directory, or reached through a link
 */
export async function withHeld<T>(place: string, work: (held: HeldDirectory) => Promise<T>): Promise<T> {
  const handle = await open(place, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW).catch(
    (error: unknown) => {
      throw new Failure(
        'TARGET_CHANGED',
        `${place} cannot be opened as a directory (${systemErrorCode(error) ?? ''}).`,
        {cause: error},
      );
    },
  );
  try {
    const path = `/proc/self/fd/${handle.fd}`;
    const real = await readlink(path);
    if (real !== place) {
      throw new Failure('TARGET_CHANGED', `${place} is ${real} now.`);
    }
    const {ino, uid, mode} = await handle.stat({bigint: true});
    return await work({
      path,
      pathForChildren: `/proc/${process.pid}/fd/${handle.fd}`,
      inode: String(ino),
      uid: Number(uid),
      mode: Number(mode) & 0o7777,
      chown: (owner, group) => handle.chown(owner, group),
      chmod: (bits) => handle.chmod(bits),
    });
  } finally {
    await handle.close();
  }
}
