import {Job} from '../job.ts';
import {Hold, HoldList, HoldRef, HoldRequest, KeepPreview, KeepRequest} from '../keep.ts';
import {SET_SUBJECT} from './sets.ts';
import {YES, type Option, type Verb} from './verb.ts';

const FROM = {
  from: {
    field: 'repository',
    value: 'name',
    says: 'repository of the configuration (default: the one in use)',
    refused: '--from takes the name of a repository of the configuration.',
  },
} as const satisfies Record<string, Option>;

export const keepPreview = {
  says: 'show for each set why it stays, or that it goes',
  ways: ['cli', 'chat'],
  request: KeepRequest,
  options: FROM,
  examples: ['keep preview'],
  routes: {
    preview_keep: {
      method: 'POST',
      path: '/api/v1/keep-previews',
      summary: 'What the keep-rules would remove now, and why the rest stays.',
      access: 'signed',
      request: KeepRequest,
      response: {status: 200, body: KeepPreview},
      errors: ['REPOSITORY_UNKNOWN', 'REPOSITORY_UNREACHABLE'],
    },
  },
} as const satisfies Verb;

export const keepApply = {
  says: 'remove the sets that no rule keeps, and free their space',
  ways: ['cli', 'chat'],
  request: KeepRequest,
  options: {...FROM, yes: YES},
  examples: ['keep apply --yes'],
  routes: {
    apply_keep: {
      method: 'POST',
      path: '/api/v1/keep-runs',
      summary: 'Remove the sets that no rule keeps.',
      access: 'signed',
      changes: true,
      refuses_clones: true,
      request: KeepRequest,
      response: {status: 202, body: Job},
      errors: ['REPOSITORY_UNKNOWN', 'JOB_ALREADY_RUNNING', 'KEEP_HELD_BACK', 'REPOSITORY_UNREACHABLE'],
    },
  },
} as const satisfies Verb;

export const hold = {
  says: 'keep a set whatever the rules say, until it is released',
  ways: ['cli', 'chat'],
  request: HoldRequest,
  subject: SET_SUBJECT,
  options: {
    reason: {
      field: 'reason',
      value: 'text',
      says: 'why it must stay; shown with the set and kept in the ledger',
      required: true,
      example: 'case 4711',
      refused: '--reason says why, in up to 500 characters.',
    },
    until: {
      field: 'until',
      reads: 'moment',
      value: 'time',
      says: 'when the hold ends by itself: 90d from now, or a date (default: never)',
      example: '90d',
      refused: '--until takes a time from now like 90d, or a date like 2027-06-30.',
    },
  },
  examples: ['hold latest --reason "before the merger"'],
  routes: {
    hold_set: {
      method: 'POST',
      path: '/api/v1/holds',
      summary: 'Keep a set whatever the rules say.',
      access: 'signed',
      changes: true,
      refuses_clones: true,
      request: HoldRequest,
      response: {status: 200, body: Hold},
      errors: ['SET_NOT_FOUND', 'REPOSITORY_UNREACHABLE'],
    },
    list_holds: {
      method: 'GET',
      path: '/api/v1/holds',
      summary: 'All holds that are in force.',
      access: 'signed',
      response: {status: 200, body: HoldList},
      errors: [],
    },
  },
} as const satisfies Verb;

export const release = {
  says: 'end the hold of a set: from now on the rules decide',
  ways: ['cli', 'chat'],
  request: HoldRef,
  subject: {
    ...SET_SUBJECT,
    says: 'id of a held set',
    example: 'SET',
    refused: 'A set is named like 20261124T120301Z-k3v9qa. `{dr} keep preview` shows which are held.',
  },
  examples: ['release 20261124T120301Z-k3v9qa'],
  routes: {
    release_set: {
      method: 'POST',
      path: '/api/v1/hold-releases',
      summary: 'End the hold of a set.',
      access: 'signed',
      changes: true,
      refuses_clones: true,
      request: HoldRef,
      response: {status: 200, body: Hold},
      errors: ['NOT_FOUND'],
    },
  },
} as const satisfies Verb;
