import type {
  Detection,
  Forecast,
  IdentitySnapshot,
  Incident,
  LetInResult,
  LockedOut,
  Person,
  Readiness,
  ReturnEntry,
  ReturnList,
  SetAgainResult,
  SsoStatus,
  SwitchBackPlan,
  SwitchPlan,
} from '@disaster-recovery/contract';
import {chatUsage, VERBS} from '@disaster-recovery/contract';
import {formatCount, formatHorizon} from '../kernel/format.ts';
import {code, howTo, minute, plain, progressBar, prose} from '../words/markdown.ts';
import {counted} from '../words/plural.ts';
import {settingLines} from './render_sso_result.ts';
import {
  CHECK_MARKS,
  excludedBecause,
  GROUP_WORDS,
  INCIDENT_WORDS,
  PROVIDER_WORDS,
  RETURN_WORDS,
  serviceName,
  settingValue,
} from '../words/sso.ts';
import {stepWords} from '../words/steps.ts';
import {inPlace} from '../words/place.ts';

const SHOWN = 15;

export function ssoStatusAnswer(status: SsoStatus): string {
  const {incident, counts, snapshot, next_actions: next} = status;
  const mark = status.state === 'watching' || status.state === 'closed' ? '✅' : '⚠️';
  return [
    `#### ${mark} ${INCIDENT_WORDS[status.state]}`,
    ...(incident
      ? [
          `Declared ${minute(incident.declared_at)} by ${plain(incident.declared_by.name)}: ${plain(incident.reason)}. Everyone is to be back by ${minute(incident.deadline_at)}.`,
        ]
      : []),
    ...providerLines(status.detection),
    `- **People**: ${counted(counts.sso_accounts, 'person', 'people')} sign in through a provider, ${formatCount(counts.locked_out_now)} are locked out now`,
    ...(incident
      ? [
          `- **Switched**: ${formatCount(counts.switched)} without a password yet, ${formatCount(counts.claimed)} with one; ${formatCount(counts.returned)} are back; ${counted(counts.conflicts, 'conflict')}`,
        ]
      : []),
    `- **Identity snapshot**: ${snapshot ? `${minute(snapshot.at)}, ${counted(snapshot.sso_accounts, 'account')}${snapshot.stored === 'repository' ? '' : ', ⚠️ not in the repository'}` : '⚠️ none yet'}`,
    ...(status.bridge === 'database' ? ['- Accounts are changed in the database, past the plugin'] : []),
    ...settingLines(status.settings),
    ...nextLines(next),
  ].join('\n');
}

function providerLines({running, controls_ok, providers, flapping}: Detection): string[] {
  return [
    ...(running ? [] : ['- ⚠️ The provider is not watched: no companion has probed it lately']),
    ...(controls_ok === false
      ? ['- ⚠️ The control addresses do not answer either: the companion itself may be cut off']
      : []),
    ...providers.map(
      ({provider, state, since, message}) =>
        `- **${plain(provider)}**: ${state === 'up' ? '' : '⚠️ '}${PROVIDER_WORDS[state]} since ${minute(since)} (${plain(message)})`,
    ),
    ...(flapping ? ['- ⚠️ The state changes too often; nothing is proposed until it settles'] : []),
  ];
}

function nextLines(actions: SsoStatus['next_actions']): string[] {
  return actions.length === 0
    ? []
    : ['', '**Next**', ...actions.map(({message, remedy}) => `- ${prose(message)} ${howTo(remedy)}`)];
}

export function forecastAnswer(forecast: Forecast): string {
  const {administrators: admins} = forecast;
  const total = Math.max(1, forecast.sso_accounts - forecast.dormant);
  return [
    `#### ${forecast.locked_out_now === 0 ? '✅' : '⚠️'} ${counted(forecast.locked_out_now, 'person', 'people')} locked out now, of ${formatCount(forecast.sso_accounts - forecast.dormant)} who sign in through a provider`,
    '| Within | Locked out | | With sessions extended |',
    '|:--|--:|:--|--:|',
    ...forecast.curve.map(
      ({within_ms, locked_out, with_extension}) =>
        `| ${formatHorizon(within_ms)} | ${formatCount(locked_out)} | ${progressBar(locked_out, total)} | ${formatCount(with_extension)} |`,
    ),
    '',
    `- **Administrators**: ${formatCount(admins.total)}; ${formatCount(admins.local)} with a password, ${formatCount(admins.sso)} through a provider, ${formatCount(admins.locked_out)} locked out`,
    ...(forecast.dormant > 0
      ? [`- ${counted(forecast.dormant, 'person', 'people')} not seen for 90 days are not counted`]
      : []),
    ...forecast.by_team
      .slice(0, 5)
      .map(
        ({name, people, locked_out}) =>
          `- Team ${code(name)}: ${formatCount(locked_out)} of ${formatCount(people)} locked out`,
      ),
    ...(forecast.next.length === 0
      ? []
      : [
          '',
          '**Locked out next**',
          ...forecast.next
            .slice(0, SHOWN)
            .map((person) => `- ${who(person)}: ${person.ends_at === null ? 'now' : minute(person.ends_at)}`),
        ]),
  ].join('\n');
}

