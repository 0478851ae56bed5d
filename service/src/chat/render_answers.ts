import {stepWords, type Job, type SetManifest, type SetSummary, type Status} from '@disaster-recovery/contract';
import {Failure, errorBody} from '../kernel/failure.ts';
import {formatBytes, formatDuration} from '../kernel/format.ts';
import {code, counted, howTo, minute, plain} from './markdown.ts';
import {manifestLines} from './render_result.ts';
import {VERBS} from './commands.ts';
import {KIND_WORDS, OUTCOME_MARKS, PART_WORDS} from './words.ts';

const SETS_SHOWN = 12;

export function helpAnswer(): string {
  return [
    '#### Disaster Recovery',
    ...Object.values(VERBS).map(({usage, says}) => `- ${code(usage)}: ${says}`),
    '',
    'A restore replaces this very server, so it is run on a shell: `drctl restore`. It works when Mattermost is gone.',
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
    return `${plain(message)}\nUsage: ${code(usage)}`;
  }
  // What nobody foresaw may quote anything; it is in the log.
  const says = failure.code === 'INTERNAL' ? 'Something unforeseen happened.' : plain(message);
  return `❌ **${says}**\n${meaning}\n**What to do:** ${remedy} (${code(failure.code)})${approvalHint(failure)}`;
}

/** How the second administrator approves, and how the first one goes on. */
function approvalHint({code: kind, details}: Failure): string {
  const id = details?.['approval'];
  return kind !== 'SECOND_ADMINISTRATOR_NEEDED' || typeof id !== 'string'
    ? ''
    : `
- Another system administrator says ${code(`/dr sso approve ${id}`)}
- Then say the same again with ${code(`--approval ${id}`)}: ${code(`/dr sso switch --everyone --approval ${id} --yes`)}`;
}

type Headline = {mark: string; says: string};

function headline(status: Status): Headline {
  const {last_set, rpo_objective_ms, now} = status;
  if (status.repository.outcome === 'failed') {
    return {mark: '❌', says: 'The repository does not answer'};
  }
  if (last_set === null) {
    return {mark: '❌', says: 'There is no backup yet'};
  }
  const age = now - last_set.t0;
  if (rpo_objective_ms !== null && age > rpo_objective_ms) {
    return {
      mark: '❌',
      says: `The newest backup is ${formatDuration(age)} old; the objective is ${formatDuration(rpo_objective_ms)}`,
    };
  }
  if (status.last_failed) {
    return {mark: '⚠️', says: 'The last backup failed'};
  }
  if (status.enrolment.state === 'read_only') {
    return {mark: '⚠️', says: 'The companion is read-only: this is not the Mattermost that was enrolled'};
  }
  if (last_set.omitted.length > 0 || last_set.cross_check === 'failed') {
    return {mark: '⚠️', says: 'The newest backup does not hold everything'};
  }
  return {mark: '✅', says: `Protected: the newest backup is ${formatDuration(age)} old`};
}

export function statusAnswer(status: Status): string {
  const {mark, says} = headline(status);
  const {last_set, running, next_actions} = status;
  return [
    `#### ${mark} ${says}`,
    ...(running ? [runningLine(running)] : []),
    ...(last_set
      ? [`- **Newest set**: ${code(last_set.id)} of ${minute(last_set.t0)}, ${formatBytes(last_set.bytes)}`]
      : []),
    `- **Repository**: ${code(status.repository.location)}: ${plain(status.repository.says)}`,
    ...(next_actions.length === 0
      ? []
      : ['', '**Next**', ...next_actions.map((action) => `- ${plain(action.says)} ${howTo(action.how)}`)]),
  ].join('\n');
}

function runningLine(job: Job): string {
  const phase = job.progress
    ? `: ${stepWords(job.progress.phase).doing.toLowerCase()}, step ${job.progress.step} of ${job.progress.steps}`
    : '';
  return `⏳ ${KIND_WORDS[job.kind]} ${code(job.id)} is running${phase}`;
}

export function listAnswer(sets: readonly SetSummary[]): string {
  if (sets.length === 0) {
    return '#### There is no set yet\nMake the first one: `/dr backup`';
  }
  const shown = sets.slice(0, SETS_SHOWN);
  return [
    `#### ${counted(sets.length, 'set')}, newest first`,
    '| Set | State of | Size |',
    '|:--|:--|--:|',
    ...shown.map((set) => `| ${setMark(set)} ${code(set.id)} | ${minute(set.t0)} | ${formatBytes(set.bytes)} |`),
    ...(sets.length > shown.length ? ['', `and ${sets.length - shown.length} older: ${code('drctl list')}`] : []),
    '',
    `Look into one: ${code(`/dr show ${shown[0]?.id ?? 'latest'}`)} · prove one: ${code(`/dr verify ${shown[0]?.id ?? 'latest'}`)}`,
  ].join('\n');
}

function setMark({omitted, cross_check}: SetSummary): string {
  return omitted.length > 0 && cross_check === 'passed' ? '⚠️' : OUTCOME_MARKS[cross_check];
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
