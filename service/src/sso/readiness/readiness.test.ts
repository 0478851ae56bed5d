import {expect, test} from '@jest/globals';
import {
  Readiness,
  SETTING_KEYS,
  type ProbeResult,
  type ReadinessCheck,
  type SettingValues,
} from '@disaster-recovery/contract';
import {createMemoryAccounts, type AccountSeed} from '../../engines/accounts/memory.ts';
import type {ProbeTarget} from '../../engines/provider/port.ts';
import {createReadiness, scoreOf, type ReadinessParts} from './readiness.ts';

const NOW = Date.UTC(2026, 10, 24);
const [HOUR, DAY] = [3_600_000, 86_400_000];

const http = (host: string, provider = 'gitlab'): ProbeTarget => ({
  kind: 'http',
  provider,
  probe: 'authorize',
  url: `https://${host}/authorize?redirect_uri=x`,
  client_id: 'c',
});
const ldap = (host: string): ProbeTarget => ({
  kind: 'ldap',
  provider: 'ldap',
  probe: `ldap:${host}:389`,
  url: `ldap://${host}:389`,
  start_tls: false,
  bind_dn: 'cn=mm',
  bind_password: 'bind-pw',
  base_dn: '',
});
const probed = (outcome: ProbeResult['outcome'], probe = 'authorize'): ProbeResult => ({
  at: NOW,
  provider: 'gitlab',
  probe,
  vantage: 'companion',
  outcome,
  message: `It is ${outcome}.`,
  ms: 1,
});
const administrator = (id: string, changes: Partial<AccountSeed> = {}): AccountSeed => ({
  id,
  sign_in: {service: '', data: null},
  has_password: true,
  roles: ['system_user', 'system_admin'],
  mfa_active: true,
  last_login_at: NOW - DAY,
  ...changes,
});
const PEOPLE: AccountSeed[] = [
  administrator('root'),
  administrator('spare'),
  {id: 'alice', last_login_at: NOW - DAY},
  {id: 'robot', is_bot: true, email: 'none'},
];

const CONFIG = {
  ServiceSettings: {
    SessionLengthSSOInHours: 720,
    SessionLengthWebInHours: 720,
    ExtendSessionLengthWithActivity: true,
    TerminateSessionsOnPasswordChange: false,
    EnforceMultifactorAuthentication: false,
    EnableLocalMode: true,
  },
  EmailSettings: {
    EnableSignInWithEmail: true,
    EnableSignInWithUsername: true,
    RequireEmailVerification: false,
    SMTPServer: 'smtp.mailer.test',
  },
  SupportSettings: {SupportEmail: 'help@corp.test'},
};
type Section = keyof typeof CONFIG;
const configWith = (
  section: Section,
  changes: Record<string, unknown>,
  env: Record<string, string> = {},
): Partial<ReadinessParts> => ({
  effectiveConfig: async () => ({config: {...CONFIG, [section]: {...CONFIG[section], ...changes}}, env}),
});
const settingsWith = (
  changes: Partial<Record<(typeof SETTING_KEYS)[number], {value?: boolean; locked?: boolean}>>,
): Partial<ReadinessParts> => ({
  settings: async () =>
    SETTING_KEYS.map((key): SettingValues['values'][number] => ({key, value: true, locked: false, ...changes[key]})),
});
const people = (...seeds: AccountSeed[]): Partial<ReadinessParts> => ({accounts: createMemoryAccounts(seeds).accounts});
const snapshot = (age: number, stored: 'repository' | 'here_only' = 'repository') => ({
  at: NOW - age,
  accounts: 3,
  sso_accounts: 1,
  changed: 0,
  sha256: 'f'.repeat(64),
  stored,
  warnings: [],
});

const ask = (changes: Partial<ReadinessParts> = {}): Promise<Readiness> =>
  createReadiness({
    clock: {now: () => NOW, sleep: async () => undefined},
    ...(people(...PEOPLE) as Pick<ReadinessParts, 'accounts'>),
    effectiveConfig: async () => ({config: CONFIG, env: {}}),
    ...(settingsWith({}) as Pick<ReadinessParts, 'settings'>),
    targets: async () => [http('idp.example')],
    probeOnce: async () => [probed('ok')],
    lookup: async () => ['192.0.2.1', '192.0.2.2'],
    certificateExpiry: async () => NOW + 60 * DAY,
    samlCertificate: async () => null,
    snapshot: () => snapshot(HOUR),
    rtoMs: 4 * HOUR,
    neverSwitch: ['root'],
    ...changes,
  })();
const named = (report: Readiness, name: string): ReadinessCheck | undefined =>
  report.checks.find((check) => check.name === name);

