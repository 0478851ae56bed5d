import {rmSync} from 'node:fs';
import {chmod, mkdtemp} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';

const directories = new Set<string>();

// For a script. In jest this never fires, because tests see a copy of `process`: there, call removeScratch.
process.once('exit', () => {
  for (const directory of directories) {
    rmSync(directory, {recursive: true, force: true});
  }
});

/** Makes a temporary directory. It goes with `removeScratch`, or when a script ends. */
export async function scratchDirectory(name = 'test'): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), `dr-${name}-`));
  // PostgreSQL refuses to run as root, and the account it runs as has to pass through here.
  await chmod(directory, 0o711);
  directories.add(directory);
  return directory;
}

/** Removes every directory that `scratchDirectory` made so far: for an afterAll, once the servers have stopped. */
export function removeScratch(): void {
  for (const directory of directories) {
    rmSync(directory, {recursive: true, force: true, maxRetries: 5});
    directories.delete(directory);
  }
}
