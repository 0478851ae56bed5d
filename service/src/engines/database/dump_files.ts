import {lstat, readdir} from 'node:fs/promises';
import {join} from 'node:path';
import {Failure} from '../../kernel/failure.ts';

/** A dump is files and nothing else: a link in it would make pg_restore read what it points to. @throws Failure SET_NOT_RESTORABLE */
export async function requireOnlyFiles(directory: string): Promise<void> {
  for (const name of await readdir(directory)) {
    const entry = await lstat(join(directory, name));
    if (!entry.isFile()) {
      const kind = entry.isSymbolicLink() ? 'a link' : entry.isDirectory() ? 'a directory' : 'a device, pipe or socket';
      throw new Failure('SET_NOT_RESTORABLE', `The dump holds ${name}, which is ${kind}; only files belong in it.`);
    }
  }
}
