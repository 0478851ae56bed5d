import {z} from 'zod';
import {JobKind, JobStatus, Progress} from './job.ts';
import {Timestamp} from './primitives.ts';
import {ErrorBody} from './errors.ts';

const base = {
  seq: z.number().int().describe('Grows by one with each event of this companion.'),
  at: Timestamp,
  job: z.string(),
  kind: JobKind,
};

/** What a job says while it runs. The same stream feeds the terminal, SSE, the websocket and the bot post. */
export const Event = z
  .discriminatedUnion('type', [
    z.object({type: z.literal('status'), ...base, status: JobStatus, error: ErrorBody.nullable()}),
    z.object({
      type: z.literal('step'),
      ...base,
      step: z.string(),
      outcome: z.enum(['started', 'done', 'skipped', 'failed']),
      ms: z.number().nullable(),
    }),
    z.object({type: z.literal('progress'), ...base, progress: Progress}),
    z.object({type: z.literal('note'), ...base, level: z.enum(['info', 'warning']), text: z.string()}),
  ])
  .meta({id: 'Event'});
export type Event = z.infer<typeof Event>;
