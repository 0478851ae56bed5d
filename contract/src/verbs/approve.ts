import {Approval} from '../approval.ts';
import type {Route, Verb} from './verb.ts';

const route = {
  method: 'POST',
  path: '/api/v1/approvals/{id}',
  summary: 'Approve, as a second administrator.',
  access: 'signed',
  changes: true,
  refuses_clones: true,
  response: {status: 200, body: Approval},
  errors: ['NOT_FOUND', 'SECOND_ADMINISTRATOR_NEEDED'],
} as const satisfies Route;

export const approve = {
  says: 'approve, as a second administrator, what somebody asked for that touches many people or other administrators',
  formerly: ['sso approve'],
  ways: ['cli', 'chat'],
  subject: {name: 'id', called: 'The id of the approval', says: 'id of the approval'},
  examples: ['approve 4kqz'],
  routes: {
    approve: route,
    sso_approve: {...route, path: '/api/v1/sso/approvals/{id}', summary: 'The address of before of `approve`.'},
  },
} as const satisfies Verb;
