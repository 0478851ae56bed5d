import {readdir, stat} from 'node:fs/promises';
import {join} from 'node:path';

/** Bytes of the files directly in a directory; 0 while it does not exist. Files that vanish meanwhile do not count. */
export async function directorySize(directory: string): Promise<number> {
  const names = await readdir(directory).catch(() => []);
  const sizes = await Promise.all(
    names.map((name) =>
      stat(join(directory, name)).then(
        (entry) => entry.size,
        () => 0,
      ),
    ),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}
