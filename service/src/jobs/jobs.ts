import type {Actor, Event, Job, JobKind} from '@disaster-recovery/contract';
import {canonicalJson} from '../kernel/canonical_json.ts';
import type {Clock} from '../kernel/clock.ts';
import {errorBody, Failure} from '../kernel/failure.ts';
import {newJobId} from '../kernel/ids.ts';
import type {State} from '../kernel/state.ts';
import {createLease, LANES, laneOf, type Lane, type Lease} from './lease.ts';
import type {Procedure} from './procedure.ts';
import {runSteps} from './runner.ts';
import {createJobStore, hasEnded, type JobStore, type Origin, type StoredJob} from './store.ts';

/** An interrupted job is continued when the same thing is asked again within this time; later its T0 would surprise. */
const CONTINUE_WITHIN_MS = 60 * 60 * 1000;
const EVENT_POLL_MS = 200;

type StartOptions = {
  actor: Actor;
  reason: string;
  /** Two requests with the same text ask for the same thing. */
  request: unknown;
  origin?: Origin;
};

export type StartedJob = {job: Job; done: Promise<Job>};

export type Jobs = {
  /**
   * Starts a job, or continues the interrupted one that asked for the same.
   * @throws Failure JOB_ALREADY_RUNNING
   */
  start<Plan extends {steps: readonly string[]}, Found>(
    procedure: Procedure<Plan, Found>,
    makePlan: () => Promise<Plan>,
    options: StartOptions,
  ): Promise<StartedJob>;
  /** The plan of the interrupted job that `start` would continue: what it needs was checked and prepared by its first process. */
  planToContinue(kind: JobKind, request: unknown): unknown;
  get(id: string): Job;
  origin(id: string): Origin | null;
  newest(limit: number): Job[];
  /** The job that runs now in this lane; default `data`. */
  running(lane?: Lane): Job | null;
  /** @throws Failure NOT_FOUND, JOB_NOT_RUNNING */
  cancel(id: string): Job;
  /** Cancels what this process runs and waits until it has ended; what others run goes on. Nothing is started any more. */
  stop(): Promise<void>;
  lastEventSeq(): number;
  /** Events after `after`, as they come, from whichever process runs the job; ends with the signal. */
  follow(after: number, signal: AbortSignal): AsyncGenerator<Event>;
  /** Jobs whose process died while they ran, with what was asked, so that it can be asked again. */
  interrupted(): {job: Job; request: unknown}[];
  /** Ends jobs whose process died, as interrupted. Returns them. */
  sweep(): Job[];
};

type StoredPlan = {request: string; plan: unknown};

/** What a job whose process died has left. `abandon` removes it from disk; `endOrphans` ends programs that still run and would spoil the next job. */
export type Leftovers = {abandon(job: string): void; endOrphans(): Promise<void>};

const NO_LEFTOVERS: Leftovers = {abandon: () => undefined, endOrphans: async () => undefined};

export function createJobs(state: State, clock: Clock, leftovers: Leftovers = NO_LEFTOVERS): Jobs {
  const parts: Parts = {
    store: createJobStore(state, clock),
    lease: createLease(state),
    clock,
    leftovers,
    own: {jobs: new Map(), isStopping: false},
  };
  const {store, lease} = parts;
  return {
    start: (procedure, makePlan, options) => start(parts, {procedure, makePlan, options}),
    cancel: (id) => cancel(parts, id),
    stop: () => stop(parts),
    follow: (after, signal) => follow(parts, after, signal),
    sweep: () => sweep(parts),
    planToContinue: (kind, request) =>
      (findInterrupted(parts, kind, canonicalJson(request ?? null))?.plan as StoredPlan | undefined)?.plan ?? null,
    get: (id) => store.get(id).job,
    origin: (id) => store.get(id).origin,
    newest: (limit) => store.newest(limit),
    lastEventSeq: () => store.lastEventSeq(),
    interrupted: () =>
      dead(parts)
        .filter(({job}) => job.status === 'in_progress')
        .map(({job, plan}) => ({job, request: JSON.parse((plan as StoredPlan).request) as unknown})),
    running: (lane = 'data') => {
      const id = lease.holder(lane);
      return store.unended().find(({job}) => job.id === id)?.job ?? null;
    },
  };
}

type Parts = {
  store: JobStore;
  lease: Lease;
  clock: Clock;
  leftovers: Leftovers;
  /** What this process runs, until it has ended. */
  own: {jobs: Map<string, Promise<Job>>; isStopping: boolean};
};
type Planned = {steps: readonly string[]};
type Asked<Plan, Found> = {procedure: Procedure<Plan, Found>; makePlan: () => Promise<Plan>; options: StartOptions};

