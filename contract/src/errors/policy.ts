import type {FailureKind} from './kind.ts';

/** Changing the companion configuration. */
export const POLICY_FAILURES = {
  POLICY_INVALID: {
    status: 400,
    exit: 3,
    retryable: false,
    meaning: 'With this change the companion configuration would not be valid; nothing was changed.',
    remedy: 'Correct the named settings; docs/config.md describes them.',
  },
  POLICY_CHANGED: {
    status: 409,
    exit: 3,
    retryable: true,
    meaning: 'The companion configuration is not the one that the change was made on; nothing was changed.',
    remedy: 'Look at it as it is now, then make the change again.',
  },
  POLICY_NOT_WRITABLE: {
    status: 409,
    exit: 3,
    retryable: false,
    meaning: 'The companion configuration cannot be written from here; nothing was changed.',
    remedy:
      'Edit the file as its owner, or let the user of the companion write into its directory; a single file mounted into a container cannot be replaced, its directory can.',
  },
  POLICY_NOT_EDITABLE: {
    status: 409,
    exit: 3,
    retryable: false,
    meaning: 'The setting is written in a way that only a person can change; nothing was changed.',
    remedy: 'Edit the file with `drctl policy edit`.',
  },
  POLICY_ONLY_ON_HOST: {
    status: 403,
    exit: 3,
    retryable: false,
    meaning:
      'The setting names programs, places or keys, or says what needs a second administrator; it is not changed from Mattermost.',
    remedy: 'Run `drctl policy set SETTING=VALUE` or `drctl policy edit` on the machine of the companion.',
  },
  POLICY_SET_BY_ENVIRONMENT: {
    status: 409,
    exit: 3,
    retryable: false,
    meaning: 'An environment variable of the companion sets this, whatever the file says; nothing was changed.',
    remedy: 'Change the variable where the companion is started, or take it away and restart the companion.',
  },
} as const satisfies Record<string, FailureKind>;
