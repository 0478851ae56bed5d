import {z} from 'zod';
import {ALARMS, type AlarmCode} from '@disaster-recovery/contract';

const Address = z.url({protocol: /^https?$/});

/** Ways for messages of alarms. */
export const Notify = z
  .object({
    mattermost: z
      .string()
      .regex(/^(administrators|[a-z0-9]{26})$/, 'must be `administrators` or the id of a channel')
      .optional()
      .describe(
        'Through the bot: `administrators` by a direct message, or the channel with this id (its ⋮ menu, View Info). Does not work while Mattermost is down.',
      ),
    webhooks: z
      .array(
        z
          .object({
            name: z
              .string()
              .regex(/^[a-z][a-z0-9_-]{0,31}$/)
              .optional()
              .describe(
                'What it is called in `drctl notify test` and in the log. Default: `webhook-1`, `webhook-2`, …',
              ),
            url: Address.describe('Where messages are posted. Secret: its path is not shown.'),
            format: z
              .enum(['json', 'slack', 'ntfy'])
              .default('json')
              .describe(
                '`slack` is what Slack and Mattermost take as an incoming webhook, `ntfy` text with title and priority, `json` all fields.',
              ),
            events: z
              .array(z.enum(Object.keys(ALARMS) as AlarmCode[]))
              .min(1)
              .optional()
              .describe('Alarms that go there, of docs/alarms.md. Default: all.'),
          })
          .strict(),
      )
      .default([]),
    ping: z
      .object({
        success: Address.optional().describe(
          'Asked after each good backup: an outside watcher that hears nothing for too long rings, also when this machine is gone. Secret.',
        ),
        failure: Address.optional().describe('Asked after each failed backup. Secret.'),
      })
      .strict()
      .optional(),
  })
  .strict();
export type Notify = z.infer<typeof Notify>;
