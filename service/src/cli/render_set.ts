import Table from 'cli-table3';
import type {
  BackupPlan,
  Hold,
  ListedSet,
  Omission,
  RepositoryFinding,
  SetManifest,
  VerifyResult,
} from '@disaster-recovery/contract';
import {isoTime} from '../kernel/clock.ts';
import {formatBytes, formatCount, formatDuration} from '../kernel/format.ts';
import {holdWords} from '../words/keep.ts';
import {SEAL_WORDS} from '../words/sets.ts';
import {stepWords} from '../words/steps.ts';
import {onTerminal} from '../words/place.ts';
import {counted} from '../words/plural.ts';

const bullets = (lines: readonly string[]): string => lines.map((line) => `  ! ${line}`).join('\n');

export function renderPlan(plan: BackupPlan): string {
  const rows = [
    ['Set', plan.set],
    ['Repository', plan.repository],
    ['Parts', plan.scope.join(', ')],
    [
      'Database',
      plan.database
        ? `${plan.database.name}, PostgreSQL ${plan.database.server_version}, ${formatBytes(plan.database.bytes)}`
        : '–',
    ],
    [
      'Files',
      plan.files
        ? `${plan.files.directory}${plan.files.bytes === null ? '' : `, ${formatBytes(plan.files.bytes)} last time`}`
        : '–',
    ],
    ['Configuration', plan.config?.directory ?? '–'],
    [
      'Staging',
      `${plan.staging.directory}: needs up to ${formatBytes(plan.staging.bytes_needed)}, ${formatBytes(plan.staging.bytes_free)} free`,
    ],
    ['Previous set', plan.previous ?? 'none'],
  ];
  return [
    facts(rows),
    'Steps',
    plan.steps.map((step, index) => `  ${index + 1}. ${stepWords(step).doing}`).join('\n'),
    ...(plan.omitted.length > 0
      ? ['Left out', bullets(plan.omitted.map(({what, reason}) => `${what}: ${reason}`))]
      : []),
    ...(plan.warnings.length > 0 ? ['Warnings', bullets(plan.warnings)] : []),
    'Nothing was changed.',
  ].join('\n');
}

export function renderSet(set: SetManifest, hold: Hold | null = null): string {
  const {database, files, config, cross_check: check} = set;
  const rows = [
    ['Set', `${set.id}${set.kind === 'restore_point' ? ' (restore point)' : ''}`],
    ['T0', isoTime(set.t0)],
    ...(set.reason ? [['Reason', set.reason]] : []),
    [
      'Server',
      set.server ? `Mattermost ${set.server.version ?? '(did not answer)'}, schema ${set.server.schema_version}` : '–',
    ],
    [
      'Database',
      database
        ? `${counted(
            database.tables.reduce((sum, table) => sum + table.rows, 0),
            'row',
          )} in ${counted(database.tables.length, 'table')}, ${formatBytes(database.dump_bytes)}`
        : '–',
    ],
    ['Files', files ? `${counted(files.count, 'file')}, ${formatBytes(files.bytes)}` : '–'],
    [
      'Configuration',
      config
        ? `${counted(config.files.length, 'file')}; environment ${config.effective === 'captured' ? `captured (${counted(config.env_names.length, 'variable')})` : 'not captured'}`
        : '–',
    ],
    ['Cross-check', crossCheckWords(check)],
    ...(hold ? [['Hold', holdWords(hold)]] : []),
    ['Seal', `holds; it ${SEAL_WORDS}`],
    [
      'Added',
      `${formatBytes(set.bytes_added)} to the repository, in ${formatDuration(set.finished_at - set.started_at)}`,
    ],
  ];
  return [
    facts(rows),
    ...notInThisSet(set.omitted),
    ...(database?.needs_superuser?.length
      ? [
          'Only a superuser can restore',
          bullets(
            database.needs_superuser.map(
              ({kind, name, blocks}) =>
                `${kind} ${name}${blocks.length > 0 ? `, which ${blocks.join(', ')} need` : ''}`,
            ),
          ),
        ]
      : []),
    `Next: drctl verify ${set.id} --level L2 · drctl restore ${set.id} --dry-run`,
  ].join('\n');
}

const notInThisSet = (omitted: readonly Omission[]): string[] =>
  omitted.length > 0 ? ['Not in this set', bullets(omitted.map(({what, reason}) => `${what}: ${reason}`))] : [];

