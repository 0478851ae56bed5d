import {randomBytes} from 'node:crypto';
import {existsSync, type Stats} from 'node:fs';
import {lstat, mkdir, readdir, readFile, stat, writeFile} from 'node:fs/promises';
import {dirname, join, matchesGlob} from 'node:path';
import {sha256} from '../../kernel/canonical_json.ts';
import {Failure, systemErrorCode} from '../../kernel/failure.ts';
import type {Damage, Repository, RepositorySnapshot, Stored, StoredDirectory, StoredOther} from './port.ts';

type Kept = RepositorySnapshot & {
  files: Map<string, string>;
  directories: ReadonlyMap<string, StoredDirectory>;
  /** By absolute path. */
  others: readonly StoredOther[];
};

/** A repository that forgets all at the end of the process: for tests, and held to the same conformance as restic. */
export type MemoryRepository = Repository & {
  /** Changes what is kept of a file, as a bad disk does. */
  damage(snapshot: string, path: string): void;
  /** Takes a snapshot out, as somebody with access might. */
  lose(snapshot: string): void;
  /** From now on nothing is deleted there, as in one that is append-only. */
  refuseDeletion(): void;
  /** Puts a snapshot of another one here too, under its name. */
  copyFrom(other: MemoryRepository, snapshot: string): void;
  /** Another program holds the lock, or none. */
  lock(isLocked: boolean): void;
  /** A snapshot with all that it holds. */
  take(snapshot: string): {kept: Kept; blobs: ReadonlyMap<string, Buffer>};
  /** The next calls fail so, until called with null. */
  failWith(failure: Failure | null): void;
};

type ToKeep = {
  entries: Iterable<[string, Buffer]>;
  tags: readonly string[];
  path: string;
  vanished?: string[];
  directories?: readonly (readonly [string, StoredDirectory])[];
  others?: readonly StoredOther[];
};

/** What is kept: contents by their hash, and snapshots that name them. */
function createShelf(now: (() => number) | undefined) {
  const blobs = new Map<string, Buffer>();
  const kept: Kept[] = [];
  let made = 0;

  function find(id: string): Kept {
    const found = kept.find((snapshot) => snapshot.id === id);
    if (!found) {
      throw new Failure('REPOSITORY_UNREACHABLE', `There is no snapshot ${id}.`);
    }
    return found;
  }

  function read(hash: string): Buffer {
    const bytes = blobs.get(hash);
    if (!bytes || sha256(bytes) !== hash) {
      throw new Failure('REPOSITORY_DAMAGED', `blob ${hash.slice(0, 8)} has the wrong hash`);
    }
    return bytes;
  }

  function readOne(snapshot: string, path: string): string {
    const hash = find(snapshot).files.get(path);
    if (hash === undefined) {
      throw new Failure('REPOSITORY_UNREACHABLE', `Snapshot ${snapshot} has no ${path}.`);
    }
    return read(hash).toString();
  }

  function keep({entries, tags, path, vanished = [], directories = [], others = []}: ToKeep): Stored {
    const files = new Map<string, string>();
    let [bytes, added] = [0, 0];
    for (const [name, content] of entries) {
      const hash = sha256(content);
      added += blobs.has(hash) ? 0 : content.length;
      blobs.set(hash, content);
      files.set(name, hash);
      bytes += content.length;
    }
    const id = randomBytes(32).toString('hex');
    const content = sha256(JSON.stringify([...files]));
    made += 1;
    const snapshot = {id, content, at: now?.() ?? made, tags: [...tags], paths: [path]};
    kept.push({...snapshot, files, directories: new Map(directories), others});
    return {snapshot: id, files: files.size, bytes, bytes_added: added, vanished};
  }

  const inside = (root: string): string => (root.endsWith('/') ? root : `${root}/`);

  function below(snapshot: string, root: string): {path: string; hash: string}[] {
    const prefix = inside(root);
    return [...find(snapshot).files]
      .filter(([path]) => path.startsWith(prefix))
      .map(([path, hash]) => ({path: path.slice(prefix.length), hash}));
  }

  function forget(ids: readonly string[]): void {
    ids.forEach((id) => {
      const index = kept.findIndex((snapshot) => snapshot.id === id);
      kept.splice(index, index < 0 ? 0 : 1);
    });
  }

  function prune(): number {
    const needed = new Set(kept.flatMap(({files}) => [...files.values()]));
    const unneeded = [...blobs].filter(([hash]) => !needed.has(hash));
    unneeded.forEach(([hash]) => blobs.delete(hash));
    return unneeded.reduce((sum, [, content]) => sum + content.length, 0);
  }

  function othersBelow(snapshot: string, root: string): StoredOther[] {
    const prefix = inside(root);
    return find(snapshot)
      .others.filter(({path}) => path.startsWith(prefix))
      .map(({path, kind}) => ({path: path.slice(prefix.length), kind}));
  }

  return {blobs, kept, find, read, readOne, keep, below, othersBelow, forget, prune};
}

