import {cp, mkdir, open, readdir, rm, stat} from 'node:fs/promises';
import {join} from 'node:path';
import {execa} from 'execa';
import {buildCached} from './build_cached.ts';

export interface Snapshot {
  readonly id: string;
  readonly tags: readonly string[];
}

/** A repository on disk, and its key: to be looked into and damaged with restic itself. */
export interface RepositoryPlace {
  readonly repository: string;
  readonly keyFile: string;
}

/** An empty repository that is quick to open, and its key, where `drctl init` looks for them before it makes its own. */
export async function placeRepository(repository: string, stateDirectory: string): Promise<void> {
  const prepared = await buildCached('repository');
  await mkdir(stateDirectory, {recursive: true, mode: 0o700});
  await cp(join(prepared, 'key'), join(stateDirectory, 'repository.key'));
  await cp(join(prepared, 'repository'), repository, {recursive: true});
}

export async function copyRepository({repository, keyFile}: RepositoryPlace, to: string): Promise<RepositoryPlace> {
  await cp(repository, to, {recursive: true});
  return {repository: to, keyFile};
}

export async function snapshots({repository, keyFile}: RepositoryPlace): Promise<Snapshot[]> {
  const {stdout} = await execa(await buildCached('restic'), ['snapshots', '--json', '--no-lock', '--no-cache'], {
    env: {RESTIC_REPOSITORY: repository, RESTIC_PASSWORD_FILE: keyFile},
  });
  return JSON.parse(stdout) as Snapshot[];
}

/** The snapshot is gone, as if somebody had deleted that file. */
export async function removeSnapshot({repository}: RepositoryPlace, id: string): Promise<void> {
  await rm(join(repository, 'snapshots', id));
}

/** Changes one byte in the middle of the largest pack. Gives the name of the pack. */
export async function damageLargestPack({repository}: RepositoryPlace): Promise<string> {
  const entries = await readdir(join(repository, 'data'), {recursive: true, withFileTypes: true});
  const packs = await Promise.all(
    entries
      .filter((entry) => entry.isFile())
      .map(async (entry) => {
        const path = join(entry.parentPath, entry.name);
        return {name: entry.name, path, size: (await stat(path)).size};
      }),
  );
  const largest = packs.reduce((a, b) => (b.size > a.size ? b : a));
  const file = await open(largest.path, 'r+');
  try {
    const at = Math.floor(largest.size / 2);
    const byte = Buffer.alloc(1);
    await file.read(byte, 0, 1, at);
    await file.write(Buffer.from([byte[0]! ^ 0x01]), 0, 1, at);
  } finally {
    await file.close();
  }
  return largest.name;
}
