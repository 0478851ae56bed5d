import type {ProbeResult} from '@disaster-recovery/contract';

/** One address to ask whether a provider is up, from Mattermost's own configuration. Holds no secret but LDAP's bind password. */
export type ProbeTarget =
  | {
      kind: 'http';
      provider: string;
      probe: 'authorize' | 'token' | 'userinfo' | 'discovery' | 'metadata' | 'sign_in_page';
      url: string;
      client_id: string;
    }
  | {
      kind: 'ldap';
      provider: string;
      probe: `ldap:${string}`;
      url: string;
      start_tls: boolean;
      bind_dn: string;
      bind_password: string;
      base_dn: string;
    };

export type Probe = (
  target: ProbeTarget,
  options: {slowMs: number; timeoutMs: number},
) => Promise<Omit<ProbeResult, 'at' | 'vantage'>>;
