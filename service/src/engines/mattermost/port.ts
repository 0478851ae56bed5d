import type {
  BotPost,
  BridgeEvent,
  BridgeProbes,
  ConfirmationRequest,
  DirectMessages,
  EffectiveConfig,
  Failures,
  Mail,
  SessionExpiries,
  SessionRevocations,
  SettingChanges,
  SettingValues,
  SignInChanges,
  SignInOutcomes,
} from '@disaster-recovery/contract';

/** What the companion can ask of the plugin inside Mattermost. Every method throws MATTERMOST_UNREACHABLE, MATTERMOST_REFUSED or NOT_ENROLLED. */
export type MattermostBridge = {
  /** The configuration in force, with what the environment overrides. Secret. */
  effectiveConfig(signal?: AbortSignal): Promise<EffectiveConfig>;
  createPost(post: BotPost): Promise<{id: string}>;
  updatePost(id: string, post: BotPost): Promise<void>;
  publish(event: BridgeEvent): Promise<void>;
  /** Whether this very server signed a request; false a second time. */
  confirm(request: ConfirmationRequest): Promise<boolean>;
  ping(): Promise<{server_version: string; site_url: string; diagnostic_id: string; plugin_version: string}>;
  /** At most 100. One outcome for each, in any order. */
  changeSignIn(changes: SignInChanges['changes'], signal?: AbortSignal): Promise<SignInOutcomes['outcomes']>;
  /** At most 200; returns those that could not be extended. */
  extendSessions(sessions: SessionExpiries['sessions']): Promise<Failures['failed']>;
  /** At most 200; returns those that could not be revoked. */
  revokeSessions(ids: SessionRevocations['ids']): Promise<Failures['failed']>;
  readSettings(): Promise<SettingValues['values']>;
  /** Answers what is in force afterwards. */
  changeSettings(changes: SettingChanges['changes']): Promise<SettingValues['values']>;
  /** From the bot, to at most 100 people; answers those that it could not be sent to. */
  sendDirectMessages(messages: DirectMessages): Promise<Failures>;
  /** @throws Failure MAIL_FAILED as well */
  sendMail(mail: Mail): Promise<void>;
  /** What the server itself sees of the providers, and the sign-ins of this node. */
  probes(signal?: AbortSignal): Promise<BridgeProbes>;
};
