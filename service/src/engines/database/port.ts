import {Failure} from '../../kernel/failure.ts';
import type {CrossCheckFinding, DatabaseRecord, FailureCode, Privileged} from '@disaster-recovery/contract';

/** Something that keeps a backup or a restore from being whole. `stops`: nothing may begin; otherwise it is told, and what it concerns is left out. */
export type Obstacle = {code: FailureCode; stops: boolean; message: string; remedy: string};

/** What the database itself tells of its Mattermost. Servers since 6.4 no longer write their version into it, only their migrations. */
export type MattermostFacts = {schema_version: number; diagnostic_id: string | null};

/** What a plan needs to know of the live database. */
export type DatabaseFacts = {
  name: string;
  location: string;
  /** Of the database server. */
  server_version: string;
  /** Size on the server, indexes included. */
  bytes: number;
  /** Bytes that a dump may need on disk, estimated above what was seen. */
  dump_bytes_estimate: number;
  /** Version of the pg_dump that would be used. */
  dump_tool_version: string;
  /** What keeps a backup from being whole, or a later restore. */
  obstacles: Obstacle[];
  /** Null when it is not a database of Mattermost. */
  mattermost: MattermostFacts | null;
  /** Jobs of Mattermost that rewrite much while they run. */
  busy_jobs: string[];
};

/** A row that says that a file should exist. `path` is relative to the file store. */
export type ExpectedFile = {
  owner: CrossCheckFinding['owner'];
  id: string;
  path: string;
  /** Null when the database does not know the size. */
  bytes: number | null;
};

type Watch = {signal: AbortSignal; progress: (done: number, total: number | null) => void};

/** One instant of the database. Everything read through it shows T0, while the server goes on. */
export type DatabaseSnapshot = {
  t0: number;
  /** Where the server's own log stood at T0, in its own words; null where it does not tell. */
  position: string | null;
  mattermost: MattermostFacts | null;
  /** Everything that a dump leaves out, and exact row counts. */
  record(): Promise<Omit<DatabaseRecord, 'dump_bytes'>>;
  /** Streams; memory does not grow with the number of rows. */
  expectedFiles(): AsyncIterable<ExpectedFile>;
  /** Writes the dump into an empty directory. Returns its bytes. @throws Failure DUMP_FAILED, DATABASE_LOST, DISK_FULL, … */
  dump(directory: string, options: Watch & {jobs: number}): Promise<number>;
  /** Lets go of the instant. Safe to call twice. */
  close(): Promise<void>;
};

/** Who may what in the Mattermost of a database. */
export type Rights = {
  /** Accounts that can sign in. */
  active: number;
  privileged: Privileged[];
  /** Accounts of before `since` that were deactivated after it. */
  deactivated: {id: string; username: string}[];
};

/** What somebody may today, for a database in which they may more. */
export type RightsOfToday = {id: string; roles: 'unchanged' | string[]; is_deactivated: boolean};

/** The database that is protected. Every method throws DATABASE_UNREACHABLE, DATABASE_REFUSED, DATABASE_LOST or TOOL_MISSING. */
export type DatabaseSource = {
  location: string;
  inspect(): Promise<DatabaseFacts>;
  /** Null when it is not a database of Mattermost. */
  rights(since: number): Promise<Rights | null>;
  openSnapshot(): Promise<DatabaseSnapshot>;
};

export type TargetFacts = {
  exists: boolean;
  /** Tables outside the system schemas; 0 when it does not exist. */
  tables: number;
  /** Programs connected to it, other than ours, each kind once with its number. */
  connections: string[];
};

/** Nothing is replaced while somebody uses it. @throws Failure MATTERMOST_IS_RUNNING */
export function requireUnused({connections}: TargetFacts): void {
  if (connections.length > 0) {
    throw new Failure('MATTERMOST_IS_RUNNING', `Connected to the database: ${connections.slice(0, 5).join('; ')}.`, {
      details: {connections},
    });
  }
}

/**
 * One restore of a database. `beside`: it is written under a name of its own and swapped in later; otherwise it becomes the target itself,
 * which had no tables when the restore began, or, where it does not `exists`, is made.
 */
export type Attempt = {id: string; beside: boolean; exists: boolean};

/** What a backup took of a database: what it recorded, and the directory of its dump. */
export type Captured = {record: DatabaseRecord; dump: string};

/** What a swap sets aside: the name of the live database, and the one under which it waits. Kept for as long as somebody may want to go back. */
export type FormerDatabase = {name: string; former: string};

/** A database that a restore writes. Until `swap` nothing of the live one is touched. */
export type DatabaseTarget = {
  location: string;
  name: string;
  describe(): Promise<TargetFacts>;
  /** What keeps this set from being restored here, or a part of it. */
  obstacles(record: DatabaseRecord, inPlace: boolean): Promise<Obstacle[]>;
  /**
   * Makes the database as the record says and loads the dump; what a killed run of this attempt left is thrown away first. Returns what had to
   * differ and what was left out, in words.
   * @throws Failure DATABASE_RESTORE_FAILED; SET_NOT_RESTORABLE when the dump is not files alone
   */
  stage(
    attempt: Attempt,
    captured: Captured,
    options: Watch & {jobs: number},
  ): Promise<{differs: string[]; left_out: string[]}>;
  /** Counts the rows of every table that was staged. @throws Failure RESTORE_NOT_PROVEN when they are not those of the record */
  prove(attempt: Attempt, record: DatabaseRecord): Promise<{compared: number; rows: number}>;
  /**
   * Settings of the database and of its role, rows that must not live on in a restored server, planner statistics. After it the proof no longer
   * holds, so it is a step of its own. May be run again. Returns what was done and what a person should know, in words.
   * @throws Failure RESTORE_NOT_PROVEN when a new session would not find Mattermost's tables
   */
  settle(attempt: Attempt, record: DatabaseRecord): Promise<string[]>;
  /** Takes from these people what they may not do today, and signs them out. Returns how many there were. */
  takeRights(attempt: Attempt, people: readonly RightsOfToday[], now: number): Promise<number>;
  /** What a swap will set aside; known before it begins, so that one that is killed half way can be undone. */
  former(attempt: Attempt): FormerDatabase;
  /**
   * Puts what was staged in the place of the live database, which waits. May be killed at any point and run again; once done it does nothing.
   * @throws Failure DATABASE_PRIVILEGE, MATTERMOST_IS_RUNNING
   */
  swap(attempt: Attempt): Promise<void>;
  /** Puts back what the swap of restore `id` set aside; what it had brought waits under the name that is returned. @throws Failure as `swap` */
  swapBack(former: FormerDatabase, id: string): Promise<string>;
  /** Throws away what an attempt staged and never swapped. Nothing happens when there is none. */
  discard(attempt: Attempt): Promise<void>;
};

/** What a dump tells of itself, held against the record of its database. */
export type DumpContents = {
  /** Files that it needs, each with the table whose rows are in it. */
  files: {name: string; table: string}[];
  /** Tables of the record that it does not make, or whose rows it does not hold. */
  missing: string[];
};

/** Looks at dumps without loading them. */
export type DumpReader = {
  /** The file of a dump that tells what the others are. */
  contentsFile: string;
  /**
   * Reads that file, alone in `directory`.
   * @throws Failure TOOL_MISSING or DATABASE_VERSION when this machine cannot; DATABASE_RESTORE_FAILED when nobody could
   */
  read(directory: string, record: DatabaseRecord): Promise<DumpContents>;
};

export type DatabaseEngine = {
  source(url: string): DatabaseSource;
  target(url: string): DatabaseTarget;
  dumps: DumpReader;
};