export function lockedOutAnswer({count, people}: LockedOut): string {
  return [
    `#### ${count === 0 ? '✅ Nobody is' : `⚠️ ${counted(count, 'person is', 'people are')}`} locked out now`,
    ...people
      .slice(0, SHOWN)
      .map(
        (person) =>
          `- ${who(person)}${person.is_administrator ? ' (administrator)' : ''}: ${person.last_seen_at === null ? 'never seen' : `last seen ${minute(person.last_seen_at)}`}`,
      ),
    ...(count > SHOWN ? [`- and ${formatCount(count - SHOWN)} more: ${code('drctl sso locked-out')} on a shell`] : []),
    ...(count === 0 ? [] : ['', `To let one in: ${code(chatUsage('sso let-in', VERBS['sso let-in']))}`]),
  ].join('\n');
}

export function readinessAnswer({score, providers, checks}: Readiness): string {
  return [
    `#### ${score >= 90 ? '✅' : score >= 50 ? '⚠️' : '❌'} Readiness for an SSO outage: ${score} of 100`,
    ...(providers.length === 0
      ? ['No provider is set up in Mattermost.']
      : [`Providers: ${providers.map((name) => code(name)).join(', ')}`]),
    ...checks.flatMap(({name, outcome, message, remedy}) => [
      `- ${CHECK_MARKS[outcome]} **${plain(name.replaceAll('_', ' '))}**: ${prose(message)}${remedy === null ? '' : ` → ${prose(remedy)}`}`,
    ]),
  ].join('\n');
}

export function snapshotAnswer(snapshot: IdentitySnapshot): string {
  return [
    `#### ✅ Identity snapshot of ${counted(snapshot.accounts, 'account')}`,
    `${formatCount(snapshot.sso_accounts)} sign in through a provider; ${formatCount(snapshot.changed)} differ from the snapshot before.`,
    snapshot.stored === 'repository'
      ? 'The repository holds a copy.'
      : '⚠️ It is kept on the companion only: the repository holds no copy of it.',
    ...warningLines(snapshot.warnings),
  ].join('\n');
}

export function incidentAnswer(incident: Incident & {warnings?: readonly string[]}): string {
  return incident.state === 'closed'
    ? `#### ✅ The incident is closed\nEveryone and everything is as it was before. Reason of the outage: ${plain(incident.reason)}`
    : [
        '#### ⚠️ An SSO outage is declared',
        `${plain(incident.reason)}. Nobody is switched yet.`,
        ...warningLines(incident.warnings ?? []),
        '',
        '**Next**',
        `- Let live sessions live longer: ${code('/dr sso extend-sessions')}`,
        `- See who is locked out: ${code('/dr sso forecast')}`,
        `- Let one person in: ${code(chatUsage('sso let-in', VERBS['sso let-in']))}`,
        `- Switch many: ${code('/dr sso switch --sessions-ending-before 8h')}`,
      ].join('\n');
}

export function setAgainAnswer({set, left, settings}: SetAgainResult): string {
  return [
    set.length === 0 && left.length === 0
      ? '#### ✅ Nothing to set again\nEverything that the incident has set is in force.'
      : `#### ${left.length === 0 ? '✅' : '⚠️'} ${counted(set.length, 'setting')} set again`,
    ...left.map(({key, message}) => `- ❌ ${code(key)}: ${plain(message)}`),
    ...settingLines(settings),
  ].join('\n');
}

/** The only answer that holds a code; Mattermost shows it to whoever typed, and keeps it nowhere. */
export function codeAnswer(result: LetInResult): string {
  return [
    `#### ✅ One-time code for ${who(result.person)}`,
    '```',
    result.code,
    '```',
    `Good once, until **${minute(result.expires_at)}**, on the page ${code(result.url)}`,
    `- Hand it over where you know who listens: in person or on the telephone, to the number that you know. Not by a link.`,
    '- The person opens that page, types the code, and chooses a password. The page names no code, so it can be sent openly.',
    ...(result.mailed === null ? [] : [result.mailed ? '- It was mailed as well.' : '- ⚠️ It could not be mailed.']),
    ...(result.switched_now ? ['- The account was switched to email and password just now.'] : []),
    '- This message is gone when you reload. A new code makes this one worthless.',
    ...warningLines(result.warnings),
  ].join('\n');
}

