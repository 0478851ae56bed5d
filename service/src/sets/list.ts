import type {Hold, ListedSet, RepositoryFinding, UnreadableSet} from '@disaster-recovery/contract';
import type {Failure} from '../kernel/failure.ts';
import {markFindings, withMarks, type LedgerEntries, type SetMarks} from './marks.ts';
import {everywhere, type Asking, type Repositories} from './repositories.ts';

/** The sets of all repositories as they are listed, wherever that is. */
export type Listing = {
  /** Newest first. */
  sets: (ListedSet & SetMarks)[];
  /** What is to be known beside them: sets that should not be taken as they stand, and repositories that did not answer. */
  findings: RepositoryFinding[];
  unreadable: UnreadableSet[];
  /** Of the repository in use, without which the list says little. */
  failure: Failure | null;
  /** How many were asked, and how many of them answered. */
  repositories: {asked: number; answered: number};
};

type Knowing = {now: number; inUse: string; entries: LedgerEntries; holds?: readonly Hold[]};

/** Never throws. */
export async function listSets(
  {ask}: Pick<Repositories, 'ask'>,
  knowing: Knowing,
  asking: Pick<Asking, 'patienceMs'> = {},
): Promise<Listing> {
  const surveyed = await ask(asking);
  const {sets: found, unreadable, findings, failure} = everywhere(surveyed);
  const sets = withMarks(found, knowing);
  const isSeveral = surveyed.length > 1;
  return {
    sets,
    unreadable,
    failure,
    findings: [...markFindings({sets, unreadable, inUse: knowing.inUse, isSeveral}), ...findings],
    repositories: {asked: surveyed.length, answered: surveyed.filter((each) => each.failure === null).length},
  };
}
