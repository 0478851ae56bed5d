import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {beforeEach, describe, expect, test} from '@jest/globals';
import type {Job, RestoreRequest, RestoreResult, SetManifest} from '@disaster-recovery/contract';
import {APPROVAL_TABLES, createApprovals} from '../approvals/index.ts';
import {totalsOf} from '../backup/index.ts';
import {aJob, aManifest, SET} from '../testkit/answers.ts';
import {createMemoryServer, type MemoryServer} from '../engines/database/memory.ts';
import {createLocalTargets} from '../engines/filestore/local/targets.ts';
import {createMemoryRepository, type MemoryRepository} from '../engines/repository/memory.ts';
import {createJobs, JOB_TABLES} from '../jobs/index.ts';
import {systemClock} from '../kernel/clock.ts';
import {errorBody, Failure} from '../kernel/failure.ts';
import {hashOfTree, hashTree} from '../kernel/hash_tree.ts';
import {openState} from '../kernel/state.ts';
import {createLedger, LEDGER_TABLE, type Ledger} from '../ledger/index.ts';
import {createInspection} from '../sets/index.ts';
import {createRestore, UNDO_TABLE, type Restore} from './index.ts';

const ACTOR = {kind: 'cli' as const, id: '0', name: 'root'};
const URL_OF_LIVE = 'postgres://mm@db:5432/mattermost';
const TABLES = [
  {name: 'public.posts', rows: 3},
  {name: 'public.users', rows: 2},
];

const STATE = [JOB_TABLES, LEDGER_TABLE, UNDO_TABLE, APPROVAL_TABLES];

let home = '';
let shellWaits = false;
let repository: MemoryRepository;
let ledger: Ledger;
let manifest: SetManifest;
let server: MemoryServer;
let restorePoint: () => Job = () => aJob({status: 'success', subject: '20261124T115900Z-aaaaaa'});
const at = (...path: string[]): string => join(home, ...path);

function write(place: string, files: Record<string, string>): void {
  mkdirSync(place, {recursive: true});
  Object.entries(files).forEach(([name, content]) => {
    writeFileSync(join(place, name), content);
  });
}
const read = (place: string): Record<string, string> =>
  Object.fromEntries(readdirSync(place).map((name) => [name, readFileSync(join(place, name), 'utf8')]));

beforeEach(async () => {
  shellWaits = false;
  home = mkdtempSync(join(tmpdir(), 'restore-'));
  isGateBlind = false;
  restorePoint = () => aJob({status: 'success', subject: '20261124T115900Z-aaaaaa'});
  server = createMemoryServer(() => systemClock.now());
  server.databases.set('mattermost', {mark: 'former database', tables: TABLES});
  repository = createMemoryRepository();
  await repository.create();
  const dump = JSON.stringify({mark: 'database of the set', tables: TABLES});
  write(at('old/dump'), {'toc.dat': dump});
  write(at('old/files'), {'a.png': 'of the set', 'kept.png': 'second pass'});
  write(at('old/first'), {'rescued.png': 'of the first pass', 'kept.png': 'first pass'});
  write(at('old/config'), {'config.json': '{"of":"the set"}'});
  write(at('live/data'), {'a.png': 'former', 'newer.png': 'former'});
  write(at('live/config'), {'config.json': '{"former":true}'});
  mkdirSync(at('work'));
  const store = async (name: string): Promise<string> =>
    (await repository.store(at('old', name), {tags: ['x']})).snapshot;
  const config = await hashTree(at('old/config'));
  manifest = aManifest({
    snapshots: [
      {part: 'database', id: await store('dump'), root: at('old/dump')},
      {part: 'config', id: await store('config'), root: at('old/config')},
      {part: 'files', pass: 'second', id: await store('files'), root: at('old/files')},
      {part: 'files', pass: 'first', id: await store('first'), root: at('old/first')},
    ],
    database: {...aManifest().database!, tables: TABLES, dump_bytes: dump.length},
    files: {driver: 'local', directory: '/x', count: 3, bytes: 38},
    config: {...aManifest().config!, files: config, sha256: hashOfTree(config), env_names: ['MM_A', 'MM_B']},
  });
});

