import {ListRequest, SetList, SetManifest} from '../set.ts';
import {REPOSITORY_OPTIONS, type Subject, type Verb} from './verb.ts';

/** A set, as it is named by all verbs that take one. */
export const SET_SUBJECT = {
  name: 'set',
  called: 'The set',
  says: 'id of a set, or latest',
  field: 'set',
  example: 'SET|latest',
  suggests: 'sets',
  refused: 'A set is named like 20261124T120301Z-k3v9qa, or latest. `{dr} list` shows them.',
} as const satisfies Subject;

export const list = {
  says: 'list the sets, newest first',
  ways: ['cli', 'chat'],
  request: ListRequest,
  options: {good: {field: 'good', says: 'only the sets that give everything back'}, ...REPOSITORY_OPTIONS},
  examples: ['list', 'list --good'],
  routes: {
    list_sets: {
      method: 'GET',
      path: '/api/v1/sets',
      summary: 'Sealed sets, newest first.',
      access: 'signed',
      response: {status: 200, body: SetList},
      errors: ['REPOSITORY_UNREACHABLE'],
    },
  },
} as const satisfies Verb;

export const show = {
  says: 'show the whole manifest of a set',
  says_in_chat: 'show what a set holds',
  ways: ['cli', 'chat'],
  subject: SET_SUBJECT,
  options: {
    environment: {says: 'print the MM_* variables that the server had; these are secrets', ways: ['cli']},
    ...REPOSITORY_OPTIONS,
  },
  examples: ['show latest'],
  routes: {
    show_set: {
      method: 'GET',
      path: '/api/v1/sets/{set}',
      summary: 'A whole manifest.',
      access: 'signed',
      response: {status: 200, body: SetManifest},
      errors: ['SET_NOT_FOUND', 'REPOSITORY_UNREACHABLE'],
    },
  },
} as const satisfies Verb;
