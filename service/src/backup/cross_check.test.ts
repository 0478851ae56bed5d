import {existsSync, mkdtempSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, test} from '@jest/globals';
import type {CrossCheck} from '@disaster-recovery/contract';
import type {ExpectedFile} from '../engines/database/port.ts';
import {crossCheckLists} from './cross_check.ts';
import type {FileList} from './file_index.ts';

type Files = Record<string, number>;
type Case = {files?: Files; before?: Files | null; rows?: ExpectedFile[]; live?: Files | null};

const row = (path: string, bytes: number | null = 1, owner: ExpectedFile['owner'] = 'file'): ExpectedFile => ({
  owner,
  id: `id of ${path}`,
  path,
  bytes,
});

async function check({files = {}, before = null, rows = [], live = {}}: Case) {
  const scratch = join(mkdtempSync(join(tmpdir(), 'cross-')), 'scratch.db');
  const stream =
    (from: Files): FileList =>
    async (onFile) => {
      Object.entries(from).forEach(([path, bytes]) => {
        onFile({path, bytes});
      });
    };
  return crossCheckLists(
    [...(before ? [stream(before)] : []), stream(files)],
    {
      expected: async (onRow) => {
        for (const expected of rows) {
          await onRow(expected);
        }
      },
      liveSize: live && (async (path) => live[path] ?? null),
    },
    scratch,
  );
}

const NAMES = [
  'Grüße „x“.png',
  'line\nbreak',
  'it\'s "quoted"',
  'a%b_c*?',
  'back\\slash',
  '🎉.gif',
  ' leading and trailing ',
  '\u2028',
  '-rf',
  '日本語',
];

test.each<[string, Case, Partial<CrossCheck>, string[]]>([
  ['all there', {files: {a: 1, b: 0}, rows: [row('a'), row('b', 0)]}, {outcome: 'passed', rows: 2, ok: 2}, []],
  ['nothing at all', {}, {outcome: 'passed', rows: 0, ok: 0}, []],
  [
    'a file missing that production has',
    {rows: [row('a')], live: {a: 1}},
    {outcome: 'failed', missing: 1, ok: 0, missing_in_production: 0},
    ['missing a'],
  ],
  [
    'a file missing that production lost too',
    {rows: [row('a')]},
    {outcome: 'passed_with_losses', missing: 1, missing_in_production: 1},
    ['missing a (in production)'],
  ],
  [
    'one lost in production, one only here',
    {rows: [row('a'), row('b')], live: {b: 1}},
    {outcome: 'failed', missing: 2, missing_in_production: 1},
    ['missing a (in production)', 'missing b'],
  ],
  [
    'nothing known of production',
    {rows: [row('a')], live: null},
    {outcome: 'failed', missing: 1, missing_in_production: 0},
    ['missing a'],
  ],
  [
    'a size that differs only here',
    {files: {a: 2}, rows: [row('a', 1)], live: {a: 1}},
    {outcome: 'failed', size_differs: 1, missing: 0, missing_in_production: 0},
    ['size_differs a'],
  ],
  [
    'a size that differs in production too',
    {files: {a: 2}, rows: [row('a', 1)], live: {a: 2}},
    {outcome: 'passed_with_losses', size_differs: 1, missing_in_production: 1},
    ['size_differs a (in production)'],
  ],
  [
    '0 bytes where more should be',
    {files: {a: 0}, rows: [row('a', 5)], live: {a: 5}},
    {outcome: 'failed', size_differs: 1},
    ['size_differs a'],
  ],
  [
    'more bytes where none should be',
    {files: {a: 5}, rows: [row('a', 0)], live: {a: 0}},
    {outcome: 'failed', size_differs: 1},
    ['size_differs a'],
  ],
  ['a row that does not know the size', {files: {a: 77}, rows: [row('a', null)]}, {outcome: 'passed', ok: 1}, []],
  ...(['thumbnail', 'preview', 'profile_image', 'team_icon'] as const).map(
    (owner): [string, Case, Partial<CrossCheck>, string[]] => [
      `a missing ${owner}, which Mattermost makes again`,
      {rows: [row('a', null, owner)], live: {a: 1}},
      {outcome: 'passed', derived_missing: 1, missing: 0, ok: 0},
      ['derived_missing a'],
    ],
  ),
  [
    'a preview lost in production too, which outweighs no file lost here',
    {rows: [row('p', null, 'preview'), row('a')], live: {a: 1}},
    {outcome: 'failed', missing: 1, missing_in_production: 0, derived_missing: 1},
    ['derived_missing p (in production)', 'missing a'],
  ],
  [
    'a missing emoji, which nobody makes again',
    {rows: [row('a', null, 'emoji')], live: {a: 1}},
    {outcome: 'failed', missing: 1},
    ['missing a'],
  ],
  [
    'files that no row names',
    {files: {'20200101/x.png': 1}},
    {outcome: 'passed', orphans: 1, transient: 0},
    ['orphan 20200101/x.png'],
  ],
  [
    'files on their way',
    {files: {'import/x.zip': 1, 'export/y': 1, 'a/b.tmp': 1, 'c.incomplete': 1, 'exports.png': 1}},
    {transient: 4, orphans: 1},
    [
      'transient a/b.tmp',
      'transient c.incomplete',
      'transient export/y',
      'orphan exports.png',
      'transient import/x.zip',
    ],
  ],
  [
    'a file on its way that a row names',
    {files: {'import/x.zip': 1}, rows: [row('import/x.zip')]},
    {outcome: 'passed', transient: 0, ok: 1},
    [],
  ],
  [
    'two rows for one file',
    {files: {a: 1}, rows: [row('a'), {...row('a'), id: 'other'}]},
    {rows: 2, ok: 2, orphans: 0},
    [],
  ],
  [
    'two rows for one missing file',
    {rows: [row('a'), {...row('a'), id: 'other'}], live: {a: 1}},
    {missing: 2},
    ['missing a', 'missing a'],
  ],
  [
    'names that differ in case only',
    {files: {a: 1}, rows: [row('A')], live: {A: 1}},
    {missing: 1, orphans: 1},
    ['missing A', 'orphan a'],
  ],
])('%s', async (_name, given, result, findings) => {
  const found = await check(given);
  expect(found).toMatchObject(result);
  expect(
    found.findings.map(({kind, path, in_production: lost}) => `${kind} ${path}${lost ? ' (in production)' : ''}`),
  ).toEqual(findings);
});