/** The set is spoilt after it was looked at, as far as the restore can tell. */
let isGateBlind = false;
const BLIND = {find: async () => [], require: async () => undefined};
const anInspection = () =>
  createInspection({
    clock: systemClock,
    workDirectory: at('work'),
    repository,
    lost: async () => [],
    dumps: server.engine.dumps,
    totals: totalsOf,
  });

function aRestore(): Restore {
  const state = openState(at('state'), STATE);
  ledger = createLedger(state, systemClock);
  return createRestore(
    {
      clock: systemClock,
      state,
      ledger,
      repository,
      from: null,
      databases: server.engine,
      fileTargets: createLocalTargets(),
      workDirectory: at('work'),
      reportDirectory: at('reports'),
      jobs: 2,
      show: async () => manifest,
      survey: async () => ({sets: [], unreadable: []}),
      approvals: createApprovals({state, clock: systemClock, ledger}),
      shellWaits,
      inspection: isGateBlind ? BLIND : anInspection(),
      live: {databaseUrl: URL_OF_LIVE, files: at('live/data'), config: at('live/config')},
      takeRestorePoint: async () => {
        const job = restorePoint();
        return {job, done: Promise.resolve(job)};
      },
    },
    createJobs(state, systemClock),
  );
}

async function bring(request: Partial<RestoreRequest> = {}): Promise<Job & {brought: RestoreResult}> {
  const {done} = await aRestore().start({set: SET, ...request}, {actor: ACTOR});
  const job = await done;
  return {...job, brought: job.result as RestoreResult};
}

const RESTORED_FILES = {'a.png': 'of the set', 'kept.png': 'second pass', 'rescued.png': 'of the first pass'};
const FORMER_FILES = {'a.png': 'former', 'newer.png': 'former'};
const marks = (): Record<string, string> =>
  Object.fromEntries([...server.databases].map(([name, {mark}]) => [name, mark]));
const leavings = (): string[] =>
  [...readdirSync(at('live')), ...readdirSync(at('work'))].filter((name) => name !== 'data' && name !== 'config');

test('in place, all of the set comes back, what was there waits, and the result says where', async () => {
  const job = await bring();
  expect([job.status, job.error]).toEqual(['success', null]);
  expect([server.databases.get('mattermost')?.mark, read(at('live/data')), read(at('live/config'))]).toEqual([
    'database of the set',
    RESTORED_FILES,
    {'config.json': '{"of":"the set"}'},
  ]);
  const {brought} = job;
  expect(brought).toMatchObject({
    mode: 'in_place',
    tables: {compared: 2, rows: 5},
    config: {count: 1},
    restore_point: '20261124T115900Z-aaaaaa',
  });
  expect(brought.undo).toHaveLength(3);
  expect(server.databases.get(`mattermost_before_${brought.id}`)?.mark).toBe('former database');
  expect(read(brought.undo[1] ?? '')).toEqual(FORMER_FILES);
  expect([readdirSync(at('work')), [...ledger.entries()].at(-1)?.kind]).toEqual([[], 'restore.finished']);
});

test('an undo puts the former state back and keeps what the restore had brought', async () => {
  const {brought} = await bring();
  const restore = aRestore();
  expect((await restore.planUndo()).puts_back).toHaveLength(3);
  const job = await (await restore.undo({actor: ACTOR})).done;
  expect(job.status).toBe('success');
  expect([server.databases.get('mattermost')?.mark, read(at('live/data')), read(at('live/config'))]).toEqual([
    'former database',
    FORMER_FILES,
    {'config.json': '{"former":true}'},
  ]);
  const kept = (job.result as RestoreResult).undo;
  expect([server.databases.get(`mattermost_undone_${brought.id}`)?.mark, read(kept[1] ?? '')]).toEqual([
    'database of the set',
    RESTORED_FILES,
  ]);
  await expect(restore.planUndo()).rejects.toMatchObject({code: 'NOTHING_TO_UNDO'});
});

