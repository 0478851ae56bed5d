import type {Actor, BridgeProbes} from '@disaster-recovery/contract';
import type {
  Accounts,
  AccountTokens,
  AccountWriter,
  EmergencyWriter,
  MattermostRest,
} from '../engines/accounts/port.ts';
import type {Probe, ProbeTarget} from '../engines/provider/port.ts';
import type {SignInSettings} from '../engines/settings/port.ts';
import type {MattermostBridge} from '../engines/mattermost/port.ts';
import type {Repository} from '../engines/repository/port.ts';
import type {Cipher} from '../kernel/cipher.ts';
import type {Clock} from '../kernel/clock.ts';
import type {Logger} from '../kernel/log.ts';
import type {State} from '../kernel/state.ts';
import type {Ledger} from '../ledger/index.ts';

/** What Mattermost's configuration says about sign-in, mail and support; only fields that are used. */
export type SsoConfig = {
  config: Record<string, unknown>;
  env: Readonly<Record<string, string>>;
  /** Whether Mattermost shows its announcement banner; left out where nobody can say. */
  banner?: boolean | undefined;
};

/** The section `sso` of the companion's settings, docs/config.md describes each. */
export type SsoSettings = {
  deadline_days: number;
  everyone_needs_second_administrator: boolean;
  never_switch: string[];
  set_settings_again: boolean;
  announcements: string;
  tell_people: boolean;
  changes_per_second: number;
  second_look_seconds: number;
  canary_minutes: number;
  snapshot_hours: number;
  probe: {
    enabled: boolean;
    interval_seconds: number;
    timeout_seconds: number;
    slow_seconds: number;
    rounds_down: number;
    minimum_down_seconds: number;
    rounds_up: number;
    vantage_points: number;
    healthy_minutes: number;
    flap_limit: number;
    controls: string[];
  };
};

/** Everything outside that an SSO outage touches. */
export type SsoEngines = {
  state: State;
  clock: Clock;
  ledger: Ledger;
  log: Logger;
  cipher: Cipher;
  accounts: Accounts;
  tokens: AccountTokens;
  emergency: EmergencyWriter;
  rest: MattermostRest;
  repository: Repository;
  workDirectory: string;
  settings: SsoSettings;
  /** The plugin while it answers, else the database. */
  writer(): Promise<AccountWriter>;
  /** The plugin, else the local socket of Mattermost, else its file. */
  signInSettings(): Promise<SignInSettings>;
  /** Null while no plugin is enrolled. */
  bridge(): MattermostBridge | null;
  /** The configuration in force, or as the file has it when the plugin does not answer; null when neither can be read. */
  effectiveConfig(): Promise<SsoConfig | null>;
  siteUrl(): string | null;
  probe: Probe;
  targets(): Promise<ProbeTarget[]>;
  bridgeProbes(): Promise<BridgeProbes | null>;
  controls(): Promise<boolean | null>;
  lookup(host: string): Promise<string[]>;
  /** Those of these auth_data that the LDAP directory does not know; null when there is none to ask. A sync deactivates whom it does not find. */
  missingInDirectory(data: readonly string[]): Promise<string[] | null>;
};

export const COMPANION: Actor = {kind: 'system', id: 'companion', name: 'companion'};
