import type {FailureKind} from './kind.ts';

/** PostgreSQL and its programs. */
export const DATABASE_FAILURES = {
  DATABASE_UNREACHABLE: {
    status: 502,
    exit: 20,
    retryable: true,
    meaning: 'PostgreSQL does not answer at that address.',
    remedy: 'Check that PostgreSQL runs, and host, port and firewall of the connection URL.',
  },
  DATABASE_REFUSED: {
    status: 502,
    exit: 21,
    retryable: false,
    meaning: 'PostgreSQL refused this role, password or database name.',
    remedy: 'Check user, password and database of the connection URL, and pg_hba.conf.',
  },
  DATABASE_PRIVILEGE: {
    status: 403,
    exit: 22,
    retryable: false,
    meaning: 'The database role lacks a privilege that this needs.',
    remedy: 'Run the SQL in the message as a PostgreSQL superuser.',
  },
  DATABASE_LOST: {
    status: 502,
    exit: 23,
    retryable: true,
    meaning: 'The connection to PostgreSQL broke during the work.',
    remedy: 'Check the PostgreSQL log for a restart or crash, then run again.',
  },
  DATABASE_VERSION: {
    status: 409,
    exit: 24,
    retryable: false,
    meaning: 'The PostgreSQL versions do not fit each other.',
    remedy: 'Use PostgreSQL programs at least as new as the server, and a target at least as new as the set.',
  },
  DATABASE_LOCKED: {
    status: 409,
    exit: 27,
    retryable: true,
    meaning:
      'A table is locked by another program, such as a migration of Mattermost, for longer than a backup may wait.',
    remedy: 'Wait until that program is done; pg_stat_activity and pg_locks name it. Then run again.',
  },
  DUMP_FAILED: {
    status: 502,
    exit: 25,
    retryable: true,
    meaning: 'pg_dump ended without a whole dump.',
    remedy: 'Read its last lines in the message; run again when the cause is gone.',
  },
  DATABASE_RESTORE_FAILED: {
    status: 502,
    exit: 26,
    retryable: true,
    meaning: 'pg_restore ended without a whole database.',
    remedy: 'Read its last lines in the message; the former database was not touched.',
  },
} as const satisfies Record<string, FailureKind>;
