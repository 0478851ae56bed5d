import type {
  Actor,
  PlannedRun,
  PreviewRequest,
  Schedule,
  ScheduledRun,
  SchedulePreview,
} from '@disaster-recovery/contract';
import type {Jobs, Origin, StartedJob} from '../jobs/index.ts';
import type {Clock} from '../kernel/clock.ts';
import {Failure} from '../kernel/failure.ts';
import type {State} from '../kernel/state.ts';
import type {Ledger} from '../ledger/index.ts';
import {definitionOf, occurrences, timeZoneOf} from './occurrences.ts';
import {advance, begun, newRun, type Begin} from './run.ts';
import type {ScheduleSetting} from './setting.ts';
import {createScheduleStore, type ScheduleRow, type StoredRun} from './store.ts';

const DAY_MS = 86_400_000;
/** So many runs to come a list shows. */
const NEXT_SHOWN = 3;
const LOOK_AHEAD_MS = 400 * DAY_MS;
const MOST_PREVIEWED = 500;

export type ScheduleParts = {
  clock: Clock;
  state: State;
  ledger: Ledger;
  jobs: Pick<Jobs, 'get' | 'interrupted'>;
  /** As the configuration has them now. */
  settings(): readonly ScheduleSetting[];
  begin: Begin;
};

export type Schedules = {
  list(): Schedule[];
  /** Of all schedules that are not paused. */
  next(): PlannedRun | null;
  /** @throws Failure NOT_FOUND */
  preview(request: PreviewRequest): SchedulePreview;
  /** Starts what a schedule starts, now, without changing its times. @throws Failure NOT_FOUND, JOB_ALREADY_RUNNING, … as a backup */
  run(name: string, actor: Actor, origin?: Origin): Promise<StartedJob>;
  /** No run begins until `resume`; one that runs goes on. @throws Failure NOT_FOUND */
  pause(name: string, actor: Actor): Schedule;
  /** What came due meanwhile is not made up for. @throws Failure NOT_FOUND */
  resume(name: string, actor: Actor): Schedule;
  /** The companion stops, and with it what runs: that is done again by the one that starts next. */
  stop(): void;
  /** Starts what is due and follows what runs. Asked for again and again while the companion runs. */
  tick(): Promise<void>;
};

export function createSchedules(parts: ScheduleParts): Schedules {
  const {clock, ledger, settings} = parts;
  const store = createScheduleStore(parts.state);

  function settingOf(name: string): ScheduleSetting {
    const found = settings().find((setting) => setting.name === name);
    if (!found) {
      const names = settings().map((setting) => setting.name);
      throw new Failure(
        'NOT_FOUND',
        `There is no schedule ${name}. ${names.length === 0 ? 'None is configured.' : `There is ${names.join(', ')}.`}`,
        {remedy: 'Name one of those, or add it to `schedules` in the configuration.'},
      );
    }
    return found;
  }

  /** A schedule begins to count when it is first seen, and anew when its times change: what it would have run before is not made up for. */
  function rowOf(setting: ScheduleSetting): ScheduleRow {
    const definition = definitionOf(setting);
    const now = clock.now();
    const found = store.row(setting.name);
    const isClockBack = found !== null && found.handledAt > now + DAY_MS;
    if (found?.definition === definition && !isClockBack) {
      return found;
    }
    const row = {pausedAt: null, pausedBy: null, ...found, definition, handledAt: now};
    store.save(setting.name, row);
    return row;
  }

  function describe(setting: ScheduleSetting): Schedule {
    const {pausedAt, pausedBy} = rowOf(setting);
    const {name, cron, scope, verify} = setting;
    const run = store.newestRun(name);
    return {
      name,
      cron,
      time_zone: timeZoneOf(setting),
      scope: [...scope],
      verify,
      next: pausedAt === null ? nextOf(setting, {now: clock.now(), most: NEXT_SHOWN}) : [],
      last: run && shown(run),
      paused: pausedAt === null ? null : {since: pausedAt, by: pausedBy ?? ''},
    };
  }

  return {
    list: () => settings().map(describe),
    next: () => {
      const running = settings().filter((setting) => rowOf(setting).pausedAt === null);
      const first = running.flatMap((setting) =>
        nextOf(setting, {now: clock.now(), most: 1}).map((at) => ({
          schedule: setting.name,
          at,
          time_zone: timeZoneOf(setting),
        })),
      );
      return first.sort((a, b) => a.at - b.at)[0] ?? null;
    },
    preview: ({schedule, days}) =>
      previewOf(schedule === undefined ? settings() : [settingOf(schedule)], {now: clock.now(), days}),
    run: async (name, actor, origin) => {
      const setting = settingOf(name);
      const started = await parts.begin.backup(setting, {actor, ...(origin && {origin})});
      const now = clock.now();
      store.saveRun(name, begun(setting, {...newRun(now, now), tries: 1}, started.job));
      return started;
    },
    pause: (name, actor) => {
      const setting = settingOf(name);
      store.save(name, {...rowOf(setting), pausedAt: clock.now(), pausedBy: actor.name});
      store.letGo(name, `${actor.name} paused the schedule.`, clock.now());
      ledger.append('schedule.paused', actor, {schedule: name});
      return describe(setting);
    },
    resume: (name, actor) => {
      const setting = settingOf(name);
      store.save(name, {...rowOf(setting), handledAt: clock.now(), pausedAt: null, pausedBy: null});
      ledger.append('schedule.resumed', actor, {schedule: name});
      return describe(setting);
    },
    stop: () => {
      for (const {name} of settings()) {
        store.markStopped(name, clock.now());
      }
    },
    tick: async () => {
      const looks = [];
      for (const setting of settings()) {
        // One after the other, as two could not run at once; one that cannot be looked at holds up no other.
        looks.push(...(await Promise.allSettled([advance({...parts, store}, setting, rowOf(setting))])));
      }
      const failed = looks.find((look) => look.status === 'rejected');
      if (failed) {
        throw failed.reason;
      }
    },
  };
}

function nextOf(setting: ScheduleSetting, {now, most}: {now: number; most: number}): number[] {
  return firstOf(occurrences(setting, {after: now, until: now + LOOK_AHEAD_MS}), most);
}

function previewOf(settings: readonly ScheduleSetting[], {now, days}: {now: number; days: number}): SchedulePreview {
  const until = now + days * DAY_MS;
  const runs: PlannedRun[] = settings
    .flatMap((setting) => {
      const first = firstOf(occurrences(setting, {after: now, until}), MOST_PREVIEWED + 1);
      return first.map((at) => ({schedule: setting.name, at, time_zone: timeZoneOf(setting)}));
    })
    .sort((a, b) => a.at - b.at);
  return {runs: runs.slice(0, MOST_PREVIEWED), truncated: runs.length > MOST_PREVIEWED};
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