/** `again`: the command that carries it out; null after `--dry-run`. */
export function switchPlanAnswer(plan: SwitchPlan, again: string | null): string {
  const counts = Object.entries(plan.excluded_counts).filter(([, count]) => count > 0);
  return [
    `#### Plan: switch ${counted(plan.count, 'person', 'people')} to email and password`,
    ...(plan.people.length === 0
      ? []
      : [
          `${plan.people
            .slice(0, SHOWN)
            .map((person) => `${who(person)}${person.is_administrator ? ' (administrator)' : ''}`)
            .join(', ')}${andMore(plan.count)}`,
        ]),
    ...(counts.length === 0
      ? []
      : [
          `- **Left as they are**: ${counts.map(([reason, count]) => `${formatCount(count)} ${excludedBecause(reason, count)}`).join(' · ')}`,
        ]),
    ...plan.settings.map(
      ({key, from, to, locked}) =>
        `- ${code(key)}: ${code(settingValue(from))} → ${code(settingValue(to))}${locked ? ' ⚠️ set by the environment of Mattermost' : ''}`,
    ),
    `- **Steps**: ${plan.steps.map((step) => stepWords(step).doing).join(' → ')}`,
    ...(plan.writes_through === 'database'
      ? ['- ⚠️ The plugin does not answer the companion: accounts are changed in the database']
      : []),
    ...(plan.needs_second_administrator ? ['- ⚠️ A second system administrator has to approve it'] : []),
    ...warningLines(plan.warnings),
    ...carryOut(again, 'Nobody is switched yet.'),
  ].join('\n');
}

export function switchBackPlanAnswer(plan: SwitchBackPlan, again: string | null): string {
  return [
    `#### Plan: switch ${counted(plan.count, 'person', 'people')} back to single sign-on`,
    ...plan.gates.map(
      ({name, passed, message}) =>
        `- ${passed ? '✅' : '❌'} **${plain(name.replaceAll('_', ' '))}**: ${prose(message)}`,
    ),
    `- **First**: ${plan.canary ? `${who(plan.canary)}, who then signs in through the provider` : 'nobody is chosen'}`,
    ...(plan.groups.length === 0
      ? []
      : [
          `- **Order**: ${plan.groups.map(({name, count}) => `${GROUP_WORDS[name]}: ${formatCount(count)}`).join(' → ')}`,
        ]),
    ...plan.conflicts.slice(0, SHOWN).map(entryLine),
    ...(plan.conflicts.length > SHOWN ? [`- and ${plan.conflicts.length - SHOWN} more in conflict`] : []),
    ...settingLines(plan.settings),
    `- **Steps**: ${plan.steps.map((step) => stepWords(step).doing).join(' → ')}`,
    ...warningLines(plan.warnings),
    ...carryOut(again, 'Nobody is switched back yet.'),
  ].join('\n');
}

function carryOut(again: string | null, message: string): string[] {
  return [
    '',
    again === null ? message : `${message} To carry it out, say it again with ${code('--yes')}:\n${code(again)}`,
  ];
}

export function returnListAnswer(list: ReturnList): string {
  if (list.empty) {
    return `#### ✅ The return list is empty\nEverything is as it was before.${list.next === null ? '' : ` ${howTo(list.next)}`}`;
  }
  return [
    `#### ${list.overdue ? '❌' : '⚠️'} ${counted(list.count, 'person', 'people')} to bring back${list.deadline_at === null ? '' : `, by ${minute(list.deadline_at)}${list.overdue ? ': overdue' : ''}`}`,
    ...list.entries.slice(0, SHOWN).map(entryLine),
    ...(list.count > SHOWN ? [`- and ${formatCount(list.count - SHOWN)} more: ${code('drctl sso return-list')}`] : []),
    ...settingLines(list.settings),
    ...(list.sessions > 0 ? [`- ${counted(list.sessions, 'session')} still extended`] : []),
    ...(list.next === null ? [] : ['', `**Next** ${howTo(list.next)}`]),
  ].join('\n');
}

export function resolvedAnswer(entry: ReturnEntry): string {
  return `#### ✅ Decided\n${entryLine(entry)}`;
}

function entryLine(entry: ReturnEntry): string {
  const {person, state, original, live, conflict, changes} = entry;
  const sides = `before: ${plain(serviceName(original.service))}, now: ${live === null ? 'gone' : plain(serviceName(live.service))}`;
  const choices = (conflict?.choices ?? []).map((choice) => `\n  - ${code(inPlace(choice, 'chat'))}`).join('');
  return `- ${conflict ? '❌ ' : ''}${who(person)}: ${conflict ? plain(conflict.message) : RETURN_WORDS[state]} (${sides})${changes.length > 0 ? `; changed: ${plain(changes.join(', '))}` : ''}${choices}`;
}

function who({username}: Person): string {
  return code(username);
}

function andMore(count: number): string {
  return count > SHOWN ? ` and ${formatCount(count - SHOWN)} more` : '';
}

function warningLines(warnings: readonly string[]): string[] {
  return warnings.map((text) => `- ⚠️ ${prose(text)}`);
}
