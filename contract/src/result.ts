import {z} from 'zod';
import {ErrorBody} from './errors.ts';

/** The last line that `drctl --json` prints. `ok` is true only when the thing asked for is proven done. */
export const ResultLine = z
  .object({type: z.literal('result'), ok: z.boolean(), value: z.unknown(), error: ErrorBody.nullable()})
  .meta({id: 'ResultLine'});
export type ResultLine = z.infer<typeof ResultLine>;
