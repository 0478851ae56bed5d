import type {
  Approval,
  BackupRequest,
  DeclareRequest,
  DeclareResult,
  ErrorBody,
  ErrorReply,
  Forecast,
  Incident,
  Job,
  JobList,
  LetInRequest,
  LetInResult,
  LockedOut,
  PeopleFound,
  Readiness,
  ReturnList,
  SetAgainResult,
  SetList,
  SsoStatus,
  Status,
  SwitchBackPlan,
  VerifyRequest,
} from '@disaster-recovery/contract';
import {Client4} from 'mattermost-redux/client';
import {PLUGIN_ID} from './plugin_id.ts';

/** What the bridge knows by itself, also while the companion is down. Times are milliseconds since 1970. */
export type Connection = {
  companion_url: string;
  enrolled: boolean;
  companion_id: string | null;
  enrolled_at: number | null;
  enrolled_by: string | null;
  reachable: boolean;
  unreachable_since: number | null;
  companion_version: string | null;
  last_error: string | null;
  plugin_version: string;
  /** Why the address in the settings is not the one that is used. Plugins of before do not tell it. */
  ignored_setting?: {companion_url: string; message: string; remedy: string} | null;
};

export type Enrollment = {url: string; code: string; tls_pin?: string};

/** `note` says what did not go as it usually does, in the bridge's words. */
export type EnrollOutcome = Connection & {note?: string | null};

export type RevokeOutcome = {enrolled: false; companion_told: boolean; last_error: string | null};

/** What these leave out has the companion's defaults. */
export type LetIn = Pick<LetInRequest, 'user' | 'identified_by' | 'mail'>;
export type SwitchBack = {without_provider_check?: true};

/** Codes that no server says: the page found them itself. */
type LocalCode = 'NO_ANSWER' | 'ANSWER_UNREADABLE';

export type Reply<Body> = {ok: true; value: Body} | {ok: false; status: number; error: ErrorBody};

export type Failure = {status: number; error: ErrorBody};

export function failureOf(reply: Reply<unknown>): Failure | null {
  return reply.ok ? null : {status: reply.status, error: reply.error};
}

/** An account as the host's own API tells it. */
export type HostUser = {id: string; username: string; email: string; first_name: string; last_name: string};

export type Client = ReturnType<typeof createClient>;

const ANSWER_WITHIN_MS = 40_000;

function isErrorReply(body: unknown): body is ErrorReply {
  const error = (body as Partial<ErrorReply> | null)?.error as Partial<ErrorBody> | undefined;
  return typeof error?.code === 'string' && typeof error.message === 'string';
}

function localFailure<Body>(code: LocalCode, status: number): Reply<Body> {
  return {ok: false, status, error: {code, message: '', meaning: '', remedy: '', retryable: true}};
}

type Method = 'GET' | 'POST' | 'DELETE';

async function request<Body>(method: Method, path: string, body?: object): Promise<Reply<Body>> {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), ANSWER_WITHIN_MS);
  try {
    const options = Client4.getOptions({method, signal: stop.signal, ...(body ? {body: JSON.stringify(body)} : {})});
    const reply = await fetch(`${window.basename ?? ''}${path}`, options as RequestInit);
    const text = await reply.text();
    return read(reply.status, text);
  } catch {
    return localFailure('NO_ANSWER', 0);
  } finally {
    clearTimeout(timer);
  }
}

function ask<Body>(method: Method, path: string, body?: object): Promise<Reply<Body>> {
  return request(method, `/plugins/${PLUGIN_ID}/api/v1/${path}`, body);
}

function read<Body>(status: number, text: string): Reply<Body> {
  const isFine = status >= 200 && status < 300;
  if (isFine && text === '') {
    return {ok: true, value: undefined as Body};
  }
  try {
    const body: unknown = JSON.parse(text);
    if (isFine) {
      return {ok: true, value: body as Body};
    }
    if (isErrorReply(body)) {
      return {ok: false, status, error: body.error};
    }
  } catch {
    // A proxy's page, or a web client without this plugin.
  }
  return localFailure('ANSWER_UNREADABLE', status);
}

/**
 * The bridge's API. Everything but `connection` and `enroll` is handed on to the companion.
 * `onConfigurationChanged` runs after each answer that means that Mattermost's configuration is another one now, before the answer is given.
 */
export function createClient(onConfigurationChanged: () => Promise<void> = () => Promise.resolve()) {
  const one = encodeURIComponent;
  const changing = async <Body>(asked: Promise<Reply<Body>>): Promise<Reply<Body>> => {
    const reply = await asked;
    if (reply.ok) {
      await onConfigurationChanged();
    }
    return reply;
  };
  return {
    /** For jobs: they change settings while they run. */
    configurationChanged: onConfigurationChanged,
    /** Of the host, for a companion that does not search. */
    searchHost: (term: string) =>
      request<HostUser[]>('POST', '/api/v4/users/search', {term, allow_inactive: false, limit: 10}),
    connection: () => ask<Connection>('GET', 'connection'),
    enroll: (enrollment: Enrollment) => changing(ask<EnrollOutcome>('POST', 'enrol', enrollment)),
    revoke: () => changing(ask<RevokeOutcome | undefined>('DELETE', 'enrol')),
    status: () => ask<Status>('GET', 'status'),
    sets: () => ask<SetList>('GET', 'sets'),
    jobs: () => ask<JobList>('GET', 'jobs'),
    job: (id: string) => ask<Job>('GET', `jobs/${one(id)}`),
    cancel: (id: string) => ask<Job>('POST', `jobs/${one(id)}/cancel`, {}),
    startBackup: (request: BackupRequest) => ask<Job>('POST', 'backups', request),
    startVerify: (request: VerifyRequest) => ask<Job>('POST', 'verifications', request),
    sso: () => ask<SsoStatus>('GET', 'sso'),
    searchPeople: (term: string) => ask<PeopleFound>('GET', `sso/people?q=${one(term)}`),
    forecast: () => ask<Forecast>('GET', 'sso/forecast'),
    readiness: () => ask<Readiness>('GET', 'sso/readiness'),
    returnList: () => ask<ReturnList>('GET', 'sso/return-list'),
    declare: (request: DeclareRequest) => changing(ask<DeclareResult>('POST', 'sso/incidents', request)),
    closeIncident: () => changing(ask<Incident>('POST', 'sso/incidents/current/close', {})),
    letIn: (request: LetIn) => changing(ask<LetInResult>('POST', 'sso/let-ins', request)),
    approve: (id: string) => ask<Approval>('POST', `approvals/${one(id)}`, {}),
    setAgain: () => changing(ask<SetAgainResult>('POST', 'sso/settings/set-again', {})),
    lockedOut: () => ask<LockedOut>('GET', 'sso/locked-out'),
    extendSessions: () => ask<Job>('POST', 'sso/session-extensions', {}),
    planSwitchBack: () => ask<SwitchBackPlan>('POST', 'sso/switch-back-plans', {}),
    switchBack: (request: SwitchBack) => ask<Job>('POST', 'sso/switch-backs', request),
  };
}
