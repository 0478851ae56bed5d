import {opendir, stat} from 'node:fs/promises';
import {join, normalize} from 'node:path/posix';
import {Failure, systemErrorCode} from '../../../kernel/failure.ts';
import {realDirectory} from '../../../kernel/real_path.ts';
import {isLeftByRestore, LEFT_BY_RESTORES, type FileStore} from '../port.ts';

/** Mattermost's `local` driver: a directory on this machine. */
export function createLocalFileStore(directory: string): FileStore {
  return {
    driver: 'local',
    location: directory,
    readable: async () => {
      const root = await realDirectory(directory);
      return {root, excludes: [join(root, LEFT_BY_RESTORES)]};
    },
    top: () => namesIn(directory),
    async sizeOf(path) {
      const place = join(directory, normalize(`/${path}`));
      try {
        return (await stat(place)).size;
      } catch (error) {
        if (['ENOENT', 'ENOTDIR', 'ENAMETOOLONG'].includes(systemErrorCode(error) ?? '')) {
          return null;
        }
        throw unreadable(place, 'looked at', error);
      }
    },
  };
}

async function* namesIn(directory: string): AsyncIterable<string> {
  try {
    for await (const {name} of await opendir(directory)) {
      if (!isLeftByRestore(name)) {
        yield name;
      }
    }
  } catch (error) {
    throw unreadable(directory, 'listed', error);
  }
}

function unreadable(place: string, verb: string, error: unknown): Failure {
  return new Failure(
    'FILES_UNREADABLE',
    `${place} cannot be ${verb} (${systemErrorCode(error) ?? 'unknown reason'}).`,
    {cause: error},
  );
}