/** Whether there is a repository, and whether it answers. */
function createDoor(location: string) {
  let made = false;
  let failing: Failure | null = null;
  let locked = false;
  let keepsAll = false;

  function ready(signal?: AbortSignal): void {
    signal?.throwIfAborted();
    if (failing) {
      throw failing;
    }
    if (!made) {
      throw new Failure('REPOSITORY_NOT_FOUND', `${location} holds no repository.`);
    }
  }

  /** Returns whether there was one before. */
  function make(): boolean {
    const before = made;
    made = true;
    ready();
    return before;
  }

  return {
    ready,
    make,
    failWith: (failure: Failure | null): void => {
      failing = failure;
    },
    lock: (isLocked: boolean): void => {
      locked = isLocked;
    },
    isLocked: () => locked,
    refuseDeletion: (): void => {
      keepsAll = true;
    },
    requireDeletion: (signal?: AbortSignal): void => {
      ready(signal);
      if (locked) {
        throw new Failure('REPOSITORY_LOCKED', `${location} is locked.`);
      }
      if (keepsAll) {
        throw new Failure('REPOSITORY_DELETE_REFUSED', `${location} is append-only.`);
      }
    },
  };
}

/** What only tests do to a repository. */
function createFaults(
  shelf: ReturnType<typeof createShelf>,
  {failWith, lock, refuseDeletion}: ReturnType<typeof createDoor>,
): Omit<MemoryRepository, keyof Repository> {
  const {blobs, kept, find} = shelf;
  return {
    damage: (snapshot, path) => {
      const hash = find(snapshot).files.get(path) ?? '';
      // As a disk does it: another content, the same size.
      blobs.set(hash, Buffer.alloc(blobs.get(hash)?.length || 1, '\0'));
    },
    lose: (snapshot) => {
      kept.splice(kept.indexOf(find(snapshot)), 1);
    },
    refuseDeletion,
    copyFrom: (other, snapshot) => {
      const taken = other.take(snapshot);
      taken.blobs.forEach((content, hash) => blobs.set(hash, content));
      kept.push(taken.kept);
    },
    take: (snapshot) => {
      const found = find(snapshot);
      return {kept: found, blobs: new Map([...found.files.values()].map((hash) => [hash, shelf.read(hash)]))};
    },
    lock,
    failWith,
  };
}

function createRemoval(
  shelf: ReturnType<typeof createShelf>,
  {requireDeletion}: ReturnType<typeof createDoor>,
): Pick<Repository, 'forget' | 'prune'> {
  return {
    async forget(snapshots, signal) {
      requireDeletion(signal);
      shelf.forget(snapshots);
    },
    async prune(signal) {
      requireDeletion(signal);
      return {freed_bytes: shelf.prune()};
    },
  };
}

/** `now`: the time that snapshots get; left out, they are numbered. */
export function createMemoryRepository(location = '/memory', now?: () => number): MemoryRepository {
  const shelf = createShelf(now);
  const {blobs, kept, readOne, keep} = shelf;
  const door = createDoor(location);
  const {ready, make} = door;

  return {
    location,
    ...createFaults(shelf, door),
    create: async () => (make() ? 'already_there' : 'created'),
    async open(signal) {
      ready(signal);
      return {engine: 'memory'};
    },
    engineVersion: async () => 'memory',
    releaseStaleLocks: async () => {
      ready();
    },
    async isLocked(signal) {
      ready(signal);
      return door.isLocked();
    },
    async store(directory, {tags, excludes = [], only, signal, progress}) {
      ready(signal);
      const trees = await Promise.all(rootsOf(directory, only).map((place) => readTree(place, excludes)));
      const [files, vanished] = [new Map(trees.flatMap((tree) => tree.files)), trees.flatMap((tree) => tree.vanished)];
      // Of what is above the paths of a list, restic follows links; of the paths themselves it stores them.
      const directories = [
        ...(only ? [[directory, asStored(await stat(directory))] as const] : []),
        ...trees.flatMap((tree) => tree.directories),
      ];
      const others = trees.flatMap((tree) => tree.others);
      const stored = keep({entries: files, tags, path: directory, vanished, directories, others});
      progress?.(stored.bytes, stored.bytes);
      return stored;
    },
    async storeText(name, text, {tags, signal}) {
      ready(signal);
      return keep({entries: [[`/${name}`, Buffer.from(text)]], tags, path: `/${name}`});
    },
    async snapshots(tags, signal) {
      ready(signal);
      return kept
        .filter((snapshot) => tags.every((tag) => snapshot.tags.includes(tag)))
        .map(({id, at, tags: carried, paths, content}) => ({id, at, tags: carried, paths, content}));
    },
    async list({snapshot, path: root, signal}, onFile, onOther) {
      ready(signal);
      shelf.othersBelow(snapshot, root).forEach((other) => onOther?.(other));
      for (const {path, hash} of shelf.below(snapshot, root)) {
        onFile({path, bytes: blobs.get(hash)?.length ?? 0});
      }
    },
    async directoryAt(snapshot, root, signal) {
      ready(signal);
      return shelf.find(snapshot).directories.get(root) ?? null;
    },
    async readText(snapshot, path, signal) {
      ready(signal);
      return readOne(snapshot, path);
    },
    async readLines({snapshot, path, signal}, onLine) {
      ready(signal);
      const lines = readOne(snapshot, path).split('\n');
      lines.slice(0, lines.at(-1) === '' ? -1 : undefined).forEach(onLine);
    },
    async restore({snapshot, path: root, signal}, target, {existing, only, onLost}) {
      ready(signal);
      if (!shelf.find(snapshot).directories.has(root)) {
        throw new Failure('REPOSITORY_UNREACHABLE', `path ${root}: not a directory`);
      }
      const found = shelf.below(snapshot, root).filter(({path}) => only === undefined || path === only);
      const files = found.flatMap(({path, hash}) => readOr(() => ({path, content: shelf.read(hash)}), path, onLost));
      return writeTree(files, target, existing);
    },
    ...createRemoval(shelf, door),
    async check(depth, {signal}) {
      ready(signal);
      return depth === 'structure' ? [] : damaged(kept, blobs);
    },
  };
}

