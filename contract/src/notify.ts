import {z} from 'zod';

/** What came of a test message, for each way. */
export const NotifyTest = z
  .object({
    ways: z.array(
      z.object({
        way: z.string(),
        sent: z.boolean(),
        message: z.string().nullable().describe('Why it was not sent.'),
        remedy: z.string().nullable(),
      }),
    ),
  })
  .meta({id: 'NotifyTest'});
export type NotifyTest = z.infer<typeof NotifyTest>;
