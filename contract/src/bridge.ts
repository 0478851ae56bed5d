import {z} from 'zod';

/**
 * What the bridge does for the companion, under /plugins/disaster-recovery/companion/v1.
 * Each request carries a companion-signed token in the header `X-DR-Token`.
 */
export const EffectiveConfig = z.object({
  server_version: z.string(),
  config: z.record(z.string(), z.unknown()).describe('The unsanitised configuration in force, environment included.'),
  env: z.record(z.string(), z.string()).describe('MM_* variables of the server process.'),
}).meta({id: 'EffectiveConfig'});
export type EffectiveConfig = z.infer<typeof EffectiveConfig>;

/** POST /posts → {id}; PUT /posts/{id} → {id}. The author is the plugin's bot; only its own posts can be edited. */
export const BotPost = z.object({
  channel_id: z.string(),
  root_id: z.string(),
  message: z.string().max(16000),
}).strict().meta({id: 'BotPost'});
export type BotPost = z.infer<typeof BotPost>;

/** POST /events: sent on to the browsers of system administrators as `custom_disaster-recovery_job`. */
export const BridgeEvent = z.object({
  job: z.string().describe('A Job as JSON text.'),
}).strict().meta({id: 'BridgeEvent'});
export type BridgeEvent = z.infer<typeof BridgeEvent>;

/** A slash command that the bridge hands on. `command` is what follows `/dr`. */
export const CommandRequest = z.object({
  command: z.string().max(4000),
  channel_id: z.string(),
  root_id: z.string(),
}).strict().meta({id: 'CommandRequest'});
export type CommandRequest = z.infer<typeof CommandRequest>;

export const CommandReply = z.object({
  message: z.string().describe('Markdown, shown only to who typed the command.'),
  job: z.string().nullable().describe('A job whose bot post follows in the same place.'),
}).meta({id: 'CommandReply'});
export type CommandReply = z.infer<typeof CommandReply>;
