import type {ConfigRecord, CrossCheck, DatabaseRecord, SetManifest} from '@disaster-recovery/contract';
import type {MattermostFacts} from '../engines/database/port.ts';
import type {Stored} from '../engines/repository/port.ts';
import type {WithoutContent} from './without_content.ts';

/** A part in the repository. */
export type StoredPart = Pick<Stored, 'snapshot' | 'files' | 'bytes' | 'bytes_added'> & {root: string};

/** What the steps of a backup learn, one after the other. Journalled as JSON. */
export type BackupFound = {
  started_at: number;
  tool_versions: Record<string, string>;
  first_pass: StoredPart;
  database: {
    t0: number;
    /** Jobs of an earlier version call it `lsn`. */
    position?: string | null;
    lsn?: string | null;
    record: DatabaseRecord;
    dump_directory: string;
    mattermost: MattermostFacts | null;
  };
  stored_database: StoredPart;
  config: {
    record: ConfigRecord;
    stored: StoredPart;
    /** Absent in jobs of an earlier version. */
    omitted?: SetManifest['omitted'];
    plugins: SetManifest['plugins'];
    site_url: string | null;
    server_version: string | null;
  };
  second_pass: StoredPart;
  /** Both passes together. */
  captured_files: {files: number; bytes: number};
  /** Absent in jobs of an earlier version. */
  without_content?: WithoutContent;
  cross_check: CrossCheck;
  sealed: {manifest: SetManifest; snapshot: string};
};