test('an undo that is asked for twice does not go back twice; further back has to be named', async () => {
  const first = await bring();
  const second = await bring();
  const restore = aRestore();
  expect(await restore.planUndo()).toMatchObject({
    restore: second.brought.id,
    set: SET,
    swapped_at: expect.any(Number),
  });
  await (
    await restore.undo({actor: ACTOR})
  ).done;
  expect(server.databases.get('mattermost')?.mark).toBe('database of the set');
  await expect(restore.undo({actor: ACTOR})).rejects.toMatchObject({
    code: 'NOTHING_TO_UNDO',
    message: expect.stringContaining(`drctl restore ${first.brought.id} --undo`),
  });
  await (
    await restore.undo({actor: ACTOR, restore: first.brought.id})
  ).done;
  expect([server.databases.get('mattermost')?.mark, read(at('live/data'))]).toEqual(['former database', FORMER_FILES]);
});

test('without the memory of a restore, an undo says where the former state lies', async () => {
  const {brought} = await bring();
  rmSync(at('state'), {recursive: true});
  await expect(aRestore().planUndo()).rejects.toMatchObject({
    code: 'NOTHING_TO_UNDO',
    message: expect.stringContaining(brought.undo[1] ?? 'none'),
  });
});

test('side by side, only the named targets are written, the live server is untouched, and what is next is told', async () => {
  const job = await bring({
    into: {database: 'postgres://x@y:5432/drill', files: at('drill/data'), config: at('drill/config')},
  });
  expect(job.error).toBeNull();
  expect([server.databases.get('drill')?.mark, read(at('drill/data')), read(at('drill/config'))]).toEqual([
    'database of the set',
    RESTORED_FILES,
    {'config.json': '{"of":"the set"}'},
  ]);
  expect([server.databases.get('mattermost')?.mark, read(at('live/data')), readdirSync(at('drill'))]).toEqual([
    'former database',
    FORMER_FILES,
    ['config', 'data'],
  ]);
  expect(job.brought).toMatchObject({mode: 'side_by_side', undo: [], restore_point: null});
  expect(job.brought.next.join('\n')).toMatch(
    /database drill[\s\S]*2 settings in its environment \(MM_A, MM_B\)[\s\S]*Start Mattermost/,
  );
  await expect(aRestore().planUndo()).rejects.toMatchObject({code: 'NOTHING_TO_UNDO'});
});

test.each<[string, () => void, string]>([
  [
    'tables with other numbers of rows',
    () => {
      manifest.database!.tables = [{name: 'public.posts', rows: 4}];
    },
    'RESTORE_NOT_PROVEN',
  ],
  [
    'a configuration that is not the one of the manifest',
    () => {
      manifest.config!.sha256 = 'f'.repeat(64);
    },
    'RESTORE_NOT_PROVEN',
  ],
  [
    'files that are fewer than in the manifest',
    () => {
      manifest.files!.count = 4;
    },
    'RESTORE_NOT_PROVEN',
  ],
  [
    'files that are smaller than in the manifest',
    () => {
      manifest.files!.bytes = 39;
    },
    'RESTORE_NOT_PROVEN',
  ],
  [
    'a damaged file in the repository',
    () => {
      repository.damage(manifest.snapshots[2]!.id, at('old/files/a.png'));
    },
    'REPOSITORY_DAMAGED',
  ],
  [
    'a set that names no snapshot of its files',
    () => {
      manifest.snapshots = manifest.snapshots.filter(({part}) => part !== 'files');
    },
    'PART_NOT_IN_SET',
  ],
])('%s end the restore before anything is replaced, and nothing of it stays', async (_name, spoil, code) => {
  isGateBlind = true;
  spoil();
  const job = await bring();
  expect([job.status, job.error?.code]).toEqual(['error', code]);
  expect([marks(), read(at('live/data')), read(at('live/config')), leavings()]).toEqual([
    {mattermost: 'former database'},
    FORMER_FILES,
    {'config.json': '{"former":true}'},
    [],
  ]);
  expect([...ledger.entries()].at(-1)?.kind).toBe('restore.error');
});

