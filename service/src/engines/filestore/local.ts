import {stat} from 'node:fs/promises';
import {join, normalize} from 'node:path/posix';
import {Failure, systemErrorCode} from '../../kernel/failure.ts';
import {realDirectory} from '../../kernel/real_path.ts';
import type {FileStore} from './port.ts';

/** Mattermost's `local` driver: a directory on this machine. */
export function createLocalFileStore(directory: string): FileStore {
  return {
    driver: 'local',
    location: directory,
    directory,
    root: () => realDirectory(directory),
    async sizeOf(path) {
      const place = join(directory, normalize(`/${path}`));
      try {
        return (await stat(place)).size;
      } catch (error) {
        if (['ENOENT', 'ENOTDIR', 'ENAMETOOLONG'].includes(systemErrorCode(error) ?? '')) {
          return null;
        }
        throw new Failure(
          'FILES_UNREADABLE',
          `${place} cannot be looked at (${systemErrorCode(error) ?? 'unknown reason'}).`,
          {cause: error},
        );
      }
    },
  };
}

/** Object storage: the set records where the files are and says that they stay there. */
export function createRemoteFileStore(driver: 'amazons3' | 'azureblob'): FileStore {
  return {driver, location: driver, directory: null, root: async () => null, sizeOf: async () => null};
}
