import {cp, mkdir, open, readdir, rm, stat, truncate, writeFile} from 'node:fs/promises';
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

/** An empty repository with a key of its own, made by restic. */
export async function makeRepository(place: RepositoryPlace): Promise<void> {
  await writeFile(place.keyFile, `key of ${place.repository}\n`, {mode: 0o600});
  await runRestic(['init'], environmentOf(place));
}

/** `restic copy`, as an administrator would run it: all snapshots of one repository, or those named, put into another. */
export async function copySnapshots(
  from: RepositoryPlace,
  to: RepositoryPlace,
  ids: readonly string[] = [],
): Promise<void> {
  await runRestic(
    ['copy', '--from-repo', from.repository, '--from-password-file', from.keyFile, ...ids],
    environmentOf(to),
  );
}

const environmentOf = ({repository, keyFile}: RepositoryPlace) => ({
  RESTIC_REPOSITORY: repository,
  RESTIC_PASSWORD_FILE: keyFile,
});

async function runRestic(words: readonly string[], env: Readonly<Record<string, string>>): Promise<void> {
  await execa(await buildCached('restic'), [...words, '--no-cache'], {env});
}

export async function snapshots({repository, keyFile}: RepositoryPlace): Promise<Snapshot[]> {
  const {stdout} = await execa(await buildCached('restic'), ['snapshots', '--json', '--no-lock', '--no-cache'], {
    env: {RESTIC_REPOSITORY: repository, RESTIC_PASSWORD_FILE: keyFile},
  });
  return JSON.parse(stdout) as Snapshot[];
}

/** The same snapshots, as if they had been made long ago. */
export async function makeOlder(place: RepositoryPlace, ids: readonly string[]): Promise<void> {
  await runRestic(['unlock'], environmentOf(place));
  await runRestic(['rewrite', '--forget', '--new-time', '2020-01-01 00:00:00', ...ids], environmentOf(place));
}

/** The snapshot is gone, as if somebody had deleted that file. */
export async function removeSnapshot({repository}: RepositoryPlace, id: string): Promise<void> {
  await rm(join(repository, 'snapshots', id));
}

/** Changes one byte in the middle of the largest pack. Gives the name of the pack. */
export async function damageLargestPack(place: RepositoryPlace): Promise<string> {
  const largest = await largestPack(place);
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

/** The second half of the largest pack is gone, as after a disk that was full. */
export async function cutLargestPack(place: Pick<RepositoryPlace, 'repository'>): Promise<void> {
  const {path, size} = await largestPack(place);
  await truncate(path, Math.floor(size / 2));
}

async function largestPack({repository}: Pick<RepositoryPlace, 'repository'>) {
  const entries = await readdir(join(repository, 'data'), {recursive: true, withFileTypes: true});
  const packs = await Promise.all(
    entries
      .filter((entry) => entry.isFile())
      .map(async (entry) => {
        const path = join(entry.parentPath, entry.name);
        return {name: entry.name, path, size: (await stat(path)).size};
      }),
  );
  return packs.reduce((a, b) => (b.size > a.size ? b : a));
}
