import type {PlannedRun, Schedule, ScheduledRun} from '@disaster-recovery/contract';
import {counted} from './plural.ts';

const OUTCOMES = {
  waiting: 'waits',
  running: 'is running',
  success: 'done',
  warning: 'done, with warnings',
  error: 'failed',
  canceled: 'canceled',
  missed: 'missed',
} as const satisfies Record<ScheduledRun['outcome'], string>;

/** `Sun 2027-03-28 03:00 CEST`: as the clock on the wall of that zone shows it. */
export function wallTime(ms: number, timeZone: string): string {
  const parts = Object.fromEntries(
    new Intl.DateTimeFormat('en-GB', {
      timeZone,
      weekday: 'short',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
      timeZoneName: 'short',
    })
      .formatToParts(ms)
      .map(({type, value}) => [type, value]),
  ) as Record<Intl.DateTimeFormatPartTypes, string>;
  return `${parts.weekday} ${parts.year}-${parts.month}-${parts.day} ${parts.hour}:${parts.minute} ${parts.timeZoneName}`;
}

/** When a schedule runs next, or since when it does not. */
export function nextWords({next, paused, time_zone: zone}: Schedule): string {
  if (paused) {
    return `paused since ${wallTime(paused.since, zone)} by ${paused.by}`;
  }
  return next[0] === undefined ? 'never' : wallTime(next[0], zone);
}

/** How the last run went, with the reason when it did not go well. */
export function lastWords({last, time_zone: zone}: Schedule): string {
  if (!last) {
    return 'none yet';
  }
  const {outcome, due, missed, message, next_try: again} = last;
  return [
    `${wallTime(due, zone)}: ${OUTCOMES[outcome]}`,
    ...(missed > 0 ? [`, after ${counted(missed, 'run')} that nobody could make`] : []),
    ...(message === null ? [] : [`. ${message}`]),
    ...(again === null ? [] : [` It is tried again ${wallTime(again, zone)}.`]),
  ].join('');
}

export function plannedWords({at, schedule, time_zone: zone}: PlannedRun): string {
  return `${wallTime(at, zone)}  ${schedule}`;
}

export const NO_SCHEDULES =
  'No schedule is configured: a backup is made only when somebody asks for one. Add `schedules` to the configuration.';
