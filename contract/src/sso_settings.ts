import {z} from 'zod';
import {Timestamp} from './primitives.ts';

/** A sign-in setting of Mattermost that was changed for the incident. */
export const ChangedSetting = z
  .object({
    key: z.string().describe('As in config.json: `EmailSettings.EnableSignInWithEmail`.'),
    from: z.unknown(),
    to: z.unknown(),
    state: z
      .enum(['changed', 'put_back', 'changed_by_others', 'locked'])
      .describe('`locked`: the environment of Mattermost sets it, so it was not changed.'),
    live: z.unknown().optional().describe('What is in force now. Left out: it was not looked at, or nobody could say.'),
  })
  .meta({id: 'ChangedSetting'});
export type ChangedSetting = z.infer<typeof ChangedSetting>;

/** Settings that an incident has set and that no longer say so: somebody, or a program, wrote something else over them. */
export const SettingsDrift = z
  .object({
    of: z.number().int().describe('How many settings the incident holds.'),
    settings: z.array(z.object({key: z.string(), wanted: z.unknown(), live: z.unknown()})),
    by: z
      .string()
      .nullable()
      .describe("Username of whoever saved the configuration last, from Mattermost's audit; null: it does not say."),
    at: Timestamp.nullable().describe('When that was, else when it was noticed.'),
    message: z.string(),
  })
  .meta({id: 'SettingsDrift'});
export type SettingsDrift = z.infer<typeof SettingsDrift>;

/** A setting that could not be set, and why. */
export const SettingLeft = z.object({key: z.string(), message: z.string()}).meta({id: 'SettingLeft'});

export const SetAgainResult = z
  .object({
    set: z.array(z.string()).describe('Keys that have the value of the incident again.'),
    left: z.array(SettingLeft),
    settings: z.array(ChangedSetting),
  })
  .meta({id: 'SetAgainResult'});
export type SetAgainResult = z.infer<typeof SetAgainResult>;
