import type {CopyRequest, CopyResult, ListedSet} from '@disaster-recovery/contract';
import type {Copier, Repository} from '../engines/repository/port.ts';
import type {Clock} from '../kernel/clock.ts';
import {asFailure, Failure} from '../kernel/failure.ts';
import {need, type Procedure, type Step, type StepContext} from '../jobs/index.ts';
import type {Ledger} from '../ledger/index.ts';

/** Where a copy goes. */
export type Target = {
  name: string;
  repository: Pick<Repository, 'open' | 'location'>;
  sets: {survey(signal?: AbortSignal): Promise<{sets: ListedSet[]}>};
  /** @throws Failure COPY_CREDENTIALS_CONFLICT */
  copier(): Copier;
};

export type CopyParts = {
  clock: Clock;
  ledger: Ledger;
  /** Its parts are all there. @throws Failure SET_NOT_FOUND, REPOSITORY_DAMAGED */
  whole(set: string): Promise<{id: string; sha256: string; snapshots: readonly {id: string}[]}>;
  /** The snapshot that holds the manifest of a set. */
  manifestOf(set: string): Promise<string>;
  /** @throws Failure REPOSITORY_UNKNOWN */
  target(name: string): Target;
};

export type CopyPlan = {
  set: string;
  to: string;
  sha256: string;
  parts: string[];
  manifest: string;
  began: number;
  steps: string[];
};
type CopyFound = {made: boolean; sent: true; sealed: true; result: CopyResult};

/** A set gets into another repository whole or, without its manifest, not at all. */
export function copyProcedure(parts: CopyParts): Procedure<CopyPlan, CopyFound> {
  return {
    kind: 'copy',
    steps: copySteps(parts),
    subject: ({set}) => set,
    conclude: (_plan, found) => ({result: need(found, 'result'), status: 'success'}),
    clean: async () => undefined,
  };
}

export async function planCopy(parts: CopyParts, {set, to}: CopyRequest): Promise<CopyPlan> {
  parts.target(to).copier();
  const manifest = await parts.whole(set);
  return {
    set: manifest.id,
    to,
    sha256: manifest.sha256,
    parts: manifest.snapshots.map(({id}) => id),
    manifest: await parts.manifestOf(manifest.id),
    began: parts.clock.now(),
    steps: copySteps(parts).map(({name}) => name),
  };
}

function copySteps(parts: CopyParts): readonly Step<CopyPlan, CopyFound>[] {
  return [
    {name: 'open_copy', run: async ({to}, _found, context) => ({made: await open(parts, parts.target(to), context)})},
    {
      name: 'send',
      run: async ({to, parts: snapshots}, _found, context) => {
        await send(parts.target(to), snapshots, context);
        return {sent: true};
      },
    },
    {
      // What has no manifest is no set: it goes last.
      name: 'send_manifest',
      run: async ({to, manifest}, _found, context) => {
        await send(parts.target(to), [manifest], context);
        return {sealed: true};
      },
    },
    {
      name: 'look_there',
      run: async (plan, found, {actor, signal}) => {
        await requireThere(plan, parts.target(plan.to), signal);
        const {set, to: repository, parts: snapshots, began} = plan;
        const result: CopyResult = {
          set,
          repository,
          made_repository: need(found, 'made'),
          snapshots: snapshots.length + 1,
          duration_ms: parts.clock.now() - began,
        };
        const {location} = parts.target(repository).repository;
        parts.ledger.append('copy.finished', actor, {set, repository, location});
        return {result};
      },
    },
  ];
}

/** Makes the repository at the first time only: afterwards an empty place is one whose disk is not mounted. */
async function open(parts: CopyParts, target: Target, {actor, signal, repeated}: StepContext): Promise<boolean> {
  const {name, repository} = target;
  try {
    await repository.open(signal);
    return false;
  } catch (error) {
    const {code} = asFailure(error);
    if (code !== 'REPOSITORY_NOT_FOUND') {
      throw of(name, error);
    }
    if (!repeated && wasThere(parts.ledger, {name, location: repository.location})) {
      throw new Failure('COPY_GONE', `At ${repository.location} there is no repository any more.`, {cause: error});
    }
  }
  // Before it is made: a kill between the two must not leave one that counts as new.
  parts.ledger.append('copy.created', actor, {repository: name, location: repository.location});
  await target.copier().create();
  return true;
}

/** Whether a copy was ever made there; until then an empty place is no fault. */
export function wasThere(ledger: Pick<Ledger, 'of'>, {name, location}: {name: string; location: string}): boolean {
  const ofCopies = ledger.of('copy.created', 'copy.finished');
  return ofCopies.some(({data}) => data['repository'] === name && data['location'] === location);
}

async function send(target: Target, snapshots: readonly string[], {signal, progress}: StepContext): Promise<void> {
  try {
    await target.copier().copy(snapshots, {
      signal,
      progress: (done, total) => {
        progress({done, total, unit: 'steps'});
      },
    });
  } catch (error) {
    throw signal.aborted ? error : of(target.name, error);
  }
}

/** What restic passes over without a word is not there. @throws Failure COPY_INCOMPLETE, SET_DIVERGENT */
async function requireThere({set, sha256}: CopyPlan, target: Target, signal: AbortSignal): Promise<void> {
  const {sets} = await target.sets.survey(signal);
  const places = sets.filter(({id}) => id === set).flatMap((found) => found.in);
  const [place] = places.filter((found) => found.sha256 === sha256);
  if (!place && places.length > 0) {
    throw new Failure('SET_DIVERGENT', `In ${target.name} there is another set ${set}: the manifests differ.`);
  }
  if (!place?.complete) {
    const lacks = place ? `lacks ${place.lost.join(', ')}` : 'is not there';
    throw new Failure('COPY_INCOMPLETE', `Set ${set} was sent to ${target.name}, and ${lacks}.`);
  }
}

/** Of two repositories it is said which one. */
function of(name: string, error: unknown): Failure {
  const failure = asFailure(error);
  const {code, message, remedy} = failure;
  return new Failure(code, `The repository ${name}: ${message}`, {cause: failure, remedy});
}
