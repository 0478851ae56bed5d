import {mkdir, readFile} from 'node:fs/promises';
import {join} from 'node:path';
import {recoverySet, type SetManifest, type SetSummary} from '@disaster-recovery/contract';
import type {Repository, RepositorySnapshot} from '../engines/repository/port.ts';
import {writeFileAtomic} from '../kernel/atomic_file.ts';
import {asFailure, Failure} from '../kernel/failure.ts';
import {openManifest, summaryOf} from './manifest.ts';

/** The file and the tags by which a manifest is found again, from the repository alone. */
export const MANIFEST_FILE = 'manifest.json';
export const setTags = (set: string, part: string): string[] => ['disaster-recovery', `set=${set}`, `part=${part}`];
const MANIFEST_TAGS = ['disaster-recovery', 'part=manifest'];

/** A snapshot that should hold a manifest and does not open. */
export type Unreadable = {set: string | null; snapshot: string; says: string};

export type Sets = {
  /** Sealed sets, newest first. @throws Failure REPOSITORY_* */
  list(signal?: AbortSignal): Promise<SetSummary[]>;
  /** The same, and sets whose manifest is damaged: they cannot be restored by name, and a list must not hide that they exist. */
  survey(signal?: AbortSignal): Promise<{sets: SetSummary[]; unreadable: Unreadable[]}>;
  /** A whole manifest; `latest` is the set that a recovery starts from: the newest good one. @throws Failure SET_NOT_FOUND, REPOSITORY_* */
  show(set: string, signal?: AbortSignal): Promise<SetManifest>;
  /** The backup that was made last, whatever it holds; null without one. @throws Failure REPOSITORY_* */
  newest(signal?: AbortSignal): Promise<SetManifest | null>;
};

/** Reads manifests from the repository. `cacheDirectory` keeps copies by snapshot id: snapshots never change. Null: no copies. */
export function createSets(repository: Repository, cacheDirectory: string | null): Sets {
  async function manifestOf(snapshot: RepositorySnapshot, signal?: AbortSignal): Promise<SetManifest> {
    const cached = cacheDirectory && join(cacheDirectory, `${snapshot.id}.json`);
    const kept = cached ? await readFile(cached, 'utf8').catch(() => null) : null;
    if (kept !== null) {
      try {
        return openManifest(kept, snapshot.id);
      } catch {
        // A copy that was spoilt here tells nothing of the repository: read it from there.
      }
    }
    const text = await repository.readText(snapshot.id, `/${MANIFEST_FILE}`, signal);
    const manifest = openManifest(text, snapshot.id);
    if (cached && cacheDirectory) {
      await mkdir(cacheDirectory, {recursive: true, mode: 0o700});
      await writeFileAtomic(cached, text);
    }
    return manifest;
  }

  async function readAll(signal?: AbortSignal): Promise<{manifests: SetManifest[]; unreadable: Unreadable[]}> {
    const manifests: SetManifest[] = [];
    const unreadable: Unreadable[] = [];
    for (const snapshot of await repository.snapshots(MANIFEST_TAGS, signal)) {
      try {
        manifests.push(await manifestOf(snapshot, signal));
      } catch (error) {
        const failure = asFailure(error);
        if (failure.code !== 'REPOSITORY_DAMAGED') {
          throw error;
        }
        unreadable.push({set: setOf(snapshot), snapshot: snapshot.id, says: failure.message});
      }
    }
    return {manifests: manifests.sort((a, b) => b.t0 - a.t0), unreadable};
  }

  return {
    newest: async (signal) => (await readAll(signal)).manifests.find(({kind}) => kind === 'backup') ?? null,
    list: async (signal) => (await readAll(signal)).manifests.map(summaryOf),
    survey: async (signal) => {
      const {manifests, unreadable} = await readAll(signal);
      return {sets: manifests.map(summaryOf), unreadable};
    },
    async show(set, signal) {
      if (set === 'latest') {
        const {manifests} = await readAll(signal);
        const best = recoverySet(manifests.map(summaryOf));
        const found = manifests.find(({id}) => id === best?.id);
        if (!found) {
          throw new Failure('SET_NOT_FOUND', `${repository.location} holds no set yet.`);
        }
        return found;
      }
      const snapshot = (await repository.snapshots([...MANIFEST_TAGS, `set=${set}`], signal)).at(-1);
      if (!snapshot) {
        throw new Failure('SET_NOT_FOUND', `${repository.location} holds no set ${set}.`);
      }
      return manifestOf(snapshot, signal);
    },
  };
}

function setOf(snapshot: RepositorySnapshot): string | null {
  return snapshot.tags.find((tag) => tag.startsWith('set='))?.slice(4) ?? null;
}
