import type {FailureCode} from '@disaster-recovery/contract';
import {Failure, systemErrorCode} from '../../../kernel/failure.ts';
import {missingRight, type Need} from './privileges.ts';
import type {ToolErrors} from './tools/tool_errors.ts';

// PostgreSQL's SQLSTATEs (appendix A of its manual) and Node's socket errors.
const BY_CODE: Record<string, FailureCode> = {
  '28P01': 'DATABASE_REFUSED',
  '28000': 'DATABASE_REFUSED',
  '3D000': 'DATABASE_REFUSED',
  '42501': 'DATABASE_PRIVILEGE',
  '55P03': 'DATABASE_LOCKED',
  '53100': 'DATABASE_FULL',
  '53300': 'DATABASE_BUSY',
  '55006': 'MATTERMOST_IS_RUNNING',
  '57P01': 'DATABASE_LOST',
  '57P02': 'DATABASE_LOST',
  '08006': 'DATABASE_LOST',
  '08003': 'DATABASE_LOST',
  ECONNRESET: 'DATABASE_LOST',
  EPIPE: 'DATABASE_LOST',
  '57P03': 'DATABASE_UNREACHABLE',
  '08001': 'DATABASE_UNREACHABLE',
  ECONNREFUSED: 'DATABASE_UNREACHABLE',
  ENOTFOUND: 'DATABASE_UNREACHABLE',
  ENOENT: 'DATABASE_UNREACHABLE',
  ETIMEDOUT: 'DATABASE_UNREACHABLE',
  EHOSTUNREACH: 'DATABASE_UNREACHABLE',
  EAI_AGAIN: 'DATABASE_UNREACHABLE',
  ECONNABORTED: 'DATABASE_UNREACHABLE',
};

/** Where it happened and who asked. */
export type Asking = {location: string; role: string; need?: Need};

/** A driver's error under its name. Unknown ones pass unchanged and end as INTERNAL. */
export function databaseFailure(error: unknown, {location, role, need = 'write'}: Asking): unknown {
  if (error instanceof Failure || !isError(error)) {
    return error;
  }
  const code = BY_CODE[systemErrorCode(error) ?? ''] ?? byMessage(error.message);
  const says = error.message || systemErrorCode(error) || 'no answer';
  return code ? new Failure(code, `${location}: ${withSql(code, says, {role, need})}`, {cause: error}) : error;
}

// Errors of Node's own modules come from another realm under the test runner.
const isError = (error: unknown): error is Error =>
  error instanceof Error || (systemErrorCode(error) !== undefined && typeof (error as Error).message === 'string');

/** A right that is missing is told with the SQL that gives it. */
function withSql(code: FailureCode, says: string, {role, need}: {role: string; need: Need}): string {
  const sql = code === 'DATABASE_PRIVILEGE' ? missingRight(says, role, need) : null;
  return sql === null ? says : `${says}. As superuser: ${sql}`;
}

function byMessage(message: string): FailureCode | undefined {
  if (/timeout expired|timeout exceeded/i.test(message)) {
    return 'DATABASE_UNREACHABLE';
  }
  return /connection terminated|client has encountered a connection error|not queryable/i.test(message)
    ? 'DATABASE_LOST'
    : undefined;
}

const TOOL_PATTERNS: readonly [RegExp, FailureCode][] = [
  // What the server could not write is on its own disk; what the program could not write is on ours.
  [/could not (extend|write to) file "(base|global|pg_)[^"]*".*No space left on device/i, 'DATABASE_FULL'],
  [/No space left on device/i, 'DISK_FULL'],
  [/lock timeout/i, 'DATABASE_LOCKED'],
  [/row-level security/i, 'DATABASE_ROW_SECURITY'],
  [/server version mismatch|unsupported version .* in file header/i, 'DATABASE_VERSION'],
  [/extension ".*" is not available|could not open extension control file/i, 'DATABASE_EXTENSION'],
  [/too many connections|remaining connection slots|sorry, too many clients/i, 'DATABASE_BUSY'],
  [
    /password authentication failed|no pg_hba\.conf entry|FATAL:\s+role ".*" does not exist|database ".*" does not exist/i,
    'DATABASE_REFUSED',
  ],
  [
    /server closed the connection|terminating connection|SSL connection has been closed|connection to server was lost|lost synchronization/i,
    'DATABASE_LOST',
  ],
  // The snapshot dies with the connection that exported it: PostgreSQL was restarted before pg_dump had connected.
  [
    /invalid snapshot identifier|snapshot ".*" does not exist|could not import the requested snapshot/i,
    'DATABASE_LOST',
  ],
  [
    /Connection refused|could not translate host name|timeout expired|the database system is (starting up|shutting down)|No such file or directory\s+Is the server running/i,
    'DATABASE_UNREACHABLE',
  ],
  [/permission denied|must be (owner|member|superuser)/i, 'DATABASE_PRIVILEGE'],
];

export type ToolRun = {
  tool: 'pg_dump' | 'pg_restore';
  result: {exitCode: number | null; signal: string | null; stderr: string};
  said: ToolErrors;
  role: string;
};

/** What went wrong in pg_dump or pg_restore, in PostgreSQL's own words and with the object; `otherwise` when the words are not known. */
export function toolFailure({tool, result, said, role}: ToolRun, otherwise: FailureCode): Failure {
  const errors = said.errors();
  const object = said.object();
  const words = errors.length > 0 ? errors.join(' · ') : lastLines(result.stderr);
  const code = TOOL_PATTERNS.find(([pattern]) => pattern.test(words))?.[1] ?? otherwise;
  const ending = result.signal
    ? `was killed by ${result.signal}`
    : `ended with exit code ${result.exitCode ?? 'unknown'}`;
  const at = object === null ? '' : ` at ${object}`;
  return new Failure(
    code,
    `${tool} ${ending}${at}: ${withSql(code, words, {role, need: tool === 'pg_dump' ? 'read' : 'load'})}`,
  );
}

/** For a program that died without an error of its own. */
function lastLines(text: string): string {
  return text.trim().split('\n').slice(-3).join(' ').slice(-600) || 'it said nothing';
}
