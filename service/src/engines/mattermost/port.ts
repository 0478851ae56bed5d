import type {BotPost, BridgeEvent, EffectiveConfig} from '@disaster-recovery/contract';

/** What the companion can ask of the plugin inside Mattermost. Every method throws MATTERMOST_UNREACHABLE, MATTERMOST_REFUSED or NOT_ENROLLED. */
export type MattermostBridge = {
  /** The configuration in force, with what the environment overrides. Secret. */
  effectiveConfig(signal?: AbortSignal): Promise<EffectiveConfig>;
  createPost(post: BotPost): Promise<{id: string}>;
  updatePost(id: string, post: BotPost): Promise<void>;
  publish(event: BridgeEvent): Promise<void>;
  ping(): Promise<{server_version: string; site_url: string; diagnostic_id: string; plugin_version: string}>;
};
