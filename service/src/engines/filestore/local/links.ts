import {lstat, readlink, stat} from 'node:fs/promises';
import {join} from 'node:path/posix';
import {isLeftByRestore, type LeadsTo} from '../port.ts';
import {look} from './look.ts';

/** So many, one after the other, does the system follow. */
const LINKS_FOLLOWED = 40;

/** Where the entry at `path` of a store leads; null for a file, a directory, and what is not there. */
export async function leadsTo(directory: string, path: string): Promise<LeadsTo | null> {
  const entry = await look(lstat, join(directory, path));
  if (entry === null || entry.isFile() || entry.isDirectory()) {
    return null;
  }
  if (!entry.isSymbolicLink()) {
    return 'no_link';
  }
  const target = await look(stat, join(directory, path));
  if (target === null) {
    return 'nothing';
  }
  const comesBack = (target.isFile() || target.isDirectory()) && (await staysInside(directory, path));
  return comesBack ? 'inside' : 'outside';
}

/** Name by name, because each directory on the way may be a link too: one absolute link, and the way is another one wherever the store is brought back. */
async function staysInside(directory: string, path: string): Promise<boolean> {
  const ahead = path.split('/');
  const behind: string[] = [];
  let links = 0;
  for (let name = ahead.shift(); name !== undefined; name = ahead.shift()) {
    if (name === '..' && behind.length === 0) {
      return false;
    }
    if (name === '..') {
      behind.pop();
    } else if (name !== '' && name !== '.') {
      const place = join(directory, ...behind, name);
      if ((await look(lstat, place))?.isSymbolicLink()) {
        const target = await readlink(place);
        links += 1;
        if (target.startsWith('/') || links > LINKS_FOLLOWED) {
          return false;
        }
        ahead.unshift(...target.split('/'));
      } else {
        behind.push(name);
      }
    }
  }
  return !isLeftByRestore(behind[0] ?? '');
}
