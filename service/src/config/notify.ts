import {z} from 'zod';
import {ALARMS, PlainName, type AlarmCode} from '@disaster-recovery/contract';

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
    smtp: z
      .object({
        host: z.string().min(1).describe('Mail server. Not that of Mattermost, if it can be another.'),
        port: z.number().int().min(1).max(65_535).default(587).describe('Its port.'),
        security: z
          .enum(['starttls', 'tls', 'none'])
          .default('starttls')
          .describe(
            '`starttls` on port 587 or 25, `tls` on 465; `none` only on this machine or a network of your own.',
          ),
        user: z.string().min(1).optional().describe('Who signs in there. Left out: nobody does.'),
        password_file: z
          .string()
          .startsWith('/', 'must be an absolute path')
          .optional()
          .describe('File (mode 0600) with the password of that user.'),
        from: z.email().describe('Sender.'),
        to: z.array(z.email()).min(1).max(50).describe('Receivers.'),
      })
      .strict()
      .refine(({user, password_file: file}) => (user === undefined) === (file === undefined), {
        message: 'user and password_file belong together',
      })
      .optional()
      .describe('By mail, all alarms.'),
    webhooks: z
      .array(
        z
          .object({
            name: PlainName.optional().describe(
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
