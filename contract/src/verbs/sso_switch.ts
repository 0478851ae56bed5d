import {Job} from '../job.ts';
import {SwitchPlan, SwitchRequest} from '../sso.ts';
import {SwitchBackPlan, SwitchBackRequest} from '../sso_return.ts';
import {DENY_OPTIONS, PEOPLE_OPTIONS} from './sso_people.ts';
import {DRY_RUN, YES, type Verb} from './verb.ts';

export const switchPeople = {
  says: 'switch people to email and password',
  ways: ['cli', 'chat'],
  request: SwitchRequest,
  options: {
    ...PEOPLE_OPTIONS,
    team: {field: 'team', value: 'team', says: 'everybody in this team', refused: '--team takes the name of a team.'},
    group: {
      field: 'group',
      value: 'group',
      says: 'everybody in this group',
      refused: '--group takes the name of a group.',
    },
    'sessions-ending-before': {
      field: 'sessions_ending_before',
      reads: 'moment',
      value: 'time',
      says: 'everybody whose last session ends before then, and everybody without one: 8h or 3d from now, or 2026-11-25T08:00Z',
      example: '8h',
    },
    everyone: {field: 'everyone', says: 'everybody who signs in through a provider'},
    ...DENY_OPTIONS,
    'include-dormant': {field: 'include_dormant', says: 'also people who were not seen for 90 days'},
    approval: {field: 'approval', value: 'id', says: 'id of the approval by a second administrator'},
    'dry-run': DRY_RUN,
    yes: YES,
  },
  exactly_one: ['user', 'file', 'team', 'group', 'sessions-ending-before', 'everyone'],
  examples: ['sso switch --team core --dry-run', 'sso switch --sessions-ending-before 8h --yes'],
  routes: {
    sso_plan_switch: {
      method: 'POST',
      path: '/api/v1/sso/switch-plans',
      summary: 'Who would be switched, who not and why.',
      access: 'signed',
      request: SwitchRequest,
      response: {status: 200, body: SwitchPlan},
      errors: ['SSO_NOT_DECLARED', 'ACCOUNT_NOT_FOUND'],
    },
    sso_switch: {
      method: 'POST',
      path: '/api/v1/sso/switches',
      summary: 'Switch people to email and password.',
      access: 'signed',
      changes: true,
      refuses_clones: true,
      request: SwitchRequest,
      response: {status: 202, body: Job},
      errors: [
        'SSO_NOT_DECLARED',
        'SECOND_ADMINISTRATOR_NEEDED',
        'NO_LOCAL_ADMINISTRATOR',
        'SETTING_LOCKED',
        'ACCOUNT_NOT_FOUND',
        'JOB_ALREADY_RUNNING',
      ],
    },
  },
} as const satisfies Verb;

export const switchBack = {
  says: 'switch people back to single sign-on: first one who proves it, then the others',
  ways: ['cli', 'chat'],
  request: SwitchBackRequest,
  options: {
    user: {
      ...PEOPLE_OPTIONS.user,
      says: 'only these: username, email address or id (default: everybody on the return list)',
    },
    canary: {
      field: 'canary',
      reads: 'account',
      value: 'name',
      says: 'who goes first and signs in through the provider (default: chosen)',
      refused: '--canary takes a username, an email address or an id.',
    },
    'without-provider-check': {
      field: 'without_provider_check',
      says: 'although the provider was not seen healthy, and without a first person; recorded',
    },
    'resume-sync': {
      field: 'resume_sync',
      says: 'resume the directory sync although accounts were not found in the directory',
    },
    'dry-run': DRY_RUN,
    yes: YES,
  },
  examples: ['sso switch-back --dry-run', 'sso switch-back --user anna --yes'],
  routes: {
    sso_plan_switch_back: {
      method: 'POST',
      path: '/api/v1/sso/switch-back-plans',
      summary: 'Who would go back, in which order, and which gates are open.',
      access: 'signed',
      request: SwitchBackRequest,
      response: {status: 200, body: SwitchBackPlan},
      errors: ['SSO_NOT_DECLARED', 'ACCOUNT_NOT_FOUND'],
    },
    sso_switch_back: {
      method: 'POST',
      path: '/api/v1/sso/switch-backs',
      summary: 'Switch people back to single sign-on.',
      access: 'signed',
      changes: true,
      refuses_clones: true,
      request: SwitchBackRequest,
      response: {status: 202, body: Job},
      errors: ['SSO_NOT_DECLARED', 'PROVIDER_NOT_HEALTHY', 'ACCOUNT_NOT_FOUND', 'JOB_ALREADY_RUNNING'],
    },
  },
} as const satisfies Verb;
