import {
  ALL_PARTS,
  type BackupPlan,
  type BackupRequest,
  type Omission,
  type Part,
  type SetManifest,
} from '@disaster-recovery/contract';
import type {DatabaseFacts} from '../engines/database/port.ts';
import type {FileStore} from '../engines/filestore/port.ts';
import {formatBytes} from '../kernel/format.ts';
import {FILES_ELSEWHERE} from '../words/files_elsewhere.ts';

/** All that a plan depends on. */
export type BackupFacts = {
  now: number;
  set: string;
  kind: BackupPlan['kind'];
  repository: string;
  steps: readonly string[];
  previous: SetManifest | null;
  database: DatabaseFacts | null;
  jobs: number;
  files: {driver: FileStore['driver']; location: string; directory: string | null};
  config: {source: string; directory: string | null};
  staging: {directory: string; bytes_free: number};
};

/** Room besides the dump: lists of files, the record, and air. */
const STAGING_SPARE = 64 * 1024 * 1024;

/** Request + facts → plan. Pure. */
export function planBackup(request: BackupRequest, facts: BackupFacts): BackupPlan {
  const scope = ALL_PARTS.filter((part) => (request.scope ?? ALL_PARTS).includes(part));
  const omitted = [...leftOut(scope), ...staysWhereItIs(scope, facts)];
  const takesFiles = scope.includes('files') && facts.files.directory !== null;
  const database = scope.includes('database') ? facts.database : null;
  return {
    set: facts.set,
    kind: facts.kind,
    scope,
    reason: request.reason ?? '',
    planned_at: facts.now,
    repository: facts.repository,
    steps: [...facts.steps],
    omitted,
    previous: facts.previous?.id ?? null,
    database: database && {
      name: database.name,
      server_version: database.server_version,
      dump_tool_version: database.dump_tool_version,
      bytes: database.bytes,
      jobs: facts.jobs,
    },
    files: takesFiles ? {directory: facts.files.directory ?? '', bytes: facts.previous?.files?.bytes ?? null} : null,
    config: scope.includes('config') ? facts.config : null,
    staging: {
      directory: facts.staging.directory,
      bytes_needed: (database?.dump_bytes_estimate ?? 0) + STAGING_SPARE,
      bytes_free: facts.staging.bytes_free,
    },
    warnings: warnings(database),
  };
}

/** What is missing in the staging directory, in words; null when there is room. */
export function lacksSpace({staging}: BackupPlan): string | null {
  return staging.bytes_free >= staging.bytes_needed
    ? null
    : `${staging.directory} has ${formatBytes(staging.bytes_free)} free and the backup may need ${formatBytes(staging.bytes_needed)}; free ${formatBytes(staging.bytes_needed - staging.bytes_free)}.`;
}

function leftOut(scope: readonly Part[]): Omission[] {
  return ALL_PARTS.filter((part) => !scope.includes(part)).map((part) => ({
    part,
    what: `the whole part ${part}`,
    reason: 'left out by the request',
  }));
}

function staysWhereItIs(scope: readonly Part[], {files}: BackupFacts): Omission[] {
  return scope.includes('files') && files.directory === null
    ? [{part: 'files', what: `users' files in ${files.location}`, reason: FILES_ELSEWHERE.reason}]
    : [];
}

function warnings(database: DatabaseFacts | null): string[] {
  if (database === null) {
    return [];
  }
  const found: string[] = [];
  if (database.mattermost === null) {
    found.push(`The database ${database.name} does not look like one of Mattermost.`);
  }
  for (const job of database.busy_jobs) {
    found.push(
      `Mattermost's job ${job} is running; it deletes or writes much, and the backup takes what is there at T0.`,
    );
  }
  for (const {message, remedy} of database.obstacles) {
    found.push(`${message} ${remedy}`);
  }
  return found;
}
