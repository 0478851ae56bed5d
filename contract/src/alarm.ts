import {z} from 'zod';
import {Timestamp} from './primitives.ts';

/** Everything that raises an alarm, and how loud. docs/alarms.md is made from it. */
export const ALARMS = {
  REPOSITORY_FAILED: {
    level: 'alarm',
    meaning: 'The repository in use does not open: no backup can be made, and none restored.',
  },
  BACKUP_NONE: {level: 'alarm', meaning: 'There is no backup.'},
  BACKUP_LATE: {level: 'alarm', meaning: 'The newest good set is older than `objectives.rpo_hours` allows.'},
  BACKUP_FAILED: {level: 'warning', meaning: 'The newest backup failed; an older set is there.'},
  SET_DAMAGED: {level: 'alarm', meaning: 'The set that a recovery would start from did not pass a check.'},
  SET_PARTIAL: {
    level: 'warning',
    meaning: 'No set holds a part of the server, and nothing else is known to protect it.',
  },
  COPY_LATE: {level: 'alarm', meaning: 'What a copy has is older than its `rpo_hours` allows.'},
  COPY_FAILED: {level: 'warning', meaning: 'A copy cannot be reached, or has another key.'},
  DELETE_POSSIBLE: {
    level: 'alarm',
    meaning:
      'A repository that is said to be append-only let this machine delete: whoever takes the machine over can delete the sets.',
  },
  SETS_DIFFER: {level: 'alarm', meaning: 'Two repositories hold different sets under one name.'},
  SCHEDULE_FAILED: {
    level: 'warning',
    meaning: 'The newest run of a schedule failed, or could not be made in its window.',
  },
  KEEP_HELD_BACK: {level: 'warning', meaning: 'Sets are no longer removed, because something is not as it should be.'},
  POLICY_NOT_IN_EFFECT: {
    level: 'warning',
    meaning: 'The configuration was changed, and the companion cannot go by it.',
  },
  MATTERMOST_SILENT: {
    level: 'warning',
    meaning: 'Mattermost, or the plugin in it, has not answered for a quarter of an hour.',
  },
  COMPANION_READ_ONLY: {
    level: 'alarm',
    meaning: 'Another Mattermost answers than the one that was enrolled: nothing is backed up.',
  },
} as const satisfies Record<string, {level: 'warning' | 'alarm'; meaning: string}>;

export type AlarmCode = keyof typeof ALARMS;

/** Something that somebody must look at, from when it began until it is over. */
export const Alarm = z
  .object({
    code: z.enum(Object.keys(ALARMS) as AlarmCode[]),
    level: z.enum(['warning', 'alarm']),
    about: z.string().nullable().describe('The copy or the schedule that it is about; null: the server.'),
    since: Timestamp,
    message: z.string(),
    remedy: z.string(),
  })
  .meta({id: 'Alarm'});
export type Alarm = z.infer<typeof Alarm>;
