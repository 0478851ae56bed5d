/** What somebody is told: what happened, what it means, what to do next. */
export type Message = {
  /** Names what it is about, so that its end can be told apart from its beginning. */
  code: string;
  state: 'began' | 'ended' | 'test';
  level: 'warning' | 'alarm';
  about: string | null;
  since: number;
  ended_at: number | null;
  message: string;
  meaning: string;
  remedy: string;
  /** The Mattermost server, as people know it. */
  site: string | null;
};

/** A way to people or programs. @throws Failure NOTIFICATION_FAILED, MATTERMOST_* when it did not get there; then it is tried again */
export type Way = {name: string; send(message: Message, signal?: AbortSignal): Promise<void>};
