import {createHash} from 'node:crypto';
import {createReadStream} from 'node:fs';
import {readdir, stat} from 'node:fs/promises';
import {pipeline} from 'node:stream/promises';
import {sha256} from './canonical_json.ts';
import {systemErrorCode} from './failure.ts';

export type HashedFile = {path: string; bytes: number; sha256: string};

const SLASH = Buffer.from('/');

/**
 * Every regular file below `directory` with its sha256, sorted by path. Names are read as bytes, so that any name works;
 * bytes that are not UTF-8 show as U+FFFD. Entries of the top level for which `skip` is true are left out; files that vanish meanwhile too.
 */
export async function hashTree(
  directory: string,
  skip: (name: string) => boolean = () => false,
): Promise<HashedFile[]> {
  const files: HashedFile[] = [];
  await walk({root: Buffer.from(directory), skip, files}, Buffer.alloc(0));
  return files.sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** One hash over many: of the sorted (path, sha256) pairs. */
export function hashOfTree(files: readonly HashedFile[]): string {
  return sha256(files.map((file) => `${file.path}\0${file.sha256}\n`).join(''));
}

type Tree = {root: Buffer; skip: (name: string) => boolean; files: HashedFile[]};

/** Adds to the files of the tree those that lie `below` its root. */
async function walk(tree: Tree, below: Buffer): Promise<void> {
  const {root, skip, files} = tree;
  const here = below.length === 0 ? root : Buffer.concat([root, SLASH, below]);
  for (const entry of await readdir(here, {withFileTypes: true, encoding: 'buffer'})) {
    const path = below.length === 0 ? entry.name : Buffer.concat([below, SLASH, entry.name]);
    if (below.length === 0 && skip(entry.name.toString())) {
      continue;
    }
    if (entry.isDirectory()) {
      await walk(tree, path);
    } else if (entry.isFile()) {
      const hashed = await hashFile(Buffer.concat([root, SLASH, path]));
      if (hashed) {
        files.push({path: path.toString(), ...hashed});
      }
    }
  }
}

async function hashFile(place: Buffer): Promise<{bytes: number; sha256: string} | null> {
  try {
    const hash = createHash('sha256');
    await pipeline(createReadStream(place), hash);
    return {bytes: (await stat(place)).size, sha256: hash.digest('hex')};
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') {
      return null;
    }
    throw error;
  }
}
