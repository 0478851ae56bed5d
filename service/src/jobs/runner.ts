import type {Job, StepRecord} from '@disaster-recovery/contract';
import type {Clock} from '../kernel/clock.ts';
import {asFailure, errorBody, Failure} from '../kernel/failure.ts';
import type {Procedure, Step, StepContext} from './procedure.ts';
import {createRate} from './rate.ts';
import type {JobStore} from './store.ts';

const PROGRESS_EVERY_MS = 400;
const CANCEL_POLL_MS = 300;

/** A job that holds the lease, with what its steps are run by. */
export type Run = {store: JobStore; clock: Clock; procedure: Procedure; job: Job; plan: unknown};

/**
 * Runs the steps of a job that holds the lease, from where its journal ends. Journals before and after each step.
 * Never rejects: the outcome is in the store.
 */
export async function runSteps(run: Run): Promise<void> {
  const {store, procedure, job, plan} = run;
  const abort = new AbortController();
  const watching = watchForCancel(run, abort);
  try {
    store.setStatus(job, 'in_progress');
    const found = await runEach(run, abort.signal);
    const {result, status} = procedure.conclude(plan, found);
    await cleanUp(run, status);
    store.setStatus(job, status, {result});
  } catch (error) {
    await recordFailure(
      run,
      abort.signal.aborted || isCanceled(run)
        ? new Failure('JOB_CANCELED', `Job ${job.id} was canceled.`)
        : asFailure(error),
    );
  } finally {
    abort.abort(new Error('the job has ended'));
    await watching;
  }
}

/** Asked also of the store: Ctrl-C reaches the programs of a step at the same moment, and they may end before the poll has seen the request. */
function isCanceled({store, job}: Pick<Run, 'store' | 'job'>): boolean {
  return store.get(job.id).job.status === 'cancel_requested';
}

async function recordFailure(run: Run, failure: Failure): Promise<void> {
  const outcome = failure.code === 'JOB_CANCELED' ? 'canceled' : 'error';
  await cleanUp(run, outcome);
  run.store.setStatus(run.job, outcome, {error: errorBody(failure)});
}

/** What the job came to does not change because something could not be removed. */
async function cleanUp({store, procedure, job, plan}: Run, outcome: Parameters<Procedure['clean']>[2]): Promise<void> {
  try {
    await procedure.clean(job.id, plan, outcome);
  } catch (error) {
    store.tell(job, {type: 'note', level: 'warning', text: `Cleaning up failed: ${asFailure(error).message}`});
  }
}

async function runEach(run: Run, signal: AbortSignal): Promise<Record<string, unknown>> {
  const {store, procedure, job} = run;
  const journal = new Map(store.journal(job.id).map((row) => [row.step, row]));
  let found: Record<string, unknown> = {};
  let committed = false;
  for (const [index, step] of procedure.steps.entries()) {
    if (!committed) {
      signal.throwIfAborted();
    }
    const before = journal.get(step.name);
    if (before?.outcome === 'done') {
      found = {...found, ...(JSON.parse(before.output ?? '{}') as object)};
      committed ||= step.commits === true;
      continue;
    }
    found = {
      ...found,
      ...(await runOne(run, {
        step,
        index,
        found,
        repeated: before !== undefined,
        signal: committed ? new AbortController().signal : signal,
      })),
    };
    committed ||= step.commits === true;
  }
  return found;
}

type Current = {
  step: Step<unknown, unknown>;
  index: number;
  found: Record<string, unknown>;
  repeated: boolean;
  signal: AbortSignal;
};

async function runOne(run: Run, current: Current): Promise<object> {
  const {store, clock, job, plan} = run;
  const {step, found} = current;
  const startedAt = clock.now();
  const record = (outcome: StepRecord['outcome'], ms: number | null, output?: unknown) => {
    store.recordStep(job.id, {name: step.name, outcome, started_at: startedAt, ms}, output);
  };
  if (step.skip?.(plan)) {
    record('skipped', 0);
    store.tell(job, {type: 'step', step: step.name, outcome: 'skipped', ms: 0});
    return {};
  }
  record('running', null);
  store.tell(job, {type: 'step', step: step.name, outcome: 'started', ms: null});
  try {
    const output = (await step.run(plan, found, contextOf(run, current))) as object;
    const ms = clock.now() - startedAt;
    record('done', ms, output);
    store.tell(job, {type: 'step', step: step.name, outcome: 'done', ms});
    return output;
  } catch (error) {
    const ms = clock.now() - startedAt;
    record('failed', ms);
    store.tell(job, {type: 'step', step: step.name, outcome: 'failed', ms});
    throw error;
  }
}

function contextOf({store, clock, procedure, job}: Run, {step, index, repeated, signal}: Current): StepContext {
  const rateOf = createRate();
  let lastTold = 0;
  return {
    job: job.id,
    actor: job.actor,
    signal,
    repeated,
    note: (level, text) => {
      store.tell(job, {type: 'note', level, text});
    },
    durations: () =>
      store
        .journal(job.id)
        .filter((row) => row.outcome === 'done')
        .map((row) => ({step: row.step, ms: row.ms ?? 0})),
    progress: ({done, total, unit, waiting}) => {
      const now = clock.now();
      const rate = rateOf(now, done);
      if (now - lastTold < PROGRESS_EVERY_MS && done !== total) {
        return;
      }
      lastTold = now;
      store.saveProgress(job, {
        phase: step.name,
        step: index + 1,
        steps: procedure.steps.length,
        done,
        total,
        unit,
        rate,
        ...(waiting && {waiting}),
        eta_ms: rate !== null && rate > 0 && total !== null ? Math.max(0, ((total - done) / rate) * 1000) : null,
      });
    },
  };
}

async function watchForCancel(run: Run, abort: AbortController): Promise<void> {
  while (!abort.signal.aborted) {
    if (isCanceled(run)) {
      abort.abort(new Failure('JOB_CANCELED', `Job ${run.job.id} was canceled.`));
      return;
    }
    // The wait ends early, by rejection, when the job has ended; that is not an error.
    await run.clock.sleep(CANCEL_POLL_MS, abort.signal).catch((reason: unknown) => {
      if (!abort.signal.aborted) {
        throw reason;
      }
    });
  }
}
