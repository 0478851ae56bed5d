import type {FailureKind} from './kind.ts';

/** PostgreSQL and its programs. */
export const DATABASE_FAILURES = {
  DATABASE_UNREACHABLE: {
    status: 502,
    exit: 20,
    retryable: true,
    meaning: 'PostgreSQL does not answer at that address.',
    remedy:
      'Check that PostgreSQL is running, and check the host and port of the connection URL and any firewall in between.',
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
    remedy:
      'Run the SQL in the message as a PostgreSQL superuser; where it has none, use a role with the right that it names.',
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
    meaning: 'The PostgreSQL versions are not compatible.',
    remedy: 'Use PostgreSQL programs at least as new as the server, and a target at least as new as the set.',
  },
  DATABASE_LOCKED: {
    status: 409,
    exit: 27,
    retryable: true,
    meaning: 'Another program, such as a Mattermost migration, has kept a table locked for longer than a backup waits.',
    remedy: 'Wait until that program is done; pg_stat_activity and pg_locks name it. Then run again.',
  },
  DATABASE_BUSY: {
    status: 409,
    exit: 28,
    retryable: true,
    meaning: 'PostgreSQL has no connection left for this role.',
    remedy: "Lower database.jobs, or raise max_connections or the role's CONNECTION LIMIT, then run again.",
  },
  DATABASE_FULL: {
    status: 507,
    exit: 29,
    retryable: true,
    meaning: 'PostgreSQL has run out of space on its own disk.',
    remedy: 'Free space where PostgreSQL keeps its data, then run again.',
  },
  DATABASE_ROW_SECURITY: {
    status: 409,
    exit: 89,
    retryable: false,
    meaning: 'A row security policy hides rows of a table from the role that backs up, so a dump would not be whole.',
    remedy:
      'Run the SQL in the message as a PostgreSQL superuser, or ALTER ROLE … BYPASSRLS for the role that backs up.',
  },
  DATABASE_ENCODING: {
    status: 409,
    exit: 88,
    retryable: false,
    meaning: 'The target database has another character encoding than the set.',
    remedy: 'Name a database that does not exist yet, so that it is made with the right encoding.',
  },
  DATABASE_EXTENSION: {
    status: 409,
    exit: 90,
    retryable: false,
    meaning: 'The set needs an extension that the target PostgreSQL server does not have.',
    remedy: 'Install the package of the named extension on the target server, then run again.',
  },
  DUMP_FAILED: {
    status: 502,
    exit: 25,
    retryable: true,
    meaning: 'pg_dump ended before the dump was complete.',
    remedy: 'The message has the error in the words of PostgreSQL; run again when the cause is gone.',
  },
  DATABASE_RESTORE_FAILED: {
    status: 502,
    exit: 26,
    retryable: true,
    meaning: 'pg_restore ended before the database was complete.',
    remedy: 'The message has the error in the words of PostgreSQL; the former database was not touched.',
  },
} as const satisfies Record<string, FailureKind>;
