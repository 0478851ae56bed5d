import {z} from 'zod';
import {Part, Timestamp} from './primitives.ts';
import {VerifyLevel} from './verify.ts';

/** What a schedule is called: typed on a shell, so plain. */
export const ScheduleName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9_-]{0,39}$/, 'must be lower case letters, digits, - or _');

export const ScheduleRef = z.object({schedule: ScheduleName}).strict().meta({id: 'ScheduleRef'});
export type ScheduleRef = z.infer<typeof ScheduleRef>;

export const PreviewRequest = z
  .object({
    schedule: ScheduleName.optional().describe('Left out: all schedules.'),
    days: z.number().int().min(1).max(400).default(7).describe('How far to look ahead.'),
  })
  .strict()
  .meta({id: 'PreviewRequest'});
export type PreviewRequest = z.infer<typeof PreviewRequest>;

/** What became of one run. `waiting`: something else runs; `missed`: its window passed, or the machine was off. */
export const RunOutcome = z
  .enum(['waiting', 'running', 'success', 'warning', 'error', 'canceled', 'missed'])
  .meta({id: 'RunOutcome'});
export type RunOutcome = z.infer<typeof RunOutcome>;

export const ScheduledRun = z
  .object({
    due: Timestamp.describe('When the schedule wanted it.'),
    job: z.string().nullable().describe('The backup of it; null when none could start.'),
    outcome: RunOutcome,
    at: Timestamp.describe('When that was known.'),
    tries: z.number().int(),
    missed: z.number().int().describe('Runs before it that nobody could make, made up for by this one.'),
    message: z.string().nullable().describe('Why it did not go well.'),
    next_try: Timestamp.nullable(),
  })
  .meta({id: 'ScheduledRun'});
export type ScheduledRun = z.infer<typeof ScheduledRun>;

export const Schedule = z
  .object({
    name: ScheduleName,
    cron: z.string(),
    time_zone: z.string(),
    scope: z.array(Part),
    verify: VerifyLevel.nullable(),
    next: z.array(Timestamp).describe('The runs to come, the nearest first, jitter included; none while it is paused.'),
    last: ScheduledRun.nullable(),
    paused: z.object({since: Timestamp, by: z.string()}).nullable(),
  })
  .meta({id: 'Schedule'});
export type Schedule = z.infer<typeof Schedule>;

export const ScheduleList = z.object({schedules: z.array(Schedule)}).meta({id: 'ScheduleList'});
export type ScheduleList = z.infer<typeof ScheduleList>;

export const PlannedRun = z
  .object({schedule: ScheduleName, at: Timestamp, time_zone: z.string()})
  .meta({id: 'PlannedRun'});
export type PlannedRun = z.infer<typeof PlannedRun>;

export const SchedulePreview = z
  .object({runs: z.array(PlannedRun), truncated: z.boolean().describe('There are more than these in that time.')})
  .meta({id: 'SchedulePreview'});
export type SchedulePreview = z.infer<typeof SchedulePreview>;
