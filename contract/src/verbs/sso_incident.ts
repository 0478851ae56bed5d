import {Job} from '../job.ts';
import {DeclareRequest, DeclareResult, ExtendRequest, Incident} from '../sso.ts';
import {ResolveRequest, ReturnEntry} from '../sso_return.ts';
import {SetAgainResult} from '../sso_settings.ts';
import {ACCOUNT_SUBJECT} from './sso_people.ts';
import type {Verb} from './verb.ts';

const REASON_REFUSED = '--reason takes 3 to 500 characters that say why.';

export const declare = {
  says: 'declare an SSO outage; nothing is switched by it',
  ways: ['cli', 'chat'],
  request: DeclareRequest,
  options: {
    reason: {
      field: 'reason',
      value: 'text',
      says: 'what is down; kept in the ledger',
      required: true,
      example: 'the provider is down',
      refused: REASON_REFUSED,
    },
    'no-tell': {field: 'tell', sets: false, says: 'do not say it on the sign-in page'},
  },
  examples: ['sso declare --reason "the provider is down"'],
  routes: {
    sso_declare: {
      method: 'POST',
      path: '/api/v1/sso/incidents',
      summary: 'Declare an SSO outage.',
      access: 'signed',
      changes: true,
      refuses_clones: true,
      request: DeclareRequest,
      response: {status: 201, body: DeclareResult},
      errors: ['SSO_ALREADY_DECLARED'],
    },
  },
} as const satisfies Verb;

export const setAgain = {
  says: 'set the settings of the outage again that somebody wrote over',
  ways: ['cli', 'chat'],
  examples: ['sso set-again'],
  routes: {
    sso_set_again: {
      method: 'POST',
      path: '/api/v1/sso/settings/set-again',
      summary: 'Set again what the incident has set and somebody wrote over.',
      access: 'signed',
      changes: true,
      refuses_clones: true,
      response: {status: 200, body: SetAgainResult},
      errors: ['SSO_NOT_DECLARED', 'MATTERMOST_UNREACHABLE'],
    },
  },
} as const satisfies Verb;

export const extendSessions = {
  says: 'extend live sessions, so that fewer people are locked out',
  ways: ['cli', 'chat'],
  request: ExtendRequest,
  options: {
    hours: {
      field: 'hours',
      reads: 'number',
      value: 'n',
      says: 'sessions that end sooner than this from now are extended to it',
      refused: '--hours takes 1 to 720.',
    },
  },
  examples: ['sso extend-sessions --hours 24'],
  routes: {
    sso_extend: {
      method: 'POST',
      path: '/api/v1/sso/session-extensions',
      summary: 'Extend live sessions.',
      access: 'signed',
      changes: true,
      refuses_clones: true,
      request: ExtendRequest,
      response: {status: 202, body: Job},
      errors: ['SSO_NOT_DECLARED', 'JOB_ALREADY_RUNNING', 'MATTERMOST_UNREACHABLE'],
    },
  },
} as const satisfies Verb;

export const resolve = {
  says: 'decide about a conflict of the return list',
  ways: ['cli', 'chat'],
  request: ResolveRequest,
  subject: ACCOUNT_SUBJECT,
  options: {
    choice: {
      field: 'choice',
      reads: 'word',
      value: 'choice',
      says: 'restore: free the sign-in data from whoever holds it, then give it back; leave: the account stays as it is now',
      required: true,
      choices: {restore: 'give the account back how it signed in', leave: 'the account stays as it is now'},
      refused: '--choice takes restore or leave.',
    },
    reason: {
      field: 'reason',
      value: 'text',
      says: 'why; kept in the ledger',
      required: true,
      example: 'the person has left',
      refused: REASON_REFUSED,
    },
  },
  examples: ['sso resolve anna --choice leave --reason "the person has left"'],
  routes: {
    sso_resolve: {
      method: 'POST',
      path: '/api/v1/sso/resolutions',
      summary: 'Decide about a conflict.',
      access: 'signed',
      changes: true,
      refuses_clones: true,
      request: ResolveRequest,
      response: {status: 200, body: ReturnEntry},
      errors: ['ACCOUNT_NOT_FOUND', 'ACCOUNT_EXCLUDED'],
    },
  },
} as const satisfies Verb;

export const close = {
  says: 'close the incident; its return list must be empty',
  ways: ['cli', 'chat'],
  examples: ['sso close'],
  routes: {
    sso_close: {
      method: 'POST',
      path: '/api/v1/sso/incidents/current/close',
      summary: 'Close the incident; its return list must be empty.',
      access: 'signed',
      changes: true,
      refuses_clones: true,
      response: {status: 200, body: Incident},
      errors: ['SSO_NOT_DECLARED', 'JOB_ALREADY_RUNNING', 'RETURN_LIST_NOT_EMPTY'],
    },
  },
} as const satisfies Verb;
