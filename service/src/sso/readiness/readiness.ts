import {X509Certificate} from 'node:crypto';
import type {
  IdentitySnapshot,
  ProbeResult,
  Readiness,
  ReadinessCheck,
  SettingValues,
} from '@disaster-recovery/contract';
import type {Accounts} from '../../engines/accounts/port.ts';
import type {ProbeTarget} from '../../engines/provider/port.ts';
import type {Clock} from '../../kernel/clock.ts';
import {readinessChecks} from './checks.ts';
import {countPeople, hostOf, lookAtBreakGlass, ReadinessConfig, type Facts} from './facts.ts';

export type ReadinessParts = {
  clock: Clock;
  accounts: Pick<Accounts, 'stream' | 'find'>;
  /** Null: nobody can say what is in force. */
  effectiveConfig(): Promise<{config: Record<string, unknown>; env: Record<string, string>} | null>;
  settings(): Promise<SettingValues['values'] | null>;
  targets(): Promise<ProbeTarget[]>;
  probeOnce(): Promise<ProbeResult[]>;
  /** All addresses of a host. */
  lookup(host: string): Promise<string[]>;
  /** When the TLS certificate of a host runs out, ms since 1970; null when no connection comes about. */
  certificateExpiry(host: string, port: number): Promise<number | null>;
  /** PEM of the certificate by which Mattermost knows its SAML provider. */
  samlCertificate(): Promise<string | null>;
  snapshot(): IdentitySnapshot | null;
  /** How long an outage may last: the recovery time objective. */
  rtoMs: number;
  /** Usernames of break-glass accounts. */
  neverSwitch: readonly string[];
};

/**
 * Would this server survive an outage of its provider? Looks and changes nothing; what cannot be read is skipped with words.
 * The function throws Failure DATABASE_* when the accounts cannot be read.
 */
export function createReadiness(parts: ReadinessParts): () => Promise<Readiness> {
  return async () => {
    const facts = await gather(parts);
    const checks = readinessChecks(facts);
    return {score: scoreOf(checks), providers: [...new Set(facts.targets.map(({provider}) => provider))], checks};
  };
}

const WORTH: Record<ReadinessCheck['outcome'], number> = {ok: 1, warning: 0.5, failed: 0, skipped: 0};

/** The weights of what is in order over the weights of what was checked; a warning counts half. 0 when nothing was checked. */
export function scoreOf(checks: readonly ReadinessCheck[]): number {
  const checked = checks.filter(({outcome}) => outcome !== 'skipped');
  const total = checked.reduce((sum, {weight}) => sum + weight, 0);
  const worth = checked.reduce((sum, {weight, outcome}) => sum + weight * WORTH[outcome], 0);
  return total === 0 ? 0 : Math.round((worth / total) * 100);
}

async function gather(parts: ReadinessParts): Promise<Facts> {
  const {clock, accounts} = parts;
  const now = clock.now();
  const targets = await orElse(parts.targets(), []);
  const [people, breakGlass, effective, settings, results, addresses, certificates, pem] = await Promise.all([
    countPeople(accounts, now),
    lookAtBreakGlass(accounts, parts.neverSwitch),
    orElse(parts.effectiveConfig(), null),
    orElse(parts.settings(), null),
    orElse(parts.probeOnce(), []),
    ofEach(new Set(targets.map(hostOf)), (host) => orElse(parts.lookup(host), [])),
    ofEach(tlsPlaces(targets), (place) => orElse(parts.certificateExpiry(...splitPlace(place)), null)),
    orElse(parts.samlCertificate(), null),
  ]);
  return {
    now,
    targets,
    people,
    breakGlass,
    settings,
    results,
    addresses,
    certificates,
    config: effective === null ? null : (ReadinessConfig.safeParse(effective.config).data ?? null),
    environment: Object.keys(effective?.env ?? {}),
    samlCertificateEnds: pem === null ? null : endOf(pem),
    snapshot: parts.snapshot(),
    rtoMs: parts.rtoMs,
  };
}

/** What cannot be had is a check that is skipped, not a report that fails. */
async function orElse<T>(value: Promise<T>, otherwise: T): Promise<T> {
  return value.catch(() => otherwise);
}

async function ofEach<V>(keys: ReadonlySet<string>, look: (key: string) => Promise<V>): Promise<Map<string, V>> {
  return new Map(await Promise.all([...keys].map(async (key) => [key, await look(key)] as const)));
}

const TLS_PORTS: Record<string, string> = {'https:': '443', 'ldaps:': '636'};

function tlsPlaces(targets: readonly ProbeTarget[]): Set<string> {
  return new Set(
    targets.flatMap((target) => {
      const url = URL.parse(target.url);
      const port = url === null ? undefined : TLS_PORTS[url.protocol];
      return url === null || port === undefined ? [] : [`${url.hostname}:${url.port === '' ? port : url.port}`];
    }),
  );
}

function splitPlace(place: string): [string, number] {
  const colon = place.lastIndexOf(':');
  return [place.slice(0, colon).replace(/^\[|\]$/g, ''), Number(place.slice(colon + 1))];
}

function endOf(pem: string): number | null {
  try {
    const end = Date.parse(new X509Certificate(pem).validTo);
    return Number.isNaN(end) ? null : end;
  } catch {
    return null;
  }
}
