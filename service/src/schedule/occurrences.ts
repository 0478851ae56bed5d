import {createHash} from 'node:crypto';
import {Cron} from 'croner';
import type {ScheduleSetting} from './setting.ts';

/** How many missed runs are counted; of more it is enough to know that they are many. */
const MOST_COUNTED = 1000;
/** Cron times are whole seconds. */
const SECOND = 1000;

type Times = Pick<ScheduleSetting, 'name' | 'cron' | 'timeZone' | 'jitterMs'>;

/** The zone in which machine and people here read the clock. */
const localTimeZone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone;

export const timeZoneOf = ({timeZone}: Pick<Times, 'timeZone'>): string => timeZone ?? localTimeZone();

/** What makes two schedules come at the same times. */
export const definitionOf = (times: Times): string => JSON.stringify([times.cron, timeZoneOf(times), times.jitterMs]);

const cronOf = (times: Times): Cron =>
  new Cron(times.cron, {timezone: timeZoneOf(times), mode: '5-part', paused: true});

/**
 * The runs in `(after, until]`, in their order. A time that a change of the clock leaves out comes at the end of the gap, one that the
 * clock shows twice is run once; an hourly one is run each hour that passes. Jitter must be shorter than the time between two runs.
 */
export function* occurrences(times: Times, {after, until}: {after: number; until: number}): Generator<number> {
  const cron = cronOf(times);
  // What is due by its cron time before `after` may begin behind it, by its jitter.
  let at = cron.nextRun(new Date(after - times.jitterMs));
  while (at !== null && at.getTime() <= until) {
    const due = withJitter(times, at);
    if (due > after && due <= until) {
      yield due;
    }
    at = cron.nextRun(at);
  }
}

/** What came due in `(after, now]`: the newest, and how many came before it. A long time is not walked through. */
export function dueBetween(
  times: Times,
  {after, now}: {after: number; now: number},
): {due: number; before: number} | null {
  const [due, ...earlier] = [...backwards(times, {after, now})];
  return due === undefined ? null : {due, before: earlier.length};
}

function* backwards(times: Times, {after, now}: {after: number; now: number}): Generator<number> {
  const cron = cronOf(times);
  // The reference itself is not among those before it.
  let [at] = cron.previousRuns(1, new Date(now + SECOND));
  for (let count = 0; at !== undefined && count <= MOST_COUNTED; [at] = cron.previousRuns(1, at)) {
    const due = withJitter(times, at);
    if (due <= after) {
      return;
    }
    if (due <= now) {
      count += 1;
      yield due;
    }
  }
}

/** The same for one run whenever it is asked, or a preview would lie. */
function withJitter({name, jitterMs}: Times, at: Date): number {
  const draw = createHash('sha256').update(`${name} ${at.getTime()}`).digest().readUInt32BE() / 2 ** 32;
  return at.getTime() + Math.floor((draw * jitterMs) / SECOND) * SECOND;
}
