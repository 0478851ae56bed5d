import type {FailureKind} from './kind.ts';

/** The repository that holds the sets. */
export const REPOSITORY_FAILURES = {
  REPOSITORY_NOT_FOUND: {
    status: 502,
    exit: 10,
    retryable: false,
    meaning: 'There is no repository at that location.',
    remedy:
      'Mount the file system, or correct the repository URL. Do not make a new repository before you have looked: only where there has never been one, `drctl init` makes it.',
  },
  REPOSITORY_LOCKED: {
    status: 409,
    exit: 11,
    retryable: true,
    meaning: 'Another program has locked the repository.',
    remedy: 'Wait for that run. If its machine is gone, remove the stale lock with `restic unlock`.',
  },
  REPOSITORY_KEY_WRONG: {
    status: 502,
    exit: 12,
    retryable: false,
    meaning: 'The repository does not open with this key.',
    remedy: 'Use the key of the recovery sheet. Nothing was changed.',
  },
  REPOSITORY_UNREACHABLE: {
    status: 502,
    exit: 13,
    retryable: true,
    meaning: 'The repository could not be reached or written.',
    remedy: 'Check network, credentials, permissions and free space of the repository.',
  },
  REPOSITORY_DAMAGED: {
    status: 502,
    exit: 14,
    retryable: false,
    meaning: 'Data in the repository is not what was written there.',
    remedy:
      'Keep the repository as it is, run `drctl verify SET --level L2` on other sets, and make a new repository elsewhere.',
  },
  REPOSITORY_EXISTS: {
    status: 409,
    exit: 15,
    retryable: false,
    meaning: 'There is a repository at that location already, and it opens with another key.',
    remedy: 'Give its key with --password-file, or name an empty location.',
  },
  REPOSITORY_UNKNOWN: {
    status: 404,
    exit: 16,
    retryable: false,
    meaning: 'The configuration names no such repository.',
    remedy:
      'Name one of those that the message lists; `drctl config show` has them all. For one that is in no configuration, give --repository URL with --password-file.',
  },
  SET_DIVERGENT: {
    status: 409,
    exit: 17,
    retryable: false,
    meaning: 'Two repositories hold different sets under one id.',
    remedy:
      'One of them was changed or made up. Verify both with `drctl verify SET --from NAME --level L3`, trust the repository that is harder to write to, and find out who wrote to the other.',
  },
  COPY_CREDENTIALS_CONFLICT: {
    status: 409,
    exit: 95,
    retryable: false,
    meaning:
      'Two repositories need one environment variable with two values, and a copy between them is made by one process.',
    remedy:
      'Give both the same credentials, or reach one of them in another way, as through a rest-server or an rclone remote that has its own.',
  },
  COPY_GONE: {
    status: 502,
    exit: 96,
    retryable: true,
    meaning: 'Where a copy was before, there is no repository any more; none is made in its place.',
    remedy:
      'Mount the disk, or correct the address. When the copy is lost for good, make a new repository there with `restic init`, or give the copy another place.',
  },
  COPY_INCOMPLETE: {
    status: 500,
    exit: 97,
    retryable: true,
    meaning: 'A set was sent to another repository, and not all of it is there.',
    remedy:
      'Copy it again with `drctl copy SET --to NAME`. If that fails too, verify the copy with `drctl verify SET --from NAME --level L1`.',
  },
  DELETE_POSSIBLE: {
    status: 409,
    exit: 98,
    retryable: false,
    meaning: 'A repository that is said to be append-only let this machine delete something of its own.',
    remedy:
      'Make it refuse: `--append-only` of the rest-server, object lock or a credential without the right to delete in object storage. Then run `drctl probe`.',
  },
  REPOSITORY_DELETE_REFUSED: {
    status: 409,
    exit: 18,
    retryable: false,
    meaning: 'The repository does not let this companion delete: it is append-only, or its objects are locked.',
    remedy:
      'That protects the sets from whoever takes this machine over. Leave out the keep-rules of this repository here, and let another machine or credential, which may delete there, thin it out.',
  },
  KEEP_HELD_BACK: {
    status: 409,
    exit: 19,
    retryable: false,
    meaning: 'No set was removed, because something about the sets is not as it should be.',
    remedy: '`drctl keep preview` says what it is. Nothing is lost by waiting but space.',
  },
} as const satisfies Record<string, FailureKind>;
