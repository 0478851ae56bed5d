import {styleText} from 'node:util';
import {
  providerName,
  type AdminAccessResult,
  type Detection,
  type Forecast,
  type IdentitySnapshot,
  type Incident,
  type LetInResult,
  type LockedOut,
  type Readiness,
  type SsoStatus,
} from '@disaster-recovery/contract';
import {INCIDENT_WORDS, PROVIDER_WORDS, serviceName} from '../words/sso.ts';
import {isoTime} from '../kernel/clock.ts';
import {formatCount, formatHorizon} from '../kernel/format.ts';
import {printable} from './printable.ts';
import {facts, plainTable} from './render_set.ts';
import {settingLine, who} from './render_sso_plan.ts';
import {renderCheck} from './render_status.ts';
import {counted, people} from '../words/plural.ts';
import {onTerminal} from '../words/place.ts';

const BAR_WIDTH = 24;
const NEXT_SHOWN = 10;

export function renderSsoStatus(status: SsoStatus): string {
  const {incident, counts, snapshot, detection} = status;
  const rows = [
    ...(incident
      ? [
          ['Incident', `${incident.id}: ${printable(incident.reason)}`],
          ['Declared', `${isoTime(incident.declared_at)} by ${printable(incident.declared_by.name)}`],
          ['Back by', isoTime(incident.deadline_at)],
        ]
      : []),
    ...detection.providers.map(({provider, state, since, message}) => [
      `Provider ${printable(provider)}`,
      `${PROVIDER_WORDS[state]} since ${isoTime(since)}: ${printable(message)}`,
    ]),
    [
      'People',
      `${formatCount(counts.sso_accounts)} sign in through a provider, ${formatCount(counts.locked_out_now)} of them locked out now`,
    ],
    [
      'Switched',
      `${formatCount(counts.switched)} without a password yet, ${formatCount(counts.claimed)} with one; ${formatCount(counts.returned)} are back; ${formatCount(counts.conflicts)} in conflict`,
    ],
    [
      'Snapshot',
      snapshot
        ? `${isoTime(snapshot.at)}: ${counted(snapshot.sso_accounts, 'account')}${snapshot.stored === 'repository' ? ', in the repository' : ', NOT in the repository'}`
        : 'none yet',
    ],
    [
      'Accounts',
      status.bridge === 'plugin' ? 'are changed through the plugin' : 'are changed in the database, past the plugin',
    ],
  ];
  const next = [
    ...detectionWarnings(detection).map((message) => `  ! ${message}`),
    ...status.next_actions.map(
      ({message, remedy}) => `  ! ${printable(message)}\n    → ${printable(onTerminal(remedy))}`,
    ),
  ];
  return [
    `${INCIDENT_WORDS[status.state]}.`,
    facts(rows),
    ...(status.settings.length > 0 ? ['Settings', ...status.settings.map(settingLine)] : []),
    ...(next.length > 0 ? ['What to do next', ...next] : ['Nothing needs you.']),
  ].join('\n');
}

function detectionWarnings({running, controls_ok, flapping}: Detection): string[] {
  return [
    ...(running ? [] : ['The provider is not watched: no companion has probed it lately. Run drctl serve.']),
    ...(controls_ok === false
      ? ['The control addresses do not answer either: this machine itself may be cut off.']
      : []),
    ...(flapping ? ['The state of the provider changes too often; nothing is proposed until it settles.'] : []),
  ];
}

export function renderForecast(forecast: Forecast): string {
  const {administrators: admins, curve} = forecast;
  const total = Math.max(1, forecast.sso_accounts - forecast.dormant);
  const table = plainTable(['Within', 'Sessions end', 'Locked out', '', 'With extension']);
  for (const {within_ms, sessions_end, locked_out, with_extension} of curve) {
    table.push([
      formatHorizon(within_ms),
      formatCount(sessions_end),
      formatCount(locked_out),
      bar(locked_out, total),
      formatCount(with_extension),
    ]);
  }
  const rows = [
    [
      'People',
      `${formatCount(forecast.sso_accounts)} sign in through a provider; ${formatCount(forecast.dormant)} of them not seen for 90 days and not counted`,
    ],
    [
      'Administrators',
      `${formatCount(admins.total)}: ${formatCount(admins.local)} with a password, ${formatCount(admins.sso)} through a provider, ${formatCount(admins.locked_out)} locked out`,
    ],
    [
      'Sessions',
      forecast.by_device.map(({device, sessions}) => `${formatCount(sessions)} ${device}`).join(', ') || 'none',
    ],
  ];
  const groups = [
    ...forecast.by_service.map((row) => ['Service', row] as const),
    ...forecast.by_role.map((row) => ['Role', row] as const),
    ...forecast.by_team.map((row) => ['Team', row] as const),
  ];
  const by = plainTable(['', 'Name', 'People', 'Locked out']);
  for (const [kind, {name, people, locked_out}] of groups) {
    by.push([kind, printable(name), formatCount(people), formatCount(locked_out)]);
  }
  return [
    `${people(forecast.locked_out_now)} locked out now.`,
    facts(rows),
    '',
    table.toString(),
    ...(groups.length > 0 ? ['', by.toString()] : []),
    ...(forecast.next.length > 0
      ? [
          '',
          'Locked out next',
          ...forecast.next
            .slice(0, NEXT_SHOWN)
            .map((person) => `  ${person.ends_at === null ? 'now' : isoTime(person.ends_at)}  ${who(person)}`),
        ]
      : []),
  ].join('\n');
}

