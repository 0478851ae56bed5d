import {
  AdminAccessReply,
  AdminAccessRequest,
  ClaimReply,
  ClaimRequest,
  ClaimSheet,
  ClaimSheetRequest,
  LetInRequest,
  LetInResult,
} from '../sso.ts';
import {ACCOUNT_SUBJECT, PEOPLE_OPTIONS, USER_OPTION} from './sso_people.ts';
import type {Option, Verb} from './verb.ts';

// No option takes a password or a code: Mattermost writes commands into its audit log, and every user of a machine can list its processes.

const IDENTIFIED_BY = {
  field: 'identified_by',
  value: 'text',
  says: 'how you know that it is this person; kept in the ledger',
  required: true,
  example: 'called back on the known number',
  refused: '--identified-by takes 3 to 200 characters that say how you know that it is this person.',
} as const satisfies Option;

const VALID_MINUTES = {
  field: 'valid_minutes',
  reads: 'number',
  value: 'n',
  says: 'how long the code works',
  refused: '--valid-minutes takes 1 to 1440.',
} as const satisfies Option;

export const letIn = {
  says: 'switch one person now, and make a one-time code for them',
  ways: ['cli', 'chat'],
  request: LetInRequest,
  subject: ACCOUNT_SUBJECT,
  options: {
    'identified-by': IDENTIFIED_BY,
    'valid-minutes': VALID_MINUTES,
    mail: {field: 'mail', says: 'send the code by the mail of Mattermost as well'},
  },
  examples: ['sso let-in anna --identified-by "called back on the known number"'],
  routes: {
    sso_let_in: {
      method: 'POST',
      path: '/api/v1/sso/let-ins',
      summary: 'Switch one person now and make a one-time code for them.',
      access: 'signed',
      changes: true,
      refuses_clones: true,
      request: LetInRequest,
      response: {status: 201, body: LetInResult},
      errors: [
        'SSO_NOT_DECLARED',
        'ACCOUNT_NOT_FOUND',
        'ACCOUNT_EXCLUDED',
        'ACCOUNT_CONFLICT',
        'SETTING_LOCKED',
        'MATTERMOST_UNREACHABLE',
      ],
    },
    sso_claim: {
      method: 'POST',
      path: '/api/v1/sso/claims',
      summary: 'Use a one-time code up.',
      access: 'bridge',
      not_forwarded: true,
      changes: true,
      refuses_clones: true,
      request: ClaimRequest,
      response: {status: 200, body: ClaimReply},
      errors: ['CLAIM_CODE_WRONG', 'DATABASE_UNREACHABLE'],
    },
  },
} as const satisfies Verb;

/** Codes for many are written into a private file, so it is done on a shell. */
export const claimSheet = {
  says: 'write one-time codes for many into a file to print (default: everybody who is switched and has no password yet)',
  says_in_chat: 'one-time codes for many, to be printed: on a shell',
  ways: ['cli', 'chat'],
  chat_points_to_shell: true,
  request: ClaimSheetRequest,
  options: {
    ...PEOPLE_OPTIONS,
    'identified-by': {...IDENTIFIED_BY, says: 'how you will know whom you hand a slip; kept in the ledger'},
    out: {
      value: 'file',
      says: 'file to write, ending with .html or .txt; mode 0600, must not exist',
      required: true,
      example: 'FILE.html',
    },
    'valid-minutes': {...VALID_MINUTES, says: 'how long the codes work'},
  },
  examples: ['sso claim-sheet --identified-by "badge at the door" --out codes.html'],
  routes: {
    sso_claim_sheet: {
      method: 'POST',
      path: '/api/v1/sso/claim-sheets',
      summary: 'One-time codes for many, to be printed.',
      access: 'signed',
      changes: true,
      refuses_clones: true,
      request: ClaimSheetRequest,
      response: {status: 201, body: ClaimSheet},
      errors: ['SSO_NOT_DECLARED', 'ACCOUNT_NOT_FOUND'],
    },
  },
} as const satisfies Verb;

/** On a shell it gives a password, because whoever is there is trusted already; elsewhere a code. */
export const adminAccess = {
  says: 'give an administrator a password, also when plugin, provider and Mattermost are down',
  says_in_chat: 'a one-time code for an administrator who is locked out',
  ways: ['cli', 'chat'],
  request: AdminAccessRequest,
  options: {
    user: USER_OPTION,
    'identified-by': {...IDENTIFIED_BY, ways: ['chat']},
    'password-stdin': {
      says: 'read the password from the first line of stdin (default: one is made, and printed once)',
      ways: ['cli'],
    },
  },
  examples: ['sso admin-access --user anna'],
  routes: {
    sso_admin_access: {
      method: 'POST',
      path: '/api/v1/sso/admin-access',
      summary: 'A one-time code for an administrator who is locked out.',
      access: 'signed',
      changes: true,
      refuses_clones: true,
      request: AdminAccessRequest,
      response: {status: 201, body: AdminAccessReply},
      errors: ['ACCOUNT_NOT_FOUND', 'ACCOUNT_EXCLUDED', 'ACCOUNT_CONFLICT', 'SETTING_LOCKED', 'MATTERMOST_UNREACHABLE'],
    },
  },
} as const satisfies Verb;
