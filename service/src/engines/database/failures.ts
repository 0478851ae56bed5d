import type {FailureCode} from '@disaster-recovery/contract';
import {Failure, systemErrorCode} from '../../kernel/failure.ts';

// PostgreSQL's SQLSTATEs (appendix A of its manual) and Node's socket errors.
const BY_CODE: Record<string, FailureCode> = {
  '28P01': 'DATABASE_REFUSED',
  '28000': 'DATABASE_REFUSED',
  '3D000': 'DATABASE_REFUSED',
  '42501': 'DATABASE_PRIVILEGE',
  '55P03': 'DATABASE_LOCKED',
  '53100': 'DISK_FULL',
  '55006': 'MATTERMOST_IS_RUNNING',
  '57P01': 'DATABASE_LOST',
  '57P02': 'DATABASE_LOST',
  '08006': 'DATABASE_LOST',
  '08003': 'DATABASE_LOST',
  ECONNRESET: 'DATABASE_LOST',
  EPIPE: 'DATABASE_LOST',
  '57P03': 'DATABASE_UNREACHABLE',
  '53300': 'DATABASE_UNREACHABLE',
  '08001': 'DATABASE_UNREACHABLE',
  ECONNREFUSED: 'DATABASE_UNREACHABLE',
  ENOTFOUND: 'DATABASE_UNREACHABLE',
  ENOENT: 'DATABASE_UNREACHABLE',
  ETIMEDOUT: 'DATABASE_UNREACHABLE',
  EHOSTUNREACH: 'DATABASE_UNREACHABLE',
  EAI_AGAIN: 'DATABASE_UNREACHABLE',
  ECONNABORTED: 'DATABASE_UNREACHABLE',
};

/** A driver's error under its name. Unknown ones pass unchanged and end as INTERNAL. */
export function databaseFailure(error: unknown, location: string): unknown {
  if (error instanceof Failure || !(error instanceof Error)) {
    return error;
  }
  const code = BY_CODE[systemErrorCode(error) ?? ''] ?? byMessage(error.message);
  return code
    ? new Failure(code, `${location}: ${error.message || systemErrorCode(error) || 'no answer'}`, {cause: error})
    : error;
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
  [/No space left on device/i, 'DISK_FULL'],
  [/lock timeout/i, 'DATABASE_LOCKED'],
  [/server version mismatch|unsupported version .* in file header/i, 'DATABASE_VERSION'],
  [
    /password authentication failed|no pg_hba\.conf entry|role ".*" does not exist|database ".*" does not exist/i,
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

/** What pg_dump's or pg_restore's last words mean; `otherwise` when they are not known. */
export function toolFailure(
  tool: string,
  result: {exitCode: number | null; signal: string | null; stderr: string},
  otherwise: FailureCode,
): Failure {
  const code = TOOL_PATTERNS.find(([pattern]) => pattern.test(result.stderr))?.[1] ?? otherwise;
  const ending = result.signal
    ? `was killed by ${result.signal}`
    : `ended with exit code ${result.exitCode ?? 'unknown'}`;
  return new Failure(code, `${tool} ${ending}: ${lastLines(result.stderr)}`);
}

function lastLines(text: string): string {
  return text.trim().split('\n').slice(-3).join(' ').slice(-600) || 'it said nothing';
}
