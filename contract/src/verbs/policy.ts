import {Policy, PolicyAssignment, PolicyChanged, PolicyUpdate} from '../policy.ts';
import type {Verb} from './verb.ts';

export const policyShow = {
  says: 'show what the companion goes by: schedules, objectives, repositories',
  ways: ['cli', 'chat'],
  examples: ['policy show'],
  routes: {
    get_policy: {
      method: 'GET',
      path: '/api/v1/policy',
      summary: 'What the companion goes by, and the revision that a change is made on.',
      access: 'signed',
      response: {status: 200, body: Policy},
      errors: ['CONFIG_INVALID', 'CONFIG_NOT_FOUND'],
    },
  },
} as const satisfies Verb;

export const policySet = {
  says: 'change one setting; the file keeps its comments, and the companion follows without a restart',
  ways: ['cli', 'chat'],
  request: PolicyAssignment,
  subject: {
    name: 'setting=value',
    field: 'assignment',
    called: 'The setting and its value',
    says: 'setting and value, e.g. objectives.rpo_hours=12; nothing after the = takes it out',
    example: 'SETTING=VALUE',
    refused: 'Say SETTING=VALUE, for example objectives.rpo_hours=12 or "schedules.nightly.cron=30 2 * * *".',
  },
  examples: ['policy set objectives.rpo_hours=12', 'policy set "schedules.nightly.cron=30 2 * * *"'],
  routes: {
    put_policy: {
      method: 'PUT',
      path: '/api/v1/policy',
      summary: 'Change the sections that are named.',
      access: 'signed',
      changes: true,
      refuses_clones: true,
      request: PolicyUpdate,
      response: {status: 200, body: PolicyChanged},
      errors: [
        'POLICY_CHANGED',
        'POLICY_INVALID',
        'POLICY_NOT_EDITABLE',
        'POLICY_NOT_WRITABLE',
        'POLICY_ONLY_ON_HOST',
        'POLICY_SET_BY_ENVIRONMENT',
        'CONFIG_INVALID',
        'CONFIG_NOT_FOUND',
      ],
    },
  },
} as const satisfies Verb;

export const policyEdit = {
  says: 'edit the configuration in $EDITOR; what has a fault is not saved',
  ways: ['cli'],
  examples: ['policy edit'],
} as const satisfies Verb;
