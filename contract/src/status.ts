import {z} from 'zod';
import {Job} from './job.ts';
import {SetSummary} from './set.ts';
import {Timestamp} from './primitives.ts';

export const DoctorCheck = z
  .object({
    name: z.string(),
    outcome: z.enum(['ok', 'warning', 'failed', 'skipped']),
    says: z.string(),
    remedy: z.string().nullable(),
  })
  .meta({id: 'DoctorCheck'});
export type DoctorCheck = z.infer<typeof DoctorCheck>;

export const DoctorReport = z
  .object({healthy: z.boolean().describe('No check failed.'), checks: z.array(DoctorCheck)})
  .meta({id: 'DoctorReport'});
export type DoctorReport = z.infer<typeof DoctorReport>;

export const EnrolmentState = z
  .object({
    state: z.enum(['none', 'enrolled', 'read_only']),
    site_url: z.string().nullable(),
    enrolled_at: Timestamp.nullable(),
    enrolled_by: z.string().nullable(),
    last_seen_at: Timestamp.nullable(),
  })
  .meta({id: 'EnrolmentState'});
export type EnrolmentState = z.infer<typeof EnrolmentState>;

export const Status = z
  .object({
    version: z.string(),
    now: Timestamp,
    companion_id: z.string(),
    repository: z.object({location: z.string(), outcome: z.enum(['ok', 'unknown', 'failed']), says: z.string()}),
    enrolment: EnrolmentState,
    last_set: SetSummary.nullable(),
    sets: z.number().int(),
    running: Job.nullable(),
    last_failed: Job.nullable().describe('The newest failed backup, when it is newer than the last good set.'),
    rpo_objective_ms: z.number().nullable(),
    next_actions: z.array(z.object({says: z.string(), how: z.string()})),
  })
  .meta({id: 'Status'});
export type Status = z.infer<typeof Status>;
