import {Job, JobList} from '../job.ts';
import type {Verb} from './verb.ts';

export const jobs = {
  says: 'list jobs, newest first, or show one',
  ways: ['cli'],
  subject: {name: 'job', called: 'The job', says: 'id of a job', optional: true},
  options: {limit: {value: 'n', says: 'how many', preset: '20'}},
  examples: ['jobs --limit 5'],
  routes: {
    list_jobs: {
      method: 'GET',
      path: '/api/v1/jobs',
      summary: 'The newest 100 jobs, without their results; `?results=true` adds them.',
      access: 'signed',
      response: {status: 200, body: JobList},
      errors: ['USAGE_INVALID'],
    },
    show_job: {
      method: 'GET',
      path: '/api/v1/jobs/{job}',
      summary: 'One job.',
      access: 'signed',
      response: {status: 200, body: Job},
      errors: ['NOT_FOUND'],
    },
    events: {
      method: 'GET',
      path: '/api/v1/events',
      summary: 'Events as they happen (server-sent events); `?after=SEQ` resumes.',
      access: 'signed',
      not_forwarded: true,
      response: {status: 200, media: 'text/event-stream'},
      errors: [],
    },
  },
} as const satisfies Verb;

export const cancel = {
  says: 'ask a job to stop',
  ways: ['cli', 'chat'],
  subject: {name: 'job', called: 'The job', says: 'id of a job'},
  examples: ['cancel 1f9c'],
  routes: {
    cancel_job: {
      method: 'POST',
      path: '/api/v1/jobs/{job}/cancel',
      summary: 'Ask a job to stop.',
      access: 'signed',
      changes: true,
      response: {status: 202, body: Job},
      errors: ['NOT_FOUND', 'JOB_NOT_RUNNING'],
    },
  },
} as const satisfies Verb;