test('a server that is ready has all points', async () => {
  const report = await ask();
  expect(report.checks.filter(({outcome}) => outcome !== 'ok')).toEqual([]);
  expect(Readiness.parse(report)).toMatchObject({score: 100, providers: ['gitlab']});
});

const ROWS: [string, Partial<ReadinessParts>, string, ReadinessCheck['outcome'], string][] = [
  [
    'password sign-in that the environment keeps off is the end of every switch',
    settingsWith({
      'EmailSettings.EnableSignInWithEmail': {value: false, locked: true},
      'EmailSettings.EnableSignInWithUsername': {value: false, locked: true},
    }),
    'password sign-in',
    'failed',
    'keeps it off',
  ],
  [
    'password sign-in that is off and can be switched on is fine',
    settingsWith({
      'EmailSettings.EnableSignInWithEmail': {value: false},
      'EmailSettings.EnableSignInWithUsername': {value: false},
    }),
    'password sign-in',
    'ok',
    'can be switched on',
  ],
  [
    'a locked setting is named',
    settingsWith({'TeamSettings.EnableUserCreation': {locked: true}}),
    'sign-in settings',
    'warning',
    'TeamSettings.EnableUserCreation',
  ],
  [
    'without the plugin the environment tells what is locked',
    {...configWith('EmailSettings', {}, {MM_EMAILSETTINGS_ENABLESIGNINWITHEMAIL: 'true'}), settings: async () => null},
    'sign-in settings',
    'warning',
    'EmailSettings.EnableSignInWithEmail',
  ],
  [
    'one local administrator is too few',
    people(administrator('root'), {id: 'alice'}),
    'local administrators',
    'warning',
    '1 system administrator with',
  ],
  [
    'no local administrator at all is a failure',
    people({id: 'alice', roles: ['system_admin']}),
    'local administrators',
    'failed',
    '0 system administrators',
  ],
  [
    'a local administrator who was not seen for long does not count',
    people(administrator('root'), administrator('old', {last_login_at: NOW - 91 * DAY})),
    'local administrators',
    'warning',
    '1 more did not',
  ],
  [
    'a local administrator without a password does not count',
    people(administrator('root', {has_password: false}), administrator('spare', {deleted_at: 1})),
    'local administrators',
    'failed',
    '0 system administrators',
  ],
  [
    'a server that notes no sign-ins is not blamed for it',
    people(administrator('root', {last_login_at: 0}), administrator('spare', {last_login_at: 0})),
    'local administrators',
    'ok',
    '2 system administrators',
  ],
  [
    'a local administrator without a second factor is named by count',
    people(administrator('root', {mfa_active: false}), administrator('spare')),
    'second factor of local administrators',
    'warning',
    '1 of 2',
  ],
  [
    'no break-glass account is worth a word',
    {neverSwitch: []},
    'break-glass accounts',
    'warning',
    'No break-glass account',
  ],
  [
    'a break-glass account that signs in through the provider is none',
    {neverSwitch: ['alice']},
    'break-glass accounts',
    'failed',
    'alice does not sign in with email and password',
  ],
  [
    'a break-glass account that is not there is none',
    {neverSwitch: ['root', 'ghost']},
    'break-glass accounts',
    'failed',
    'ghost does not exist',
  ],
  ['no snapshot is a failure', {snapshot: () => null}, 'identity snapshot', 'failed', 'no identity snapshot'],
  [
    'an old snapshot is a failure',
    {snapshot: () => snapshot(27 * HOUR)},
    'identity snapshot',
    'failed',
    '27 h 0 min old',
  ],
  [
    'a snapshot on this machine only is half of one',
    {snapshot: () => snapshot(HOUR, 'here_only')},
    'identity snapshot',
    'warning',
    'this machine only',
  ],
  ['no mail server is a failure', configWith('EmailSettings', {SMTPServer: ''}), 'mail', 'failed', 'no mail server'],
  [
    'a mail server elsewhere is fine',
    configWith('EmailSettings', {SMTPServer: 'smtp.elsewhere.example'}),
    'mail',
    'ok',
    'smtp.elsewhere.example',
  ],
  [
    'a mail server beside the provider fails with it',
    {
      ...configWith('EmailSettings', {SMTPServer: 'smtp.corp.example'}),
      targets: async () => [http('login.corp.example')],
    },
    'mail',
    'warning',
    'login.corp.example',
  ],
  [
    'a mail server at the domain of the provider fails with it',
    {...configWith('EmailSettings', {SMTPServer: 'mail.corp.co.uk'}), targets: async () => [http('login.corp.co.uk')]},
    'mail',
    'warning',
    'login.corp.co.uk',
  ],
  [
    'mail at Google fails with sign-in at Google',
    {
      ...configWith('EmailSettings', {SMTPServer: 'smtp-relay.gmail.com'}),
      targets: async () => [http('accounts.google.com', 'google')],
    },
    'mail',
    'warning',
    'Google',
  ],
  [
    'mail at Microsoft fails with sign-in at Microsoft',
    {
      ...configWith('EmailSettings', {SMTPServer: 'smtp.office365.com'}),
      targets: async () => [http('login.microsoftonline.com', 'office365')],
    },
    'mail',
    'warning',
    'Microsoft',
  ],
  [
    'no support address leaves people alone',
    configWith('SupportSettings', {SupportEmail: ''}),
    'support',
    'failed',
    'whom to ask',
  ],
  [
    'the support address of the vendor is none',
    configWith('SupportSettings', {
      SupportEmail: 'feedback@mattermost.com',
      HelpLink: 'https://mattermost.com/default-help/',
    }),
    'support',
    'failed',
    'whom to ask',
  ],
  [
    'sessions that activity does not extend are counted',
    configWith('ServiceSettings', {ExtendSessionLengthWithActivity: false, SessionLengthSSOInHours: 24}),
    'session length',
    'warning',
    'about 17 % of them end in an outage of 4 hours',
  ],
  [
    'short sessions are counted although activity extends them',
    configWith('ServiceSettings', {SessionLengthWebInHours: 8}),
    'session length',
    'warning',
    'about 50 %',
  ],
  [
    'sessions of an old server are told in days',
    configWith('ServiceSettings', {
      SessionLengthSSOInHours: undefined,
      SessionLengthWebInHours: undefined,
      SessionLengthSSOInDays: 30,
    }),
    'session length',
    'ok',
    '720 hours',
  ],
  [
    'sessions that end at a new password are told',
    configWith('ServiceSettings', {TerminateSessionsOnPasswordChange: true}),
    'sessions at a new password',
    'warning',
    'signed out',
  ],
  [
    'a proxy that Mattermost is told nothing of is found',
    configWith('ServiceSettings', {SiteURL: 'https://chat.example.org', TrustedProxyIPHeader: []}),
    'addresses behind a proxy',
    'warning',
    'the address of the proxy',
  ],
  [
    'a proxy that names the address of a person is right',
    configWith('ServiceSettings', {SiteURL: 'https://chat.example.org', TrustedProxyIPHeader: ['X-Real-IP']}),
    'addresses behind a proxy',
    'ok',
    'X-Real-IP',
  ],
  [
    'a header that anybody can set is told',
    configWith('ServiceSettings', {SiteURL: 'http://chat.example.org', TrustedProxyIPHeader: ['X-Real-IP']}),
    'addresses behind a proxy',
    'warning',
    'anybody can name any address',
  ],
  [
    'a server with TLS of its own sees addresses itself',
    configWith('ServiceSettings', {SiteURL: 'https://chat.example.org', ConnectionSecurity: 'TLS'}),
    'addresses behind a proxy',
    'ok',
    'itself',
  ],
  [
    'an enforced second factor is told',
    configWith('ServiceSettings', {EnforceMultifactorAuthentication: true}),
    'second factor for everyone',
    'warning',
    'must enroll',
  ],
  [
    'accounts without a valid address are counted',
    people(...PEOPLE, {id: 'bob', email: 'bob'}),
    'e-mail addresses',
    'warning',
    '1 of 2 SSO accounts',
  ],
  [
    'addresses that differ in case alone are counted',
    people(...PEOPLE, {id: 'amy', email: 'Alice@corp.test'}),
    'e-mail addresses',
    'warning',
    '1 accounts share',
  ],
  [
    'an address with capitals that nobody else has is fine',
    people(...PEOPLE, {id: 'zoe', email: 'Zoe@corp.test'}),
    'e-mail addresses',
    'ok',
    'of their own',
  ],
  [
    'unverified addresses matter where they are required',
    {
      ...people(...PEOPLE, {id: 'bob', email_verified: false}),
      ...configWith('EmailSettings', {RequireEmailVerification: true}),
    },
    'verified e-mail',
    'warning',
    '1 SSO accounts',
  ],
  [
    'unverified addresses do not matter elsewhere',
    people(...PEOPLE, {id: 'bob', email_verified: false}),
    'verified e-mail',
    'ok',
    'no verified',
  ],
  [
    'a provider that fails now is told',
    {probeOnce: async () => [probed('ok'), probed('server_error', 'token')]},
    'providers',
    'warning',
    '1 of 2 addresses',
  ],
  [
    'a provider with one address is told',
    {lookup: async () => ['192.0.2.1']},
    'redundancy of gitlab',
    'warning',
    'one address',
  ],
  [
    'a provider without an address is a failure',
    {
      lookup: async () => {
        throw new Error('ENOTFOUND');
      },
    },
    'redundancy of gitlab',
    'failed',
    'no address',
  ],
  [
    "a vendor's provider is for the operator to attest",
    {targets: async () => [http('corp.okta.com')]},
    'redundancy of gitlab',
    'warning',
    'Okta',
  ],
  [
    'one directory server is told',
    {targets: async () => [ldap('dc1')], lookup: async () => ['192.0.2.1']},
    'redundancy of ldap',
    'warning',
    'one address',
  ],
  [
    'several directory servers that all answer are fine',
    {targets: async () => [ldap('dc1'), ldap('dc2')], probeOnce: async () => [probed('ok', 'ldap:dc1:389')]},
    'redundancy of ldap',
    'ok',
    'each answers',
  ],
  [
    'a spare directory server that does not answer is none',
    {targets: async () => [ldap('dc1'), ldap('dc2')], probeOnce: async () => [probed('unreachable', 'ldap:dc2:389')]},
    'redundancy of ldap',
    'warning',
    'ldap://dc2:389',
  ],
  [
    'a certificate with two weeks left is told',
    {certificateExpiry: async () => NOW + 13 * DAY},
    'certificates',
    'warning',
    'idp.example:443 is the first to run out: in 13 days',
  ],
  [
    'a certificate with hours left is a failure',
    {certificateExpiry: async () => NOW + HOUR},
    'certificates',
    'failed',
    'within a day',
  ],
  [
    'a certificate that ran out is a failure',
    {certificateExpiry: async () => NOW - HOUR},
    'certificates',
    'failed',
    'has run out',
  ],
  [
    'a host without TLS has no certificate to judge',
    {certificateExpiry: async () => null},
    'certificates',
    'skipped',
    'no certificate was seen',
  ],
  [
    'a changed SAML key is a failure',
    {targets: async () => [http('idp.example', 'saml')], probeOnce: async () => [probed('key_mismatch', 'metadata')]},
    'SAML certificate',
    'failed',
    'key_mismatch',
  ],
  [
    'a SAML certificate that cannot be read is skipped',
    {targets: async () => [http('idp.example', 'saml')], samlCertificate: async () => 'no pem'},
    'SAML certificate',
    'skipped',
    'could not be read',
  ],
];

