import type {Actor, Job} from '@disaster-recovery/contract';
import {hasEnded, type Jobs, type Origin, type StartedJob} from '../jobs/index.ts';
import type {Clock} from '../kernel/clock.ts';
import {asFailure} from '../kernel/failure.ts';
import {formatDuration} from '../kernel/format.ts';
import type {Ledger} from '../ledger/index.ts';
import {dueBetween} from './occurrences.ts';
import type {ScheduleSetting} from './setting.ts';
import type {Follower, ScheduleRow, ScheduleStore, StoredRun} from './store.ts';

const TRIES = 3;
const TRY_AGAIN_MS = 15 * 60_000;

/** What a schedule sets going. Each throws JOB_ALREADY_RUNNING when something else runs. */
export type Begin = {
  backup(setting: ScheduleSetting, by: {actor: Actor; origin?: Origin}): Promise<StartedJob>;
  follow(follower: Follower, set: string, actor: Actor): Promise<StartedJob>;
};

type Parts = {
  clock: Clock;
  ledger: Ledger;
  jobs: Pick<Jobs, 'get' | 'interrupted'>;
  store: ScheduleStore;
  begin: Begin;
};

const actorOf = ({name}: ScheduleSetting): Actor => ({kind: 'system', id: 'schedule', name: `schedule ${name}`});

/** One look at a schedule: follows its run, or starts what is due. At most one of its runs goes at a time. */
export async function advance(parts: Parts, setting: ScheduleSetting, row: ScheduleRow): Promise<void> {
  const run = parts.store.newestRun(setting.name);
  if (run?.outcome === 'running' && !(await follow(parts, setting, {run, row}))) {
    return;
  }
  if (row.pausedAt !== null) {
    return;
  }
  const now = parts.clock.now();
  const found = dueBetween(setting, {after: row.handledAt, now});
  if (found) {
    const {due, before} = found;
    const waited = run?.outcome === 'waiting' && run.due === due ? run : null;
    await startDue(parts, setting, {run: {...(waited ?? newRun(due, now)), missed: before}, row});
  } else if (run && isToTryAgain(run, now)) {
    await startDue(parts, setting, {run, row});
  }
}

const isToTryAgain = ({outcome, next_try: at}: StoredRun, now: number): boolean =>
  outcome === 'waiting' || (outcome === 'error' && at !== null && at <= now);

/** A run that nothing is known of yet. */
export const newRun = (due: number, at: number): StoredRun => ({
  due,
  at,
  job: null,
  current: null,
  rest: [],
  outcome: 'waiting',
  tries: 0,
  missed: 0,
  message: null,
  next_try: null,
});

async function startDue(
  parts: Parts,
  setting: ScheduleSetting,
  {run, row}: {run: StoredRun; row: ScheduleRow},
): Promise<void> {
  const {clock, store, begin, ledger} = parts;
  const actor = actorOf(setting);
  const account = (outcome: Partial<StoredRun>): void => {
    store.together(() => {
      store.saveRun(setting.name, {...run, next_try: null, at: clock.now(), ...outcome});
      store.save(setting.name, {...row, handledAt: Math.max(row.handledAt, run.due)});
    });
  };
  const late = clock.now() - run.due;
  if (setting.windowMs !== null && late > setting.windowMs) {
    const message = `It could not begin within ${formatDuration(setting.windowMs)} of its time.${run.message ? ` ${run.message}` : ''}`;
    account({outcome: 'missed', message});
    ledger.append('schedule.missed', actor, {schedule: setting.name, due: run.due, message});
    return;
  }
  try {
    const {job} = await begin.backup(setting, {actor});
    account(begun(setting, {...run, tries: run.tries + 1}, job));
  } catch (error) {
    const {code, message} = asFailure(error);
    if (code === 'JOB_ALREADY_RUNNING') {
      // Not accounted for: it begins when that job has ended, or the next one takes its place.
      store.saveRun(setting.name, {...run, outcome: 'waiting', message});
    } else {
      account(failed(run, run.tries + 1, {now: clock.now(), message: `${code}: ${message}`}));
      ledger.append('schedule.failed', actor, {schedule: setting.name, due: run.due, code, message});
    }
  }
}

/** A run whose backup has begun. */
export function begun({verify, keep}: ScheduleSetting, run: StoredRun, job: Job): StoredRun {
  const rest: Follower[] = [
    ...(verify === null ? [] : [{kind: 'verify' as const, level: verify}]),
    // Last: what is removed is decided when all that could be wrong with the new set is known.
    ...keep.map((repository) => ({kind: 'keep' as const, repository})),
  ];
  return {...run, outcome: 'running', job: job.id, current: job.id, rest, message: null, next_try: null};
}