test.each<[string, () => void, string, string]>([
  [
    'a configuration that is not the one of the manifest',
    () => {
      manifest.config!.sha256 = 'f'.repeat(64);
    },
    'SET_NOT_RESTORABLE',
    'The hash of the configuration',
  ],
  [
    'files that are fewer than in the manifest',
    () => {
      manifest.files!.count = 4;
    },
    'SET_NOT_RESTORABLE',
    'A restore would find 3 files with 38 bytes; the manifest says 4 files',
  ],
  [
    'a dump without a table of the manifest',
    () => {
      manifest.database!.tables.push({name: 'public.gone', rows: 1});
    },
    'SET_NOT_RESTORABLE',
    'public.gone',
  ],
  [
    'a set that names no snapshot of its files',
    () => {
      manifest.snapshots = manifest.snapshots.filter(({part}) => part !== 'files');
    },
    'PART_NOT_IN_SET',
    'names no snapshot',
  ],
])('%s: the plan warns, and the restore refuses before its restore point', async (_name, spoil, code, message) => {
  manifest.database!.tables = [...TABLES];
  spoil();
  restorePoint = () => {
    throw new Error('nothing may be saved before the set is known to be whole');
  };
  const {warnings} = await aRestore().plan({set: SET});
  expect(warnings).toEqual([expect.stringContaining(message)]);
  await expect(bring()).rejects.toMatchObject({code, message: expect.stringContaining(message)});
  expect([marks(), read(at('live/data')), leavings()]).toEqual([{mattermost: 'former database'}, FORMER_FILES, []]);
});

test('a set whose files were stored as a link is refused before anything begins, and its other parts can be restored', async () => {
  symlinkSync(at('old/files'), at('old/link'));
  const {snapshot} = await repository.store(at('old/link'), {tags: ['x']});
  manifest.snapshots = manifest.snapshots.map((entry) =>
    entry.pass === 'first' ? {...entry, id: snapshot, root: at('old/link')} : entry,
  );
  await expect(bring()).rejects.toMatchObject({code: 'SET_NOT_RESTORABLE', message: expect.stringContaining('link')});
  expect([leavings(), [...server.databases.keys()]]).toEqual([[], ['mattermost']]);
  expect((await bring({into: {config: at('drill/config')}})).error).toBeNull();
});

describe('with --accept-incomplete', () => {
  const snapshotOf = (name: string): string =>
    manifest.snapshots.find(({part, pass}) => (pass ?? part) === name)?.id ?? '';

  test('a file that cannot be read is named, and the rest comes back; without it the refusal says so', async () => {
    repository.damage(snapshotOf('first'), at('old/first/rescued.png'));
    const refused = await bring();
    expect(refused.error).toMatchObject({
      code: 'REPOSITORY_DAMAGED',
      remedy: expect.stringContaining('--accept-incomplete'),
    });
    expect(read(at('live/data'))).toEqual(FORMER_FILES);
    const job = await bring({accept_incomplete: true});
    expect([job.status, job.error, read(at('live/data'))]).toEqual([
      'warning',
      null,
      {'a.png': 'of the set', 'kept.png': 'second pass'},
    ]);
    const {missing_files: missing, left_out: leftOut} = job.brought;
    const report = join(at('reports'), `restore-${job.brought.id}-missing.jsonl`);
    expect(missing).toEqual({count: 1, bytes: 17, first: ['rescued.png'], report});
    expect(readFileSync(report, 'utf8')).toBe('"rescued.png"\n');
    expect(leftOut).toEqual([`1 file of the set (17 B) that cannot be read: rescued.png; all are named in ${report}`]);
    expect([...ledger.entries()].at(-1)?.data).toMatchObject({missing_files: missing});
  });

  test('a file that only the first pass lost is not lost; one that only the second lost is the older copy, and named', async () => {
    repository.damage(snapshotOf('first'), at('old/first/kept.png'));
    const one = await bring({accept_incomplete: true});
    expect([one.status, one.brought.missing_files, read(at('live/data'))]).toEqual(['success', null, RESTORED_FILES]);
    repository.damage(snapshotOf('second'), at('old/files/a.png'));
    write(at('old/again'), {'a.png': 'before T0', 'kept.png': 'first pass', 'rescued.png': 'of the first pass'});
    const {snapshot} = await repository.store(at('old/again'), {tags: ['x']});
    manifest = {
      ...manifest,
      snapshots: manifest.snapshots.map((each) =>
        each.pass === 'first' ? {...each, id: snapshot, root: at('old/again')} : each,
      ),
    };
    const two = await bring({accept_incomplete: true});
    expect(two.brought.missing_files).toMatchObject({count: 1, first: ['a.png']});
    expect(read(at('live/data'))['a.png']).toBe('before T0');
  });

  test('when nothing is missing the result says nothing of it', async () => {
    const job = await bring({accept_incomplete: true});
    expect([job.status, job.brought.missing_files, job.brought.left_out]).toEqual(['success', null, []]);
  });

  test('a set with fewer files than its manifest says is restored as far as it goes', async () => {
    manifest = {...manifest, files: {...manifest.files!, count: 5, bytes: 100}};
    await expect(bring()).rejects.toMatchObject({
      code: 'SET_NOT_RESTORABLE',
      remedy: expect.stringContaining('--accept-incomplete'),
    });
    const {brought} = await bring({accept_incomplete: true});
    expect(brought.missing_files).toEqual({count: 2, bytes: 62, first: [], report: null});
    expect(read(at('live/data'))).toEqual(RESTORED_FILES);
  });

  test.each([
    ['database', 'dump/toc.dat'],
    ['config', 'config/config.json'],
  ])('a damaged %s is refused as ever', async (part, path) => {
    repository.damage(snapshotOf(part), at('old', path));
    await expect(bring({accept_incomplete: true})).rejects.toMatchObject({
      code: 'REPOSITORY_DAMAGED',
      remedy: expect.not.stringContaining('--accept-incomplete'),
    });
    isGateBlind = true;
    expect((await bring({accept_incomplete: true})).error?.code).toBe('REPOSITORY_DAMAGED');
    expect([marks(), read(at('live/data'))]).toEqual([{mattermost: 'former database'}, FORMER_FILES]);
  });

  test('the plan says so', async () => {
    const plan = await aRestore().plan({set: SET, accept_incomplete: true});
    expect([plan.accept_incomplete, plan.warnings]).toEqual([true, [expect.stringContaining('--accept-incomplete')]]);
  });
});

