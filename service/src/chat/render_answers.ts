import {
  chatHelp,
  type Approval,
  type Hold,
  type CopyState,
  VERB_GROUPS,
  type Job,
  type ListedSet,
  type NextAction,
  type RepositoryFinding,
  type SetManifest,
  type SetSummary,
  type Status,
  type Verb,
} from '@disaster-recovery/contract';
import {Failure, errorBody} from '../kernel/failure.ts';
import {formatBytes, formatDuration} from '../kernel/format.ts';
import {ageWords, doingWords, NO_COPIES} from '../words/copies.ts';
import {copyLines, reservations, VERDICT_TONES, verdictWords} from '../words/verdict.ts';
import {code, minute, plain, prose} from '../words/markdown.ts';
import {counted} from '../words/plural.ts';
import {manifestLines} from './render_result.ts';
import {KIND_WORDS, OUTCOME_MARKS, PART_WORDS} from '../words/sets.ts';
import {stepWords} from '../words/steps.ts';

const SETS_SHOWN = 12;
const FINDINGS_SHOWN = 8;

export function helpAnswer(verbs?: Readonly<Record<string, Verb>>): string {
  return [
    '#### Disaster Recovery',
    ...chatHelp(null, verbs).map(({usage, says}) => `- ${code(usage)}: ${says}`),
    '',
    'A restore replaces this very server, so it is run on a shell: `drctl restore`. It works when Mattermost is gone.',
  ].join('\n');
}

/** The verbs of a group of {@link VERB_GROUPS}. */
export function groupHelpAnswer(group: keyof typeof VERB_GROUPS, verbs?: Readonly<Record<string, Verb>>): string {
  const {title, footnote} = VERB_GROUPS[group];
  return [
    `#### ${title}`,
    ...chatHelp(group, verbs).map(({usage, says}) => `- ${code(usage)}: ${plain(says)}`),
    '',
    footnote,
  ].join('\n');
}

export function unknownAnswer(typed: string, suggestion: string | null): string {
  return suggestion
    ? `There is no command ${code(typed)}. Did you mean ${code(`/dr ${suggestion}`)}?`
    : `There is no command ${code(typed)}. ${code('/dr help')} lists them.`;
}

export function failureAnswer(failure: Failure): string {
  const {message, meaning, remedy} = errorBody(failure);
  const usage = failure.details?.['usage'];
  if (failure.code === 'USAGE_INVALID' && typeof usage === 'string') {
    return `${prose(message)}\nUsage: ${code(usage)}`;
  }
  // What nobody foresaw may quote anything; it is in the log.
  const says = failure.code === 'INTERNAL' ? 'Something unexpected happened.' : prose(message);
  return `❌ **${says}**\n${meaning}\n**What to do:** ${prose(remedy)} (${code(failure.code)})${approvalHint(failure)}`;
}

/** How the second administrator approves, and how the first one goes on. */
function approvalHint({code: kind, details}: Failure): string {
  const id = details?.['approval'];
  return kind !== 'SECOND_ADMINISTRATOR_NEEDED' || typeof id !== 'string'
    ? ''
    : `
- Another system administrator says ${code(`/dr approve ${id}`)}
- Then say the same again with ${code(`--approval ${id}`)}.`;
}

export function approvalAnswer({asked_by, expires_at, id, says}: Approval): string {
  return `#### ✅ Approved\n${plain(asked_by.name)} can now ${plain(says)}, until ${minute(expires_at)}: the same command again, with ${code(`--approval ${id}`)}.`;
}

export function copiesAnswer(copies: readonly CopyState[], now: number): string {
  return copies.length === 0
    ? NO_COPIES
    : [
        '| Copy | Sets | Newest | Age | State |',
        '|:--|--:|:--|:--|:--|',
        ...copies.map((copy) => {
          const newest = copy.newest === null ? '–' : code(copy.newest);
          return `| ${code(copy.name)} | ${copy.sets ?? '?'} | ${newest} | ${copy.late ? '⚠️ ' : ''}${ageWords(copy, now)} | ${plain(doingWords(copy, now))} |`;
        }),
      ].join('\n');
}

const TONE_MARKS = {good: '✅', attention: '⚠️', bad: '❌'} as const;

/** The verdict, unless it is good and something else needs the reader. */
function headline(status: Status): string {
  const tone = VERDICT_TONES[status.verdict.kind];
  if (tone !== 'good') {
    return `${TONE_MARKS[tone]} ${verdictWords(status)}`;
  }
  if (status.last_failed) {
    return `⚠️ The last backup failed. ${verdictWords(status)}`;
  }
  if (status.enrollment.state === 'read_only') {
    return '⚠️ The companion is read-only: this is not the Mattermost that was enrolled';
  }
  return `✅ ${verdictWords(status)}`;
}

