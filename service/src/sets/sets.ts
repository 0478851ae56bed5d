import {mkdir, readFile} from 'node:fs/promises';
import {join} from 'node:path';
import {
  bestSet,
  SetId,
  type FailureCode,
  type ListedSet,
  type SetManifest,
  type SetSnapshot,
  type UnreadableSet,
} from '@disaster-recovery/contract';
import type {Repository, RepositorySnapshot} from '../engines/repository/port.ts';
import {writeFileAtomic} from '../kernel/atomic_file.ts';
import {isoTime, type Clock} from '../kernel/clock.ts';
import {asFailure, Failure} from '../kernel/failure.ts';
import {formatDuration} from '../kernel/format.ts';
import {openManifest, summaryOf} from './manifest.ts';

/** The file and the tags by which a manifest is found again, from the repository alone. */
export const MANIFEST_FILE = 'manifest.json';
export const setTags = (set: string, part: string): string[] => ['disaster-recovery', `set=${set}`, `part=${part}`];
const MANIFEST_TAGS = ['disaster-recovery', 'part=manifest'];
const isManifest = ({tags}: RepositorySnapshot): boolean => MANIFEST_TAGS.every((tag) => tags.includes(tag));
/** Clocks of a database server and of this machine may differ so far. */
const CLOCKS_DIFFER_MS = 10 * 60_000;

/** Whether a set says that it was taken later than now. */
export const isAhead = (t0: number, now: number): boolean => t0 > now + CLOCKS_DIFFER_MS;

/** What one repository knows of a manifest that does not open. */
export type Unreadable = Omit<UnreadableSet, 'repository' | 'code'> & {code: FailureCode};

/** A set with the snapshots that its manifest names, and those that were made for it; of these, which are its manifest. */
type StoredSet = ListedSet & {named: string[]; own: string[]; manifests: string[]};

/** `loose`: snapshots of backups that never became a set, or that their set does not name. */
type Inventory = {sets: StoredSet[]; unreadable: Unreadable[]; loose: {id: string; at: number}[]};

export type Sets = {
  /** Sealed sets, newest first, whole or not. @throws Failure REPOSITORY_* */
  list(signal?: AbortSignal): Promise<ListedSet[]>;
  /** The same, and sets whose manifest is damaged: they cannot be restored by name, and a list must not hide that they exist. */
  survey(signal?: AbortSignal): Promise<{sets: ListedSet[]; unreadable: Unreadable[]}>;
  /** All that lies there with our tags, and what belongs to what. @throws Failure REPOSITORY_* */
  inventory(signal?: AbortSignal): Promise<Inventory>;
  /** The backup that was made last, whatever it holds, those that say they are of the future aside; null without one. @throws Failure REPOSITORY_* */
  newest(signal?: AbortSignal): Promise<SetManifest | null>;
  /** A whole manifest; `latest` is the set that a recovery starts from: the newest good one. @throws Failure SET_NOT_FOUND, SET_IN_FUTURE (for `latest` only), REPOSITORY_* */
  show(set: string, signal?: AbortSignal): Promise<SetManifest>;
  /** Parts that a manifest names and that do not lie in the repository as parts of that set. */
  lost(manifest: SetManifest, signal?: AbortSignal): Promise<SetSnapshot[]>;
  /** `show` for whoever goes on to read the parts: each of them is one of this set. @throws as `show`; Failure REPOSITORY_DAMAGED */
  whole(set: string, signal?: AbortSignal): Promise<SetManifest>;
};

type Found = {manifest: SetManifest; snapshot: RepositorySnapshot; lost: SetSnapshot[]};
type Survey = {found: Found[]; unreadable: Unreadable[]; all: RepositorySnapshot[]};

export type SetsOptions = {
  /** The name of the repository in the configuration. */
  name: string;
  /** Keeps copies of manifests by what is in them. Null: no copies. */
  cacheDirectory: string | null;
  clock: Clock;
};

