import {z} from 'zod';
import {BackupPlan, BackupRequest} from './backup.ts';
import {CommandReply, CommandRequest} from './bridge.ts';
import {EnrolmentReply, EnrolmentRequest} from './enrolment.ts';
import type {FailureCode} from './errors.ts';
import {Job, JobList} from './job.ts';
import {SetList, SetManifest} from './set.ts';
import {DoctorReport, Status} from './status.ts';
import {VerifyRequest} from './verify.ts';

export type Route = {
  method: 'GET' | 'POST' | 'DELETE';
  /** Path with `{name}` parameters. */
  path: string;
  summary: string;
  /** `signed`: a bridge token of a system administrator. `code`: proven by the enrolment code. `open`: no secret in the answer. */
  access: 'signed' | 'code' | 'open';
  request?: z.ZodType;
  response: {status: number; body?: z.ZodType; media?: string};
  errors: readonly FailureCode[];
};

/** Errors that every signed route can answer with. */
export const SIGNED_ERRORS = [
  'NOT_ENROLLED', 'TOKEN_INVALID', 'TOKEN_EXPIRED', 'TOKEN_REPLAYED', 'NOT_SYSTEM_ADMIN', 'COMPANION_READ_ONLY', 'USAGE_INVALID', 'INTERNAL',
] as const satisfies readonly FailureCode[];

const Health = z.object({ok: z.literal(true), version: z.string()}).meta({id: 'Health'});

/** All that the companion answers. openapi.json is generated from this table, and the server registers from it. */
export const ROUTES = {
  health: {method: 'GET', path: '/healthz', summary: 'Is the companion up?', access: 'open',
    response: {status: 200, body: Health}, errors: []},
  metrics: {method: 'GET', path: '/metrics', summary: 'Prometheus metrics.', access: 'open',
    response: {status: 200, media: 'text/plain'}, errors: []},
  openapi: {method: 'GET', path: '/openapi.json', summary: 'This document.', access: 'open',
    response: {status: 200, media: 'application/json'}, errors: []},
  enrol: {method: 'POST', path: '/api/v1/enrolments', summary: 'Trade public keys with a bridge.', access: 'code',
    request: EnrolmentRequest, response: {status: 201, body: EnrolmentReply}, errors: ['ENROLMENT_CODE_WRONG', 'USAGE_INVALID']},
  revoke: {method: 'DELETE', path: '/api/v1/enrolments/current', summary: 'Forget this bridge.', access: 'signed',
    response: {status: 204}, errors: []},
  status: {method: 'GET', path: '/api/v1/status', summary: 'State, newest set, what to do next.', access: 'signed',
    response: {status: 200, body: Status}, errors: []},
  doctor: {method: 'GET', path: '/api/v1/doctor', summary: 'Is everything set up right?', access: 'signed',
    response: {status: 200, body: DoctorReport}, errors: []},
  plan_backup: {method: 'POST', path: '/api/v1/backup-plans', summary: 'What a backup would do.', access: 'signed',
    request: BackupRequest, response: {status: 200, body: BackupPlan}, errors: ['REPOSITORY_UNREACHABLE', 'DATABASE_UNREACHABLE']},
  start_backup: {method: 'POST', path: '/api/v1/backups', summary: 'Start a backup.', access: 'signed',
    request: BackupRequest, response: {status: 202, body: Job}, errors: ['JOB_ALREADY_RUNNING', 'COMPANION_READ_ONLY', 'DISK_FULL', 'DATABASE_UNREACHABLE']},
  list_sets: {method: 'GET', path: '/api/v1/sets', summary: 'Sealed sets, newest first.', access: 'signed',
    response: {status: 200, body: SetList}, errors: ['REPOSITORY_UNREACHABLE']},
  show_set: {method: 'GET', path: '/api/v1/sets/{set}', summary: 'A whole manifest.', access: 'signed',
    response: {status: 200, body: SetManifest}, errors: ['SET_NOT_FOUND', 'REPOSITORY_UNREACHABLE']},
  start_verify: {method: 'POST', path: '/api/v1/verifications', summary: 'Start a verification.', access: 'signed',
    request: VerifyRequest, response: {status: 202, body: Job}, errors: ['JOB_ALREADY_RUNNING', 'SET_NOT_FOUND']},
  list_jobs: {method: 'GET', path: '/api/v1/jobs', summary: 'The newest 100 jobs.', access: 'signed',
    response: {status: 200, body: JobList}, errors: []},
  show_job: {method: 'GET', path: '/api/v1/jobs/{job}', summary: 'One job.', access: 'signed',
    response: {status: 200, body: Job}, errors: ['NOT_FOUND']},
  cancel_job: {method: 'POST', path: '/api/v1/jobs/{job}/cancel', summary: 'Ask a job to stop.', access: 'signed',
    response: {status: 202, body: Job}, errors: ['NOT_FOUND', 'JOB_NOT_RUNNING']},
  events: {method: 'GET', path: '/api/v1/events', summary: 'Events as they happen (server-sent events); `?after=SEQ` resumes.', access: 'signed',
    response: {status: 200, media: 'text/event-stream'}, errors: []},
  command: {method: 'POST', path: '/api/v1/commands', summary: 'A slash command, as typed after /dr.', access: 'signed',
    request: CommandRequest, response: {status: 200, body: CommandReply}, errors: []},
} as const satisfies Record<string, Route>;

export type RouteName = keyof typeof ROUTES;
