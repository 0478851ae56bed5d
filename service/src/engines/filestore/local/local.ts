import {opendir, stat} from 'node:fs/promises';
import {join, normalize} from 'node:path/posix';
import {realDirectory} from '../../../kernel/real_path.ts';
import {isLeftByRestore, LEFT_BY_RESTORES, type FileStore} from '../port.ts';
import {leadsTo} from './links.ts';
import {look, unreadable} from './look.ts';

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
    sizeOf: async (path) => (await look(stat, placeOf(directory, path)))?.size ?? null,
    leadsTo: (path) => leadsTo(directory, normalize(`/${path}`)),
  };
}

/** Leads nowhere else, whatever the path says. */
const placeOf = (directory: string, path: string): string => join(directory, normalize(`/${path}`));

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