/** Reads manifests from one repository. */
export function createSets(repository: Repository, {name, cacheDirectory, clock}: SetsOptions): Sets {
  const isOfFuture = ({t0}: SetManifest): boolean => isAhead(t0, clock.now());

  async function readAll(signal?: AbortSignal): Promise<Survey> {
    const all = await repository.snapshots(['disaster-recovery'], signal);
    const manifests = all.filter(isManifest);
    const survey: Survey = {found: [], unreadable: [], all};
    for (const snapshots of Map.groupBy(manifests, (snapshot) => setsOf(snapshot).join()).values()) {
      const {first, unreadable} = await readOne({repository, cacheDirectory}, snapshots, signal);
      survey.found.push(...(first ? [{...first, lost: lostAmong(all, first.manifest)}] : []));
      survey.unreadable.push(...unreadable);
    }
    survey.found.sort((a, b) => b.manifest.t0 - a.manifest.t0);
    return survey;
  }

  const listed = (found: Found): ListedSet => listedIn(name, found);

  async function latest(signal?: AbortSignal): Promise<SetManifest> {
    const {found} = await readAll(signal);
    const best = (among: readonly Found[]): SetManifest | undefined => {
      // A set that is not whole any more is for whoever names it, unless there is no other.
      const set = bestSet(among.map(listed));
      return among.find(({manifest: {id}}) => id === set?.id)?.manifest;
    };
    const newest = best(found);
    if (!newest) {
      throw new Failure('SET_NOT_FOUND', `${repository.location} holds no set yet.`);
    }
    if (isOfFuture(newest)) {
      const before = best(found.filter(({manifest}) => !isOfFuture(manifest)));
      throw new Failure(
        'SET_IN_FUTURE',
        `The newest set, ${newest.id}, says that it is of ${isoTime(newest.t0)}, ${formatDuration(newest.t0 - clock.now())} ahead of this machine's clock. ${before ? `The newest before now is ${before.id}.` : 'There is no other.'}`,
      );
    }
    return newest;
  }

  async function named(set: string, signal?: AbortSignal): Promise<SetManifest> {
    const isId = SetId.safeParse(set).success;
    const snapshots = isId ? await repository.snapshots([...MANIFEST_TAGS, `set=${set}`], signal) : [];
    const {first, unreadable} = await readOne({repository, cacheDirectory}, snapshots, signal);
    if (first) {
      return first.manifest;
    }
    throw unreadable[0]
      ? new Failure(unreadable[0].code, unreadable[0].message, {remedy: unreadable[0].remedy})
      : new Failure('SET_NOT_FOUND', `${repository.location} holds no set ${set}.`);
  }

  const lost: Sets['lost'] = async (manifest, signal) =>
    lostAmong(await repository.snapshots(['disaster-recovery', `set=${manifest.id}`], signal), manifest);

  const show: Sets['show'] = (set, signal) => (set === 'latest' ? latest(signal) : named(set, signal));
  return {
    list: async (signal) => (await readAll(signal)).found.map(listed),
    survey: async (signal) => {
      const {found, unreadable} = await readAll(signal);
      return {sets: found.map(listed), unreadable};
    },
    inventory: async (signal) => inventoryOf(name, await readAll(signal)),
    newest: async (signal) =>
      (await readAll(signal)).found
        .map(({manifest}) => manifest)
        .find((manifest) => manifest.kind === 'backup' && !isOfFuture(manifest)) ?? null,
    show,
    lost,
    whole: async (set, signal) => {
      const manifest = await show(set, signal);
      const [first] = await lost(manifest, signal);
      if (first) {
        throw new Failure(
          'REPOSITORY_DAMAGED',
          `The manifest of set ${manifest.id} names snapshot ${first.id} as its part ${first.part}; the repository holds no such part of this set.`,
        );
      }
      return manifest;
    },
  };
}

function listedIn(repository: string, {manifest, snapshot, lost}: Found): ListedSet {
  const place = {repository, snapshot: snapshot.id, sha256: manifest.sha256};
  return {...summaryOf(manifest), in: [{...place, complete: lost.length === 0, lost: lost.map(({part}) => part)}]};
}

function inventoryOf(repository: string, {found, unreadable, all}: Survey): Inventory {
  const sets = found.map((each): StoredSet => {
    const own = all.filter((snapshot) => setsOf(snapshot).includes(each.manifest.id));
    return {
      ...listedIn(repository, each),
      named: each.manifest.snapshots.map(({id}) => id),
      own: own.map(({id}) => id),
      manifests: own.filter(isManifest).map(({id}) => id),
    };
  });
  const needed = new Set(sets.flatMap(({named, manifests}) => [...named, ...manifests]));
  // What lies beside the manifest of a set that lost something, or cannot be read, may be what is left of it.
  const whole = new Set(sets.flatMap(({id, in: [place]}) => (place?.complete ? [id] : [])));
  const known = new Set([...sets.map(({id}) => id), ...unreadable.map(({set}) => set)]);
  const loose = all.filter((snapshot) => {
    const claimed = setsOf(snapshot);
    return claimed.length > 0 && !needed.has(snapshot.id) && claimed.every((set) => whole.has(set) || !known.has(set));
  });
  return {sets, unreadable, loose: loose.map(({id, at}) => ({id, at}))};
}

