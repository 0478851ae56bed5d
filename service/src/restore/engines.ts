import type {Actor, Part, SetManifest, SetSummary} from '@disaster-recovery/contract';
import type {Approvals} from '../approvals/index.ts';
import type {DatabaseEngine} from '../engines/database/port.ts';
import type {FileTargets} from '../engines/filestore/port.ts';
import type {Repository} from '../engines/repository/port.ts';
import type {Clock} from '../kernel/clock.ts';
import type {State} from '../kernel/state.ts';
import type {StartedJob} from '../jobs/index.ts';
import type {Ledger} from '../ledger/index.ts';

/** The places of the server that an in-place restore puts back; null what it keeps where no restore writes: files in object storage, a configuration in a database. */
export type LiveServer = {databaseUrl: string; files: string | null; config: string | null};

type Looking = {depth: 'contents'; parts: readonly Part[]};

/** All that a restore touches. */
export type RestoreEngines = {
  clock: Clock;
  state: State;
  ledger: Ledger;
  repository: Repository;
  /** The name of the repository, when it is not the one in use. */
  from: string | null;
  databases: DatabaseEngine;
  /** Where files and configuration go. */
  fileTargets: FileTargets;
  /** Null on bare metal, where every target is named. */
  live: LiveServer | null;
  /** Where the dump waits; needs its size. */
  workDirectory: string;
  /** Where the list of what a restore could not read stays, for a person. */
  reportDirectory: string;
  jobs: number;
  show(set: string): Promise<SetManifest>;
  /** All sets with what is known of them, also those whose manifest does not open. */
  survey(): Promise<{
    sets: readonly (SetSummary & {in_future: boolean; verified: {level: string; passed: boolean} | null})[];
    unreadable: readonly {set: string | null}[];
  }>;
  /** Whether one person may replace a live server alone. Null on bare metal. */
  approvals: Pick<Approvals, 'require'> | null;
  /** Whether those who type on a shell of this machine wait for a second administrator as well. */
  shellWaits: boolean;
  /** What keeps these parts of a set from being restored as its manifest describes them: what a verification of it finds. */
  inspection: {
    find(manifest: SetManifest, looking: Looking): Promise<{message: string; remedy: string; where: string | null}[]>;
    /** @throws Failure SET_NOT_RESTORABLE, REPOSITORY_DAMAGED, PART_NOT_IN_SET with the first of them */
    require(manifest: SetManifest, looking: Looking & {incompleteFiles: boolean}): Promise<void>;
  };
  /** A backup of what is there now, as a job of its own. Null on bare metal. */
  takeRestorePoint: ((reason: string, actor: Actor) => Promise<StartedJob>) | null;
};
