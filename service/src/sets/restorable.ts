import type {SetSnapshot} from '@disaster-recovery/contract';
import type {Repository} from '../engines/repository/port.ts';
import {Failure} from '../kernel/failure.ts';

/** Says of each part whose root is no directory in its snapshot that no restore can begin with it. All must be in the repository. */
export async function partsWithoutRoot(
  repository: Repository,
  snapshots: readonly SetSnapshot[],
  signal?: AbortSignal,
): Promise<string[]> {
  const found = await Promise.all(
    snapshots.map(async (snapshot) => ({
      snapshot,
      isTaken: (await repository.directoryAt(snapshot.id, snapshot.root, signal)) !== null,
    })),
  );
  return found
    .filter(({isTaken}) => !isTaken)
    .map(
      ({snapshot}) =>
        `The part ${nameOf(snapshot)} cannot be restored: ${snapshot.root} is not a directory in snapshot ${snapshot.id}; what it held is not in it.`,
    );
}

/** For a backup that is about to be sealed. @throws Failure SET_NOT_RESTORABLE naming the first part that a restore could not take */
export async function requireRestorable(
  repository: Repository,
  snapshots: readonly SetSnapshot[],
  signal?: AbortSignal,
): Promise<void> {
  const [first] = await partsWithoutRoot(repository, snapshots, signal);
  if (first !== undefined) {
    throw new Failure('SET_NOT_RESTORABLE', first);
  }
}

const nameOf = ({part, pass}: SetSnapshot): string => (pass ? `${part} (${pass} pass)` : part);
