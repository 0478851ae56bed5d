import type {
  ChangedSetting,
  ExtendResult,
  Person,
  ReturnEntry,
  ReturnList,
  SetAgainResult,
  SwitchBackPlan,
  SwitchBackResult,
  SwitchPlan,
  SwitchResult,
} from '@disaster-recovery/contract';
import {excludedBecause, GROUP_WORDS, RETURN_WORDS, serviceName, settingChange, settingValue} from '../words/sso.ts';
import {counted, people} from '../words/plural.ts';
import {stepWords} from '../words/steps.ts';
import {isoTime} from '../kernel/clock.ts';
import {formatCount, formatDuration} from '../kernel/format.ts';
import {printable} from './printable.ts';
import {facts, plainTable} from './render_set.ts';
import {onTerminal} from '../words/place.ts';

const PEOPLE_SHOWN = 30;

export function renderSwitchPlan(plan: SwitchPlan): string {
  const counts = Object.entries(plan.excluded_counts).filter(([, count]) => count > 0);
  return [
    `Switches ${people(plan.count)} to email and password, in incident ${printable(plan.incident)}.`,
    ...listed(
      plan.people,
      plan.count,
      (person) =>
        `  ${who(person)}  ${printable(person.service)}${person.is_administrator ? ', administrator' : ''}${person.live_sessions === 0 ? ', locked out' : ''}`,
    ),
    ...(counts.length > 0
      ? [
          'Left as they are',
          ...counts.map(
            ([reason, count]) => `  ${formatCount(count)} ${excludedBecause(reason, count)}${examples(plan, reason)}`,
          ),
        ]
      : []),
    ...(plan.settings.length > 0
      ? [
          'Settings that change',
          ...plan.settings.map(
            ({key, from, to, locked}) =>
              `  ${printable(key)}: ${settingValue(from)} → ${settingValue(to)}${locked ? ' (! set by the environment of Mattermost)' : ''}`,
          ),
        ]
      : []),
    stepLine(plan.steps),
    ...warnings([
      ...plan.warnings,
      ...(plan.writes_through === 'database'
        ? ['The plugin does not answer the companion: accounts are changed in the database.']
        : []),
      ...(plan.needs_second_administrator
        ? [
            'Asked for in Mattermost, this needs a second administrator; on this shell your word is enough, and that is recorded.',
          ]
        : []),
    ]),
  ].join('\n');
}

function examples({excluded}: SwitchPlan, reason: string): string {
  const names = excluded
    .filter((one) => one.reason === reason)
    .slice(0, 5)
    .map(({person}) => printable(person.username));
  return names.length === 0 ? '' : ` (${names.join(', ')}${names.length === 5 ? ', …' : ''})`;
}

export function renderSwitchResult(result: SwitchResult): string {
  const rows = [
    ['Switched', people(result.switched)],
    ...(result.already > 0 ? [['Before', `${people(result.already)}, not touched again`]] : []),
    ['In conflict', formatCount(result.conflicts)],
    ['Failed', formatCount(result.failed)],
    ['Told', people(result.told)],
    ['Took', formatDuration(result.duration_ms)],
  ];
  return [
    ...(result.switched + result.already === 0
      ? ['! Nobody was switched; `drctl sso switch … --dry-run` says why.']
      : []),
    facts(rows),
    ...troubles(result.people),
    ...settings(result.settings),
    'Next',
    '  1. drctl sso let-in USER --identified-by "…"   or   drctl sso claim-sheet --identified-by "…" --out FILE.html',
    '  2. When the provider is back: drctl sso switch-back',
  ].join('\n');
}

export function renderSwitchBackPlan(plan: SwitchBackPlan): string {
  return [
    `Switches ${people(plan.count)} back to single sign-on, in incident ${printable(plan.incident)}.`,
    'Gates',
    ...plan.gates.map(
      ({name, passed, message}) =>
        `  ${passed ? '✓' : '✗'} ${printable(name).replaceAll('_', ' ')}: ${printable(message)}`,
    ),
    plan.canary
      ? `First: ${who(plan.canary)}, who then signs in through the provider. Nobody else is touched before.`
      : 'First: nobody is chosen.',
    ...(plan.groups.length > 0
      ? [`Order: ${plan.groups.map(({name, count}) => `${GROUP_WORDS[name]}: ${formatCount(count)}`).join(' → ')}`]
      : []),
    ...listed(
      plan.people,
      plan.count,
      (person) =>
        `  ${who(person)}  to ${printable(serviceName(person.service))}${person.has_password ? '' : ', without a password now'}`,
    ),
    ...(plan.conflicts.length > 0 ? ['In conflict, left alone', ...plan.conflicts.flatMap(entryLines)] : []),
    ...settings(plan.settings),
    stepLine(plan.steps),
    ...warnings(plan.warnings),
  ].join('\n');
}

