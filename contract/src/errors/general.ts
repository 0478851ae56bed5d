import type {FailureKind} from './kind.ts';

/** Usage, configuration, state and programs. */
export const GENERAL_FAILURES = {
  INTERNAL: {
    status: 500,
    exit: 1,
    retryable: false,
    meaning: 'Something unexpected went wrong in the companion.',
    remedy: 'Read the log of the companion at the time of the error and report it. Nothing was sealed or swapped.',
  },
  USAGE_INVALID: {
    status: 400,
    exit: 2,
    retryable: false,
    meaning: 'The request or the command line is not well formed.',
    remedy: 'Correct the named field or option; `drctl help` and docs/cli.md list them.',
  },
  CONFIG_NOT_FOUND: {
    status: 500,
    exit: 3,
    retryable: false,
    meaning: 'There is no companion configuration at that place.',
    remedy: 'Name it with --config FILE or DRCTL_CONFIG, or make one with `drctl init`.',
  },
  CONFIG_INVALID: {
    status: 500,
    exit: 3,
    retryable: false,
    meaning: 'The companion configuration does not fit its schema.',
    remedy: 'Correct the named keys; `drctl config check` shows them all, docs/config.md describes them.',
  },
  CONFIG_EXPOSED: {
    status: 500,
    exit: 3,
    retryable: false,
    meaning: 'A file that holds secrets can be read or written by other users of this machine.',
    remedy: 'chmod 600 the named file.',
  },
  CONFIG_OF_ANOTHER_USER: {
    status: 500,
    exit: 3,
    retryable: false,
    meaning: 'Another user owns the companion configuration, and the programs that it names would run as you.',
    remedy: 'Run drctl as the owner of the file, or give the file to root after reading it.',
  },
  NOTIFICATION_FAILED: {
    status: 502,
    exit: 53,
    retryable: true,
    meaning: 'A message about an alarm, or about its end, did not get there; it is kept and tried again.',
    remedy: 'Check the address and the network, then try with `drctl notify test`.',
  },
  MATTERMOST_CONFIG_UNREADABLE: {
    status: 500,
    exit: 3,
    retryable: false,
    meaning: 'The Mattermost configuration could not be read.',
    remedy: 'Run drctl as root or as the mattermost user and check the path of config.json.',
  },
  MATTERMOST_CONFIG_INVALID: {
    status: 500,
    exit: 3,
    retryable: false,
    meaning: 'What was read is not a configuration of Mattermost.',
    remedy:
      'Correct the file at the place that the message names, or name another one; Mattermost itself would not start on it.',
  },
  MATTERMOST_CONFIG_IN_DATABASE: {
    status: 409,
    exit: 3,
    retryable: false,
    meaning: 'Mattermost keeps its configuration in a database, where only Mattermost itself can change it.',
    remedy: 'Start Mattermost, then run again.',
  },
  MATTERMOST_CONFIG_NOT_WRITABLE: {
    status: 500,
    exit: 3,
    retryable: false,
    meaning: 'The Mattermost configuration file could not be written.',
    remedy:
      'Run drctl as root or as the mattermost user, and check that the directory of config.json is not mounted read-only or full.',
  },
  MATTERMOST_CONFIG_CHANGING: {
    status: 409,
    exit: 3,
    retryable: true,
    meaning: 'The Mattermost configuration was changed by somebody else while it was read or written.',
    remedy: 'Wait until nobody changes settings, then run again.',
  },
  MATTERMOST_DATABASE_UNNAMED: {
    status: 500,
    exit: 3,
    retryable: false,
    meaning: 'The Mattermost configuration does not say where the database is.',
    remedy:
      "Give the URL with --database; where config.json has none, the server's environment has it as MM_SQLSETTINGS_DATASOURCE.",
  },
  MATTERMOST_DATABASE_UNSUPPORTED: {
    status: 501,
    exit: 3,
    retryable: false,
    meaning: 'This Mattermost keeps its data in a database other than PostgreSQL.',
    remedy:
      "Back it up with that database's own tools (mysqldump --single-transaction) until the server is migrated to PostgreSQL, which Mattermost 11 and later need.",
  },
  STATE_UNUSABLE: {
    status: 500,
    exit: 4,
    retryable: false,
    meaning: 'The state directory cannot be read or written.',
    remedy:
      'Check space and owner of the state directory. Sets in the repository are not affected; a restore does not need it.',
  },
  STATE_DAMAGED: {
    status: 500,
    exit: 4,
    retryable: false,
    meaning: 'The database in the state directory is damaged.',
    remedy:
      'Stop the companion, move the file away and keep it; then start it again and enroll Mattermost anew. Sets in the repository are not affected, and the ledger is in the newest set.',
  },
  STATE_BUSY: {
    status: 503,
    exit: 4,
    retryable: true,
    meaning: 'Another program holds the database in the state directory.',
    remedy: 'Try again. If it stays so, look for the program that has state.db open: `fuser -v state.db`.',
  },
  STATE_IN_USE: {
    status: 409,
    exit: 4,
    retryable: false,
    meaning: 'A companion is already running on this state directory.',
    remedy: 'Stop that one, or give this one a state_directory of its own.',
  },
  STATE_NEWER: {
    status: 500,
    exit: 4,
    retryable: false,
    meaning: 'A newer version of drctl has used this state directory.',
    remedy: 'Run that version or a newer one. A restore works without the state: --repository and --password-file.',
  },
  STATE_UNSAFE: {
    status: 500,
    exit: 4,
    retryable: false,
    meaning: 'Other users of this machine could change what the companion remembers and whom it trusts.',
    remedy: 'Make the user that the companion runs as the owner of the state directory, with mode 0700.',
  },
  STATE_MISSING: {
    status: 500,
    exit: 4,
    retryable: false,
    meaning: 'The state that this companion had is not there: deleted, or its file system is not mounted.',
    remedy:
      'Mount it or put it back. If it is lost for good, remove the empty directory and run this again; then enroll Mattermost anew. A restore works without it: --repository and --password-file.',
  },
  LEDGER_BROKEN: {
    status: 500,
    exit: 4,
    retryable: false,
    meaning: 'The hash chain of the ledger does not hold: an entry was changed or removed.',
    remedy: 'Keep the state directory as evidence and compare with the ledger copy inside the newest set.',
  },
  NOT_FOUND: {
    status: 404,
    exit: 5,
    retryable: false,
    meaning: 'There is nothing with that name.',
    remedy: 'List what exists with `drctl list` or `drctl jobs`.',
  },
  TOO_MANY_STREAMS: {
    status: 429,
    exit: 5,
    retryable: true,
    meaning: 'Each open view holds a stream of events, and there are as many as the companion serves.',
    remedy: 'Close views that you no longer need; those that are open go on.',
  },
  TOOL_MISSING: {
    status: 500,
    exit: 7,
    retryable: false,
    meaning: 'A program that is needed is not installed, or too old.',
    remedy: 'Install the named program in the named version, or set its place in the configuration under tools.',
  },
} as const satisfies Record<string, FailureKind>;
