import type {SignIn} from '@disaster-recovery/contract';

/** One account as the master database shows it. Of the password only whether there is one. */
export type Account = {
  id: string;
  username: string;
  email: string;
  sign_in: SignIn;
  has_password: boolean;
  email_verified: boolean;
  mfa_active: boolean;
  roles: readonly string[];
  is_bot: boolean;
  is_remote: boolean;
  /** 0 when it is active. */
  deleted_at: number;
  created_at: number;
  password_updated_at: number;
  /** 0 when it never signed in, or the server is too old to know. */
  last_login_at: number;
};

type SessionKind = 'sso' | 'password' | 'access_token' | 'oauth_app';

/** A session without its token. `expires_at` 0 means never. */
export type Session = {
  id: string;
  user: string;
  kind: SessionKind;
  device: 'web' | 'mobile' | 'desktop';
  created_at: number;
  expires_at: number;
  last_activity_at: number;
};

/** Which accounts a stream gives. `sso`: signs in through a provider. `local`: people with email and password, no bots and nobody of another server. Deactivated accounts are in all three. */
export type AccountFilter = 'all' | 'sso' | 'local';

/** Stands for "never" where times are compared: the last instant that a Date knows. */
export const NEVER = 8_640_000_000_000_000;

/** Everything that a forecast needs of one active SSO account, so that people are counted once. Access tokens and apps are not counted: they let in no person. `last_expiry`: 0 without a live session, NEVER when one never ends. */
export type AccountSessions = {
  account: Account;
  last_seen_at: number;
  live: number;
  last_expiry: number;
  teams: readonly string[];
};

/** The accounts and sessions of Mattermost, read from its master database: the plugin would answer from a cache. Methods throw DATABASE_*. */
export type Accounts = {
  location: string;
  byId(ids: readonly string[]): Promise<Account[]>;
  /** By id, username or e-mail address; null when there is none. */
  find(name: string): Promise<Account | null>;
  /** Active people, no bots, whose username, address, first or last name begins with `text`, by username. */
  search(text: string, limit: number): Promise<Account[]>;
  /** By ascending id; memory does not grow with their number. */
  stream(filter: AccountFilter): AsyncIterable<Account>;
  /** Ids of active members of a team or a group; null when there is no such team or group. */
  members(of: {team: string} | {group: string}): Promise<string[] | null>;
  /** Whoever holds these auth_data now, whatever the service. */
  holdersOf(data: readonly string[]): Promise<Account[]>;
  /** Sessions of these accounts, expired ones included. */
  sessions(users: readonly string[]): Promise<Session[]>;
  /** Active SSO accounts with their live sessions counted, by ascending id. */
  streamSessions(now: number): AsyncIterable<AccountSessions>;
  /** Live sessions of active SSO people that end before `before`, by ascending id; those that never end are not among them. */
  streamEnding(now: number, before: number): AsyncIterable<Session>;
  /** Of active SSO people. */
  countLiveSessions(now: number): Promise<{device: Session['device']; sessions: number}[]>;
  /** The newest session born of single sign-on since then, of these accounts or of anybody. A directory login looks like one by password (`kind`), and counts while the account signs in by LDAP. */
  newestSsoLogin(since: number, users?: readonly string[]): Promise<Session | null>;
  /** Access tokens of these accounts that were first used since then: Mattermost keeps no time of their making, so one never used is not seen. */
  tokensMadeSince(since: number, users: readonly string[]): Promise<{user: string; access_tokens: number}[]>;
  /** Who saved the configuration last since then, bots aside, as Mattermost's audit has it; null when it says nothing: not every way of saving is in it. */
  newestConfigSave(since: number): Promise<{username: string; at: number} | null>;
};

/** What Mattermost itself lets a one-time token do. Written and at once used up; each is good for `lifetimeMs`. */
export type AccountTokens = {
  /** For `POST /users/password/reset`. */
  passwordReset(account: Pick<Account, 'id' | 'email'>, now: number, lifetimeMs: number): Promise<string>;
  /** For `POST /users/email/verify`, whose side effect is that all nodes forget the cached account. */
  emailVerification(account: Pick<Account, 'id' | 'email'>, now: number): Promise<string>;
  /** Deletes tokens that would let these accounts set a password; returns how many. */
  purgePasswordResets(users: readonly string[]): Promise<number>;
};

export type SignInChange = {id: string; from: SignIn; to: SignIn};
export type SignInOutcome = {id: string; outcome: 'changed' | 'differs' | 'failed'; says: string | null};

/** Who changes accounts. Each change only where the account still signs in as `from`; the password is gone afterwards. The caller reads back. */
export type AccountWriter = {
  through: 'plugin' | 'database';
  /** Never throws for one account: that is its outcome. @throws Failure MATTERMOST_*, DATABASE_* when nothing can be changed at all */
  changeSignIn(changes: readonly SignInChange[], signal?: AbortSignal): Promise<SignInOutcome[]>;
  /** Returns those that could not be revoked. Deleting them in the database is not enough while Mattermost runs: then all that were there are returned. */
  revokeSessions(ids: readonly string[]): Promise<{id: string; says: string}[]>;
  /** Null: this writer cannot, because only Mattermost knows its cached sessions. */
  extendSessions:
    ((sessions: readonly {id: string; expires_at: number}[]) => Promise<{id: string; says: string}[]>) | null;
};

/** For the day when nothing but the database answers. @throws Failure DATABASE_* */
export type EmergencyWriter = {
  /** Sets a password hash of the format that this server version writes, and `sign_in` to email and password, if the account still signs in as `from`. False: it does not. */
  setPassword(change: {id: string; from: SignIn; password: string; now: number}): Promise<boolean>;
};

/** Mattermost's own REST, without a session. */
export type MattermostRest = {
  /** Whether a Mattermost server answers there. */
  answers(): Promise<boolean>;
  /** @throws Failure PASSWORD_REFUSED with Mattermost's own words, MATTERMOST_UNREACHABLE */
  resetPassword(token: string, password: string): Promise<void>;
  verifyEmail(token: string): Promise<void>;
  /** Whether this name and password sign in; the session is ended at once. `mfa`: right, and a second factor is asked for. */
  tryPassword(login: string, password: string): Promise<'yes' | 'mfa' | 'no'>;
};
