import {open, rename} from 'node:fs/promises';
import {dirname} from 'node:path';
import {randomToken} from './ids.ts';

/** Writes a file so that a crash leaves the old one or the new one, never a part: temporary name, fsync, rename, fsync of the directory. With `owner` it belongs to them, with exactly this mode. */
export async function writeFileAtomic(
  path: string,
  content: string,
  {mode = 0o600, owner}: {mode?: number; owner?: {uid: number; gid: number}} = {},
): Promise<void> {
  const temporary = `${path}.${randomToken(6)}.tmp`;
  const file = await open(temporary, 'wx', mode);
  try {
    if (owner) {
      await file.chown(owner.uid, owner.gid);
      await file.chmod(mode);
    }
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(temporary, path);
  await syncDirectory(dirname(path));
}

async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}
