import {lstat, readlink, realpath} from 'node:fs/promises';
import {basename, dirname, join, resolve} from 'node:path';
import {Failure, systemErrorCode} from './failure.ts';

/**
 * The directory that `path` means now: links followed, wherever in the path they are. A program that is given the path of a link may store or replace the link.
 * @throws Failure FILES_UNREADABLE when it is not there, not a directory or not to be reached
 */
export async function realDirectory(path: string): Promise<string> {
  const found = await realpath(path).catch(async (error: unknown) => {
    throw await unreachable(path, error);
  });
  if (!(await lstat(found)).isDirectory()) {
    throw new Failure('FILES_UNREADABLE', `${path} is not a directory.`);
  }
  return found;
}

/** The same for a place that may still have to be made: what exists of it is resolved. @throws Failure FILES_UNREADABLE */
export async function realPlace(path: string): Promise<string> {
  const whole = resolve(path);
  try {
    return await realpath(whole);
  } catch (error) {
    const isThere = await lstat(whole).catch(() => null);
    if (systemErrorCode(error) !== 'ENOENT' || isThere !== null) {
      throw await unreachable(whole, error);
    }
  }
  return dirname(whole) === whole ? whole : join(await realPlace(dirname(whole)), basename(whole));
}

/** For a place that is named in the settings and does not exist: no other user could read it either. */
export const NOT_THERE =
  'Mount it if it is on another disk, or correct its place in the configuration of Mattermost and of the companion.';

async function unreachable(path: string, error: unknown): Promise<Failure> {
  const code = systemErrorCode(error) ?? 'unknown reason';
  const target = await readlink(path).catch(() => null);
  return new Failure(
    'FILES_UNREADABLE',
    target === null
      ? `${path} cannot be read (${code}).`
      : `${path} is a link to ${target}, which cannot be read (${code}).`,
    {cause: error, ...(code === 'ENOENT' && {remedy: NOT_THERE})},
  );
}
