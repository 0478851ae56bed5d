import type {PlannedRun, Schedule, ScheduledRun, SchedulePreview} from '@disaster-recovery/contract';
import {occurrences, timeZoneOf} from './occurrences.ts';
import type {ScheduleSetting} from './setting.ts';
import type {ScheduleRow, StoredRun} from './store.ts';

const DAY_MS = 86_400_000;
/** So many runs to come a list shows. */
const NEXT_SHOWN = 3;
const LOOK_AHEAD_MS = 400 * DAY_MS;
const MOST_PREVIEWED = 500;

type Seen = {row: ScheduleRow; run: StoredRun | null; now: number};

/** A schedule as people see it. */
export function describeSchedule(setting: ScheduleSetting, {row, run, now}: Seen): Schedule {
  const {name, cron, scope, verify} = setting;
  const {pausedAt, pausedBy} = row;
  return {
    name,
    cron,
    time_zone: timeZoneOf(setting),
    scope: [...scope],
    verify,
    next: pausedAt === null ? nextOf(setting, {now, most: NEXT_SHOWN}) : [],
    last: run && shown(run),
    paused: pausedAt === null ? null : {since: pausedAt, by: pausedBy ?? ''},
  };
}

/** The first of the runs to come. */
export function nextOfAll(settings: readonly ScheduleSetting[], now: number): PlannedRun | null {
  const first = settings.flatMap((setting) => planned(setting, nextOf(setting, {now, most: 1})));
  return first.sort((a, b) => a.at - b.at)[0] ?? null;
}

/** All runs of the next days, in the order of time. */
export function preview(
  settings: readonly ScheduleSetting[],
  {now, days}: {now: number; days: number},
): SchedulePreview {
  const until = now + days * DAY_MS;
  const runs = settings
    .flatMap((setting) => planned(setting, firstOf(occurrences(setting, {after: now, until}), MOST_PREVIEWED + 1)))
    .sort((a, b) => a.at - b.at);
  return {runs: runs.slice(0, MOST_PREVIEWED), truncated: runs.length > MOST_PREVIEWED};
}

function nextOf(setting: ScheduleSetting, {now, most}: {now: number; most: number}): number[] {
  return firstOf(occurrences(setting, {after: now, until: now + LOOK_AHEAD_MS}), most);
}

function planned(setting: ScheduleSetting, times: readonly number[]): PlannedRun[] {
  return times.map((at) => ({schedule: setting.name, at, time_zone: timeZoneOf(setting)}));
}

function firstOf<T>(all: Iterable<T>, most: number): T[] {
  const found: T[] = [];
  for (const one of all) {
    found.push(one);
    if (found.length === most) {
      break;
    }
  }
  return found;
}

function shown({current: _current, rest: _rest, ...run}: StoredRun): ScheduledRun {
  return run;
}