/** Parts that the manifest names and that are not among these snapshots as parts of that set. */
function lostAmong(all: readonly RepositorySnapshot[], {id, snapshots}: SetManifest): SetSnapshot[] {
  const parts = new Map(all.filter(({tags}) => tags.includes(`set=${id}`)).map((snapshot) => [snapshot.id, snapshot]));
  return snapshots.filter((snapshot) => !isPart(snapshot, parts.get(snapshot.id)));
}

/** Whether what lies there is what the manifest names: a snapshot that somebody has changed since has other content. */
function isPart({part, content}: SetSnapshot, found: RepositorySnapshot | undefined): boolean {
  return found?.tags.includes(`part=${part}`) === true && (content === undefined || content === found.content);
}

/** Where manifests are read; `cacheDirectory` null: nothing is kept here. */
type Source = {repository: Repository; cacheDirectory: string | null};

/** The manifest of one set from the snapshots that claim to hold it. Two different ones make a set that nobody can name. */
async function readOne(
  source: Source,
  snapshots: readonly RepositorySnapshot[],
  signal?: AbortSignal,
): Promise<{first: Omit<Found, 'lost'> | null; unreadable: Unreadable[]}> {
  const opened = new Map<string, {manifest: SetManifest; snapshot: RepositorySnapshot}>();
  const unreadable: Unreadable[] = [];
  const refuse = (snapshot: RepositorySnapshot, {code, message, remedy}: Failure): void => {
    unreadable.push({set: setsOf(snapshot)[0] ?? null, snapshot: snapshot.id, code, message, remedy});
  };
  for (const snapshot of snapshots) {
    try {
      const manifest = await readManifest(source, snapshot, signal);
      opened.set(manifest.sha256, {manifest, snapshot});
    } catch (error) {
      const failure = asFailure(error);
      if (failure.code !== 'REPOSITORY_DAMAGED' && failure.code !== 'SET_NEWER') {
        throw error;
      }
      refuse(snapshot, failure);
    }
  }
  const [first, second] = opened.values();
  if (first && second) {
    const two = new Failure(
      'REPOSITORY_DAMAGED',
      `Snapshots ${first.snapshot.id} and ${second.snapshot.id} hold two different manifests of set ${first.manifest.id}; which one is true cannot be told.`,
    );
    [...opened.values()].forEach(({snapshot}) => refuse(snapshot, two));
    return {first: null, unreadable};
  }
  return {first: first ?? null, unreadable};
}

/** @throws Failure REPOSITORY_DAMAGED also when the manifest is that of another set than its tag says */
async function readManifest(
  {repository, cacheDirectory}: Source,
  snapshot: RepositorySnapshot,
  signal?: AbortSignal,
): Promise<SetManifest> {
  // By what is in it, not by its name: in a copy that was changed the name is the same.
  const cached = cacheDirectory && join(cacheDirectory, `${snapshot.content}.json`);
  const kept = cached ? await readFile(cached, 'utf8').catch(() => null) : null;
  if (kept !== null) {
    try {
      return manifestIn(kept, snapshot);
    } catch {
      // A copy that was spoilt here tells nothing of the repository: read it from there.
    }
  }
  const text = await repository.readText(snapshot.id, `/${MANIFEST_FILE}`, signal);
  const manifest = manifestIn(text, snapshot);
  if (cached && cacheDirectory) {
    await mkdir(cacheDirectory, {recursive: true, mode: 0o700});
    await writeFileAtomic(cached, text);
  }
  return manifest;
}

function manifestIn(text: string, snapshot: RepositorySnapshot): SetManifest {
  const manifest = openManifest(text, snapshot.id);
  const claimed = setsOf(snapshot);
  if (claimed.length !== 1 || claimed[0] !== manifest.id) {
    throw new Failure(
      'REPOSITORY_DAMAGED',
      `Snapshot ${snapshot.id} is tagged as set ${claimed.join(' and ') || '(none)'} and holds the manifest of set ${manifest.id}.`,
    );
  }
  return manifest;
}

/** The sets that a snapshot says it belongs to; more than one is a fault. */
export function setsOf(snapshot: RepositorySnapshot): string[] {
  return snapshot.tags.filter((tag) => tag.startsWith('set=')).map((tag) => tag.slice(4));
}
