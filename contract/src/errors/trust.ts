import type {FailureKind} from './kind.ts';

/** The plugin and the companion: reaching and trusting each other. */
export const TRUST_FAILURES = {
  MATTERMOST_UNREACHABLE: {
    status: 502,
    exit: 50,
    retryable: true,
    meaning: 'Mattermost, or the plugin in it, does not answer.',
    remedy: 'Check that Mattermost is running and the plugin is enabled. Backups go on without it.',
  },
  MATTERMOST_REFUSED: {
    status: 502,
    exit: 51,
    retryable: false,
    meaning: 'Mattermost or the plugin refused the request.',
    remedy: 'Look at the plugin page for the state of the enrollment.',
  },
  COMPANION_UNREACHABLE: {
    status: 502,
    exit: 52,
    retryable: true,
    meaning: 'The companion does not answer.',
    remedy: 'Start it with `drctl serve` and check the companion URL of the plugin. drctl itself works without it.',
  },
  NOT_ENROLLED: {
    status: 401,
    exit: 60,
    retryable: false,
    meaning: 'The companion and this Mattermost server do not know each other.',
    remedy: 'Run `drctl enroll` on the companion and type the code into the plugin page or `/dr enroll URL CODE`.',
  },
  ENROLMENT_CODE_WRONG: {
    status: 401,
    exit: 61,
    retryable: false,
    meaning: 'The enrollment code is wrong, used or older than ten minutes.',
    remedy: 'Run `drctl enroll` again and use the new code.',
  },
  TOKEN_INVALID: {
    status: 401,
    exit: 62,
    retryable: false,
    meaning: 'The signature of the request does not verify, or it is for another path, method or body.',
    remedy: 'Enroll again if the plugin was reinstalled or the database restored.',
  },
  TOKEN_EXPIRED: {
    status: 401,
    exit: 63,
    retryable: true,
    meaning: 'The signed request is older than sixty seconds, or comes from the future.',
    remedy: 'Synchronize the clocks of both machines with NTP.',
  },
  TOKEN_REPLAYED: {
    status: 401,
    exit: 64,
    retryable: false,
    meaning: 'This signed request was already used once.',
    remedy:
      'Send a new request. If nobody sent it twice, somebody may be listening: check the network path and turn on TLS.',
  },
  NOT_SYSTEM_ADMIN: {
    status: 403,
    exit: 65,
    retryable: false,
    meaning: 'Only system administrators may do this.',
    remedy: 'Ask a system administrator.',
  },
  COMPANION_READ_ONLY: {
    status: 409,
    exit: 66,
    retryable: false,
    meaning:
      'This Mattermost is not known to be the one that was enrolled; it may be a copy of it. It may look and change nothing.',
    remedy:
      'If it is the server to protect from now on, enroll it again with `drctl enroll`. `drctl` on the companion works all the time.',
  },
  SITE_URL_MISSING: {
    status: 409,
    exit: 69,
    retryable: false,
    meaning: 'This Mattermost has no site URL, and without one a copy of it could not be told from it.',
    remedy: 'Set it in System Console → Environment → Web Server → Site URL, then enroll.',
  },
  TLS_REQUIRED: {
    status: 500,
    exit: 67,
    retryable: false,
    meaning: 'The companion is set to listen beyond this machine, but has no TLS certificate.',
    remedy: 'Set serve.tls_certificate and serve.tls_key, or listen on 127.0.0.1.',
  },
} as const satisfies Record<string, FailureKind>;
