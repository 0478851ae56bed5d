import type {Actor, PlannedRun, PreviewRequest, Schedule, SchedulePreview} from '@disaster-recovery/contract';
import type {Jobs, Origin, StartedJob} from '../jobs/index.ts';
import type {Clock} from '../kernel/clock.ts';
import {Failure} from '../kernel/failure.ts';
import type {State} from '../kernel/state.ts';
import type {Ledger} from '../ledger/index.ts';
import {describeSchedule, nextOfAll, preview} from './look_ahead.ts';
import {definitionOf} from './occurrences.ts';
import {advance, begun, newRun, type Begin} from './run.ts';
import type {ScheduleSetting} from './setting.ts';
import {createScheduleStore, type ScheduleRow, type ScheduleStore} from './store.ts';

const DAY_MS = 86_400_000;

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
  const rowOf = (setting: ScheduleSetting): ScheduleRow => rowNow(store, setting, clock.now());
  const describe = (setting: ScheduleSetting): Schedule =>
    describeSchedule(setting, {row: rowOf(setting), run: store.newestRun(setting.name), now: clock.now()});

  return {
    list: () => settings().map(describe),
    next: () =>
      nextOfAll(
        settings().filter((setting) => rowOf(setting).pausedAt === null),
        clock.now(),
      ),
    preview: ({schedule, days}) =>
      preview(schedule === undefined ? settings() : [named(settings(), schedule)], {now: clock.now(), days}),
    run: async (name, actor, origin) => {
      const setting = named(settings(), name);
      const started = await parts.begin.backup(setting, {actor, ...(origin && {origin})});
      const now = clock.now();
      store.saveRun(name, begun(setting, {...newRun(now, now), tries: 1}, started.job));
      return started;
    },
    pause: (name, actor) => {
      const setting = named(settings(), name);
      store.save(name, {...rowOf(setting), pausedAt: clock.now(), pausedBy: actor.name});
      store.letGo(name, `${actor.name} paused the schedule.`, clock.now());
      ledger.append('schedule.paused', actor, {schedule: name});
      return describe(setting);
    },
    resume: (name, actor) => {
      const setting = named(settings(), name);
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

/** @throws Failure NOT_FOUND */
function named(settings: readonly ScheduleSetting[], name: string): ScheduleSetting {
  const found = settings.find((setting) => setting.name === name);
  if (!found) {
    const names = settings.map((setting) => setting.name);
    throw new Failure(
      'NOT_FOUND',
      `There is no schedule ${name}. ${names.length === 0 ? 'None is configured.' : `There is ${names.join(', ')}.`}`,
      {remedy: 'Name one of those, or add it to `schedules` in the configuration.'},
    );
  }
  return found;
}

/** A schedule begins to count when it is first seen, and anew when its times change: what it would have run before is not made up for. */
function rowNow(store: ScheduleStore, setting: ScheduleSetting, now: number): ScheduleRow {
  const definition = definitionOf(setting);
  const found = store.row(setting.name);
  const isClockBack = found !== null && found.handledAt > now + DAY_MS;
  if (found?.definition === definition && !isClockBack) {
    return found;
  }
  const row = {pausedAt: null, pausedBy: null, ...found, definition, handledAt: now};
  store.save(setting.name, row);
  return row;
}
