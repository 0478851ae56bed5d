import {z} from 'zod';
import {Actor, Timestamp} from './primitives.ts';

/** A second administrator lets something begin that touches many people, or other administrators. */
export const Approval = z
  .object({
    id: z.string(),
    verb: z.enum(['switch', 'restore', 'undo']),
    says: z.string().describe('What it would do, after “asks to”.'),
    asked_by: Actor,
    asked_at: Timestamp,
    expires_at: Timestamp,
    approved_by: Actor.nullable(),
  })
  .meta({id: 'Approval'});
export type Approval = z.infer<typeof Approval>;
