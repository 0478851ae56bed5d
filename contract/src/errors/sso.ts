import type {FailureKind} from './kind.ts';

/** An outage of single sign-on and the way back. */
export const SSO_FAILURES = {
  SSO_NOT_DECLARED: {
    status: 409,
    exit: 70,
    retryable: false,
    meaning: 'No SSO outage is declared, and nothing is changed without one.',
    remedy: 'Declare it first: `drctl sso declare --reason "…"`.',
  },
  SSO_ALREADY_DECLARED: {
    status: 409,
    exit: 71,
    retryable: false,
    meaning: 'An SSO outage is declared already; there is one at a time.',
    remedy: 'Look at it with `drctl sso status`. Close it when everyone is back.',
  },
  RETURN_LIST_NOT_EMPTY: {
    status: 409,
    exit: 72,
    retryable: false,
    meaning: 'Accounts, settings or sessions are not yet as they were before the outage.',
    remedy: 'Look at `drctl sso return-list`, run `drctl sso switch-back`, and decide each conflict.',
  },
  PROVIDER_NOT_HEALTHY: {
    status: 409,
    exit: 73,
    retryable: true,
    meaning: 'The identity provider has not been healthy for long enough.',
    remedy:
      'Wait until `drctl sso status` says so. If you know better, use --without-provider-check; that is recorded.',
  },
  CANARY_NOT_PROVEN: {
    status: 409,
    exit: 74,
    retryable: true,
    meaning: 'The first person is switched back, but nobody has signed in through the provider since.',
    remedy: 'Let that person sign in through the provider, then run the switch back again. The others are untouched.',
  },
  SETTING_LOCKED: {
    status: 409,
    exit: 75,
    retryable: false,
    meaning:
      'A setting that this needs is set by the environment of the Mattermost process, so it cannot be changed here.',
    remedy: 'Change the named MM_… variable and restart Mattermost, then run again.',
  },
  ERROR_BUDGET_SPENT: {
    status: 502,
    exit: 76,
    retryable: true,
    meaning: 'Too many accounts failed in a row; the rest were left alone.',
    remedy: 'Look at the reasons in the result and at the log of Mattermost; run again when the cause is gone.',
  },
  NO_LOCAL_ADMINISTRATOR: {
    status: 409,
    exit: 77,
    retryable: false,
    meaning: 'No system administrator could sign in with a password after this.',
    remedy: 'Give one a password first: `drctl sso admin-access --user NAME`, and sign in with it once.',
  },
  SECOND_ADMINISTRATOR_NEEDED: {
    status: 409,
    exit: 78,
    retryable: false,
    meaning: 'What touches many people, or other administrators, needs the approval of a second administrator.',
    remedy:
      'Another system administrator approves it with `/dr approve ID`; then run the same again with `--approval ID`.',
  },
  ACCOUNT_NOT_FOUND: {
    status: 404,
    exit: 79,
    retryable: false,
    meaning: 'There is no account with that name, email address or id.',
    remedy: 'Check the spelling; `drctl sso return-list` shows who is switched.',
  },
  ACCOUNT_EXCLUDED: {
    status: 409,
    exit: 80,
    retryable: false,
    meaning: 'This account is of a kind that is never switched, or not in this state.',
    remedy: 'Choose another account, or remove what prevents it; `drctl sso return-list` shows who is switched.',
  },
  ACCOUNT_CONFLICT: {
    status: 409,
    exit: 81,
    retryable: false,
    meaning: 'The account is not as the ledger recorded it: somebody else changed how it signs in.',
    remedy: 'Look at both sides in `drctl sso return-list` and decide with `drctl sso resolve`.',
  },
  SWITCH_NOT_PROVEN: {
    status: 502,
    exit: 82,
    retryable: true,
    meaning: 'After an account was changed, what was read back is not what was written.',
    remedy: 'Run it again. If it happens again, look at the log of Mattermost.',
  },
  IDENTITY_SNAPSHOT_MISSING: {
    status: 409,
    exit: 83,
    retryable: false,
    meaning: 'Neither the ledger nor an identity snapshot says how this account signed in before.',
    remedy: 'Restore an older ledger from a set, or set the sign-in data yourself in the System Console.',
  },
  PASSWORD_REFUSED: {
    status: 400,
    exit: 84,
    retryable: false,
    meaning: 'Mattermost does not accept this password.',
    remedy: 'Choose one that fits the password rules of this server.',
  },
  CLAIM_CODE_WRONG: {
    status: 401,
    exit: 85,
    retryable: false,
    meaning: 'The code is wrong, used or too old.',
    remedy: 'Ask your administrator for a new code.',
  },
  CLAIM_TOO_MANY_TRIES: {
    status: 429,
    exit: 86,
    retryable: true,
    meaning: 'There were too many attempts with wrong codes.',
    remedy: 'Wait a few minutes, then try again. If it keeps happening, ask your administrator for a new code.',
  },
  MAIL_FAILED: {
    status: 502,
    exit: 87,
    retryable: true,
    meaning: 'Mattermost could not send the mail.',
    remedy: 'Read the code out or print it: mail may be down together with the provider.',
  },
} as const satisfies Record<string, FailureKind>;
