/**
 * One immutable snapshot in a repository. `id`: the name that it got when it was made, which a copy in another repository keeps.
 * `content`: hash of what it holds, the same wherever it lies: two snapshots with one id and different contents are not the same.
 */
export type RepositorySnapshot = {id: string; at: number; tags: string[]; paths: string[]; content: string};

/** A place in a snapshot. */
export type SnapshotPlace = {snapshot: string; path: string; signal?: AbortSignal | undefined};

/** A file in a snapshot. `path` is relative to the root that was stored; bytes that are not UTF-8 show as U+FFFD. */
export type StoredFile = {path: string; bytes: number; modified_at?: number};

/** What is neither file nor directory in a snapshot: a link, a device, a pipe. `path` as that of a file. Sockets are not stored. */
export type StoredOther = {path: string; kind: 'link' | 'special'};

/** Owner and permissions of a directory as it was stored. */
export type StoredDirectory = {uid: number; gid: number; mode: number};

export type Stored = {
  snapshot: string;
  files: number;
  bytes: number;
  /** After deduplication and compression. */
  bytes_added: number;
  /** Paths that vanished while they were read; for a living file store that is no fault. */
  vanished: string[];
};

export type Damage = {
  /** What the engine said. */
  says: string;
  /** Snapshots that need what is damaged; empty when it cannot be told. */
  snapshots: string[];
  /** A file inside one of them, when it can be told. */
  where: string | null;
};

type Watch = {signal?: AbortSignal; progress?: (done: number, total: number | null) => void};

export type StoreOptions = {
  tags: readonly string[];
  /** Patterns of absolute paths. */
  excludes?: readonly string[];
  /** Only these paths below the directory, directories whole; those that are gone are left out. @throws Failure FILES_UNREADABLE when all are gone */
  only?: readonly string[];
  /** A snapshot to compare with, where the newest of the same directory is not the right one. */
  parent?: string;
};

export type RestoreOptions = Omit<Watch, 'signal'> & {
  /** Of files that exist. */
  existing: 'replace' | 'keep';
  /** This one file of the root's top level. */
  only?: string;
  /**
   * Told of each file or directory whose content the repository does not give back; nothing of it is left in the target, and the rest is restored.
   * `path` is relative to the root. Left out: the first of them ends the restore with REPOSITORY_DAMAGED.
   */
  onLost?: (path: string) => void;
};

/**
 * An encrypted, deduplicating store of snapshots. Snapshots are written whole or not at all.
 * Every method throws REPOSITORY_NOT_FOUND, REPOSITORY_LOCKED, REPOSITORY_KEY_WRONG, REPOSITORY_UNREACHABLE, REPOSITORY_DAMAGED,
 * DISK_FULL or TOOL_MISSING, and changes nothing then.
 */
export type Repository = {
  /** Where it is, without credentials. */
  location: string;
  /** Makes it. @throws Failure REPOSITORY_EXISTS when there is one that this key does not open; one that it opens is kept. */
  create(): Promise<'created' | 'already_there'>;
  /** Opens it and tells the version of the engine. */
  open(signal?: AbortSignal): Promise<{engine: string}>;
  /** The version of the engine, without opening anything. */
  engineVersion(): Promise<string>;
  /** Removes locks of dead programs only. */
  releaseStaleLocks(): Promise<void>;
  /** Whether a program says that it is at work there: a backup, a check, or one that died. */
  isLocked(signal?: AbortSignal): Promise<boolean>;
  /** Stores a directory. @throws Failure FILES_UNREADABLE naming the first path; no snapshot of this call may then be used */
  store(directory: string, options: Watch & StoreOptions): Promise<Stored>;
  /** Stores one small text as the file `/NAME`. */
  storeText(name: string, text: string, options: Watch & {tags: readonly string[]}): Promise<Stored>;
  /** Snapshots that carry all the tags, oldest first. */
  snapshots(tags: readonly string[], signal?: AbortSignal): Promise<RepositorySnapshot[]>;
  /** Streams the files below a root of a snapshot, and what is neither file nor directory where somebody asks for it. */
  list(root: SnapshotPlace, onFile: (file: StoredFile) => void, onOther?: (other: StoredOther) => void): Promise<void>;
  /** The directory `root` in a snapshot; null when it is none. Only then can a restore take what is below it: the path of a link has nothing below it. */
  directoryAt(snapshot: string, root: string, signal?: AbortSignal): Promise<StoredDirectory | null>;
  /** A small stored file, at most 64 MiB. */
  readText(snapshot: string, path: string, signal?: AbortSignal): Promise<string>;
  /** A stored text of any size, line by line. */
  readLines(file: SnapshotPlace, onLine: (line: string) => void): Promise<void>;
  /** Writes what was below a root into `target`. `keep`: files that exist stay as they are. Everything written is checked against its hash. */
  restore(root: SnapshotPlace, target: string, options: RestoreOptions): Promise<{files: number; bytes: number}>;
  /**
   * Takes these snapshots out for good; those that are not there are no fault. The space that only they used is freed by `prune`.
   * @throws Failure REPOSITORY_DELETE_REFUSED when one is still there afterwards
   */
  forget(snapshots: readonly string[], signal?: AbortSignal): Promise<void>;
  /**
   * Frees what no snapshot needs, also what a backup or a prune that died has left. Nobody else can write there meanwhile. What it has
   * done stays done when it is stopped, and nothing is lost by that. `freed_bytes`: to a thousandth.
   * @throws Failure REPOSITORY_DELETE_REFUSED
   */
  prune(signal?: AbortSignal): Promise<{freed_bytes: number}>;
  /** Structure only, or every byte. */
  check(depth: 'structure' | 'data', options: Watch): Promise<Damage[]>;
};

export type RepositorySettings = {
  url: string;
  passwordFile: string;
  environment: Readonly<Record<string, string>>;
  /** A file for the last list of snapshots, to be given again while it is proven to be right. Left out: the engine lists anew each time. */
  listing?: string;
};

/** How fast a copy may go; left out, as fast as it can. */
export type CopyLimits = {uploadKibPerSecond?: number | undefined; downloadKibPerSecond?: number | undefined};

/** Takes snapshots from one repository into another, encrypted anew with the key of that one. Throws as a Repository does. */
export type Copier = {
  /** Makes the target, so that what is copied there is recognized as what is there already. @throws Failure REPOSITORY_EXISTS */
  create(): Promise<'created' | 'already_there'>;
  /**
   * Snapshots by their first names. What the target has already is not sent again, so that an interrupted copy goes on where it was. `progress` counts
   * what is sent in pieces of no fixed size. A name that the source does not have is passed over.
   */
  copy(snapshots: readonly string[], watch: Watch): Promise<void>;
};

export type RepositoryEngine = {
  open(settings: RepositorySettings): Repository;
  /** @throws Failure COPY_CREDENTIALS_CONFLICT when one variable would have to have two values */
  copier(from: RepositorySettings, to: RepositorySettings, limits?: CopyLimits): Copier;
};