async function start<Plan extends Planned, Found>(parts: Parts, asked: Asked<Plan, Found>): Promise<StartedJob> {
  const {store, lease, clock, own} = parts;
  const {kind} = asked.procedure;
  const request = canonicalJson(asked.options.request ?? null);
  requireGoingOn(parts);
  await parts.leftovers.endOrphans();
  const {job, plan} = takeInterrupted(parts, kind, request) ?? (await addNew(parts, asked, request));
  const {id} = job;
  const procedure = asked.procedure as unknown as Procedure;
  const done = runSteps({store, clock, procedure, job, plan: (plan as StoredPlan).plan})
    .finally(() => {
      lease.release(id);
    })
    .then(() => store.get(id).job);
  own.jobs.set(id, done);
  const forget = (): void => void own.jobs.delete(id);
  done.then(forget, forget);
  return {job, done};
}

/** @throws Failure JOB_ALREADY_RUNNING */
function requireGoingOn({own}: Parts): void {
  if (own.isStopping) {
    throw new Failure('JOB_ALREADY_RUNNING', 'The companion is being stopped.', {
      remedy: 'Ask again when it runs again.',
    });
  }
}

async function stop(parts: Parts): Promise<void> {
  const {store, own} = parts;
  own.isStopping = true;
  for (const id of own.jobs.keys()) {
    if (!hasEnded(store.get(id).job.status)) {
      cancel(parts, id);
    }
  }
  await Promise.allSettled(own.jobs.values());
}

/** Jobs that have not ended and whose process is gone. */
function dead({store, lease}: Parts): StoredJob[] {
  const running = LANES.map((lane) => lease.holder(lane));
  return store.unended().filter(({job}) => !running.includes(job.id));
}

/** The newest dead job of this kind and request. */
function findInterrupted(parts: Parts, kind: JobKind, request: string): StoredJob | undefined {
  return dead(parts).findLast(
    ({job, plan}) =>
      job.kind === kind &&
      job.status === 'in_progress' &&
      (plan as StoredPlan).request === request &&
      parts.clock.now() - job.created_at < CONTINUE_WITHIN_MS,
  );
}

/** The same, with the lease taken for it. */
function takeInterrupted(parts: Parts, kind: JobKind, request: string): StoredJob | null {
  const {store, lease} = parts;
  const same = findInterrupted(parts, kind, request);
  if (!same) {
    return null;
  }
  lease.take(laneOf(kind), same.job.id);
  store.tell(same.job, {type: 'note', level: 'info', text: `Continuing job ${same.job.id} where its process ended.`});
  return same;
}

async function addNew<Plan extends Planned, Found>(
  parts: Parts,
  {procedure, makePlan, options}: Asked<Plan, Found>,
  request: string,
): Promise<StoredJob> {
  const {store, lease} = parts;
  const id = newJobId();
  lease.take(laneOf(procedure.kind), id);
  try {
    sweep(parts);
    const plan = await makePlan();
    requireGoingOn(parts);
    store.add({
      id,
      kind: procedure.kind,
      actor: options.actor,
      reason: options.reason,
      subject: procedure.subject(plan),
      plan: {request, plan, steps: plan.steps},
      origin: options.origin ?? null,
    });
    return store.get(id);
  } catch (error) {
    lease.release(id);
    throw error;
  }
}

function sweep(parts: Parts): Job[] {
  return dead(parts).map(({job}) => {
    const code = job.status === 'cancel_requested' ? 'JOB_CANCELED' : 'JOB_INTERRUPTED';
    const error = errorBody(new Failure(code, `The process of job ${job.id} ended before the job did.`));
    parts.leftovers.abandon(job.id);
    parts.store.setStatus(job, code === 'JOB_CANCELED' ? 'canceled' : 'error', {error});
    return job;
  });
}

function cancel(parts: Parts, id: string): Job {
  const {store, lease} = parts;
  const {job} = store.get(id);
  if (hasEnded(job.status)) {
    throw new Failure('JOB_NOT_RUNNING', `Job ${id} ended with ${job.status}.`);
  }
  store.setStatus(job, 'cancel_requested');
  if (lease.holder(laneOf(job.kind)) !== id) {
    sweep(parts);
  }
  return store.get(id).job;
}

async function* follow({store, clock}: Parts, after: number, signal: AbortSignal): AsyncGenerator<Event> {
  let seq = after;
  while (!signal.aborted) {
    const events = store.eventsAfter(seq);
    for (const event of events) {
      seq = event.seq;
      yield event;
    }
    if (events.length === 0) {
      await clock.sleep(EVENT_POLL_MS);
    }
  }
}
