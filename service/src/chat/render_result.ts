import type {z} from 'zod';
import {
  CopyResult,
  isWhole,
  KeepResult,
  SetManifest,
  VerifyResult,
  type CrossCheck,
  type Job,
  type JobKind,
  type Omission,
} from '@disaster-recovery/contract';
import {laneOf} from '../jobs/index.ts';
import {formatBytes, formatDuration} from '../kernel/format.ts';
import {code, minute, plain} from '../words/markdown.ts';
import {keepResultWords} from '../words/keep.ts';
import {counted} from '../words/plural.ts';
import {renderSsoResult} from './render_sso_result.ts';
import {KIND_WORDS, LEVEL_WORDS, OUTCOME_MARKS, PART_WORDS} from '../words/sets.ts';

const FINDINGS_SHOWN = 10;

/** What a job that ended well has to tell, and what to do next. */
export function renderResult(job: Job): string[] {
  return RESULTS[job.kind]?.(job) ?? renderSsoResult(job) ?? plainResult(job);
}

type Rendered = (job: Job) => string[] | null;

/** Null where the result is not what that kind of job gives. */
const RESULTS: Readonly<Partial<Record<JobKind, Rendered>>> = {
  backup: (job) => read(SetManifest, job, (manifest) => backupResult(manifest, tookMs(job))),
  verify: (job) => read(VerifyResult, job, verifyResult),
  keep: (job) => read(KeepResult, job, keepResult),
  copy: (job) => read(CopyResult, job, copyResult),
};

function read<Schema extends z.ZodType>(
  schema: Schema,
  {result}: Job,
  render: (result: z.output<Schema>) => string[],
): string[] | null {
  const parsed = schema.safeParse(result);
  return parsed.success ? render(parsed.data) : null;
}

function plainResult(job: Job): string[] {
  const isOfSet = laneOf(job.kind) === 'data' && job.kind !== 'keep';
  return [
    `#### ${job.status === 'success' ? '✅' : '⚠️'} ${KIND_WORDS[job.kind]} is done`,
    `It took ${formatDuration(tookMs(job))}.`,
    ...(job.subject && isOfSet ? [`Set ${code(job.subject)}`] : []),
  ];
}

const keepResult = (kept: KeepResult): string[] => [
  `#### ✅ ${KIND_WORDS.keep} is done`,
  plain(keepResultWords(kept)),
  'What stays and why: `/dr keep preview`',
];

function copyResult({set, repository, made_repository: isNew, duration_ms: ms}: CopyResult): string[] {
  return [
    `#### ✅ Set copied to ${code(repository)}`,
    `Set ${code(set)} is there, whole, after ${formatDuration(ms)}.${isNew ? ' The repository was made there.' : ''}`,
    `- Prove it there, on a shell: ${code(`drctl verify ${set} --from ${repository} --level L2`)}`,
  ];
}

function tookMs(job: Job): number {
  return (job.finished_at ?? job.created_at) - (job.started_at ?? job.created_at);
}

function backupResult(manifest: SetManifest, ms: number): string[] {
  // Files that the live server had lost before are told below; they do not make the set partial.
  return [
    `#### ${isWhole(manifest) ? '✅ Backup complete' : '⚠️ Backup made, but not everything is in it'}`,
    ...manifestLines(manifest),
    `Added ${formatBytes(manifest.bytes_added)} to the repository in ${formatDuration(ms)}.`,
    '',
    '**Next**',
    `- Prove it: ${code(`/dr verify ${manifest.id}`)}`,
    `- Look into it: ${code(`/dr show ${manifest.id}`)}`,
    `- On the worst day, on a shell: ${code(`drctl restore ${manifest.id}`)}`,
  ];
}

/** What a set is, for the end of a backup and for `/dr show`. */
export function manifestLines(manifest: SetManifest): string[] {
  const {database, files, config, omitted, cross_check} = manifest;
  const rows = database?.tables.reduce((sum, table) => sum + table.rows, 0) ?? 0;
  return [
    `Set ${code(manifest.id)} (${manifest.kind === 'backup' ? 'backup' : 'restore point'})`,
    `State of **${minute(manifest.t0)}** (T0)`,
    '',
    ...(database
      ? [
          `- **Database**: ${formatBytes(database.dump_bytes)}, ${counted(rows, 'row')} in ${counted(database.tables.length, 'table')}`,
        ]
      : []),
    ...(files ? [`- **Files**: ${formatBytes(files.bytes)}, ${counted(files.count, 'file')}`] : []),
    ...(config
      ? [
          `- **Configuration**: ${counted(config.files.length, 'file')}${config.effective === 'captured' ? '' : '; values from the environment are not in it'}`,
        ]
      : []),
    `- **Cross-check**: ${crossCheckWords(cross_check)}`,
    ...omissionLines(omitted),
    '',
  ];
}

function omissionLines(omitted: readonly Omission[]): string[] {
  return omitted.length === 0
    ? ['- **Left out**: nothing']
    : omitted.map(
        ({part, what, reason}) =>
          `- ⚠️ **Left out of ${PART_WORDS[part].toLowerCase()}**: ${plain(what)} (${plain(reason)})`,
      );
}

/** The cross-check of database and files in a sentence. */
export function crossCheckWords(check: CrossCheck): string {
  const mark = OUTCOME_MARKS[check.outcome];
  if (check.outcome === 'not_possible') {
    return `${mark} not possible, because not both database and files are in the set`;
  }
  if (check.outcome === 'passed') {
    return `${mark} all ${counted(check.rows, 'entry', 'entries')} in the database found their file`;
  }
  const losses = [
    ...(check.missing > 0
      ? [
          `${counted(check.missing, 'file')} missing (${check.missing_in_production} of them were gone on the live server already)`,
        ]
      : []),
    ...(check.size_differs > 0 ? [`${counted(check.size_differs, 'file')} of another size`] : []),
  ];
  return `${mark} ${check.ok.toLocaleString('en-US')} of ${counted(check.rows, 'entry', 'entries')} found their file; ${losses.join(', ') || 'the rest did not'}`;
}

function verifyResult(result: VerifyResult): string[] {
  const errors = result.findings.filter(({severity}) => severity === 'error').length;
  return [
    `#### ${result.passed ? '✅ Verification passed' : '❌ Verification found damage'}`,
    `Set ${code(result.set)} · level **${result.level}** (${LEVEL_WORDS[result.level]}) · ${formatDuration(result.duration_ms)}`,
    ...(result.findings.length === 0
      ? ['No problems found.']
      : [
          `${counted(errors, 'error')}, ${counted(result.findings.length - errors, 'warning')}:`,
          ...result.findings
            .slice(0, FINDINGS_SHOWN)
            .map(
              (finding) =>
                `- ${finding.severity === 'error' ? '❌' : '⚠️'} ${plain(finding.message)}${finding.where === null ? '' : ` (${code(finding.where)})`}${finding.remedy === undefined ? '' : ` ${plain(finding.remedy)}`}`,
            ),
          ...(result.findings.length > FINDINGS_SHOWN ? [`- and ${result.findings.length - FINDINGS_SHOWN} more`] : []),
        ]),
    ...((result.omitted ?? []).length > 0 ? omissionLines(result.omitted ?? []) : []),
    '',
    '**Next**',
    ...(result.passed
      ? [`- It can be restored on a shell: ${code(`drctl restore ${result.set}`)}`]
      : ['- Take a new backup now: `/dr backup`', '- Keep the damaged set, and look for a good one: `/dr list`']),
  ];
}
