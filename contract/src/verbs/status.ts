import {DoctorReport, Status} from '../status.ts';
import type {Verb} from './verb.ts';

export const status = {
  says: 'newest set, what runs, what to do next',
  ways: ['cli', 'chat'],
  examples: ['status'],
  routes: {
    status: {
      method: 'GET',
      path: '/api/v1/status',
      summary: 'State, newest set, what to do next.',
      access: 'signed',
      response: {status: 200, body: Status},
      errors: [],
    },
  },
} as const satisfies Verb;

export const doctor = {
  says: 'check everything that a backup and a restore need',
  ways: ['cli'],
  examples: ['doctor'],
  routes: {
    doctor: {
      method: 'GET',
      path: '/api/v1/doctor',
      summary: 'Is everything set up right?',
      access: 'signed',
      response: {status: 200, body: DoctorReport},
      errors: [],
    },
  },
} as const satisfies Verb;