test('without a restore point nothing is overwritten', async () => {
  restorePoint = () => aJob({status: 'error', error: errorBody(new Failure('DISK_FULL', 'no room'))});
  await expect(bring()).rejects.toMatchObject({
    code: 'DISK_FULL',
    message: expect.stringContaining('--without-restore-point'),
  });
  expect(read(at('live/data'))).toEqual(FORMER_FILES);
  expect((await bring({without_restore_point: true})).brought.restore_point).toBeNull();
});

test('what could not be made is told, and makes the job a warning', async () => {
  server.leftOut = ['event trigger watch: only a superuser can make it'];
  manifest.database!.others = [{role: 'reports', owns: ['public.stats'], may_use: ['posts']}];
  const job = await bring();
  expect([job.status, job.brought.left_out, job.brought.notes]).toEqual([
    'warning',
    server.leftOut,
    [
      'cluster members forgotten: 1',
      'the role reports owned public.stats; the role that restored owns them now',
      'the role reports had rights on posts; they are not granted again',
    ],
  ]);
});

test('an obstacle that stops ends the restore before its restore point, with what to do', async () => {
  server.obstacles = [{code: 'DATABASE_ENCODING', stops: true, message: 'LATIN1 is not UTF8.', remedy: 'SQL;'}];
  restorePoint = () => {
    throw new Error('no restore point may be taken');
  };
  await expect(bring()).rejects.toMatchObject({code: 'DATABASE_ENCODING', message: 'LATIN1 is not UTF8. SQL;'});
  expect([leavings(), [...server.databases.keys()]]).toEqual([[], ['mattermost']]);
});

test('while Mattermost runs nothing begins', async () => {
  server.connected.set('mattermost', ['mattermost from 10.0.0.5']);
  await expect(bring()).rejects.toMatchObject({code: 'MATTERMOST_IS_RUNNING'});
  expect([leavings(), [...server.databases.keys()]]).toEqual([[], ['mattermost']]);
});

test('a Mattermost that starts in the middle is noticed before the swap, and stays whole', async () => {
  restorePoint = () => {
    // It starts after the gate has let the restore pass.
    server.connected.set('mattermost', ['mattermost from 10.0.0.5']);
    return aJob({status: 'success', subject: '20261124T115900Z-aaaaaa'});
  };
  const job = await bring();
  expect(job.error?.code).toBe('MATTERMOST_IS_RUNNING');
  expect([marks(), read(at('live/data'))]).toEqual([{mattermost: 'former database'}, FORMER_FILES]);
});