export function renderLockedOut({count, people}: LockedOut): string {
  if (count === 0) {
    return 'Nobody is locked out now.';
  }
  const table = plainTable(['Person', 'Email', 'Through', 'Last seen', 'Teams']);
  for (const {username, email, service, is_administrator, last_seen_at, teams} of people) {
    table.push([
      `${printable(username)}${is_administrator ? ' (administrator)' : ''}`,
      printable(email),
      printable(providerName(service)),
      last_seen_at === null ? 'never' : isoTime(last_seen_at),
      teams.map(printable).join(', '),
    ]);
  }
  return [
    `${counted(count, 'person is', 'people are')} locked out now.`,
    table.toString(),
    ...(count > people.length ? [`and ${formatCount(count - people.length)} more`] : []),
    'To let one in: drctl sso let-in USER --identified-by "…"',
  ].join('\n');
}

function bar(value: number, total: number): string {
  const filled = Math.min(BAR_WIDTH, Math.max(0, Math.round((value / total) * BAR_WIDTH)));
  return `${'█'.repeat(filled)}${'░'.repeat(BAR_WIDTH - filled)}`;
}

export function renderReadiness({score, providers, checks}: Readiness): string {
  return [
    ...checks.map(renderCheck),
    `Readiness for an SSO outage: ${score} of 100${providers.length === 0 ? '. No provider is set up in Mattermost.' : `, with ${providers.map(printable).join(', ')}.`}`,
  ].join('\n');
}

export function renderSnapshot(snapshot: IdentitySnapshot): string {
  return [
    `Identity snapshot of ${isoTime(snapshot.at)}: ${counted(snapshot.accounts, 'account')}, ${formatCount(snapshot.sso_accounts)} through a provider, ${formatCount(snapshot.changed)} changed since the one before.`,
    snapshot.stored === 'repository'
      ? 'The repository holds a copy.'
      : '! The repository holds no copy of it: it is lost with this machine.',
    ...warnings(snapshot.warnings),
  ].join('\n');
}

export function renderIncident(incident: Incident & {warnings?: readonly string[]}): string {
  return incident.state === 'closed'
    ? `Incident ${incident.id} is closed. Everyone and everything is as it was before.`
    : [
        `Incident ${incident.id} is declared. Nobody is switched yet; everyone is to be back by ${isoTime(incident.deadline_at)}.`,
        ...warnings(incident.warnings ?? []),
        'Next',
        '  1. drctl sso extend-sessions',
        '  2. drctl sso forecast',
        '  3. drctl sso let-in USER --identified-by "…"   or   drctl sso switch --sessions-ending-before 8h',
      ].join('\n');
}

/** The code on a line of its own, to be read out. */
export function renderLetIn(result: LetInResult): string {
  return [
    `One-time code for ${who(result.person)}${result.switched_now ? ', who was switched to email and password just now' : ''}:`,
    '',
    `    ${large(printable(result.code))}`,
    '',
    facts([
      ['Page', printable(result.url)],
      ['Good until', `${isoTime(result.expires_at)}, once`],
      ...(result.mailed === null ? [] : [['Mail', result.mailed ? 'sent' : 'NOT sent; hand the code over yourself']]),
    ]),
    'Read it out where you know who listens: in person, or on the telephone to the number that you know.',
    ...warnings(result.warnings),
  ].join('\n');
}

/** Bold on a terminal; not a character more or less than it is. */
function large(secret: string): string {
  return styleText('bold', secret, {stream: process.stdout});
}

export function renderAdminAccess(result: AdminAccessResult): string {
  return [
    `${who(result.person)} can sign in with a password now${result.was.service === '' ? '' : ` (before: ${printable(serviceName(result.was.service))})`}.`,
    ...(result.password === null
      ? []
      : ['', `    ${large(result.password)}`, '', 'It is shown once. Sign in with it, then change it.']),
    result.way === 'mattermost'
      ? 'Mattermost itself set the password.'
      : '! Mattermost did not answer, so the password was written into the database. Mattermost may have to be restarted before it counts.',
    ...warnings(result.warnings),
  ].join('\n');
}

function warnings(lines: readonly string[]): string[] {
  return lines.map((line) => `! ${printable(line)}`);
}
