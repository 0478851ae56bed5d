import type {ListedSet, RepositoryFinding, UnreadableSet} from '@disaster-recovery/contract';
import type {Repository} from '../engines/repository/port.ts';
import type {Clock} from '../kernel/clock.ts';
import {asFailure, errorBody, Failure} from '../kernel/failure.ts';
import type {Sets, Unreadable} from './sets.ts';

/** How long one that is not in use is waited for, where others are asked with it. */
const PATIENCE_MS = 6000;

/** A repository by the name that it has in the configuration, and the sets in it. */
export type NamedRepository = {name: string; repository: Repository; sets: Sets};

/** What one repository told, or why it did not. */
export type Surveyed = {
  name: string;
  location: string;
  inUse: boolean;
  failure: Failure | null;
  sets: ListedSet[];
  unreadable: Unreadable[];
  locked: boolean | null;
};

/** All of them as one list. `failure`: of the one in use, without which the list says little. */
export type SetsEverywhere = {
  sets: ListedSet[];
  unreadable: UnreadableSet[];
  findings: RepositoryFinding[];
  failure: Failure | null;
};

export type Asking = {locks?: boolean; patienceMs?: number};

export type Repositories = {
  inUse: NamedRepository;
  /** The one in use first. */
  all: readonly NamedRepository[];
  /** @throws Failure REPOSITORY_UNKNOWN */
  named(name: string): NamedRepository;
  /**
   * Asks each, all at once: one that fails or does not answer keeps no other from being told. `locks`: is it locked, too.
   * `patienceMs`: how long one that is not in use is waited for, where somebody waits less than usual. Never throws.
   */
  ask(what?: Asking): Promise<Surveyed[]>;
};

/** The first is in use. Nothing is opened before it is asked. */
export function createRepositories(
  all: readonly [NamedRepository, ...NamedRepository[]],
  clock: Pick<Clock, 'sleep'>,
): Repositories {
  const [inUse] = all;
  return {
    inUse,
    all,
    named: (name) => {
      const found = all.find((each) => each.name === name);
      if (!found) {
        throw new Failure(
          'REPOSITORY_UNKNOWN',
          `There is no repository ${name}. The configuration names ${all.map((each) => each.name).join(', ')}.`,
        );
      }
      return found;
    },
    ask: (what) => Promise.all(all.map((each) => askOne(each, {...what, clock: each === inUse ? null : clock}))),
  };
}

/** `clock`: with it, the repository is not waited for longer than its patience. */
async function askOne(
  {name, repository, sets}: NamedRepository,
  {clock, locks = false, patienceMs = PATIENCE_MS}: Asking & {clock: Pick<Clock, 'sleep'> | null},
): Promise<Surveyed> {
  const known = {name, location: repository.location, inUse: clock === null};
  const enough = new AbortController();
  const answered = new AbortController();
  void clock?.sleep(patienceMs, answered.signal).then(
    () => {
      enough.abort(
        new Failure('REPOSITORY_UNREACHABLE', `The repository has not answered within ${patienceMs / 1000} s.`),
      );
    },
    // It answered.
    () => undefined,
  );
  try {
    const [survey, locked] = await Promise.all([
      sets.survey(enough.signal),
      // A repository that hides its locks still shows its sets.
      locks ? repository.isLocked(enough.signal).catch(() => null) : null,
    ]);
    return {...known, ...survey, locked, failure: null};
  } catch (error) {
    return {...known, failure: asFailure(error), sets: [], unreadable: [], locked: null};
  } finally {
    answered.abort();
  }
}

/** One list, newest first: a set that lies in several repositories stands there once, unless its manifests differ. */
export function everywhere(surveyed: readonly Surveyed[]): SetsEverywhere {
  const sets = surveyed.flatMap((each) => each.sets);
  const byManifest = Map.groupBy(sets, (set) => `${set.id} ${set.in[0]?.sha256 ?? ''}`);
  const merged = [...byManifest.values()].flatMap(([first, ...copies]) =>
    first ? [{...first, in: [first, ...copies].flatMap((set) => set.in)}] : [],
  );
  return {
    sets: merged.sort((a, b) => b.t0 - a.t0),
    unreadable: surveyed.flatMap(({name, unreadable}) => unreadable.map((each) => ({...each, repository: name}))),
    findings: [...surveyed.flatMap(failureOf), ...divergent(merged)],
    failure: surveyed.find(({inUse}) => inUse)?.failure ?? null,
  };
}

function failureOf({name, failure}: Surveyed): RepositoryFinding[] {
  return failure ? [finding(name, null, new Failure(failure.code, `The repository ${name}: ${failure.message}`))] : [];
}

/** The same id and another manifest: one of the two is not what was backed up. */
function divergent(sets: readonly ListedSet[]): RepositoryFinding[] {
  return [...Map.groupBy(sets, ({id}) => id)].flatMap(([id, [first, ...others]]) =>
    others.map((other) => {
      const [one = '', two = ''] = [first?.in[0]?.repository, other.in[0]?.repository];
      const says = `Set ${id} in the repository ${two} is not the one in ${one}: their manifests differ.`;
      return finding(two, id, new Failure('SET_DIVERGENT', says));
    }),
  );
}

export function finding(repository: string, set: string | null, failure: Failure): RepositoryFinding {
  const {code, message, remedy} = errorBody(failure);
  return {code, repository, set, message, remedy};
}
