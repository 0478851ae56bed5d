import {CopyList, CopyRequest} from '../copy.ts';
import {Job} from '../job.ts';
import {SET_SUBJECT} from './sets.ts';
import type {Verb} from './verb.ts';

export const copies = {
  says: 'show the copies: what each has and lacks, how old it is',
  ways: ['cli', 'chat'],
  examples: ['copies'],
  routes: {
    list_copies: {
      method: 'GET',
      path: '/api/v1/copies',
      summary: 'The repositories that get copies of the sets.',
      access: 'signed',
      response: {status: 200, body: CopyList},
      errors: ['REPOSITORY_UNREACHABLE'],
    },
  },
} as const satisfies Verb;

export const copy = {
  says: 'copy a set into another repository of the configuration, now',
  ways: ['cli', 'chat'],
  request: CopyRequest,
  subject: {...SET_SUBJECT, optional: true, says: 'id of a set (default: latest)'},
  options: {
    to: {
      field: 'to',
      reads: 'word',
      value: 'name',
      says: 'the repository that gets it, one of `copies`',
      required: true,
      refused: '--to takes the name of one of `copies`; `{dr} copies` shows them.',
    },
  },
  examples: ['copy latest --to offsite'],
  routes: {
    start_copy: {
      method: 'POST',
      path: '/api/v1/copies',
      summary: 'Copy a set.',
      access: 'signed',
      changes: true,
      refuses_clones: true,
      request: CopyRequest,
      response: {status: 202, body: Job},
      errors: [
        'JOB_ALREADY_RUNNING',
        'SET_NOT_FOUND',
        'REPOSITORY_UNKNOWN',
        'REPOSITORY_DAMAGED',
        'REPOSITORY_UNREACHABLE',
      ],
    },
  },
} as const satisfies Verb;