function crossCheckWords(check: SetManifest['cross_check']): string {
  if (check.outcome === 'not_possible') {
    return 'not possible without both database and files';
  }
  const rows = `${counted(check.rows, 'row')} naming a file`;
  if (check.outcome === 'passed') {
    return `${rows}, every file there${[
      ...(check.derived_missing > 0
        ? [`${counted(check.derived_missing, 'preview')} missing, which Mattermost makes again`]
        : []),
      ...(check.orphans > 0 ? [`${counted(check.orphans, 'file')} named by no row`] : []),
    ]
      .map((text) => `; ${text}`)
      .join('')}`;
  }
  const bad = check.missing + check.size_differs;
  return check.outcome === 'passed_with_losses'
    ? `${rows}; ${counted(bad, 'file')} already lost on the live server`
    : `${rows}; ${counted(bad, 'file')} MISSING OR DIFFERENT`;
}

type Shown = ListedSet & {hold?: Hold | undefined};

type Listed = {
  sets: readonly Shown[];
  findings: readonly RepositoryFinding[];
  /** How many were asked. With one, nobody needs to read where a set is. */
  repositories: number;
  /** Said of a list without sets, where that does not mean that there are none. */
  none?: string | null;
};

export function renderList({sets, findings, repositories, none = null}: Listed): string {
  const isSeveral = repositories > 1;
  const trouble = findings.map(({message, remedy}) => `! ${message}\n  → ${onTerminal(remedy)}`);
  if (sets.length === 0 && (none !== null || trouble.length === 0)) {
    return [none ?? 'There are no sets yet. Make one with: drctl backup', ...trouble].join('\n');
  }
  const where = isSeveral ? ['In'] : [];
  const table = plainTable(['Set', ...where, 'T0', 'Parts', 'Rows', 'Files', 'Size', 'Added', 'Cross-check', 'Reason']);
  for (const set of sets) {
    table.push([
      set.id,
      ...where.map(() =>
        set.in.map(({repository, complete}) => repository + (complete ? '' : ' (in part)')).join(', '),
      ),
      isoTime(set.t0),
      set.scope.length === 3 ? 'everything' : set.scope.join(', '),
      formatCount(set.rows),
      formatCount(set.files),
      formatBytes(set.bytes),
      formatBytes(set.bytes_added),
      set.cross_check.replaceAll('_', ' '),
      set.kind === 'restore_point' ? `restore point ${set.reason}` : set.reason,
    ]);
  }
  return [table.toString(), ...sets.flatMap(holdLines), ...trouble].join('\n');
}

function holdLines({id, hold}: Shown): string[] {
  return hold ? [`  ${id} is ${holdWords(hold)}`] : [];
}

export function renderVerify(result: VerifyResult): string {
  const lines = result.findings.flatMap(({severity, message, where, remedy}, index) => [
    `  ${severity === 'error' ? '✗' : '!'} ${message}`,
    ...(where ? [`    in ${where}`] : []),
    // What to do about several is said once, after the last of them.
    ...(remedy !== undefined && remedy !== result.findings[index + 1]?.remedy ? [`    → ${remedy}`] : []),
  ]);
  return [
    `${result.passed ? '✓' : '✗'} Set ${result.set} ${result.passed ? 'passed' : 'did not pass'} ${result.level}, in ${formatDuration(result.duration_ms)}.`,
    ...lines,
    ...notInThisSet(result.omitted ?? []),
    ...(result.passed ? [`  A seal ${SEAL_WORDS}.`] : []),
  ].join('\n');
}

/** Names left, values right, nothing around them. */
export function facts(rows: readonly (readonly string[])[]): string {
  const width = Math.max(...rows.map(([name = '']) => name.length));
  return rows.map(([name = '', value = '']) => `${name.padEnd(width)}  ${value}`).join('\n');
}

export function plainTable(head: string[]): Table.Table {
  return new Table({
    head,
    style: {head: [], border: [], 'padding-left': 0, 'padding-right': 2},
    chars: {
      top: '',
      'top-mid': '',
      'top-left': '',
      'top-right': '',
      bottom: '',
      'bottom-mid': '',
      'bottom-left': '',
      'bottom-right': '',
      left: '',
      'left-mid': '',
      mid: '',
      'mid-mid': '',
      right: '',
      'right-mid': '',
      middle: '',
    },
  });
}
