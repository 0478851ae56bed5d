import type {ReadinessCheck} from '@disaster-recovery/contract';
import {getDomain} from 'tldts';
import {peopleChecks} from './checks_people.ts';
import {providerChecks} from './checks_providers.ts';
import {hostOf, type Facts, type ReadinessConfig} from './facts.ts';
import {check, NOT_READ, withConfig, type Finding} from './finding.ts';
import {formatDuration} from '../../kernel/format.ts';

/** All checks that apply to this server, in the order in which they matter. */
export function readinessChecks(facts: Facts): ReadinessCheck[] {
  return [
    check('password sign-in', 5, passwordSignIn(facts)),
    check('sign-in settings', 3, lockedSettings(facts)),
    ...peopleChecks(facts),
    check('identity snapshot', 5, snapshotAge(facts)),
    check(
      'mail',
      3,
      withConfig(facts, (config) => mail(config, facts)),
    ),
    check('support', 1, withConfig(facts, support)),
    check(
      'session length',
      3,
      withConfig(facts, (config) => sessionLength(config, facts.rtoMs)),
    ),
    check('sessions at a new password', 1, withConfig(facts, sessionsAtNewPassword)),
    check('second factor for everyone', 1, withConfig(facts, secondFactor)),
    check('addresses behind a proxy', 1, withConfig(facts, proxyAddresses)),
    ...providerChecks(facts),
    check('way in on the server', 0, withConfig(facts, wayIn)),
  ];
}

const SIGN_IN_KEYS = ['EmailSettings.EnableSignInWithEmail', 'EmailSettings.EnableSignInWithUsername'] as const;

function passwordSignIn(facts: Facts): Finding {
  const ways = SIGN_IN_KEYS.map((key) => ({key, isOn: valueOf(facts, key), isLocked: isLocked(facts, key)}));
  if (ways.every(({isOn}) => isOn === undefined)) {
    return NOT_READ;
  }
  if (ways.some(({isOn}) => isOn === true)) {
    return {outcome: 'ok', message: 'People can sign in with a password.'};
  }
  return ways.some(({isLocked: locked}) => !locked)
    ? {outcome: 'ok', message: 'Sign-in with a password is off; it can be switched on for the time of an outage.'}
    : {
        outcome: 'failed',
        message:
          'Sign-in with a password is off, and the environment of Mattermost keeps it off: a switched account could not sign in.',
        remedy: `Take ${SIGN_IN_KEYS.map(variableOf).join(' or ')} out of the environment of the server.`,
      };
}

function valueOf({settings, config}: Facts, key: (typeof SIGN_IN_KEYS)[number]): boolean | undefined {
  const value = settings?.find((setting) => setting.key === key)?.value;
  return typeof value === 'boolean'
    ? value
    : config?.EmailSettings[key === SIGN_IN_KEYS[0] ? 'EnableSignInWithEmail' : 'EnableSignInWithUsername'];
}

function isLocked({settings, environment}: Facts, key: string): boolean {
  return settings?.find((setting) => setting.key === key)?.locked ?? environment.includes(variableOf(key));
}

function variableOf(key: string): string {
  return `MM_${key.replace('.', '_').toUpperCase()}`;
}

/** Those that a switch changes; the others are for telling people. */
const CHANGED_KEYS = [
  ...SIGN_IN_KEYS,
  'TeamSettings.EnableUserCreation',
  'LdapSettings.EnableSync',
  'SamlSettings.EnableSyncWithLdap',
] as const;

function lockedSettings(facts: Facts): Finding {
  if (facts.settings === null && facts.config === null) {
    return NOT_READ;
  }
  const locked = CHANGED_KEYS.filter((key) => isLocked(facts, key));
  return locked.length === 0
    ? {outcome: 'ok', message: 'No setting that a switch changes is set by the environment of the server.'}
    : {
        outcome: 'warning',
        message: `The environment of the server sets ${locked.join(', ')}; a switch cannot change it.`,
        remedy: 'Move these settings into config.json or the System Console, or set them yourself during an outage.',
      };
}

