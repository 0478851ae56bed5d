import {createHash} from 'node:crypto';
import {mkdir, readdir, readFile, stat} from 'node:fs/promises';
import {dirname, join} from 'node:path';
import {z} from 'zod';
import {writeFileAtomic} from '../../kernel/atomic_file.ts';
import {sha256} from '../../kernel/canonical_json.ts';
import {SnapshotJson} from './messages.ts';
import type {RepositorySettings} from './port.ts';

/** Files read at once. */
const AT_ONCE = 64;

const Kept = z.object({proof: z.string(), snapshots: z.array(SnapshotJson)});

/**
 * restic spends half a second and more on each start, because the key of a repository is made slow on purpose. A list of
 * snapshots follows from the files `config`, `keys/*`, `snapshots/*` and the key alone, and restic names each of those by the hash of
 * its content. So, in a directory of this machine, the last list is right as long as all of them are the same, byte for byte: that is
 * looked at each time. Where anything differs, is unreadable or does not fit its name, restic is asked, and says why.
 */
export async function listSnapshots(
  settings: RepositorySettings,
  ask: () => Promise<SnapshotJson[]>,
): Promise<SnapshotJson[]> {
  const {listing} = settings;
  const before = listing === undefined ? null : await proofOf(settings);
  if (listing === undefined || before === null) {
    return ask();
  }
  const kept = await readKept(listing);
  if (kept?.proof === before) {
    return kept.snapshots;
  }
  const snapshots = await ask();
  // What changed while restic read belongs to neither list.
  if ((await proofOf(settings)) === before) {
    await mkdir(dirname(listing), {recursive: true, mode: 0o700});
    await writeFileAtomic(listing, JSON.stringify({proof: before, snapshots} satisfies z.infer<typeof Kept>));
  }
  return snapshots;
}

/** Names of files of a repository are hashes of them. */
const LOCK = /^[0-9a-f]{64}$/;

/** Whether there is a lock, where that can be seen without restic; null where it cannot. */
export async function hasLocalLock({url}: RepositorySettings): Promise<boolean | null> {
  const directory = directoryOf(url);
  return directory === null
    ? null
    : readdir(join(directory, 'locks')).then(
        // A program that is killed while it writes its lock leaves a file with another name, which is none.
        (names) => names.some((name) => LOCK.test(name)),
        () => null,
      );
}

async function readKept(listing: string): Promise<z.infer<typeof Kept> | null> {
  try {
    return Kept.parse(JSON.parse(await readFile(listing, 'utf8')));
  } catch {
    // Not there yet, or spoilt: restic knows.
    return null;
  }
}

const directoryOf = (url: string): string | null =>
  /^local:/i.test(url) ? url.slice('local:'.length) : /^[a-z0-9]+:/i.test(url) ? null : url;

/** Hash of everything that a list of snapshots follows from; null where that cannot be told. */
async function proofOf({url, passwordFile}: RepositorySettings): Promise<string | null> {
  const directory = directoryOf(url);
  if (directory === null) {
    return null;
  }
  try {
    const hash = createHash('sha256');
    // Not what is in it: a hash of a key that somebody thought of would help whoever guesses it.
    const {ino, size, mtimeNs, ctimeNs} = await stat(passwordFile, {bigint: true});
    hash.update(JSON.stringify([url, passwordFile, ...[ino, size, mtimeNs, ctimeNs].map(String)]));
    hash.update(await readFile(join(directory, 'config')));
    for (const folder of ['keys', 'snapshots']) {
      const names = (await readdir(join(directory, folder))).sort();
      hash.update(`${folder} ${names.join(' ')}\n`);
      if (!(await areWhatTheyAreCalled(join(directory, folder), names))) {
        return null;
      }
    }
    return hash.digest('hex');
  } catch {
    // Not there, or not to be read: restic says which.
    return null;
  }
}

async function areWhatTheyAreCalled(folder: string, names: readonly string[]): Promise<boolean> {
  for (let at = 0; at < names.length; at += AT_ONCE) {
    const some = names.slice(at, at + AT_ONCE);
    const contents = await Promise.all(some.map((name) => readFile(join(folder, name))));
    if (contents.some((content, index) => sha256(content) !== some[index])) {
      return false;
    }
  }
  return true;
}
