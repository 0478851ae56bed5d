import type {SetSnapshot} from '@disaster-recovery/contract';
import type {Repository} from '../engines/repository/port.ts';
import {Failure} from '../kernel/failure.ts';

/** A part that is in the repository and that a restore could not take, and why. */
export type Unrestorable = {snapshot: SetSnapshot; message: string};

/** Looks at each part as a restore begins with it: its root is a directory in the snapshot. All must be in the repository. */
export async function findUnrestorable(
  repository: Repository,
  snapshots: readonly SetSnapshot[],
  signal?: AbortSignal,
): Promise<Unrestorable[]> {
  const found = await Promise.all(
    snapshots.map(async (snapshot) => ({
      snapshot,
      isTaken: (await repository.directoryAt(snapshot.id, snapshot.root, signal)) !== null,
    })),
  );
  return found
    .filter(({isTaken}) => !isTaken)
    .map(({snapshot}) => ({
      snapshot,
      message: `The part ${nameOf(snapshot)} cannot be restored: ${snapshot.root} is not a directory in snapshot ${snapshot.id}; what it held is not in it.`,
    }));
}

/** @throws Failure SET_NOT_RESTORABLE naming the first part that a restore could not take */
export async function requireRestorable(
  repository: Repository,
  snapshots: readonly SetSnapshot[],
  signal?: AbortSignal,
): Promise<void> {
  const [first] = await findUnrestorable(repository, snapshots, signal);
  if (first) {
    throw new Failure('SET_NOT_RESTORABLE', first.message);
  }
}

const nameOf = ({part, pass}: SetSnapshot): string => (pass ? `${part} (${pass} pass)` : part);
