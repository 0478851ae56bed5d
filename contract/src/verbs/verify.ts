import {Job} from '../job.ts';
import {VerifyRequest} from '../verify.ts';
import {SET_SUBJECT} from './sets.ts';
import {REPOSITORY_OPTIONS, type Verb} from './verb.ts';

export const verify = {
  says: 'prove that a set is whole: L0 sealed, L1 structure, L2 every byte, L3 rows against files',
  ways: ['cli', 'chat'],
  request: VerifyRequest,
  subject: SET_SUBJECT,
  options: {
    level: {
      field: 'level',
      reads: 'level',
      value: 'level',
      says: 'L0, L1, L2 or L3',
      // L2 reads the whole repository.
      preset: 'L1',
      choices: {
        L0: 'complete and sealed',
        L1: 'structure of the repository',
        L2: 'all data read back',
        L3: 'database against files',
      },
      refused: '--level takes L0, L1, L2 or L3.',
    },
    ...REPOSITORY_OPTIONS,
  },
  examples: ['verify latest --level L2'],
  routes: {
    start_verify: {
      method: 'POST',
      path: '/api/v1/verifications',
      summary: 'Start a verification.',
      access: 'signed',
      changes: true,
      request: VerifyRequest,
      response: {status: 202, body: Job},
      errors: ['JOB_ALREADY_RUNNING', 'SET_NOT_FOUND'],
    },
  },
} as const satisfies Verb;
