import {z} from 'zod';
import {BackupPlan, BackupRequest} from './backup.ts';
import {CommandReply, CommandRequest} from './bridge.ts';
import {EnrolmentReply, EnrolmentRequest} from './enrolment.ts';
import type {FailureCode} from './errors.ts';
import {Job, JobList} from './job.ts';
import {SetList, SetManifest} from './set.ts';
import {DoctorReport, Status} from './status.ts';
import {
  AdminAccessRequest, AdminAccessReply, Approval, ClaimReply, ClaimRequest, ClaimSheet, ClaimSheetRequest, DeclareRequest, ExtendRequest, IdentitySnapshot, Incident, LetInRequest, LetInResult,
  ResolveRequest, ReturnEntry, ReturnList, SwitchBackPlan, SwitchBackRequest, SwitchPlan, SwitchRequest,
} from './sso.ts';
import {Detection, Forecast, Readiness, SsoStatus} from './sso_watch.ts';
import {VerifyRequest} from './verify.ts';

export type Route = {
  method: 'GET' | 'POST' | 'DELETE';
  /** Path with `{name}` parameters. */
  path: string;
  summary: string;
  /** `signed`: a bridge token of a system administrator. `bridge`: a bridge token of nobody in particular. `code`: proven by the enrolment code. `open`: no secret in the answer. */
  access: 'signed' | 'bridge' | 'code' | 'open';
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
  sso_status: {method: 'GET', path: '/api/v1/sso', summary: 'State of the incident, who is locked out, what to do next.', access: 'signed',
    response: {status: 200, body: SsoStatus}, errors: ['DATABASE_UNREACHABLE']},
  sso_detection: {method: 'GET', path: '/api/v1/sso/detection', summary: 'Providers, thresholds, last raw results.', access: 'signed',
    response: {status: 200, body: Detection}, errors: []},
  sso_readiness: {method: 'GET', path: '/api/v1/sso/readiness', summary: 'Would this server survive an SSO outage?', access: 'signed',
    response: {status: 200, body: Readiness}, errors: ['DATABASE_UNREACHABLE']},
  sso_forecast: {method: 'GET', path: '/api/v1/sso/forecast', summary: 'Who is locked out now, and who next.', access: 'signed',
    response: {status: 200, body: Forecast}, errors: ['DATABASE_UNREACHABLE']},
  sso_snapshot: {method: 'POST', path: '/api/v1/sso/snapshots', summary: 'Take an identity snapshot now.', access: 'signed',
    response: {status: 201, body: IdentitySnapshot}, errors: ['DATABASE_UNREACHABLE', 'REPOSITORY_UNREACHABLE']},
  sso_declare: {method: 'POST', path: '/api/v1/sso/incidents', summary: 'Declare an SSO outage.', access: 'signed',
    request: DeclareRequest, response: {status: 201, body: Incident}, errors: ['SSO_ALREADY_DECLARED']},
  sso_close: {method: 'POST', path: '/api/v1/sso/incidents/current/close', summary: 'Close the incident; its return list must be empty.', access: 'signed',
    response: {status: 200, body: Incident}, errors: ['SSO_NOT_DECLARED', 'RETURN_LIST_NOT_EMPTY']},
  sso_extend: {method: 'POST', path: '/api/v1/sso/session-extensions', summary: 'Extend live sessions.', access: 'signed',
    request: ExtendRequest, response: {status: 202, body: Job}, errors: ['SSO_NOT_DECLARED', 'JOB_ALREADY_RUNNING', 'MATTERMOST_UNREACHABLE']},
  sso_plan_switch: {method: 'POST', path: '/api/v1/sso/switch-plans', summary: 'Who would be switched, who not and why.', access: 'signed',
    request: SwitchRequest, response: {status: 200, body: SwitchPlan}, errors: ['SSO_NOT_DECLARED', 'ACCOUNT_NOT_FOUND']},
  sso_switch: {method: 'POST', path: '/api/v1/sso/switches', summary: 'Switch people to email and password.', access: 'signed',
    request: SwitchRequest, response: {status: 202, body: Job},
    errors: ['SSO_NOT_DECLARED', 'SECOND_ADMINISTRATOR_NEEDED', 'NO_LOCAL_ADMINISTRATOR', 'SETTING_LOCKED', 'ACCOUNT_NOT_FOUND', 'JOB_ALREADY_RUNNING']},
  sso_approve: {method: 'POST', path: '/api/v1/sso/approvals/{id}', summary: 'Approve, as a second administrator.', access: 'signed',
    response: {status: 200, body: Approval}, errors: ['NOT_FOUND', 'SECOND_ADMINISTRATOR_NEEDED']},
  sso_let_in: {method: 'POST', path: '/api/v1/sso/let-ins', summary: 'Switch one person now and make a one-time code for them.', access: 'signed',
    request: LetInRequest, response: {status: 201, body: LetInResult},
    errors: ['SSO_NOT_DECLARED', 'ACCOUNT_NOT_FOUND', 'ACCOUNT_EXCLUDED', 'ACCOUNT_CONFLICT', 'SETTING_LOCKED', 'MATTERMOST_UNREACHABLE']},
  sso_claim_sheet: {method: 'POST', path: '/api/v1/sso/claim-sheets', summary: 'One-time codes for many, to be printed.', access: 'signed',
    request: ClaimSheetRequest, response: {status: 201, body: ClaimSheet}, errors: ['SSO_NOT_DECLARED', 'ACCOUNT_NOT_FOUND']},
  sso_admin_access: {method: 'POST', path: '/api/v1/sso/admin-access', summary: 'A one-time code for an administrator who is locked out.', access: 'signed',
    request: AdminAccessRequest, response: {status: 201, body: AdminAccessReply}, errors: ['ACCOUNT_NOT_FOUND', 'ACCOUNT_EXCLUDED', 'ACCOUNT_CONFLICT', 'SETTING_LOCKED', 'MATTERMOST_UNREACHABLE']},
  sso_claim: {method: 'POST', path: '/api/v1/sso/claims', summary: 'Use a one-time code up.', access: 'bridge',
    request: ClaimRequest, response: {status: 200, body: ClaimReply}, errors: ['CLAIM_CODE_WRONG', 'CLAIM_TOO_MANY_TRIES', 'DATABASE_UNREACHABLE']},
  sso_plan_switch_back: {method: 'POST', path: '/api/v1/sso/switch-back-plans', summary: 'Who would go back, in which order, and which gates are open.', access: 'signed',
    request: SwitchBackRequest, response: {status: 200, body: SwitchBackPlan}, errors: ['SSO_NOT_DECLARED', 'ACCOUNT_NOT_FOUND']},
  sso_switch_back: {method: 'POST', path: '/api/v1/sso/switch-backs', summary: 'Switch people back to single sign-on.', access: 'signed',
    request: SwitchBackRequest, response: {status: 202, body: Job}, errors: ['SSO_NOT_DECLARED', 'PROVIDER_NOT_HEALTHY', 'ACCOUNT_NOT_FOUND', 'JOB_ALREADY_RUNNING']},
  sso_return_list: {method: 'GET', path: '/api/v1/sso/return-list', summary: 'Who and what is not back yet.', access: 'signed',
    response: {status: 200, body: ReturnList}, errors: ['DATABASE_UNREACHABLE']},
  sso_resolve: {method: 'POST', path: '/api/v1/sso/resolutions', summary: 'Decide about a conflict.', access: 'signed',
    request: ResolveRequest, response: {status: 200, body: ReturnEntry}, errors: ['ACCOUNT_NOT_FOUND', 'ACCOUNT_EXCLUDED']},
  command: {method: 'POST', path: '/api/v1/commands', summary: 'A slash command, as typed after /dr.', access: 'signed',
    request: CommandRequest, response: {status: 200, body: CommandReply}, errors: []},
} as const satisfies Record<string, Route>;

export type RouteName = keyof typeof ROUTES;
