/** A private copy of a configuration, made of nothing but regular files and directories. */
export type ConfigCopy = {
  directory: string;
  /** What stands in the configuration directory and is not in the copy, and why. */
  left_out: {path: string; reason: string}[];
};

/** Where Mattermost keeps its configuration: a config.json with files beside it, or tables of a database (MM_CONFIG). */
export type ConfigSource = {
  kind: 'file' | 'database';
  /** Without password. */
  location: string;
  /** The directory that holds it; null for a database. */
  directory: string | null;
  /** Name of the file in the copy that Mattermost reads first. */
  file: string;
  /**
   * Writes a copy of it as it is now into `scratch`, which is made anew. Links to files are followed; what restores left beside it is passed over.
   * @throws Failure MATTERMOST_CONFIG_UNREADABLE, DATABASE_*
   */
  copyTo(scratch: string): Promise<ConfigCopy>;
};
