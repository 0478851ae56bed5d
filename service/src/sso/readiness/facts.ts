import type {IdentitySnapshot, ProbeResult, SettingValues} from '@disaster-recovery/contract';
import {z} from 'zod';
import type {Account, Accounts} from '../../engines/accounts/port.ts';
import type {ProbeTarget} from '../../engines/provider/port.ts';

const flag = z.boolean().optional();
const hours = z.number().optional();

/** Of Mattermost's configuration what decides how an outage goes. What is missing is not known. */
export const ReadinessConfig = z.object({
  ServiceSettings: z
    .object({
      EnforceMultifactorAuthentication: flag,
      TerminateSessionsOnPasswordChange: flag,
      ExtendSessionLengthWithActivity: flag,
      EnableLocalMode: flag,
      SiteURL: z.string().default(''),
      ConnectionSecurity: z.string().default(''),
      TrustedProxyIPHeader: z.array(z.string()).nullish(),
      SessionLengthSSOInHours: hours,
      SessionLengthWebInHours: hours,
      SessionLengthSSOInDays: hours,
      SessionLengthWebInDays: hours,
    })
    .prefault({}),
  EmailSettings: z
    .object({
      EnableSignInWithEmail: flag,
      EnableSignInWithUsername: flag,
      RequireEmailVerification: flag,
      SMTPServer: z.string().default(''),
    })
    .prefault({}),
  SupportSettings: z
    .object({
      SupportEmail: z.string().default(''),
      HelpLink: z.string().default(''),
      ReportAProblemLink: z.string().default(''),
    })
    .prefault({}),
});
export type ReadinessConfig = z.infer<typeof ReadinessConfig>;

/** Numbers only: no account is kept. */
export type PeopleCounts = {
  sso: number;
  /** Active local system administrators with a password, and of them those seen in the last 90 days. */
  localAdministrators: number;
  recentAdministrators: number;
  recentWithoutMfa: number;
  invalidEmail: number;
  /** Accounts whose e-mail address another account has too, but for the case of its letters. */
  sameEmail: number;
  unverified: number;
};

export type BreakGlass = {username: string; state: 'fit' | 'missing' | 'not_local' | 'not_administrator'};

/** All that the checks look at, read once. Null: could not be read. */
export type Facts = {
  now: number;
  config: ReadinessConfig | null;
  /** Names of the MM_* variables of the server process; their values are not kept. */
  environment: readonly string[];
  settings: SettingValues['values'] | null;
  targets: readonly ProbeTarget[];
  results: readonly ProbeResult[];
  /** Addresses of each host of a provider; empty: its name has none. */
  addresses: ReadonlyMap<string, readonly string[]>;
  /** End of the TLS certificate of each `host:port`, ms since 1970. */
  certificates: ReadonlyMap<string, number | null>;
  /** End of the certificate by which Mattermost knows its SAML provider. */
  samlCertificateEnds: number | null;
  people: PeopleCounts;
  breakGlass: readonly BreakGlass[];
  snapshot: IdentitySnapshot | null;
  rtoMs: number;
};

const RECENT_MS = 90 * 24 * 3_600_000;
/** Mattermost writes addresses in lower case; more than these with capitals do not change the advice. */
const MAX_SAME_EMAIL_LOOKUPS = 200;
const EMAIL = /^[^\s@]+@[^\s@]+$/;

/** Streams all accounts and keeps counts. @throws Failure DATABASE_* */
export async function countPeople(accounts: Pick<Accounts, 'stream' | 'find'>, now: number): Promise<PeopleCounts> {
  const counts: PeopleCounts = {
    sso: 0,
    localAdministrators: 0,
    recentAdministrators: 0,
    recentWithoutMfa: 0,
    invalidEmail: 0,
    sameEmail: 0,
    unverified: 0,
  };
  const withCapitals: {id: string; email: string}[] = [];
  let isLoginKnown = false;
  for await (const account of accounts.stream('all')) {
    if (account.deleted_at !== 0 || account.is_bot || account.is_remote) {
      continue;
    }
    isLoginKnown ||= account.last_login_at > 0;
    countAccount(counts, account, now);
    if (account.email !== account.email.toLowerCase() && withCapitals.length < MAX_SAME_EMAIL_LOOKUPS) {
      withCapitals.push({id: account.id, email: account.email});
    }
  }
  // After the stream, so that one connection is enough.
  for (const {id, email} of withCapitals) {
    const other = await accounts.find(email.toLowerCase());
    counts.sameEmail += other !== null && other.id !== id ? 1 : 0;
  }
  // A server too old to note sign-ins says nothing against its administrators.
  return isLoginKnown ? counts : {...counts, recentAdministrators: counts.localAdministrators};
}

function countAccount(counts: PeopleCounts, account: Account, now: number): void {
  if (account.sign_in.service === '') {
    countAdministrator(counts, account, now);
    return;
  }
  counts.sso += 1;
  counts.invalidEmail += EMAIL.test(account.email) ? 0 : 1;
  counts.unverified += account.email_verified ? 0 : 1;
}

function countAdministrator(counts: PeopleCounts, account: Account, now: number): void {
  if (!isLocalAdministrator(account)) {
    return;
  }
  const isRecent = now - account.last_login_at <= RECENT_MS;
  counts.localAdministrators += 1;
  counts.recentAdministrators += isRecent ? 1 : 0;
  counts.recentWithoutMfa += isRecent && !account.mfa_active ? 1 : 0;
}

function isLocalAdministrator(account: Account): boolean {
  return account.sign_in.service === '' && account.has_password && account.roles.includes('system_admin');
}

export async function lookAtBreakGlass(
  accounts: Pick<Accounts, 'find'>,
  usernames: readonly string[],
): Promise<BreakGlass[]> {
  const found: BreakGlass[] = [];
  for (const username of usernames) {
    const account = await accounts.find(username);
    found.push({username, state: breakGlassState(account)});
  }
  return found;
}

function breakGlassState(account: Account | null): BreakGlass['state'] {
  if (account === null || account.deleted_at !== 0) {
    return 'missing';
  }
  if (account.sign_in.service !== '' || !account.has_password) {
    return 'not_local';
  }
  return isLocalAdministrator(account) ? 'fit' : 'not_administrator';
}

/** The host of a target without its port, as a name server knows it. */
export function hostOf(target: ProbeTarget): string {
  return (URL.parse(target.url)?.hostname ?? '').replace(/^\[|\]$/g, '');
}
