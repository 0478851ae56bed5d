import {z} from 'zod';
import {Alarm} from './alarm.ts';
import {Job} from './job.ts';
import {SetSummary} from './set.ts';
import {PlannedRun} from './schedule.ts';
import {Part, SetId, Timestamp} from './primitives.ts';

export const DoctorCheck = z
  .object({
    name: z.string(),
    outcome: z.enum(['ok', 'warning', 'failed', 'skipped']),
    message: z.string(),
    remedy: z.string().nullable(),
  })
  .meta({id: 'DoctorCheck'});
export type DoctorCheck = z.infer<typeof DoctorCheck>;

export const DoctorReport = z
  .object({healthy: z.boolean().describe('No check failed.'), checks: z.array(DoctorCheck)})
  .meta({id: 'DoctorReport'});
export type DoctorReport = z.infer<typeof DoctorReport>;

export const EnrollmentState = z
  .object({
    state: z.enum(['none', 'enrolled', 'read_only']),
    site_url: z.string().nullable(),
    enrolled_at: Timestamp.nullable(),
    enrolled_by: z.string().nullable(),
    last_seen_at: Timestamp.nullable(),
    read_only_because: z
      .object({message: z.string(), remedy: z.string()})
      .optional()
      .describe('Set exactly when the state is `read_only`.'),
  })
  .meta({id: 'EnrollmentState'});
export type EnrollmentState = z.infer<typeof EnrollmentState>;

/** Whether this server can be recovered, and to when. Decided once, by the companion; everything else only words it. */
export const Verdict = z
  .object({
    kind: z
      .enum(['good', 'too_old', 'partial', 'damaged', 'none', 'unknown'])
      .describe(
        'good: everything that must be recovered is in `set` or protected elsewhere, within the objective. too_old: the same, beyond the objective. partial: something is missing and protected nowhere that the companion knows of. damaged: `set` did not pass a check. none: there is no backup. unknown: the repository does not open.',
      ),
    set: SetId.nullable().describe('The set that a recovery starts from, which `latest` means: the newest good one.'),
    age_ms: z.number().nullable().describe('Time since T0 of `set`: what a recovery would lose.'),
    since: Timestamp.nullable().describe('Since when the verdict is this one; null when that is not known.'),
    beyond_objective: z.boolean().describe('`age_ms` is more than the recovery point objective allows.'),
    missing: z
      .array(
        z.object({
          part: Part,
          protected_by: z
            .string()
            .nullable()
            .describe('How the part is protected outside of the sets, by `files.protected_by`; null when it is not.'),
        }),
      )
      .describe('Parts that `set` does not hold.'),
    damage: z
      .enum(['cross_check', 'verification', 'lost_parts'])
      .nullable()
      .describe('The check that `set` did not pass. lost_parts: not all of it is in the repository any more.'),
    newer: SetSummary.nullable().describe('The newest backup, when it is newer than `set` and holds less.'),
  })
  .meta({id: 'Verdict'});
export type Verdict = z.infer<typeof Verdict>;

/** Something to do, and what to type for it where the reader is. */
export const NextAction = z
  .object({
    message: z.string(),
    remedy: z.string().describe('A sentence, or a command.'),
    shell: z.string().nullable().describe('The command of drctl that does it, when there is one.'),
    chat: z.string().nullable().describe('The slash command that does it, when there is one.'),
  })
  .meta({id: 'NextAction'});
export type NextAction = z.infer<typeof NextAction>;

export const RepositoryState = z
  .object({location: z.string(), outcome: z.enum(['ok', 'unknown', 'failed']), message: z.string()})
  .meta({id: 'RepositoryState'});
export type RepositoryState = z.infer<typeof RepositoryState>;

/** One of the repositories, as it answers now. */
export const RepositoryStatus = z
  .object({
    name: z.string(),
    location: z.string(),
    in_use: z.boolean().describe('Backups go there, and the verdict is about it: true for exactly one.'),
    outcome: z.enum(['ok', 'failed']),
    message: z.string(),
    remedy: z.string().nullable(),
    sets: z.number().int().nullable(),
    newest: SetId.nullable().describe('The newest good set that is there whole.'),
    newest_t0: Timestamp.nullable(),
    age_ms: z.number().nullable().describe('Time since T0 of `newest`.'),
    locked: z.boolean().nullable().describe('A program is at work there, or one died at it; null when not known.'),
  })
  .meta({id: 'RepositoryStatus'});
export type RepositoryStatus = z.infer<typeof RepositoryStatus>;

export const Status = z
  .object({
    version: z.string(),
    now: Timestamp,
    companion_id: z.string(),
    repository: RepositoryState,
    repositories: z
      .array(RepositoryStatus)
      .optional()
      .describe('All of them, the one in use first. Not told by older companions.'),
    enrollment: EnrollmentState,
    verdict: Verdict,
    last_set: SetSummary.nullable().describe('The set of the verdict.'),
    sets: z.number().int(),
    running: Job.nullable(),
    last_failed: Job.nullable().describe('The newest failed backup, when it is newer than the last good set.'),
    rpo_objective_ms: z.number().nullable(),
    next_run: PlannedRun.nullable()
      .optional()
      .describe('The backup that begins by itself next; null without a schedule. Not in answers of older companions.'),
    alarms: z.array(Alarm).optional().describe('The loudest first. Not in answers of older companions.'),
    next_actions: z.array(NextAction).describe('Most urgent first.'),
  })
  .meta({id: 'Status'});
export type Status = z.infer<typeof Status>;
