import {existsSync, mkdtempSync, statSync, symlinkSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, test} from '@jest/globals';
import type {CrossCheckFinding, SetManifest, SetSnapshot, VerifyLevel, VerifyResult} from '@disaster-recovery/contract';
import {crossCheckLists, totalsOf} from '../backup/index.ts';
import {aManifest} from '../testkit/answers.ts';
import {createMemoryServer} from '../engines/database/memory.ts';
import type {Damage} from '../engines/repository/port.ts';
import {createMemoryRepository} from '../engines/repository/memory.ts';
import {createJobs, JOB_TABLES} from '../jobs/index.ts';
import {systemClock} from '../kernel/clock.ts';
import {hashOfTree, hashTree} from '../kernel/hash_tree.ts';
import {openState} from '../kernel/state.ts';
import {createLedger, LEDGER_TABLE} from '../ledger/index.ts';
import {createInspection, createSets, setsOf} from '../sets/index.ts';
import {createVerify} from './index.ts';

const OURS = '20261124T110000Z-k3v9qa';
const OTHER = '20261123T110000Z-aaaaaa';
const ACTOR = {kind: 'cli' as const, id: '0', name: 'root'};
const tags = (set: string, part: string): string[] => ['disaster-recovery', `set=${set}`, `part=${part}`];

/** A set in a repository: two files, and rows that name them. `damages`: what the engine says in place of a real check. */
async function aSet(
  rows: unknown[] = [row('a.png', 3), row('sub/b.png', 0)],
  changes: Partial<SetManifest> = {},
  damages?: (snapshot: string, other: string) => Damage[],
) {
  const work = mkdtempSync(join(tmpdir(), 'verify-'));
  const repository = createMemoryRepository();
  await repository.create();
  const [files, record] = [mkdtempSync(join(tmpdir(), 'files-')), mkdtempSync(join(tmpdir(), 'record-'))];
  writeFileSync(join(files, 'a.png'), 'abc');
  writeFileSync(join(files, 'b.png'), '');
  writeFileSync(join(record, 'expected.jsonl'), rows.map((entry) => `${JSON.stringify(entry)}\n`).join(''));
  const [dump, config] = [mkdtempSync(join(tmpdir(), 'dump-')), mkdtempSync(join(tmpdir(), 'config-'))];
  const tables = [{name: 'public.posts', rows: 3}];
  writeFileSync(join(dump, 'toc.dat'), JSON.stringify({mark: '', tables}));
  writeFileSync(join(config, 'config.json'), '{}');
  const [configFiles, dumpBytes] = [await hashTree(config), statSync(join(dump, 'toc.dat')).size];
  const stored_dump = await repository.store(dump, {tags: tags(OURS, 'database')});
  const stored_config = await repository.store(config, {tags: tags(OURS, 'config')});
  const second = await repository.store(files, {tags: tags(OURS, 'files')});
  const stored = await repository.store(record, {tags: tags(OURS, 'record')});
  const other = await repository.storeText('x', 'x', {tags: tags(OTHER, 'files')});
  const manifest = aManifest({
    id: OURS,
    database: {...aManifest().database!, tables, dump_bytes: dumpBytes},
    files: {driver: 'local', directory: files, count: 2, bytes: 3},
    config: {...aManifest().config!, files: configFiles, sha256: hashOfTree(configFiles)},
    snapshots: [
      {part: 'database', id: stored_dump.snapshot, root: dump},
      {part: 'config', id: stored_config.snapshot, root: config},
      {part: 'files', pass: 'second', id: second.snapshot, root: files},
      {part: 'record', id: stored.snapshot, root: record},
    ],
    ...changes,
  });
  manifest.snapshots = manifest.snapshots.filter(({part}) => part !== 'database' || manifest.database !== null);
  const state = openState(work, [JOB_TABLES, LEDGER_TABLE]);
  const ledger = createLedger(state, systemClock);
  const verify = createVerify(
    {
      clock: systemClock,
      ledger,
      workDirectory: work,
      named: {name: 'main', isInUse: true},
      crossCheckLists,
      setsOf,
      expectedFiles: 'expected.jsonl',
      show: async () => manifest,
      findUnrestorable: createInspection({
        clock: systemClock,
        workDirectory: work,
        repository,
        lost: createSets(repository, {name: 'main', cacheDirectory: null, clock: systemClock}).lost,
        dumps: createMemoryServer(() => 0).engine.dumps,
        totals: totalsOf,
      }).find,
      repository: damages ? {...repository, check: async () => damages(second.snapshot, other.snapshot)} : repository,
    },
    createJobs(state, systemClock),
  );
  const check = async (level: VerifyLevel, another?: SetSnapshot) => {
    manifest.snapshots.push(...(another ? [another] : []));
    const {done} = await verify.start({set: 'latest', level}, {actor: ACTOR});
    const job = await done;
    return {job, result: job.result as VerifyResult, work};
  };
  return {check, repository, ledger, second: second.snapshot, files, dump, config, manifest};
}

