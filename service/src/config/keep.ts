import {z} from 'zod';
import {TimeZone} from './time_zone.ts';

const count = (says: string) => z.number().int().min(0).max(10_000).optional().describe(says);

/** Which of these make sets stay at all; what else stands there is about how they are counted. */
const RULES = ['last', 'hourly', 'daily', 'weekly', 'monthly', 'yearly', 'within_hours', 'minimum_sets'] as const;

/** What stays in one repository. Counted for each scope by itself: sets of the database alone take no place of whole ones. */
export const Keep = z
  .object({
    last: count('So many of the newest sets stay.'),
    hourly: count('The newest set of each of so many hours that have one stays.'),
    daily: count('The newest set of each of so many days that have one stays.'),
    weekly: count('The same for weeks, which begin on Monday.'),
    monthly: count('The same for months.'),
    yearly: count('The same for years.'),
    within_hours: z
      .number()
      .min(0)
      .max(1_000_000)
      .optional()
      .describe('All sets stay that are at most so much older than the newest.'),
    minimum_sets: count('So many sets stay, whatever the other rules say.'),
    minimum_verified: count(
      'So many of the newest sets that passed a verification of level L1 or higher stay. Never less than one.',
    ),
    restore_points_days: z
      .number()
      .min(0)
      .max(10_000)
      .default(30)
      .describe('Restore points, which a restore makes of what it replaces, stay so long.'),
    time_zone: TimeZone.optional().describe(
      'In whose clock hours, days, weeks, months and years begin, e.g. `Europe/Berlin`. Default: that of this machine.',
    ),
  })
  .strict()
  .refine((keep) => RULES.some((rule) => (keep[rule] ?? 0) > 0), {
    message: `keeps nothing: give at least one of ${RULES.join(', ')}, or leave the section out, and nothing is ever removed`,
  });
export type Keep = z.infer<typeof Keep>;
