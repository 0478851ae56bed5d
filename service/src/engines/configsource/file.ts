import {constants} from 'node:fs';
import {chmod, chown, copyFile, lstat, mkdir, readdir, realpath, rm, stat, utimes} from 'node:fs/promises';
import {basename, dirname} from 'node:path';
import {Failure, systemErrorCode} from '../../kernel/failure.ts';
import {realDirectory} from '../../kernel/real_path.ts';
import {isLeftByRestore} from '../filestore/port.ts';
import type {ConfigCopy, ConfigSource} from './port.ts';

type LeftOut = ConfigCopy['left_out'];

/** A config.json on this machine, with what is beside it. */
export function createFileConfig(path: string): ConfigSource {
  const directory = dirname(path);
  return {
    kind: 'file',
    location: path,
    directory,
    file: basename(path),
    async copyTo(scratch) {
      try {
        const source = await realDirectory(directory);
        const left_out: LeftOut = [];
        await rm(scratch, {recursive: true, force: true});
        const copying = {root: source, within: [], prefix: Buffer.byteLength(scratch) + 1, left_out};
        await copyDirectory(copying, Buffer.from(source), Buffer.from(scratch));
        await requireFile(`${scratch}/${basename(path)}`, path, left_out);
        return {directory: scratch, left_out};
      } catch (error) {
        throw error instanceof Failure && error.code === 'MATTERMOST_CONFIG_UNREADABLE'
          ? error
          : new Failure('MATTERMOST_CONFIG_UNREADABLE', `${directory}: ${(error as Error).message}`, {cause: error});
      }
    },
  };
}

type Copying = {
  /** The configuration directory. */
  root: string;
  /** Directories in which a link was followed to get here. */
  within: readonly string[];
  /** Bytes of a target's path before its path in the copy. */
  prefix: number;
  left_out: LeftOut;
};

/** Names are bytes, so that any name is copied. */
const join = (directory: Buffer, name: Buffer): Buffer => Buffer.concat([directory, Buffer.from('/'), name]);
const isIn = (path: string, directory: string): boolean => `${path}/`.startsWith(`${directory}/`);

async function copyDirectory(copying: Copying, source: Buffer, target: Buffer): Promise<void> {
  await mkdir(target, {recursive: true, mode: 0o700});
  const isTop = source.toString() === copying.root;
  for (const name of await readdir(source, {encoding: 'buffer'})) {
    if (!(isTop && isLeftByRestore(name.toString()))) {
      await copyEntry(copying, join(source, name), join(target, name));
    }
  }
  await giveOwner(target, await stat(source));
}

async function copyEntry(copying: Copying, place: Buffer, target: Buffer): Promise<void> {
  const leaveOut = (reason: string): void => {
    copying.left_out.push({path: target.subarray(copying.prefix).toString(), reason});
  };
  const entry = await lstat(place).catch(ifGone);
  if (entry?.isDirectory()) {
    await copyDirectory(copying, place, target);
  } else if (entry?.isSymbolicLink()) {
    await copyLinked(copying, {place, target, leaveOut});
  } else if (entry?.isFile()) {
    await copyOne(place, target);
  } else if (entry) {
    leaveOut('a device, pipe or socket');
  }
}

/** A link becomes what it points to: a file wherever it is, a directory of this configuration. */
async function copyLinked(
  copying: Copying,
  {place, target, leaveOut}: {place: Buffer; target: Buffer; leaveOut: (reason: string) => void},
): Promise<void> {
  const real = await realpath(place).catch(() => null);
  const pointed = real === null ? null : await stat(real).catch(ifGone);
  if (real === null || pointed === null) {
    leaveOut('a link to nothing');
  } else if (pointed.isFile()) {
    await copyOne(place, target);
  } else if (!pointed.isDirectory()) {
    leaveOut('a link to a device, pipe or socket');
  } else if (!isIn(real, copying.root)) {
    leaveOut(`a link to the directory ${real}`);
  } else {
    const within = [...copying.within, dirname(place.toString())];
    if (within.some((directory) => isIn(directory, real))) {
      leaveOut('a link to a directory that it is in');
    } else {
      await copyDirectory({...copying, within}, Buffer.from(real), target);
    }
  }
}

async function copyOne(place: Buffer, target: Buffer): Promise<void> {
  const entry = await stat(place).catch(ifGone);
  if (entry !== null) {
    await copyFile(place, target, constants.COPYFILE_EXCL);
    await giveOwner(target, entry);
    await utimes(target, entry.atime, entry.mtime);
  }
}

async function giveOwner(target: Buffer, {uid, gid, mode}: {uid: number; gid: number; mode: number}): Promise<void> {
  if (process.getuid?.() === 0) {
    await chown(target, uid, gid);
  }
  await chmod(target, mode & 0o777);
}

/** What was deleted meanwhile is not there; the comparison with a second copy tells. */
function ifGone(error: unknown): null {
  if (systemErrorCode(error) === 'ENOENT') {
    return null;
  }
  throw error;
}

/** @throws Failure MATTERMOST_CONFIG_UNREADABLE when the file that the server reads is not in the copy */
async function requireFile(copied: string, path: string, left_out: LeftOut): Promise<void> {
  const copy = await stat(copied).catch(ifGone);
  if (!copy?.isFile()) {
    const why = copy ? 'a directory' : left_out.find((entry) => entry.path === basename(path))?.reason;
    throw new Failure(
      'MATTERMOST_CONFIG_UNREADABLE',
      `${path} is ${why ?? 'not there'}; a set without the configuration that the server reads restores nothing.`,
    );
  }
}