function row(path: string, bytes: number | null, owner: CrossCheckFinding['owner'] = 'file') {
  return {owner, id: `id of ${path}`, path: path.replace('sub/', ''), bytes};
}

test.each<VerifyLevel>(['L0', 'L1', 'L2', 'L3'])('a healthy set passes %s, and the ledger says so', async (level) => {
  const {check, ledger} = await aSet();
  const {job, result, work} = await check(level);
  expect(job).toMatchObject({status: 'success', subject: OURS, error: null});
  expect(result).toMatchObject({set: OURS, level, passed: true, findings: []});
  expect([...ledger.entries()].at(-1)).toMatchObject({
    kind: 'verify.finished',
    data: {set: OURS, level, passed: true, findings: 0},
  });
  expect(existsSync(join(work, job.id))).toBe(false);
});

test.each<VerifyLevel>(['L0', 'L1', 'L2', 'L3'])('a part that is gone does not pass %s', async (level) => {
  const {check, repository, second, ledger} = await aSet();
  repository.lose(second);
  const {job, result} = await check(level);
  expect([job.status, result.passed]).toEqual(['warning', false]);
  expect(result.findings).toEqual([
    {
      set: OURS,
      severity: 'error',
      kind: 'part_gone',
      message: `The part files (snapshot ${second}) is not in the repository.`,
      remedy: expect.stringContaining('another set'),
      where: null,
    },
  ]);
  expect([...ledger.entries()].at(-1)?.data['passed']).toBe(false);
});

test.each<VerifyLevel>(['L0', 'L1', 'L2', 'L3'])(
  'a part whose root is a link does not pass %s: what it points to is not in the set',
  async (level) => {
    const {check, repository, files} = await aSet();
    const link = `${files}-link`;
    symlinkSync(files, link);
    const {snapshot} = await repository.store(link, {tags: tags(OURS, 'files')});
    const {job, result} = await check(level, {part: 'files', pass: 'first', id: snapshot, root: link});
    expect([job.status, result.passed]).toEqual(['warning', false]);
    expect(result.findings).toMatchObject([
      {
        set: OURS,
        severity: 'error',
        kind: 'root_gone',
        message: expect.stringContaining(`files (first pass) cannot be restored: ${link} is not a directory`),
        where: null,
      },
    ]);
  },
);

test.each<[string, (set: Awaited<ReturnType<typeof aSet>>) => void, string, Partial<Record<VerifyLevel, boolean>>]>([
  [
    'fewer files than the manifest says',
    ({manifest}) => {
      manifest.files!.count = 3;
    },
    'files_differ',
    {L0: true, L1: false, L2: false, L3: false},
  ],
  [
    'a dump of another size',
    ({manifest}) => {
      manifest.database!.dump_bytes += 1;
    },
    'dump_incomplete',
    {L0: true, L1: false, L2: false, L3: false},
  ],
  [
    'a dump that lacks a table',
    ({manifest}) => {
      manifest.database!.tables.push({name: 'public.gone', rows: 0});
    },
    'dump_incomplete',
    {L0: true, L1: true, L2: false, L3: false},
  ],
  [
    'a file of the configuration of another size',
    ({manifest}) => {
      manifest.config!.files[0]!.bytes += 1;
    },
    'config_differs',
    {L0: true, L1: false, L2: false, L3: false},
  ],
  [
    'a file of the configuration with another hash',
    ({manifest}) => {
      manifest.config!.files[0]!.sha256 = 'f'.repeat(64);
      manifest.config!.sha256 = 'f'.repeat(64);
    },
    'config_differs',
    {L0: true, L1: true, L2: false, L3: false},
  ],
  [
    'no snapshot of the database, though the manifest has one',
    ({manifest}) => {
      manifest.snapshots = manifest.snapshots.filter(({part}) => part !== 'database');
    },
    'part_not_named',
    {L0: false, L1: false, L2: false, L3: false},
  ],
])('%s: each level from the first that can see it says so, with what to do', async (_name, spoil, kind, passes) => {
  const set = await aSet();
  spoil(set);
  for (const [level, passed] of Object.entries(passes) as [VerifyLevel, boolean][]) {
    const {result} = await set.check(level);
    const findings = passed ? [] : [{kind, severity: 'error', remedy: expect.stringContaining('another set')}];
    expect(result).toMatchObject({level, passed, findings});
  }
});

