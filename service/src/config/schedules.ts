import {Cron} from 'croner';
import {z} from 'zod';
import {Part, ScheduleName, VerifyLevel} from '@disaster-recovery/contract';
import {isTimeZone, TimeZone} from './time_zone.ts';

const MINUTE_MS = 60_000;
/** So many runs are looked at for the shortest time between two. */
const RUNS_COMPARED = 50;

/** One entry of `schedules`. */
const Schedule = z
  .object({
    name: ScheduleName.describe('What it is called in `drctl schedule`, messages and metrics.'),
    cron: z
      .string()
      .describe(
        'When: minute, hour, day of the month, month, day of the week. `30 2 * * *` is 02:30 each day; a time that the change to summer time leaves out comes at the end of the gap.',
      ),
    time_zone: TimeZone.optional().describe(
      'In whose clock the times are, e.g. `Europe/Berlin`. Default: that of this machine.',
    ),
    scope: z.array(Part).min(1).optional().describe('Parts to take. Default: all.'),
    jitter_minutes: z
      .number()
      .min(0)
      .max(720)
      .default(0)
      .describe('Each run begins up to so much later, so that several servers do not begin in the same minute.'),
    window_minutes: z
      .number()
      .min(1)
      .max(43_200)
      .optional()
      .describe(
        'A run that could not begin so long after its time is missed. Default: it begins as soon as it can, one for all that were missed.',
      ),
    copies: z
      .array(z.string())
      .optional()
      .describe('Names of the copies that its sets go to; an empty list: none. Default: all.'),
    verify: VerifyLevel.optional().describe(
      'Level at which each new set is verified. Default: none beyond the comparison of rows and files that each backup makes.',
    ),
  })
  .strict()
  .superRefine(({cron, time_zone: zone, jitter_minutes: jitter}, context) => {
    const problem = problemOf(cron, {zone, jitterMs: jitter * MINUTE_MS});
    if (problem !== null) {
      context.addIssue({code: 'custom', path: [problem.path], message: problem.message});
    }
  });

export const Schedules = z.array(Schedule).superRefine((all, context) => {
  all.forEach(({name}, index) => {
    if (all.findIndex((other) => other.name === name) < index) {
      context.addIssue({code: 'custom', path: [index, 'name'], message: `another schedule is called ${name}`});
    }
  });
});

/** What is wrong with its times. */
function problemOf(
  cron: string,
  {zone, jitterMs}: {zone: string | undefined; jitterMs: number},
): {path: string; message: string} | null {
  let runs: Date[];
  try {
    const isZone = zone !== undefined && isTimeZone(zone);
    runs = new Cron(cron, {mode: '5-part', paused: true, ...(isZone && {timezone: zone})}).nextRuns(RUNS_COMPARED);
  } catch (error) {
    return {path: 'cron', message: `cannot be read: ${(error as Error).message.replace(/^Cron\w+: /, '')}`};
  }
  if (runs.length === 0) {
    return {path: 'cron', message: 'never comes'};
  }
  const gaps = runs.slice(1).map((run, index) => run.getTime() - (runs[index]?.getTime() ?? 0));
  return jitterMs >= Math.min(...gaps)
    ? {path: 'jitter_minutes', message: 'must be shorter than the time between two runs'}
    : null;
}