function failed(run: StoredRun, tries: number, {now, message}: {now: number; message: string}): StoredRun {
  return {...run, outcome: 'error', tries, message, at: now, next_try: tries < TRIES ? now + TRY_AGAIN_MS : null};
}

/** Whether the run has come to its end. */
async function follow(
  parts: Parts,
  setting: ScheduleSetting,
  {run, row}: {run: StoredRun; row: ScheduleRow},
): Promise<boolean> {
  const job = parts.jobs.get(run.current ?? '');
  if (!hasEnded(job.status)) {
    await takeUpInterrupted(parts, setting, {run, job});
    return false;
  }
  const next = afterJob(run, job, parts.clock.now());
  if (next.outcome === 'running') {
    await startNext(parts, setting, {run: next, row});
    return false;
  }
  parts.store.saveRun(setting.name, next);
  return true;
}

/** What becomes of a run whose job has ended; it runs on when something follows. */
function afterJob(run: StoredRun, job: Job, now: number): StoredRun {
  const ended = {...run, next_try: null, at: now};
  const message = job.error ? `${job.error.code}: ${job.error.message}` : null;
  if (job.status === 'canceled' && run.next_try !== null) {
    // Nobody canceled it: the companion stopped.
    return isBackup(run) ? {...run, at: now, outcome: 'error', message: 'The companion was stopped.'} : ended;
  }
  if (isBackup(run) && job.status === 'canceled') {
    // Who cancels it does not want it tried again.
    return {...ended, outcome: 'canceled', message};
  }
  if (isBackup(run) && job.status === 'error') {
    return failed(run, run.tries, {now, message: message ?? says(job)});
  }
  const worst = job.status === 'success' ? run.message : (message ?? run.message ?? says(job));
  const rest = isBackup(run) ? run.rest : run.rest.slice(1);
  return {
    ...ended,
    message: worst,
    rest,
    outcome: rest.length > 0 ? 'running' : worst === null ? 'success' : 'warning',
  };
}

const isBackup = ({job, current}: StoredRun): boolean => current === job;
const says = ({kind, id, status}: Job): string => `The job ${id} (${kind}) ended with ${status}.`;

/** Starts the first of what follows. What cannot be started is told in the run and holds up nothing after it. */
async function startNext(
  parts: Parts,
  setting: ScheduleSetting,
  {run, row}: {run: StoredRun; row: ScheduleRow},
): Promise<void> {
  const {clock, store, jobs, begin} = parts;
  const [next, ...rest] = run.rest;
  if (!next) {
    return;
  }
  try {
    const {job} = await begin.follow(next, jobs.get(run.job ?? '').subject ?? '', actorOf(setting));
    store.saveRun(setting.name, {...run, current: job.id, at: clock.now()});
  } catch (error) {
    const {code, message} = asFailure(error);
    if (code === 'JOB_ALREADY_RUNNING') {
      // What follows a backup never keeps the next one waiting.
      if (dueBetween(setting, {after: row.handledAt, now: clock.now()})) {
        const left = `The next run was due before what follows could begin: ${message}`;
        store.saveRun(setting.name, {...run, message: left, at: clock.now(), outcome: 'warning', rest: []});
      }
      return;
    }
    const told = {...run, message: `${code}: ${message}`, at: clock.now()};
    if (rest.length > 0) {
      await startNext(parts, setting, {run: {...told, rest}, row});
    } else {
      store.saveRun(setting.name, {...told, outcome: 'warning', rest});
    }
  }
}

/** The process of a job that is neither ended nor alive is gone. Asked for again, it goes on where its journal ends; what is too old for that begins anew. */
async function takeUpInterrupted(
  {jobs, store, begin}: Parts,
  setting: ScheduleSetting,
  {run, job}: {run: StoredRun; job: Job},
): Promise<void> {
  if (!jobs.interrupted().some((interrupted) => interrupted.job.id === job.id)) {
    return;
  }
  const actor = actorOf(setting);
  const [follower] = run.rest;
  try {
    if (isBackup(run)) {
      const again = await begin.backup(setting, {actor});
      store.saveRun(setting.name, {...run, job: again.job.id, current: again.job.id});
    } else if (follower) {
      const again = await begin.follow(follower, jobs.get(run.job ?? '').subject ?? '', actor);
      store.saveRun(setting.name, {...run, current: again.job.id});
    }
  } catch (error) {
    const message = `The interrupted job ${job.id} does not go on yet: ${asFailure(error).message}`;
    store.saveRun(setting.name, {...run, message});
  }
}