/** Nothing, told, when it cannot be read and somebody wants to be told. */
function readOr<T>(read: () => T, path: string, onLost: ((path: string) => void) | undefined): T[] {
  try {
    return [read()];
  } catch (error) {
    if (!onLost) {
      throw error;
    }
    onLost(path);
    return [];
  }
}

const asStored = ({uid, gid, mode}: Stats): StoredDirectory => ({uid, gid, mode: mode & 0o777});

function rootsOf(directory: string, only: readonly string[] | undefined): string[] {
  const roots =
    only === undefined ? [directory] : only.map((path) => join(directory, path)).filter((place) => existsSync(place));
  if (roots.length === 0) {
    throw new Failure('FILES_UNREADABLE', 'Nothing that was to be stored is there.');
  }
  return roots;
}

/** What was damaged, and who needs it. */
function damaged(kept: readonly Kept[], blobs: ReadonlyMap<string, Buffer>): Damage[] {
  return [...blobs]
    .filter(([hash, bytes]) => sha256(bytes) !== hash)
    .map(([hash]) => {
      const needing = kept.flatMap(({id, files}) =>
        [...files].filter(([, content]) => content === hash).map(([path]) => ({id, path})),
      );
      return {
        says: `blob ${hash.slice(0, 8)} has the wrong hash`,
        snapshots: [...new Set(needing.map(({id}) => id))],
        where: needing[0]?.path ?? null,
      };
    });
}

async function readTree(
  directory: string,
  excludes: readonly string[],
): Promise<{
  files: [string, Buffer][];
  directories: [string, StoredDirectory][];
  others: StoredOther[];
  vanished: string[];
}> {
  const files: [string, Buffer][] = [];
  const others: StoredOther[] = [];
  const directories: [string, StoredDirectory][] = [];
  const vanished: string[] = [];
  const visit = async (place: string): Promise<void> => {
    if (excludes.some((pattern) => matchesGlob(place, pattern))) {
      return;
    }
    try {
      const entry = await lstat(place);
      if (entry.isDirectory()) {
        directories.push([place, asStored(entry)]);
        for (const name of (await readdir(place)).sort()) {
          await visit(join(place, name));
        }
      } else if (entry.isFile()) {
        files.push([place, await readFile(place)]);
      } else if (!entry.isSocket()) {
        others.push({path: place, kind: entry.isSymbolicLink() ? 'link' : 'special'});
      }
    } catch (error) {
      if (systemErrorCode(error) === 'ENOENT' && place !== directory) {
        vanished.push(place);
        return;
      }
      throw error instanceof Failure
        ? error
        : new Failure('FILES_UNREADABLE', `1 path could not be read, first ${place}: ${systemErrorCode(error) ?? ''}`, {
            cause: error,
          });
    }
  };
  await visit(directory);
  return {files, directories, others, vanished};
}

async function writeTree(
  files: readonly {path: string; content: Buffer}[],
  target: string,
  existing: 'replace' | 'keep',
): Promise<{files: number; bytes: number}> {
  let [count, bytes] = [0, 0];
  for (const {path, content} of files) {
    const place = join(target, path);
    await mkdir(dirname(place), {recursive: true});
    try {
      await writeFile(place, content, {flag: existing === 'keep' ? 'wx' : 'w'});
      count += 1;
      bytes += content.length;
    } catch (error) {
      if (systemErrorCode(error) !== 'EEXIST') {
        throw error;
      }
    }
  }
  return {files: count, bytes};
}
