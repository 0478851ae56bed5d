import {Job} from '../job.ts';
import {PreviewRequest, Schedule, ScheduleList, SchedulePreview, ScheduleRef} from '../schedule.ts';
import type {Subject, Verb} from './verb.ts';

/** A schedule, as it is named by all verbs that take one. */
const SCHEDULE_SUBJECT = {
  name: 'schedule',
  called: 'The schedule',
  says: 'name of a schedule',
  field: 'schedule',
  refused:
    'A schedule is named as in the configuration: lower case letters, digits, - and _. `{dr} schedule list` shows them.',
} as const satisfies Subject;

/** A verb of one schedule. */
const OF_ONE = {ways: ['cli', 'chat'], request: ScheduleRef, subject: SCHEDULE_SUBJECT} as const;

/** A route that changes one schedule and tells how it stands then. */
const CHANGES_ONE = {
  access: 'signed',
  changes: true,
  refuses_clones: true,
  response: {status: 200, body: Schedule},
  errors: ['NOT_FOUND'],
} as const;

export const scheduleList = {
  says: 'list the schedules: when each runs next, and how its last run went',
  ways: ['cli', 'chat'],
  examples: ['schedule list'],
  routes: {
    list_schedules: {
      method: 'GET',
      path: '/api/v1/schedules',
      summary: 'All schedules, in the order of the configuration.',
      access: 'signed',
      response: {status: 200, body: ScheduleList},
      errors: [],
    },
  },
} as const satisfies Verb;

export const schedulePreview = {
  says: 'show the runs to come, also over a change to or from summer time',
  ways: ['cli', 'chat'],
  request: PreviewRequest,
  subject: {...SCHEDULE_SUBJECT, says: 'name of a schedule; all without it', optional: true},
  options: {
    days: {
      field: 'days',
      reads: 'number',
      value: 'n',
      says: 'how many days to look ahead',
      refused: '--days takes 1 to 400.',
    },
  },
  examples: ['schedule preview nightly --days 30'],
  routes: {
    preview_schedules: {
      method: 'POST',
      path: '/api/v1/schedule-previews',
      summary: 'The runs to come.',
      access: 'signed',
      request: PreviewRequest,
      response: {status: 200, body: SchedulePreview},
      errors: ['NOT_FOUND'],
    },
  },
} as const satisfies Verb;

export const scheduleRun = {
  says: 'run what a schedule runs, now; its times stay as they are',
  ...OF_ONE,
  examples: ['schedule run nightly'],
  routes: {
    run_schedule: {
      method: 'POST',
      path: '/api/v1/schedules/{schedule}/runs',
      summary: 'Run what a schedule runs, now.',
      access: 'signed',
      changes: true,
      refuses_clones: true,
      response: {status: 202, body: Job},
      errors: ['NOT_FOUND', 'JOB_ALREADY_RUNNING', 'COMPANION_READ_ONLY', 'DISK_FULL', 'DATABASE_UNREACHABLE'],
    },
  },
} as const satisfies Verb;

export const schedulePause = {
  says: 'let a schedule begin nothing until it is resumed; what runs goes on',
  ...OF_ONE,
  examples: ['schedule pause nightly'],
  routes: {
    pause_schedule: {
      method: 'POST',
      path: '/api/v1/schedules/{schedule}/pause',
      summary: 'Begin nothing until it is resumed.',
      ...CHANGES_ONE,
    },
  },
} as const satisfies Verb;

export const scheduleResume = {
  says: 'let a paused schedule run again; what came due meanwhile is not made up for',
  ...OF_ONE,
  examples: ['schedule resume nightly'],
  routes: {
    resume_schedule: {
      method: 'POST',
      path: '/api/v1/schedules/{schedule}/resume',
      summary: 'Run again.',
      ...CHANGES_ONE,
    },
  },
} as const satisfies Verb;