test('a changed byte passes the structure and not L2, which names the file', async () => {
  const {check, repository, second, files} = await aSet();
  repository.damage(second, join(files, 'a.png'));
  expect((await check('L1')).result.passed).toBe(true);
  const {result} = await check('L2');
  expect(result).toMatchObject({
    passed: false,
    findings: [{set: OURS, severity: 'error', where: join(files, 'a.png')}],
  });
});

test.each<[string, (ours: string, other: string) => Damage[], boolean, unknown[]]>([
  [
    'in another set only',
    (_ours, other) => [{says: 'pack', snapshots: [other], where: '/x'}],
    true,
    [[OTHER, 'warning', '/x']],
  ],
  [
    'in both',
    (ours, other) => [{says: 'pack', snapshots: [ours, other], where: null}],
    false,
    [
      [OURS, 'error', null],
      [OTHER, 'warning', null],
    ],
  ],
  ['that nobody can place', () => [{says: 'index', snapshots: [], where: null}], false, [[null, 'error', null]]],
  [
    'in a snapshot of no set',
    () => [{says: 'pack', snapshots: ['gone'], where: null}],
    true,
    [[null, 'warning', null]],
  ],
])('damage %s', async (_name, damages, passed, findings) => {
  const {check} = await aSet(undefined, {}, damages);
  const {job, result} = await check('L2');
  expect([result.passed, job.status]).toEqual([passed, passed ? 'success' : 'warning']);
  expect(result.findings.map(({set, severity, where}) => [set, severity, where])).toEqual(findings);
});

const lost = (kind: 'missing' | 'size_differs', path: string): CrossCheckFinding => ({
  kind,
  owner: 'file',
  id: `id of ${path}`,
  path,
  expected_bytes: null,
  actual_bytes: null,
  in_production: true,
});
const knowing = (...findings: CrossCheckFinding[]): Partial<SetManifest> => ({
  cross_check: {...aManifest().cross_check, findings},
});

test.each<[string, unknown[], Partial<SetManifest>, boolean, unknown[]]>([
  [
    'a row without its file',
    [row('c.png', 1)],
    {},
    false,
    [['error', 'The file of file id of c.png is not in the set.', 'c.png']],
  ],
  [
    'a file of another size',
    [row('a.png', 99)],
    {},
    false,
    [['error', 'The file of file id of a.png has 3 bytes instead of 99.', 'a.png']],
  ],
  [
    'a row whose file production had lost',
    [row('c.png', 1)],
    knowing(lost('missing', 'c.png')),
    true,
    [['warning', 'The file of file id of c.png is not in the set.', 'c.png']],
  ],
  [
    'a file known as missing that now differs',
    [row('a.png', 99)],
    knowing(lost('missing', 'a.png')),
    false,
    [['error', 'The file of file id of a.png has 3 bytes instead of 99.', 'a.png']],
  ],
  ['a preview that is missing', [row('p.jpg', null, 'preview')], {}, true, []],
  ['a file that no row names', [row('a.png', 3)], {}, true, []],
])('at L3, %s', async (_name, rows, changes, passed, findings) => {
  const {result} = await (await aSet(rows, changes)).check('L3');
  expect(result.passed).toBe(passed);
  expect(result.findings.map(({severity, message, where}) => [severity, message, where])).toEqual(findings);
});

test('at L3, a set without a database says that there is nothing to compare', async () => {
  const {result} = await (await aSet([], {database: null})).check('L3');
  expect(result).toMatchObject({passed: true, findings: [{severity: 'warning'}]});
});

test('a set that does not exist starts no job', async () => {
  const {repository} = await aSet();
  const work = mkdtempSync(join(tmpdir(), 'verify-'));
  const state = openState(work, [JOB_TABLES, LEDGER_TABLE]);
  const jobs = createJobs(state, systemClock);
  const verify = createVerify(
    {
      clock: systemClock,
      ledger: createLedger(state, systemClock),
      workDirectory: work,
      named: {name: 'main', isInUse: true},
      crossCheckLists,
      setsOf,
      expectedFiles: 'x',
      repository,
      findUnrestorable: async () => [],
      show: async () => {
        throw new Error('no set');
      },
    },
    jobs,
  );
  await expect(verify.start({set: OURS, level: 'L1'}, {actor: ACTOR})).rejects.toThrow('no set');
  expect(jobs.newest(10)).toEqual([]);
});
