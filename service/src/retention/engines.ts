import type {ListedSet} from '@disaster-recovery/contract';
import type {Repository} from '../engines/repository/port.ts';
import type {Clock} from '../kernel/clock.ts';
import type {Ledger} from '../ledger/index.ts';
import type {Holds} from './holds.ts';
import type {KeepRules} from './rules.ts';

/** All that lies in the repository with our tags. */
type Inventory = {
  sets: (Pick<ListedSet, 'id' | 'kind' | 't0' | 'scope' | 'standing' | 'in'> & {
    named: string[];
    own: string[];
    manifests: string[];
  })[];
  unreadable: {set: string | null; code: string; message: string}[];
  loose: {id: string; at: number}[];
};

/** One repository, to be thinned out. */
export type RetentionEngines = {
  clock: Clock;
  ledger: Ledger;
  /** Its name in the configuration. */
  name: string;
  repository: Pick<Repository, 'forget' | 'prune'>;
  inventory(signal?: AbortSignal): Promise<Inventory>;
  /** What is said of sets that lie here and in another repository under one id, and differ. */
  divergent(): Promise<string[]>;
  /** Whether a set says that it was taken later than now. */
  isAhead(t0: number, now: number): boolean;
  /** What the verifications here come to, by set. */
  verifications(): (set: string) => {failed: boolean; proven: boolean};
  holds: Holds;
  /** As the configuration has them now; null: nothing is ever removed. */
  rules(): KeepRules | null;
  objectiveMs(): number | null;
};
