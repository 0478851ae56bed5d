import type {RestorePlan, RestoreResult} from '@disaster-recovery/contract';
import {isoTime} from '../kernel/clock.ts';
import {formatBytes, formatCount, formatDuration} from '../kernel/format.ts';
import {printable} from './printable.ts';
import {facts} from './render_set.ts';
import {stepWords} from '../words/steps.ts';
import {counted} from '../words/plural.ts';

export function renderRestorePlan(plan: RestorePlan): string {
  const {targets} = plan;
  const rows = [
    ['Restore', `${plan.set}, ${plan.mode === 'in_place' ? 'in place' : 'side by side'}`],
    ['State of', `${isoTime(plan.t0)} (${formatDuration(plan.age_ms)} ago)`],
    ...(targets.database
      ? [['Database', `${targets.database.location}${targets.database.exists ? '' : ' (is made)'}`]]
      : []),
    ...(targets.files ? [['Files', targets.files.directory]] : []),
    ...(targets.config ? [['Configuration', targets.config.directory]] : []),
    ['Writes', formatBytes(plan.bytes)],
    ['Restore point', plan.restore_point ? 'the present state is saved first' : 'none'],
  ];
  return [
    facts(rows),
    `Steps: ${plan.steps.map((step) => stepWords(step).doing).join(' → ')}`,
    ...(plan.overwrites.length > 0 ? ['What is replaced', ...plan.overwrites.map((line) => `  ! ${line}`)] : []),
    ...(plan.regained && plan.regained.count > 0 ? regainedWords(plan.regained) : []),
    ...(plan.warnings.length > 0 ? ['Warnings', ...plan.warnings.map((line) => `  ! ${line}`)] : []),
  ].join('\n');
}

function regainedWords({count, people, kept_as_today: isKept}: NonNullable<RestorePlan['regained']>): string[] {
  const title = isKept
    ? `May more in the set than today, and stays as today: ${counted(count, 'account')}`
    : `May more in the set than today: ${counted(count, 'account')}. --keep-rights leaves them as they are today`;
  const more = count - people.length;
  return [
    title,
    ...people.map(({username, says}) => `  ! ${printable(username)} ${printable(says)}`),
    ...(more > 0 ? [`  ! … and ${formatCount(more)} more`] : []),
  ];
}

export function renderRestoreResult(result: RestoreResult): string {
  const rows = [
    ['Restored', result.mode === 'undo' ? 'the state before the restore' : result.set],
    ...(result.tables
      ? [
          [
            'Database',
            `${counted(result.tables.rows, 'row')} in ${counted(result.tables.compared, 'table')}, all as in the manifest`,
          ],
        ]
      : []),
    ...(result.files
      ? [
          [
            'Files',
            `${counted(result.files.count, 'file')}, ${formatBytes(result.files.bytes)}, each compared with its hash`,
          ],
        ]
      : []),
    ...(result.config ? [['Configuration', `${counted(result.config.count, 'file')}, hash as in the manifest`]] : []),
    ...(result.restore_point ? [['Restore point', result.restore_point]] : []),
    ...(result.undo.length > 0 ? [['Set aside', result.undo.join(', ')]] : []),
  ];
  return [
    facts(rows),
    ...section('Left out', result.left_out),
    ...section('Notes', result.notes),
    'Next',
    ...result.next.map((line, index) => `  ${index + 1}. ${line}`),
  ].join('\n');
}

const section = (title: string, lines: readonly string[]): string[] =>
  lines.length > 0 ? [title, ...lines.map((line) => `  ! ${line}`)] : [];
