/** Where Mattermost keeps its users' files. */
export type FileStore = {
  driver: 'local' | 'amazons3' | 'azureblob';
  /** What a set records as its place. */
  location: string;
  /** The directory as the settings name it, or null when the files are not on this machine and stay where they are. */
  directory: string | null;
  /** The directory that the settings mean now, links followed; null as above. @throws Failure FILES_UNREADABLE */
  root(): Promise<string | null>;
  /** Size of a file of the live store, null when it is not there. `path` is relative. */
  sizeOf(path: string): Promise<number | null>;
};
