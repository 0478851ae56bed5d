import {z} from 'zod';
import {Actor, Timestamp} from './primitives.ts';
import {Person} from './sso.ts';
import {ErrorBody} from './errors.ts';
import {VerifyVerdict} from './verify.ts';

/** Mattermost's own job words. */
export const JobStatus = z
  .enum(['pending', 'in_progress', 'success', 'warning', 'error', 'cancel_requested', 'canceled'])
  .meta({id: 'JobStatus'});
export type JobStatus = z.infer<typeof JobStatus>;

export const JobKind = z
  .enum(['backup', 'restore', 'undo', 'verify', 'copy', 'keep', 'sso_switch', 'sso_switch_back', 'sso_extend'])
  .meta({id: 'JobKind'});
export type JobKind = z.infer<typeof JobKind>;

/** A person who has to do something before a job goes on. */
export const WaitingFor = z
  .object({
    person: Person,
    until: Timestamp.describe('Then the job gives up.'),
    message: z.string().describe('What is waited for, without a time: `Waiting for @anna to sign in through GitLab`.'),
  })
  .meta({id: 'WaitingFor'});
export type WaitingFor = z.infer<typeof WaitingFor>;

/** How far a phase is. `total` and `eta_ms` are null while they cannot be known. */
export const Progress = z
  .object({
    phase: z.string(),
    step: z.number().int().describe('1-based position of the phase.'),
    steps: z.number().int(),
    done: z.number(),
    total: z.number().nullable(),
    unit: z.enum(['bytes', 'rows', 'files', 'people', 'steps']),
    rate: z.number().nullable().describe('Units a second over the last seconds.'),
    eta_ms: z.number().nullable(),
    waiting: WaitingFor.optional().describe('The step waits for a person: nothing is counted meanwhile.'),
  })
  .meta({id: 'Progress'});
export type Progress = z.infer<typeof Progress>;

export const StepRecord = z
  .object({
    name: z.string(),
    outcome: z.enum(['done', 'skipped', 'failed', 'running', 'waiting']),
    started_at: Timestamp.nullable(),
    ms: z.number().nullable(),
  })
  .meta({id: 'StepRecord'});
export type StepRecord = z.infer<typeof StepRecord>;

export const Job = z
  .object({
    id: z.string(),
    kind: JobKind,
    status: JobStatus,
    actor: Actor,
    reason: z.string(),
    subject: z
      .string()
      .nullable()
      .describe(
        'The set that the job makes or reads, the repository that it thins out, or the incident that it belongs to.',
      ),
    created_at: Timestamp,
    started_at: Timestamp.nullable(),
    finished_at: Timestamp.nullable(),
    progress: Progress.nullable(),
    steps: z.array(StepRecord),
    result: z
      .unknown()
      .describe(
        'By kind: SetManifest, RestoreResult, VerifyResult, CopyResult, KeepResult, SwitchResult, SwitchBackResult or ExtendResult.',
      ),
    error: ErrorBody.nullable(),
  })
  .meta({id: 'Job'});
export type Job = z.infer<typeof Job>;

/** A job in a list. What came of it is read one by one: a backup's alone names each table. */
export const ListedJob = Job.extend({
  result: Job.shape.result.optional().describe('As in Job; only with `?results=true`.'),
  verified: VerifyVerdict.nullable().describe('Of a verification that has come to one.'),
}).meta({id: 'ListedJob'});
export type ListedJob = z.infer<typeof ListedJob>;

export const JobList = z.object({jobs: z.array(ListedJob)}).meta({id: 'JobList'});
export type JobList = z.infer<typeof JobList>;
