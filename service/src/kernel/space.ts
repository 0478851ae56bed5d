import {statfs} from 'node:fs/promises';
import {dirname} from 'node:path';
import {systemErrorCode} from './failure.ts';

/** Free bytes for this user where `path` is or will be. */
export async function freeBytes(path: string): Promise<number> {
  try {
    const {bavail, bsize} = await statfs(path);
    return bavail * bsize;
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT' && dirname(path) !== path) {
      return freeBytes(dirname(path));
    }
    throw error;
  }
}