export function renderSwitchBackResult(result: SwitchBackResult): string {
  const rows = [
    ['Back', people(result.returned)],
    ['In conflict', formatCount(result.conflicts)],
    ['Failed', formatCount(result.failed)],
    [
      'Sessions',
      `${formatCount(result.sessions_revoked)} born of a password revoked, ${formatCount(result.sessions_kept)} of single sign-on kept`,
    ],
    ['Reset tokens', `${formatCount(result.reset_tokens_purged)} deleted`],
    [
      'Provider',
      result.provider_check === 'passed'
        ? 'a real sign-in through it was seen'
        : 'NOT checked, as asked for; that is recorded',
    ],
    ['Took', formatDuration(result.duration_ms)],
  ];
  return [
    facts(rows),
    ...troubles(result.people),
    ...settings(result.settings),
    ...(result.drift.length > 0
      ? [
          'Changed otherwise during the outage',
          ...listed(
            result.drift,
            result.drift.length,
            ({person, changes}) => `  ! ${who(person)}: ${changes.map(printable).join(', ')}`,
          ),
        ]
      : []),
    result.conflicts + result.failed === 0
      ? 'Next: drctl sso return-list, then drctl sso close'
      : 'Next: drctl sso return-list, decide with drctl sso resolve, then run this again',
  ].join('\n');
}

export function renderExtendResult(result: ExtendResult): string {
  const rows = [
    ['Extended', `${counted(result.extended, 'session')} of ${people(result.people)}, to ${isoTime(result.until)}`],
    ['Longer anyway', formatCount(result.already_longer)],
    ['Failed', formatCount(result.failed)],
    [
      'Browsers',
      `drop their cookie ${formatDuration(result.cookie_limit_ms)} after sign-in, whatever the session says`,
    ],
    ['Took', formatDuration(result.duration_ms)],
  ];
  return facts(rows);
}

export function renderReturnList(list: ReturnList): string {
  if (list.empty) {
    return ['The return list is empty: everything is as it was before the outage.', ...nextLine(list.next)].join('\n');
  }
  const conflicts = list.entries.filter(({conflict}) => conflict !== null);
  const table = plainTable(['Person', 'State', 'Before', 'Now', 'Switched', 'Changed otherwise']);
  for (const {person, state, original, live, switched_at, changes} of list.entries) {
    table.push([
      printable(person.username),
      RETURN_WORDS[state],
      printable(serviceName(original.service)),
      live === null ? 'gone' : printable(serviceName(live.service)),
      switched_at === null ? '' : isoTime(switched_at),
      changes.map(printable).join(', '),
    ]);
  }
  return [
    `${people(list.count)} to bring back${list.deadline_at === null ? '' : `, by ${isoTime(list.deadline_at)}${list.overdue ? ': OVERDUE' : ''}`}.`,
    ...(conflicts.length > 0 ? ['In conflict; somebody has to decide', ...conflicts.flatMap(entryLines), ''] : []),
    ...(list.entries.length > 0 ? [table.toString()] : []),
    ...(list.count > list.entries.length ? [`and ${formatCount(list.count - list.entries.length)} more`] : []),
    ...settings(list.settings),
    ...(list.sessions > 0 ? [`${counted(list.sessions, 'session')} still extended.`] : []),
    ...nextLine(list.next),
  ].join('\n');
}

export function renderResolved(entry: ReturnEntry): string {
  return ['Decided.', ...entryLines(entry)].join('\n');
}

function entryLines({person, state, original, live, conflict}: ReturnEntry): string[] {
  return [
    `  ${conflict ? '✗' : '·'} ${who(person)}: ${conflict ? printable(conflict.message) : RETURN_WORDS[state]}`,
    `    before: ${printable(serviceName(original.service))}   now: ${live === null ? 'gone' : printable(serviceName(live.service))}`,
    ...(conflict?.choices ?? []).map((choice) => `    → ${printable(choice)}`),
  ];
}

function nextLine(next: string | null): string[] {
  return next === null ? [] : [`Next: ${printable(onTerminal(next))}`];
}

type Outcomes = readonly (Person & {outcome: string; message: string | null})[];

function troubles(outcomes: Outcomes): string[] {
  const bad = outcomes.filter(({outcome}) => outcome === 'conflict' || outcome === 'failed');
  return listed(bad, bad.length, (person) => `  ✗ ${who(person)}: ${printable(person.message ?? person.outcome)}`);
}

export function settingLine(setting: ChangedSetting): string {
  const {text, isFine} = settingChange(setting);
  return `  ${isFine ? '·' : '!'} ${printable(setting.key)}: ${printable(text)}`;
}

export function renderSetAgain({set, left, settings: all}: SetAgainResult): string {
  return [
    set.length === 0 && left.length === 0
      ? 'Nothing to set again: everything that the incident has set is in force.'
      : `${set.length === 1 ? '1 setting is' : `${formatCount(set.length)} settings are`} as the incident has set ${set.length === 1 ? 'it' : 'them'} again.`,
    ...left.map(({key, message}) => `  ! ${printable(key)}: ${printable(message)}`),
    ...settings(all),
  ].join('\n');
}

function settings(changed: readonly ChangedSetting[]): string[] {
  return changed.length === 0 ? [] : ['Settings', ...changed.map(settingLine)];
}

function listed<Item>(items: readonly Item[], count: number, line: (item: Item) => string): string[] {
  const shown = items.slice(0, PEOPLE_SHOWN);
  return [
    ...shown.map(line),
    ...(count > shown.length ? [`  and ${formatCount(count - shown.length)} more; --json lists the first 1,000`] : []),
  ];
}

function stepLine(steps: readonly string[]): string {
  return `Steps: ${steps.map((step) => stepWords(step).doing).join(' → ') || 'none'}`;
}

function warnings(lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ['Warnings', ...lines.map((line) => `  ! ${printable(line)}`)];
}

/** `anna <anna@example.org>`. */
export function who({username, email}: Person): string {
  return `${printable(username)} <${printable(email)}>`;
}
