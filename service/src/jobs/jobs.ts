import type {Actor, Event, Job, JobKind} from '@disaster-recovery/contract';
import {canonicalJson} from '../kernel/canonical_json.ts';
import type {Clock} from '../kernel/clock.ts';
import {errorBody, Failure} from '../kernel/failure.ts';
import {newJobId} from '../kernel/ids.ts';
import type {State} from '../kernel/state.ts';
import {createLease} from './lease.ts';
import type {Procedure} from './procedure.ts';
import {runSteps} from './runner.ts';
import {createJobStore, hasEnded, type Origin, type StoredJob} from './store.ts';

/** An interrupted job is continued when the same thing is asked again within this time; later its T0 would surprise. */
const CONTINUE_WITHIN_MS = 60 * 60 * 1000;
const EVENT_POLL_MS = 200;

export type StartOptions = {
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
  start<Plan extends {steps: readonly string[]}>(procedure: Procedure<Plan, never>, makePlan: () => Promise<Plan>, options: StartOptions): Promise<StartedJob>;
  get(id: string): Job;
  origin(id: string): Origin | null;
  newest(limit: number): Job[];
  running(): Job | null;
  /** @throws Failure NOT_FOUND, JOB_NOT_RUNNING */
  cancel(id: string): Job;
  lastEventSeq(): number;
  /** Events after `after`, as they come, from whichever process runs the job; ends with the signal. */
  follow(after: number, signal: AbortSignal): AsyncGenerator<Event>;
  /** Jobs whose process died while they ran, with what was asked, so that it can be asked again. */
  interrupted(): {job: Job; request: unknown}[];
  /** Ends jobs whose process died, as interrupted. Returns them. */
  sweep(): Job[];
};

type StoredPlan = {request: string; plan: unknown};

export function createJobs(state: State, clock: Clock): Jobs {
  const store = createJobStore(state, clock);
  const lease = createLease(state);

  async function start<Plan extends {steps: readonly string[]}>(procedure: Procedure<Plan, never>, makePlan: () => Promise<Plan>, options: StartOptions): Promise<StartedJob> {
    const request = canonicalJson(options.request ?? null);
    const stored = takeInterrupted(procedure.kind, request) ?? await addNew(procedure, makePlan, options, request);
    const {plan} = stored.plan as StoredPlan;
    const {id} = stored.job;
    const done = runSteps(store, clock, procedure as unknown as Procedure, stored.job, plan)
      .finally(() => { lease.release(id); })
      .then(() => store.get(id).job);
    return {job: stored.job, done};
  }

  /** The newest dead job of this kind and request, with the lease taken for it. */
  function takeInterrupted(kind: JobKind, request: string): StoredJob | null {
    const running = lease.holder();
    const dead = store.unended().filter(({job}) => job.id !== running);
    const same = dead.findLast(({job, plan}) =>
      job.kind === kind && job.status === 'in_progress' && (plan as StoredPlan).request === request && clock.now() - job.created_at < CONTINUE_WITHIN_MS);
    if (!same) {
      return null;
    }
    lease.take(same.job.id);
    store.tell(same.job, {type: 'note', level: 'info', text: `Continuing job ${same.job.id} where its process ended.`});
    return same;
  }

  async function addNew<Plan extends {steps: readonly string[]}>(procedure: Procedure<Plan, never>, makePlan: () => Promise<Plan>, options: StartOptions, request: string): Promise<StoredJob> {
    const id = newJobId();
    lease.take(id);
    try {
      sweep();
      const plan = await makePlan();
      return store.add({
        id, kind: procedure.kind, actor: options.actor, reason: options.reason, subject: procedure.subject(plan),
        plan: {request, plan, steps: plan.steps}, origin: options.origin ?? null,
      });
    } catch (error) {
      lease.release(id);
      throw error;
    }
  }

  function sweep(): Job[] {
    const running = lease.holder();
    return store.unended().filter(({job}) => job.id !== running).map(({job}) => {
      const code = job.status === 'cancel_requested' ? 'JOB_CANCELED' : 'JOB_INTERRUPTED';
      store.setStatus(job, code === 'JOB_CANCELED' ? 'canceled' : 'error', {error: errorBody(new Failure(code, `The process of job ${job.id} ended before the job did.`))});
      return job;
    });
  }

  function cancel(id: string): Job {
    const {job} = store.get(id);
    if (hasEnded(job.status)) {
      throw new Failure('JOB_NOT_RUNNING', `Job ${id} ended with ${job.status}.`);
    }
    store.setStatus(job, 'cancel_requested');
    if (lease.holder() !== id) {
      sweep();
    }
    return store.get(id).job;
  }

  async function* follow(after: number, signal: AbortSignal): AsyncGenerator<Event> {
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

  return {
    start, cancel, follow, sweep,
    interrupted: () => {
      const running = lease.holder();
      return store.unended().filter(({job}) => job.id !== running && job.status === 'in_progress')
        .map(({job, plan}) => ({job, request: JSON.parse((plan as StoredPlan).request) as unknown}));
    },
    get: (id) => store.get(id).job,
    origin: (id) => store.get(id).origin,
    newest: (limit) => store.newest(limit),
    lastEventSeq: () => store.lastEventSeq(),
    running: () => {
      const id = lease.holder();
      return store.unended().find(({job}) => job.id === id)?.job ?? null;
    },
  };
}