export function statusAnswer(status: Status): string {
  const {last_set, running, next_actions, verdict} = status;
  return [
    `#### ${headline(status)}`,
    ...(running ? [runningLine(running)] : []),
    ...(last_set
      ? [
          `- **${last_set.standing.kind === 'good' ? 'Newest' : 'Best'} set**: ${code(last_set.id)} of ${minute(last_set.t0)}, ${formatBytes(last_set.bytes)}`,
          ...reservations(verdict.missing, last_set.standing).map((sentence) => `- ${plain(sentence)}`),
        ]
      : []),
    `- **Repository**: ${code(status.repository.location)}: ${plain(status.repository.message)}`,
    ...copyLines(status).map((line) => `- **Copies**: ${plain(line)}`),
    ...(next_actions.length === 0 ? [] : ['', '**Next**', ...next_actions.map(nextLine)]),
  ].join('\n');
}

/** What to type, here when it can be typed here. */
function nextLine({message, remedy, shell, chat}: NextAction): string {
  const command = chat ?? shell;
  const how = command === null ? prose(remedy) : `${chat === null ? 'On a shell: ' : ''}${code(command)}`;
  return `- ${prose(message)} ${how}`;
}

function runningLine(job: Job): string {
  const phase = job.progress
    ? `: ${stepWords(job.progress.phase).doing.toLowerCase()}, step ${job.progress.step} of ${job.progress.steps}`
    : '';
  return `⏳ ${KIND_WORDS[job.kind]} ${code(job.id)} is running${phase}`;
}

type Shown = ListedSet & {hold?: Hold | undefined};
/** `none`: said in the place of the sets, where that there are none to show does not mean that there are none. */
type Listed = {sets: readonly Shown[]; findings: readonly RepositoryFinding[]; none?: string | null};

export function listAnswer({sets, findings, none = null}: Listed): string {
  return [...(none === null ? setLines(sets) : [none]), ...findingLines(findings)].join('\n');
}

function setLines(sets: readonly Shown[]): string[] {
  if (sets.length === 0) {
    return ['#### There are no sets yet', 'Make the first one: `/dr backup`'];
  }
  const shown = sets.slice(0, SETS_SHOWN);
  const isSeveral = new Set(sets.flatMap((set) => set.in.map(({repository}) => repository))).size > 1;
  const where = (set: ListedSet): string =>
    isSeveral ? ` in ${set.in.map(({repository}) => plain(repository)).join(', ')}` : '';
  return [
    `#### ${counted(sets.length, 'set')}, newest first`,
    '| Set | State of | Size |',
    '|:--|:--|--:|',
    ...shown.map(
      (set) =>
        `| ${setMark(set)} ${code(set.id)}${where(set)}${set.hold ? ' 🔒' : ''} | ${minute(set.t0)} | ${formatBytes(set.bytes)} |`,
    ),
    ...(sets.length > shown.length ? ['', `and ${sets.length - shown.length} older: ${code('drctl list')}`] : []),
    '',
    `Look into one: ${code(`/dr show ${shown[0]?.id ?? 'latest'}`)} · prove one: ${code(`/dr verify ${shown[0]?.id ?? 'latest'}`)}`,
  ];
}

function findingLines(findings: readonly RepositoryFinding[]): string[] {
  const more = findings.length - FINDINGS_SHOWN;
  return findings.length === 0
    ? []
    : [
        '',
        ...findings.slice(0, FINDINGS_SHOWN).map(({message, remedy}) => `- ⚠️ ${prose(message)} ${prose(remedy)}`),
        ...(more > 0 ? [`- and ${more} more: ${code('drctl list')}`] : []),
      ];
}

function setMark({standing, omitted, cross_check}: SetSummary): string {
  return standing.kind !== 'damaged' && omitted.length > 0 ? '⚠️' : OUTCOME_MARKS[cross_check];
}

export function showAnswer(manifest: SetManifest): string {
  return [
    `#### Set of ${minute(manifest.t0)}`,
    ...manifestLines(manifest),
    `Holds: ${manifest.scope.map((part) => PART_WORDS[part].toLowerCase()).join(', ')}`,
    ...(manifest.server
      ? [
          `Mattermost ${plain(manifest.server.version ?? '(did not answer)')}${manifest.database ? `, PostgreSQL ${plain(manifest.database.server_version)}` : ''}`,
        ]
      : []),
    ...(manifest.reason === '' ? [] : [`Reason: ${plain(manifest.reason)}`]),
    `Made by ${plain(manifest.actor.name)} in ${formatDuration(manifest.finished_at - manifest.started_at)}; added ${formatBytes(manifest.bytes_added)}`,
    '',
    `Prove it: ${code(`/dr verify ${manifest.id}`)} · restore it on a shell: ${code(`drctl restore ${manifest.id}`)}`,
  ].join('\n');
}
