import {z} from 'zod';
import {PlainName, Timestamp} from './primitives.ts';

export const ProbeRequest = z
  .object({repository: PlainName.optional().describe('Left out: each that says that it is append-only.')})
  .strict()
  .meta({id: 'ProbeRequest'});
export type ProbeRequest = z.infer<typeof ProbeRequest>;

export const Probe = z
  .object({
    name: z.string(),
    declared: z.boolean().describe('The configuration says that nothing can be deleted there from here.'),
    refused: z.boolean().nullable().describe('Whether it refused to delete; null when it could not be asked.'),
    at: Timestamp,
    message: z.string().nullable().describe('Why it could not be asked.'),
    remedy: z.string().nullable(),
  })
  .meta({id: 'Probe'});
export type Probe = z.infer<typeof Probe>;

export const ProbeList = z.object({probes: z.array(Probe)}).meta({id: 'ProbeList'});
export type ProbeList = z.infer<typeof ProbeList>;
