import type {Job, Progress, StepRecord} from '@disaster-recovery/contract';
import {hasEnded, laneOf} from '../jobs/index.ts';
import {formatBytes, formatCount, formatDuration} from '../kernel/format.ts';
import {code, minute, plain, progressBar, prose} from '../words/markdown.ts';
import {renderResult} from './render_result.ts';
import {KIND_WORDS} from '../words/sets.ts';
import {stepWords} from '../words/steps.ts';

const NOTES_SHOWN = 5;
/** The bridge refuses more than 16,000 characters. */
const MESSAGE_LIMIT = 15_500;

/** The whole bot post of a job, at any moment of its life. `warnings` are what the job said on its way. */
export function renderJob(job: Job, warnings: readonly string[]): string {
  const lines = hasEnded(job.status) ? ended(job, warnings) : running(job, warnings);
  const text = lines.join('\n');
  return text.length <= MESSAGE_LIMIT ? text : `${text.slice(0, MESSAGE_LIMIT)}\n…`;
}

function running(job: Job, warnings: readonly string[]): string[] {
  const isStopping = job.status === 'cancel_requested';
  return [
    `#### ${isStopping ? '🛑' : '⏳'} ${KIND_WORDS[job.kind]} ${isStopping ? 'is being stopped' : job.status === 'pending' ? 'is about to start' : 'is running'}`,
    ...(job.progress && !isStopping ? progressLines(job.progress, job.steps) : []),
    '',
    ...job.steps.map(stepLine),
    ...warningLines(warnings),
    '',
    footer(job),
    ...(isStopping ? [] : [`To stop it: ${code(`/dr cancel ${job.id}`)}`]),
  ];
}

function progressLines(progress: Progress, steps: readonly StepRecord[]): string[] {
  // The last progress of a finished step must not stand under the next one.
  if (steps.some(({name, outcome}) => name === progress.phase && outcome !== 'running')) {
    return [];
  }
  const {done, total, waiting} = progress;
  if (waiting) {
    return [`**${plain(waiting.message)}**, until ${minute(waiting.until)}. The others wait for it.`];
  }
  const numbers = [
    total === null ? amount(done, progress.unit) : `${amount(done, progress.unit)} of ${amount(total, progress.unit)}`,
    ...(progress.rate !== null && progress.rate > 0 ? [`${amount(progress.rate, progress.unit)}/s`] : []),
    ...(progress.eta_ms !== null && progress.eta_ms >= 1000
      ? [`about ${formatDuration(progress.eta_ms)} left in this step`]
      : []),
  ];
  return [
    ...(total === null ? [] : [progressBar(done, total)]),
    `**${stepWords(progress.phase).doing}** (step ${progress.step} of ${progress.steps}): ${numbers.join(' · ')}`,
  ];
}

function amount(value: number, unit: Progress['unit']): string {
  return unit === 'bytes' ? formatBytes(value) : `${formatCount(Math.round(value))} ${unit}`;
}

function stepLine({name, outcome, ms}: StepRecord): string {
  const {doing, done} = stepWords(name);
  const took = ms === null ? '' : ` · ${formatDuration(ms)}`;
  switch (outcome) {
    case 'done':
      return `✅ ${done}${took}`;
    case 'running':
      return `▶️ **${doing} …**`;
    case 'failed':
      return `❌ **${doing}: failed**${took}`;
    case 'skipped':
      return `➖ ${doing}: not needed`;
    case 'waiting':
      return `▫️ ${doing}`;
  }
}

function ended(job: Job, warnings: readonly string[]): string[] {
  if (job.status === 'success' || job.status === 'warning') {
    return [...renderResult(job), ...warningLines(warnings), '', footer(job)];
  }
  return [...failed(job), ...warningLines(warnings), '', footer(job)];
}

function failed(job: Job): string[] {
  const {error} = job;
  const isCanceled = job.status === 'canceled';
  return [
    `#### ${isCanceled ? '🛑' : '❌'} ${KIND_WORDS[job.kind]} ${isCanceled ? 'was canceled' : 'failed'}`,
    ...(error ? [`**${prose(error.message)}**`, error.meaning, '', `**What to do:** ${prose(error.remedy)}`] : []),
    '',
    ...(isCanceled ? [] : endedIn(job.steps)),
    ...(laneOf(job.kind) === 'accounts' ? afterSso(job.kind) : []),
    ...(job.kind === 'backup' ? afterBackup(error?.retryable ?? false) : []),
    ...(error && !isCanceled ? [`Error code: ${code(error.code)}`] : []),
  ];
}

function afterBackup(isRetryable: boolean): string[] {
  return [
    'Nothing of it counts as a set. The sets from before are as they were: `/dr list`.',
    ...(isRetryable ? ['To try again: `/dr backup`'] : []),
  ];
}

function afterSso(kind: Job['kind']): string[] {
  return kind === 'sso_extend'
    ? ['Sessions that are extended stay so. Asking the same again does the rest.']
    : [
        'Accounts that were changed stay as they are now: `/dr sso return-list`. Asking the same again goes on where it ended.',
      ];
}

function endedIn(steps: readonly StepRecord[]): string[] {
  const step = steps.find(({outcome}) => outcome === 'failed' || outcome === 'running');
  return step ? [`It ended in the step “${stepWords(step.name).doing}”.`] : [];
}

function warningLines(warnings: readonly string[]): string[] {
  const shown = warnings.slice(-NOTES_SHOWN).map((text) => `⚠️ ${prose(text).slice(0, 400)}`);
  const more = warnings.length - shown.length;
  return shown.length === 0 ? [] : ['', ...shown, ...(more > 0 ? [`and ${more} more`] : [])];
}

function footer(job: Job): string {
  return [
    `Job ${code(job.id)}`,
    `asked by ${plain(job.actor.name)}`,
    ...(job.reason.trim() === '' ? [] : [`reason: ${plain(job.reason)}`]),
  ].join(' · ');
}
