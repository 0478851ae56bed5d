import type {FastifyRequest} from 'fastify';
import type {Actor, CommandReply, CommandRequest, SetList} from '@disaster-recovery/contract';
import {Readable} from 'node:stream';
import type {Probes} from '../append_only/index.ts';
import type {Approvals} from '../approvals/index.ts';
import type {Backup} from '../backup/index.ts';
import type {Copies} from '../copies/index.ts';
import type {Doctor} from '../doctor/index.ts';
import type {Enrollment} from '../enrollment/index.ts';
import type {Jobs} from '../jobs/index.ts';
import type {Clock} from '../kernel/clock.ts';
import {Failure} from '../kernel/failure.ts';
import type {State} from '../kernel/state.ts';
import type {Notify} from '../notify/index.ts';
import type {Policy} from '../policy/index.ts';
import type {Keeping} from '../retention/index.ts';
import type {Schedules} from '../schedule/index.ts';
import type {Listing, Sets} from '../sets/index.ts';
import type {Sso} from '../sso/index.ts';
import type {StatusReport} from '../status/index.ts';
import type {Verify} from '../verify/index.ts';
import type {Handlers} from './handler.ts';
import {createSsoHandlers} from './handlers_sso.ts';
import {listedJob} from './listed_job.ts';
import {flag, parameter} from './parameter.ts';
import {serverSentEvents} from './sse.ts';
import {createStreamLimit} from './stream_limit.ts';

const JOBS_SHOWN = 100;
/** A person has a few pages open; a caller with more is a fault or an attack. */
const STREAMS = {caller: 20, total: 200};

export type Verbs = {
  backup: Backup;
  sets: Pick<Sets, 'show'>;
  listing(): Promise<Listing>;
  verify: Verify;
  doctor: Doctor;
  status: Pick<StatusReport, 'report'>;
  schedules: Omit<Schedules, 'tick' | 'stop'>;
  copies: Pick<Copies, 'list' | 'start'>;
  probes: Pick<Probes, 'run'>;
  notify: Pick<Notify, 'test'>;
  policy: Pick<Policy, 'show' | 'update'>;
  keeping: Keeping;
  jobs: Jobs;
  /** Answers a slash command. */
  chat: {answer(request: CommandRequest, actor: Actor): Promise<CommandReply>};
  sso: Omit<Sso, 'watch'>;
  approvals: Pick<Approvals, 'approve'>;
};

export type HandlerParts = {
  /** As the settings are now. */
  verbs(): Verbs;
  enrollment: Enrollment;
  /** The memory that everything is answered from. */
  state: Pick<State, 'check'>;
  clock: Clock;
  version: string;
  openapi: Record<string, unknown>;
  metrics: {text(): Promise<string>};
  /** Aborts when the server closes. */
  closing: AbortSignal;
};

/** One function a route. Policy is in the capabilities. */
export function createHandlers({verbs, enrollment, clock, version, openapi, metrics, closing}: HandlerParts): Handlers {
  const approve = ({request, actor}: {request: FastifyRequest; actor: Actor}) =>
    verbs().approvals.approve(parameter(request, 'id'), actor);
  const streams = createStreamLimit(STREAMS);
  return {
    health: () => ({ok: true as const, version}),
    metrics: () => metrics.text(),
    openapi: () => openapi,
    enroll: ({body}) => enrollment.enroll(body),
    revoke: ({actor}) => {
      enrollment.revoke(actor);
      return undefined;
    },
    status: () => verbs().status.report(),
    doctor: () => verbs().doctor.report(),
    plan_backup: ({body}) => verbs().backup.plan(body),
    start_backup: async ({body, actor}) => (await verbs().backup.start(body, {actor})).job,
    list_sets: async () => listSets(verbs().listing),
    show_set: ({request}) => verbs().sets.show(parameter(request, 'set')),
    start_verify: async ({body, actor}) => (await verbs().verify.start(body, {actor})).job,
    list_schedules: () => ({schedules: verbs().schedules.list()}),
    preview_schedules: ({body}) => verbs().schedules.preview(body),
    run_schedule: async ({request, actor}) => (await verbs().schedules.run(parameter(request, 'schedule'), actor)).job,
    pause_schedule: ({request, actor}) => verbs().schedules.pause(parameter(request, 'schedule'), actor),
    resume_schedule: ({request, actor}) => verbs().schedules.resume(parameter(request, 'schedule'), actor),
    preview_keep: ({body}) => verbs().keeping.preview(body),
    apply_keep: async ({body, actor}) => (await verbs().keeping.apply(body, {actor})).job,
    list_holds: () => ({holds: verbs().keeping.holds()}),
    hold_set: ({body, actor}) => verbs().keeping.hold(body, actor),
    release_set: ({body: {set}, actor}) => verbs().keeping.release(set, actor),
    list_copies: async () => ({copies: await verbs().copies.list()}),
    start_copy: async ({body, actor}) => (await verbs().copies.start(body, {actor})).job,
    test_notifications: () => verbs().notify.test(),
    run_probes: async ({body, actor}) => ({probes: await verbs().probes.run(body.repository ?? null, actor)}),
    get_policy: () => verbs().policy.show(),
    put_policy: ({body, actor}) => verbs().policy.update(body, actor),
    list_jobs: ({request}) => {
      const withResults = flag(request, 'results');
      return {
        jobs: verbs()
          .jobs.newest(JOBS_SHOWN)
          .map((job) => listedJob(job, withResults)),
      };
    },
    show_job: ({request}) => verbs().jobs.get(parameter(request, 'job')),
    cancel_job: ({request}) => verbs().jobs.cancel(parameter(request, 'job')),
    events: ({request, actor}) => {
      const after = afterOf(request) ?? verbs().jobs.lastEventSeq();
      const signal = AbortSignal.any([closing, whenGone(request)]);
      streams.open(`${actor.kind} ${actor.id}`, signal);
      return Readable.from(serverSentEvents(verbs().jobs.follow(after, signal), clock, signal));
    },
    command: ({body, actor}) => verbs().chat.answer(body, actor),
    approve,
    sso_approve: approve,
    ...createSsoHandlers(() => verbs().sso),
  } satisfies Handlers;
}

/** Without the repository in use a list says little; that another is away is told beside it. */
async function listSets(listing: Verbs['listing']): Promise<SetList> {
  const {sets, findings, failure} = await listing();
  if (failure) {
    throw failure;
  }
  return {sets, findings};
}

function afterOf(request: FastifyRequest): number | null {
  const {after} = request.query as {after?: string | string[]};
  if (after === undefined) {
    return null;
  }
  if (typeof after !== 'string' || !/^\d{1,15}$/.test(after)) {
    throw new Failure('USAGE_INVALID', 'after must be the number of an event.');
  }
  return Number(after);
}

function whenGone(request: FastifyRequest): AbortSignal {
  const gone = new AbortController();
  request.raw.socket.once('close', () => {
    gone.abort();
  });
  return gone.signal;
}