const SNAPSHOT_LIMIT_MS = 26 * 3_600_000;

function snapshotAge({snapshot, now}: Facts): Finding {
  const remedy = 'Run `drctl sso snapshot`, and let `drctl serve` run all the time.';
  if (snapshot === null) {
    return {
      outcome: 'failed',
      message:
        'There is no identity snapshot: if accounts are switched some other way, there is no record of how they signed in before.',
      remedy,
    };
  }
  const age = formatDuration(Math.max(0, now - snapshot.at));
  if (now - snapshot.at > SNAPSHOT_LIMIT_MS) {
    return {outcome: 'failed', message: `The newest identity snapshot is ${age} old.`, remedy};
  }
  return snapshot.stored === 'repository'
    ? {outcome: 'ok', message: `The newest identity snapshot is ${age} old and in the repository.`}
    : {
        outcome: 'warning',
        message: 'The newest identity snapshot is on this machine only.',
        remedy: 'Check the repository with `drctl doctor`, then run `drctl sso snapshot`.',
      };
}

/** Mail servers of the large providers, whose mail and sign-in fail together. */
const SHARED_MAIL: readonly [RegExp, RegExp, string][] = [
  [/(^|\.)(gmail|google|googlemail)\.com$/, /(^|\.)(google|googleapis)\.com$/, 'Google'],
  [
    /(^|\.)(office365|outlook|microsoft)\.com$|\.protection\.outlook\.com$/,
    /(^|\.)(microsoftonline|microsoft|windows|office)\.(com|net|us)$/,
    'Microsoft',
  ],
];

function mail(config: ReadinessConfig, {targets}: Facts): Finding {
  const server = config.EmailSettings.SMTPServer.trim().toLowerCase();
  if (server === '') {
    return {
      outcome: 'failed',
      message: 'Mattermost has no mail server: no code can be mailed, and nobody can ask for a new password.',
      remedy: 'Set EmailSettings.SMTPServer to one that does not need the provider.',
    };
  }
  const hosts = [...new Set(targets.map(hostOf))];
  const shared = SHARED_MAIL.find(([smtp, provider]) => smtp.test(server) && hosts.some((host) => provider.test(host)));
  const neighbour = hosts.find((host) => getDomain(host) !== null && getDomain(host) === getDomain(server));
  const owner = shared?.[2] ?? neighbour;
  return owner === undefined
    ? {outcome: 'ok', message: `Mail goes by ${server}, which is not the provider's.`}
    : {
        outcome: 'warning',
        message: `Mail goes by ${server}, which is in the same hands as the provider (${owner}): both may fail together.`,
        remedy: 'Plan to read codes out or print them, or use another mail server.',
      };
}

function support(config: ReadinessConfig): Finding {
  const {SupportEmail: email, HelpLink: help, ReportAProblemLink: report} = config.SupportSettings;
  // The defaults lead to the vendor of Mattermost, who cannot let anybody in.
  const own = [email, report, help].find((value) => value !== '' && !/(^|[@/.])mattermost\.com(\/|$)/.test(value));
  return own === undefined
    ? {
        outcome: 'failed',
        message: 'No support address of your own is set: people who are locked out do not know whom to ask.',
        remedy: 'Set SupportSettings.SupportEmail or ReportAProblemLink to something that works without the provider.',
      }
    : {outcome: 'ok', message: `People who are locked out are led to ${own}.`};
}

