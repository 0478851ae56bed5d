import {Failure} from '../../kernel/failure.ts';
import type {CrossCheckFinding, DatabaseRecord, FailureCode, Privileged, TableCount} from '@disaster-recovery/contract';

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

/** A database that a restore writes. Names are plain, never quoted. */
export type DatabaseTarget = {
  location: string;
  name: string;
  describe(name?: string): Promise<TargetFacts>;
  /** What keeps this set from being restored here, or a part of it. */
  obstacles(record: DatabaseRecord, inPlace: boolean): Promise<Obstacle[]>;
  /** Makes `name` with the encoding and locale of the record where this server has it. Returns what had to differ. */
  create(name: string, like: DatabaseRecord): Promise<string[]>;
  /**
   * Loads a dump into `name`, which has no tables; with `replace` a killed load may have left some. Returns what of it was left out, in words.
   * @throws Failure DATABASE_RESTORE_FAILED
   */
  load(
    name: string,
    dumpDirectory: string,
    record: DatabaseRecord,
    options: Watch & {jobs: number; replace: boolean},
  ): Promise<string[]>;
  countTables(name: string): Promise<TableCount[]>;
  /**
   * Settings of the database and of its role, rows that must not live on in a restored server, planner statistics. Returns what was done.
   * @throws Failure RESTORE_NOT_PROVEN when a new session would not find Mattermost's tables
   */
  settle(name: string, record: DatabaseRecord): Promise<string[]>;
  /** Takes from these people in `name` what they may not do today, and signs them out. Returns how many there were. */
  takeRights(name: string, people: readonly RightsOfToday[], now: number): Promise<number>;
  /**
   * Puts `incoming` in the place of `live`, which waits as `aside` afterwards. May be killed at any point and run again; once done it does nothing.
   * @throws Failure DATABASE_PRIVILEGE, MATTERMOST_IS_RUNNING
   */
  swap(live: string, incoming: string, aside: string): Promise<void>;
  /** Nothing happens when there is none. */
  drop(name: string): Promise<void>;
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
