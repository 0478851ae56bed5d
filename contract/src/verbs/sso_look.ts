import {IdentitySnapshot} from '../sso.ts';
import {ReturnList} from '../sso_return.ts';
import {Detection, Forecast, LockedOut, PeopleFound, Readiness, SsoStatus} from '../sso_watch.ts';
import type {Verb} from './verb.ts';

export const ssoStatus = {
  says: 'is the provider up, who is locked out, what to do next',
  ways: ['cli', 'chat'],
  examples: ['sso status'],
  routes: {
    sso_status: {
      method: 'GET',
      path: '/api/v1/sso',
      summary: 'State of the incident, who is locked out, what to do next.',
      access: 'signed',
      response: {status: 200, body: SsoStatus},
      errors: ['DATABASE_UNREACHABLE'],
    },
    sso_detection: {
      method: 'GET',
      path: '/api/v1/sso/detection',
      summary: 'Providers, thresholds, last raw results.',
      access: 'signed',
      response: {status: 200, body: Detection},
      errors: [],
    },
  },
} as const satisfies Verb;

export const readiness = {
  says: 'would this server survive an SSO outage?',
  ways: ['cli', 'chat'],
  examples: ['sso readiness'],
  routes: {
    sso_readiness: {
      method: 'GET',
      path: '/api/v1/sso/readiness',
      summary: 'Would this server survive an SSO outage?',
      access: 'signed',
      response: {status: 200, body: Readiness},
      errors: ['DATABASE_UNREACHABLE'],
    },
  },
} as const satisfies Verb;

export const snapshot = {
  says: 'take an identity snapshot now: how everybody signs in',
  ways: ['cli', 'chat'],
  examples: ['sso snapshot'],
  routes: {
    sso_snapshot: {
      method: 'POST',
      path: '/api/v1/sso/snapshots',
      summary: 'Take an identity snapshot now.',
      access: 'signed',
      changes: true,
      response: {status: 201, body: IdentitySnapshot},
      errors: ['DATABASE_UNREACHABLE', 'REPOSITORY_UNREACHABLE'],
    },
  },
} as const satisfies Verb;

export const forecast = {
  says: 'who is locked out now, and who next',
  ways: ['cli', 'chat'],
  examples: ['sso forecast'],
  routes: {
    sso_forecast: {
      method: 'GET',
      path: '/api/v1/sso/forecast',
      summary: 'Who is locked out now, and who next.',
      access: 'signed',
      response: {status: 200, body: Forecast},
      errors: ['DATABASE_UNREACHABLE'],
    },
  },
} as const satisfies Verb;

export const lockedOut = {
  says: 'the people who cannot get in while the provider is down',
  ways: ['cli', 'chat'],
  examples: ['sso locked-out'],
  routes: {
    sso_locked_out: {
      method: 'GET',
      path: '/api/v1/sso/locked-out',
      summary: 'The people who cannot get in while the provider is down.',
      access: 'signed',
      response: {status: 200, body: LockedOut},
      errors: ['DATABASE_UNREACHABLE'],
    },
    sso_people: {
      method: 'GET',
      path: '/api/v1/sso/people',
      summary: 'Accounts whose username, email address or name begins with `?q=TEXT`, 20 at most.',
      access: 'signed',
      response: {status: 200, body: PeopleFound},
      errors: ['DATABASE_UNREACHABLE'],
    },
  },
} as const satisfies Verb;

export const returnList = {
  says: 'who and what is not back yet, conflicts first',
  ways: ['cli', 'chat'],
  examples: ['sso return-list'],
  routes: {
    sso_return_list: {
      method: 'GET',
      path: '/api/v1/sso/return-list',
      summary: 'Who and what is not back yet.',
      access: 'signed',
      response: {status: 200, body: ReturnList},
      errors: ['DATABASE_UNREACHABLE'],
    },
  },
} as const satisfies Verb;
