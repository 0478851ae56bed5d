import type {DoctorCheck, DoctorReport, Job, Status} from '@disaster-recovery/contract';
import {isoTime} from '../kernel/clock.ts';
import {formatBytes, formatDuration} from '../kernel/format.ts';
import {copyLines, reservations, verdictWords} from '../words/verdict.ts';
import {facts, plainTable} from './render_set.ts';
import {stepWords} from '../words/steps.ts';
import {counted} from '../words/plural.ts';
import {wallTime} from '../words/schedule.ts';
import {onTerminal} from '../words/place.ts';

export function renderStatus(status: Status): string {
  const {last_set: last, running, enrollment} = status;
  const rows = [
    [
      last && last.standing.kind !== 'good' ? 'Best set' : 'Newest set',
      last
        ? `${last.id}, ${formatDuration(status.verdict.age_ms ?? 0)} old: ${counted(last.rows, 'row')}, ${counted(last.files, 'file')}, ${formatBytes(last.bytes)}`
        : 'none',
    ],
    ...(status.next_run
      ? [
          [
            'Next',
            `${wallTime(status.next_run.at, status.next_run.time_zone)}, by schedule ${status.next_run.schedule}`,
          ],
        ]
      : []),
    ['Repository', `${status.repository.location}: ${status.repository.message}`],
    ...copyLines(status).map((line) => ['Copies', line]),
    [
      'Running',
      running
        ? `${running.kind} ${running.subject ?? ''} (job ${running.id})${running.progress ? `, ${stepWords(running.progress.phase).doing.toLowerCase()}` : ''}`
        : 'nothing',
    ],
    [
      'Plugin',
      enrollment.state === 'none'
        ? 'not enrolled'
        : `${enrollment.state.replace('_', '-')}: ${enrollment.site_url ?? ''}`,
    ],
  ];
  return [
    verdictWords(status),
    ...reservations(status.verdict.missing, last?.standing ?? {incomplete: []}),
    facts(rows),
    ...(status.next_actions.length > 0
      ? [
          'What to do next',
          ...status.next_actions.map(
            ({message, remedy, shell}) => `  ! ${message}\n    → ${shell ?? onTerminal(remedy)}`,
          ),
        ]
      : ['Nothing needs you.']),
  ].join('\n');
}

const MARKS: Record<DoctorCheck['outcome'], string> = {ok: '✓', warning: '!', failed: '✗', skipped: '·'};

/** One check with what to do about it. */
export function renderCheck({
  name,
  outcome,
  message,
  remedy,
}: Pick<DoctorCheck, 'name' | 'outcome' | 'message' | 'remedy'>): string {
  return `${MARKS[outcome]} ${name}: ${message}${remedy ? `\n    → ${onTerminal(remedy)}` : ''}`;
}

export function renderDoctor({checks, healthy}: DoctorReport): string {
  return [
    ...checks.map(renderCheck),
    healthy ? 'No problems found.' : 'Backups or restores would not work as they should: see above.',
  ].join('\n');
}

export function renderJobs(jobs: readonly Job[]): string {
  if (jobs.length === 0) {
    return 'There are no jobs yet.';
  }
  const table = plainTable(['Job', 'Kind', 'Status', 'Set', 'Began', 'Took', 'By', 'Reason']);
  for (const job of jobs) {
    const took =
      job.started_at !== null && job.finished_at !== null ? formatDuration(job.finished_at - job.started_at) : '';
    table.push([
      job.id,
      job.kind,
      job.error ? `${job.status}: ${job.error.code}` : job.status,
      job.subject ?? '',
      isoTime(job.created_at),
      took,
      job.actor.name,
      job.reason,
    ]);
  }
  return table.toString();
}