test.each(ROWS)('%s', async (_name, changes, name, outcome, message) => {
  expect(named(await ask(changes), name)).toMatchObject({
    outcome,
    message: expect.stringContaining(message),
    ...(outcome === 'warning' || outcome === 'failed' ? {remedy: expect.stringMatching(/\w/)} : {}),
  });
});

test('when the configuration cannot be read, what needs it is skipped with words and the rest is judged', async () => {
  const report = await ask({
    effectiveConfig: async () => {
      throw new Error('down');
    },
    settings: async () => null,
    targets: async () => {
      throw new Error('down');
    },
  });
  const skipped = report.checks.filter(({outcome}) => outcome === 'skipped').map(({name}) => name);
  expect(skipped).toEqual([
    'password sign-in',
    'sign-in settings',
    'verified e-mail',
    'mail',
    'support',
    'session length',
    'sessions at a new password',
    'second factor for everyone',
    'addresses behind a proxy',
    'providers',
    'way in on the server',
  ]);
  expect(report).toMatchObject({score: 100, providers: []});
});

test('accounts that cannot be read are an error and no good report', async () => {
  const accounts = {
    ...createMemoryAccounts().accounts,
    stream: () => {
      throw new Error('no database');
    },
  };
  await expect(ask({accounts})).rejects.toThrow('no database');
});

test('the score weighs, a warning counts half, and what was skipped counts nothing', () => {
  const check = (weight: number, outcome: ReadinessCheck['outcome']): ReadinessCheck => ({
    name: 'x',
    weight,
    outcome,
    message: '',
    remedy: null,
  });
  expect(scoreOf([check(5, 'ok'), check(3, 'warning'), check(2, 'failed'), check(9, 'skipped')])).toBe(65);
  expect(scoreOf([check(9, 'skipped')])).toBe(0);
});

test('no secret of a target is in the report', async () => {
  expect(JSON.stringify(await ask({targets: async () => [ldap('dc1'), ldap('dc2')]}))).not.toContain('bind-pw');
});
