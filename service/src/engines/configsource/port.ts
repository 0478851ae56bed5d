/** Where Mattermost keeps its configuration: a config.json with files beside it, or tables of a database (MM_CONFIG). */
export type ConfigSource = {
  kind: 'file' | 'database';
  /** Without password. */
  location: string;
  /** The directory that holds it; null for a database. */
  directory: string | null;
  /**
   * A directory with config.json and its companions, ready to be stored: the live one, or a copy that is written into `scratch`.
   * @throws Failure MATTERMOST_CONFIG_UNREADABLE, DATABASE_*
   */
  bringToDisk(scratch: string): Promise<string>;
};
