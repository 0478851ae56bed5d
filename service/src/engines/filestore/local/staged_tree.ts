import {chmod, lchown, lstat, readdir, realpath, rename, rm, unlink} from 'node:fs/promises';
import type {StagedTree} from '../port.ts';

const below = (directory: Buffer, name: Buffer): Buffer => Buffer.concat([directory, Buffer.from('/'), name]);

/**
 * Makes a restored tree harmless and counts it: whoever wrote the set may not be who runs the restore. No links out of the tree, no devices,
 * pipes or sockets; no set-user-ID, set-group-ID or capabilities on files. Nobody else may be able to write in it meanwhile.
 */
export async function makeHarmless(root: string): Promise<StagedTree> {
  const tree: StagedTree = {files: 0, bytes: 0, links: 0, special: 0, stripped: 0, first: null};
  const links: Buffer[] = [];
  await walk(Buffer.from(root), {tree, links, prefix: root.length + 1});
  const inside = `${await realpath(root)}/`;
  for (const link of links) {
    const target = await realpath(link).catch(() => null);
    if (target === null || !target.startsWith(inside)) {
      await unlink(link);
      tree.links += 1;
      tree.first ??= shown(link, root.length + 1);
    }
  }
  return tree;
}

const shown = (place: Buffer, prefix: number): string => place.subarray(prefix).toString();

/** `prefix`: bytes of a path before its path in the tree. */
type Walk = {tree: StagedTree; links: Buffer[]; prefix: number};

async function walk(directory: Buffer, walking: Walk): Promise<void> {
  const {tree, links, prefix} = walking;
  for (const name of await readdir(directory, {encoding: 'buffer'})) {
    const place = below(directory, name);
    const entry = await lstat(place);
    if (entry.isDirectory()) {
      await walk(place, walking);
    } else if (entry.isSymbolicLink()) {
      links.push(place);
    } else if (entry.isFile()) {
      tree.files += 1;
      tree.bytes += entry.size;
      if ((entry.mode & 0o6111) !== 0) {
        // A change of owner, even to the same, takes capabilities away.
        await lchown(place, entry.uid, entry.gid);
        await chmod(place, entry.mode & 0o777);
      }
      if ((entry.mode & 0o6000) !== 0) {
        tree.stripped += 1;
        tree.first ??= shown(place, prefix);
      }
    } else {
      await unlink(place);
      tree.special += 1;
      tree.first ??= shown(place, prefix);
    }
  }
}

/** Lays `over` on `base`: directories are merged, anything else takes the place of what has its name. Returns what is gone by that. Both are harmless. */
export async function layOver(base: Buffer, over: Buffer): Promise<{files: number; bytes: number}> {
  const gone = {files: 0, bytes: 0};
  const add = (more: {files: number; bytes: number}): void => {
    gone.files += more.files;
    gone.bytes += more.bytes;
  };
  for (const name of await readdir(over, {encoding: 'buffer'})) {
    const [from, to] = [below(over, name), below(base, name)];
    const [incoming, there] = [await lstat(from), await lstat(to).catch(() => null)];
    if (incoming.isDirectory() && there?.isDirectory()) {
      add(await layOver(to, from));
    } else {
      if (there) {
        add(await sizeOf(to));
        await rm(to, {recursive: true});
      }
      await rename(from, to);
    }
  }
  return gone;
}

async function sizeOf(place: Buffer): Promise<{files: number; bytes: number}> {
  const entry = await lstat(place);
  if (!entry.isDirectory()) {
    return entry.isFile() ? {files: 1, bytes: entry.size} : {files: 0, bytes: 0};
  }
  const sum = {files: 0, bytes: 0};
  for (const name of await readdir(place, {encoding: 'buffer'})) {
    const {files, bytes} = await sizeOf(below(place, name));
    sum.files += files;
    sum.bytes += bytes;
  }
  return sum;
}