test('an attempt that never began to swap does not hide the restore before it from an undo', async () => {
  const {brought} = await bring();
  restorePoint = () => {
    server.connected.set('mattermost', ['mattermost from 10.0.0.5']);
    return aJob({status: 'success', subject: '20261124T115900Z-aaaaaa'});
  };
  expect((await bring()).error?.code).toBe('MATTERMOST_IS_RUNNING');
  server.connected.clear();
  const restore = aRestore();
  expect((await restore.planUndo()).restore).toBe(brought.id);
  await (
    await restore.undo({actor: ACTOR})
  ).done;
  expect([server.databases.get('mattermost')?.mark, read(at('live/data'))]).toEqual(['former database', FORMER_FILES]);
});

test('a plan changes nothing and holds no password', async () => {
  const plan = await aRestore().plan({set: SET});
  expect(plan).toMatchObject({mode: 'in_place', restore_point: true, parts: ['database', 'config', 'files']});
  expect(Object.keys(plan)).not.toContain('database_url');
  expect([leavings(), existsSync(at('live/data/a.png'))]).toEqual([[], true]);
});

describe('a second administrator', () => {
  const OTHER = {kind: 'cli' as const, id: '1001', name: 'bob (sudo)'};
  const approve = (id: string): void => {
    const state = openState(at('state'), STATE);
    createApprovals({state, clock: systemClock, ledger: createLedger(state, systemClock)}).approve(id, OTHER);
    state.close();
  };
  const refused = async (work: () => Promise<unknown>): Promise<string> => {
    const failure = await work().then(
      () => null,
      (error: Failure) => error,
    );
    expect(failure?.code).toBe('SECOND_ADMINISTRATOR_NEEDED');
    return String(failure?.details?.['approval']);
  };
  const kinds = (): string[] => [...ledger.entries()].map(({kind}) => kind);

  test('is not waited for on a shell, and the ledger says that one person did it alone', async () => {
    await bring();
    expect(kinds()).toEqual(['approval.not_asked', 'restore.finished']);
  });

  test('is not asked for a restore beside, which touches nobody', async () => {
    shellWaits = true;
    expect((await bring({into: {files: at('beside')}})).status).toBe('success');
  });

  test('is waited for where the settings say so, while Mattermost still runs, and an approval is used up only once it can begin', async () => {
    shellWaits = true;
    server.connected.set('mattermost', ['mattermost as mm from 10.0.0.5']);
    const approval = await refused(() => bring());
    approve(approval);
    await expect(bring({approval})).rejects.toMatchObject({code: 'MATTERMOST_IS_RUNNING'});
    server.connected.clear();
    await refused(() => bring({approval, keep_rights: true}));
    await refused(() => bring({approval, accept_incomplete: true}));
    expect((await bring({approval})).status).toBe('success');
    await refused(() => bring({approval}));
  });

  test('is waited for by an undo as well, and by whoever asks from elsewhere', async () => {
    await bring();
    const fromMattermost = {kind: 'mattermost' as const, id: 'ada', name: 'ada'};
    await refused(() => aRestore().start({set: SET}, {actor: fromMattermost}));
    shellWaits = true;
    const approval = await refused(() => aRestore().undo({actor: ACTOR}));
    approve(approval);
    expect((await (await aRestore().undo({actor: ACTOR, approval})).done).status).toBe('success');
  });
});

test('whoever may less today is named in the plan, and keeps the rights of today when that was asked for', async () => {
  const privileged = [{id: 'ex', username: 'ex', roles: ['system_admin']}];
  manifest = {...manifest, database: {...manifest.database!, privileged}};
  server.rights = {active: 2, privileged: [], deactivated: [{id: 'gone', username: 'gone'}]};
  const plan = await aRestore().plan({set: SET});
  expect(plan.regained).toMatchObject({count: 2, people: [{username: 'ex'}, {username: 'gone'}], kept_as_today: false});
  await bring();
  expect(server.taken).toEqual([]);
  const {brought} = await bring({keep_rights: true});
  expect(server.taken).toEqual([
    {id: 'ex', roles: [], is_deactivated: false},
    {id: 'gone', roles: 'unchanged', is_deactivated: true},
  ]);
  expect(brought.notes).toContain('people left with the rights that they have today: 2');
});
