import type {FailureKind} from './kind.ts';

/** Sets, files, and what a restore needs and proves. */
export const RESTORE_FAILURES = {
  SET_NOT_FOUND: {
    status: 404,
    exit: 5,
    retryable: false,
    meaning: 'The repository holds no sealed set with that name.',
    remedy: 'List the sets with `drctl list`. A backup that did not finish is never listed.',
  },
  SET_NOT_RESTORABLE: {
    status: 409,
    exit: 39,
    retryable: false,
    meaning:
      'A part of the set is not in the repository as its manifest describes it, or is there in a form that cannot be restored.',
    remedy:
      'For a backup: run it again; nothing was sealed. For a set that exists: take another set for the named part, and make a new backup now.',
  },
  SET_NEWER: {
    status: 409,
    exit: 91,
    retryable: false,
    meaning: 'The set was written by a newer version of drctl, which describes sets in another way.',
    remedy: 'Use that version of drctl, or a newer one. The set is not damaged by this.',
  },
  SET_IN_FUTURE: {
    status: 409,
    exit: 8,
    retryable: false,
    meaning: 'The newest set says that it was taken later than now.',
    remedy:
      "Set this machine's clock right. If it is right, do not trust that set: name the one that you want by its id.",
  },
  VERIFY_NOT_PASSED: {
    status: 409,
    exit: 6,
    retryable: false,
    meaning: 'The verification found damage or absence; its findings name it.',
    remedy: 'Take a new backup now, keep the damaged set, and restore from an older one if you must.',
  },
  FILES_UNREADABLE: {
    status: 500,
    exit: 30,
    retryable: false,
    meaning: 'Some files or directories could not be read.',
    remedy: 'Run drctl as root or as the mattermost user; the message names the first path.',
  },
  DISK_FULL: {
    status: 507,
    exit: 31,
    retryable: true,
    meaning: 'There is not enough free space.',
    remedy: 'Free the named number of bytes, or name another staging directory in the configuration.',
  },
  TARGET_NOT_EMPTY: {
    status: 409,
    exit: 32,
    retryable: false,
    meaning: 'A restore target already holds something, and a side-by-side restore never overwrites.',
    remedy: 'Name an empty directory and a database that does not exist or has no tables.',
  },
  TARGET_CHANGED: {
    status: 409,
    exit: 45,
    retryable: false,
    meaning: 'A directory that the restore works in was replaced while it ran.',
    remedy:
      'Find out who moved or replaced it. What the restore set aside is in the area that its result or `drctl jobs` names; nothing was deleted.',
  },
  TARGET_HOLDS_MOUNT: {
    status: 409,
    exit: 44,
    retryable: false,
    meaning: 'Something is mounted inside a directory that would be replaced, and a mount cannot be set aside.',
    remedy:
      'Unmount it for the restore, or restore side by side with --into-files and point Mattermost at that directory.',
  },
  MATTERMOST_IS_RUNNING: {
    status: 409,
    exit: 33,
    retryable: true,
    meaning: 'A program is connected to the database that would be replaced.',
    remedy: 'Stop Mattermost on all nodes, then run again.',
  },
  VERSION_TOO_OLD: {
    status: 409,
    exit: 34,
    retryable: false,
    meaning: 'The target Mattermost is older than the set; it would refuse to start on it.',
    remedy: 'Install the Mattermost version of the set, or a newer one, and run again.',
  },
  RESTORE_NOT_PROVEN: {
    status: 500,
    exit: 35,
    retryable: false,
    meaning: 'What was read back from the restore target differs from the set.',
    remedy: 'Do not start Mattermost on it. The former state is untouched; restore again or take another set.',
  },
  NOTHING_TO_UNDO: {
    status: 409,
    exit: 36,
    retryable: false,
    meaning: 'There is no finished restore whose former state is still kept.',
    remedy:
      'Former states are named in the result of the restore; `drctl jobs` lists restores. docs/runbooks/go_back.md tells how to go back by hand.',
  },
  PART_NOT_IN_SET: {
    status: 409,
    exit: 37,
    retryable: false,
    meaning: 'The set does not hold the part that was asked for.',
    remedy: 'Look at what it holds with `drctl show SET`; take another set or leave that target out.',
  },
  CONFIRMATION_NEEDED: {
    status: 409,
    exit: 38,
    retryable: false,
    meaning: 'This overwrites something and nobody confirmed it.',
    remedy: 'Read the plan with --dry-run, then confirm at the prompt or with --yes.',
  },
} as const satisfies Record<string, FailureKind>;
