import type {StoredDirectory} from '../repository/port.ts';

/** What a repository reads, in place. `excludes`: patterns of absolute paths that are no files of Mattermost, because restores left them there. */
export type Readable = {root: string; excludes: readonly string[]};

/**
 * Where a link leads. `inside`: to what lies in the store as well and comes back beside it. `outside`: elsewhere, or by an absolute path, which is
 * another place wherever the store is brought back. `nothing`: what it leads to is not there. Devices, pipes and sockets are `no_link`: they lead nowhere.
 */
export type LeadsTo = 'inside' | 'outside' | 'nothing' | 'no_link';

/** Where Mattermost keeps its users' files, as a backup sees it. */
export type FileStore = {
  driver: 'local' | 'amazons3' | 'azureblob';
  /** What people and sets call its place. */
  location: string;
  /** What a backup reads, as it is now. Null: the files stay where they are, and no set holds them. @throws Failure FILES_UNREADABLE */
  readable(): Promise<Readable | null>;
  /** The names at its top, without what restores left there; streamed, in no order. @throws Failure FILES_UNREADABLE */
  top(): AsyncIterable<string>;
  /** Size of a file as it is now, null when it is not there. `path` is relative and leads nowhere else. @throws Failure FILES_UNREADABLE */
  sizeOf(path: string): Promise<number | null>;
  /** What is neither file nor directory holds no content: where it leads now. Null for a file, a directory, and what is not there. @throws Failure FILES_UNREADABLE */
  leadsTo(path: string): Promise<LeadsTo | null>;
};

/** Names that restores leave in the trees that they swap; no backup takes them. */
export const LEFT_BY_RESTORES = '.drctl-*';
export const isLeftByRestore = (name: string): boolean => name.startsWith('.drctl-');

/** What a staged tree holds, and what of the set is not in it. */
export type StagedTree = {
  files: number;
  bytes: number;
  /** Removed: links that lead out of the tree or to nothing. */
  links: number;
  /** Removed: devices, pipes, sockets. */
  special: number;
  /** Kept without the rights that they had beyond those of whoever runs them. */
  stripped: number;
  /** The first of these paths. */
  first: string | null;
};

/** One pass over a part, as it lies in the repository. */
export type Pass = {
  /** Writes it into an empty directory of this machine. */
  write(into: string): Promise<void>;
  /** What its top was when it was stored; null when that was no directory. */
  top(): Promise<StoredDirectory | null>;
};

/** What waits to be swapped in. Kept in the journal; beside the tree, what is in it is the adapter's own. */
export type StagedFiles = {tree: StagedTree} & Readonly<Record<string, unknown>>;
/** What a swap sets aside. Kept for as long as somebody may want to go back; what is in it is the adapter's own. */
export type FormerFiles = Readonly<Record<string, unknown>>;

/**
 * A place where a restore puts a tree: users' files, or a configuration. Until `swap` and `moveIn` nothing in it is touched.
 * Each method throws TARGET_CHANGED when somebody has put something else in the place of what it was told to work on.
 */
export type FileTarget = {
  place: string;
  /** `entries` counts what is at its top, 0 when it is not there; `bytes_free` is what may be written beside it. */
  inspect(): Promise<{entries: number; first: string | null; bytes_free: number}>;
  /** @throws Failure TARGET_HOLDS_MOUNT when not everything in it could be set aside */
  requireReplaceable(): Promise<void>;
  /**
   * Brings the passes beside the place, each over those before it, and takes from them what could do harm. `id` names the attempt; what a killed
   * one of that name left is thrown away first. @throws Failure as the passes do, DISK_FULL
   */
  stage(id: string, passes: readonly Pass[]): Promise<StagedFiles>;
  /** Reads back what was staged, every byte: how many files, and the hash of the whole tree. */
  readBack(staged: StagedFiles): Promise<{files: number; sha256: string}>;
  /** What a swap will set aside; known before it begins, so that one that is killed half way can be undone. */
  former(staged: StagedFiles): FormerFiles;
  /** Puts what was staged in the place of what is there, which waits. May be killed at any point and run again; once done it does nothing. */
  swap(staged: StagedFiles): Promise<void>;
  /** The same for a place that was empty: nothing waits. */
  moveIn(staged: StagedFiles): Promise<void>;
  /** Throws away what an attempt staged, unless it began to swap. Nothing happens when there is none. */
  discard(id: string): Promise<void>;
  /** Where former states lie, in words that a person finds them by, whether or not anybody remembers the restores that left them. */
  formerStates(): Promise<string[]>;
};

export type FileTargets = {
  /** What the name of a place means now; this is what a plan holds. @throws Failure FILES_UNREADABLE */
  locate(place: string): Promise<string>;
  at(place: string): FileTarget;
  /** Puts back what a swap set aside, whether it ended or not. What it had brought waits in its turn. May be killed and run again. @throws Failure TARGET_CHANGED */
  swapBack(former: FormerFiles): Promise<void>;
  /** The place of a former state, where that waits until it is put back, and where what the restore brought waits afterwards. */
  whereabouts(former: FormerFiles): {place: string; former: string; undone: string};
};