/** Which share of live sessions ends during an outage as long as the recovery time objective. */
function sessionLength({ServiceSettings: service}: ReadinessConfig, rtoMs: number): Finding {
  const sso = service.SessionLengthSSOInHours ?? (service.SessionLengthSSOInDays ?? NaN) * 24;
  const web = service.SessionLengthWebInHours ?? (service.SessionLengthWebInDays ?? NaN) * 24;
  const length = [sso, web].filter((hours) => hours > 0).sort((a, b) => a - b)[0];
  if (length === undefined) {
    return {outcome: 'skipped', message: 'The configuration does not say how long sessions last.'};
  }
  const rto = rtoMs / 3_600_000;
  const share = Math.min(100, Math.ceil((rto / length) * 100));
  const round = (hours: number): number => Math.round(hours * 10) / 10;
  if (service.ExtendSessionLengthWithActivity !== true) {
    return {
      outcome: 'warning',
      message: `Sessions last ${round(length)} hours and are not extended by activity: about ${share} % of them end in an outage of ${round(rto)} hours.`,
      remedy:
        'Switch ServiceSettings.ExtendSessionLengthWithActivity on: then only people who are idle for a whole session are locked out.',
    };
  }
  return share > 33
    ? {
        outcome: 'warning',
        message: `Sessions last ${round(length)} hours only: about ${share} % of those that are idle end in an outage of ${round(rto)} hours.`,
        remedy: 'Lengthen ServiceSettings.SessionLengthSSOInHours and SessionLengthWebInHours.',
      }
    : {outcome: 'ok', message: `Sessions last ${round(length)} hours and are extended by activity.`};
}

function sessionsAtNewPassword({ServiceSettings: service}: ReadinessConfig): Finding {
  return service.TerminateSessionsOnPasswordChange === true
    ? {
        outcome: 'warning',
        message:
          'A new password ends the other sessions of its person: whoever claims is signed out on all other devices.',
        remedy: 'Nothing to do; tell people, or switch ServiceSettings.TerminateSessionsOnPasswordChange off.',
      }
    : {outcome: 'ok', message: 'A new password leaves the other sessions of its person alone.'};
}

function secondFactor({ServiceSettings: service}: ReadinessConfig): Finding {
  return service.EnforceMultifactorAuthentication === true
    ? {
        outcome: 'warning',
        message:
          'A second factor is enforced: whoever is switched must enroll one at the first sign-in with a password.',
        remedy: 'Nothing to do; say in your instructions that an authenticator app is needed.',
      }
    : {outcome: 'ok', message: 'No second factor is asked of people who are switched.'};
}

/** Wrong codes at the claim page are slowed down by address. With https at the site and none at Mattermost something stands between. */
function proxyAddresses({ServiceSettings: service}: ReadinessConfig): Finding {
  const isBehindProxy = /^https:/i.test(service.SiteURL) && service.ConnectionSecurity !== 'TLS';
  const headers = (service.TrustedProxyIPHeader ?? []).filter((header) => header.trim() !== '');
  if (isBehindProxy && headers.length === 0) {
    return {
      outcome: 'warning',
      message:
        'Mattermost stands behind a proxy and is not told which header names the address of a person: everybody seems to have the address of the proxy, in its logs and at the claim page.',
      remedy:
        'Set ServiceSettings.TrustedProxyIPHeader to the header that the proxy always sets itself, such as X-Forwarded-For, and restart Mattermost.',
    };
  }
  if (!isBehindProxy && headers.length > 0) {
    return {
      outcome: 'warning',
      message: `Mattermost believes ${headers.join(', ')}, and no proxy seems to stand before it: anybody can name any address.`,
      remedy: 'Empty ServiceSettings.TrustedProxyIPHeader, unless a proxy sets these headers always.',
    };
  }
  return {
    outcome: 'ok',
    message: isBehindProxy
      ? `The address of a person is read from ${headers.join(', ')}, which the proxy must set always.`
      : 'Mattermost sees the address of each person itself.',
  };
}

function wayIn({ServiceSettings: service}: ReadinessConfig): Finding {
  return {
    outcome: 'ok',
    message:
      service.EnableLocalMode === true
        ? 'On the server itself `mmctl --local` and `drctl sso admin-access` let an administrator in.'
        : 'On the server itself `drctl sso admin-access` lets an administrator in; the local mode of Mattermost is off.',
  };
}
