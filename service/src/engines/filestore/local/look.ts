import type {Stats} from 'node:fs';
import {Failure, systemErrorCode} from '../../../kernel/failure.ts';

const NOT_THERE: readonly string[] = ['ENOENT', 'ENOTDIR', 'ENAMETOOLONG', 'ELOOP'];

/** What lies at a place of the store, by `stat` or `lstat`; null when nothing does. @throws Failure FILES_UNREADABLE */
export async function look(how: (place: string) => Promise<Stats>, place: string): Promise<Stats | null> {
  try {
    return await how(place);
  } catch (error) {
    if (NOT_THERE.includes(systemErrorCode(error) ?? '')) {
      return null;
    }
    throw unreadable(place, 'looked at', error);
  }
}

export function unreadable(place: string, verb: string, error: unknown): Failure {
  return new Failure(
    'FILES_UNREADABLE',
    `${place} cannot be ${verb} (${systemErrorCode(error) ?? 'unknown reason'}).`,
    {cause: error},
  );
}