test('files of any name are found by that very name', async () => {
  const files = Object.fromEntries(NAMES.map((name, index) => [name, index]));
  const result = await check({files, rows: NAMES.map((name, index) => row(name, index))});
  expect(result).toMatchObject({outcome: 'passed', ok: NAMES.length, orphans: 0, findings: []});
});

test.each<[string, Case, Partial<CrossCheck>]>([
  [
    'deleted between T0 and the second pass',
    {before: {a: 1}, rows: [row('a')]},
    {outcome: 'passed', missing: 0, ok: 1},
  ],
  [
    'deleted, of a size that the row does not know',
    {before: {a: 9}, rows: [row('a', null)]},
    {outcome: 'passed', missing: 0},
  ],
  [
    'in the first pass with another size',
    {before: {a: 2}, rows: [row('a', 1)], live: {a: 1}},
    {outcome: 'failed', size_differs: 1},
  ],
  ['that grew between the passes', {before: {a: 1}, files: {a: 2}, rows: [row('a', 2)]}, {outcome: 'passed', ok: 1}],
  ['in neither pass', {before: {b: 1}, rows: [row('a')], live: {a: 1}}, {outcome: 'failed', missing: 1}],
  ['in both passes', {files: {a: 1}, before: {a: 1}, rows: [row('a')]}, {outcome: 'passed', ok: 1}],
])('a file %s', async (_name, given, result) => {
  const found = await check(given);
  expect(found).toMatchObject(result);
});

test('all is counted, but only the first thousand findings are kept', async () => {
  const rows = Array.from({length: 1500}, (_, index) => row(`file ${index}`));
  const result = await check({rows});
  expect([result.missing, result.findings.length, result.outcome]).toEqual([1500, 1000, 'passed_with_losses']);
});

test('what is missing comes before what is too much, so that a flood of orphans hides no loss', async () => {
  const files = Object.fromEntries(Array.from({length: 1200}, (_, index) => [`orphan ${index}`, 1]));
  expect((await check({files, rows: [row('lost')], live: {lost: 1}})).findings[0]).toMatchObject({
    kind: 'missing',
    path: 'lost',
    expected_bytes: 1,
    actual_bytes: null,
  });
});

test('a source that breaks breaks the check: it is never called passed', async () => {
  const scratch = join(mkdtempSync(join(tmpdir(), 'cross-')), 'scratch.db');
  const broken = async (): Promise<void> => {
    throw new Error('the list ended early');
  };
  await expect(crossCheckLists([broken], {expected: async () => undefined, liveSize: null}, scratch)).rejects.toThrow(
    'ended early',
  );
  expect(existsSync(scratch)).toBe(false);
});

test('bundles of plugins and the brand image belong to no row and are no orphans', async () => {
  expect(
    await check({
      files: {'plugins/jira.tar.gz': 1, 'plugins/jira.tar.gz.sig': 1, 'brand/image.png': 1, 'plugins/stray.txt': 1},
    }),
  ).toMatchObject({orphans: 1, transient: 0});
});

test('a file that came after T0 is on its way to its row, an older one without a row is an orphan', async () => {
  const t0 = 1_000_000;
  const files = [
    {path: 'young', bytes: 1, modified_at: t0 + 1},
    {path: 'just before', bytes: 1, modified_at: t0 - 4000},
    {path: 'old', bytes: 1, modified_at: t0 - 6000},
  ];
  const result = await crossCheckLists(
    [
      async (onFile) => {
        files.forEach(onFile);
      },
    ],
    {expected: async () => {}, liveSize: null, t0},
    join(mkdtempSync(join(tmpdir(), 'cross-')), 'scratch.db'),
  );
  expect(result.findings.map(({kind, path}) => `${kind} ${path}`)).toEqual([
    'transient just before',
    'orphan old',
    'transient young',
  ]);
});

test.each<[string, Files]>([
  ['a file that is missing', {}],
  ['a file of another size', {a: 2}],
])('without a live store to look at, %s is never excused as lost in production', async (_name, files) => {
  const result = await check({files, rows: [row('a', 1)], live: null});
  expect([result.outcome, result.missing_in_production, result.findings[0]?.in_production]).toEqual([
    'failed',
    0,
    false,
  ]);
});
