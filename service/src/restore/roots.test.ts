import {execFileSync} from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, expect, jest, test} from '@jest/globals';
import type {DatabaseRecord, RestoreResult, SetManifest, VerifyLevel, VerifyResult} from '@disaster-recovery/contract';
import {createBackup, crossCheckLists, EXPECTED_FILES, totalsOf} from '../backup/index.ts';
import {aManifest} from '../testkit/answers.ts';
import {createFileConfig} from '../engines/configsource/file.ts';
import type {DatabaseEngine, DatabaseSource, ExpectedFile} from '../engines/database/port.ts';
import {createLocalFileStore} from '../engines/filestore/local/local.ts';
import {createLocalTargets} from '../engines/filestore/local/targets.ts';
import {createRestic} from '../engines/repository/restic.ts';
import {createJobs, JOB_TABLES, type StartedJob} from '../jobs/index.ts';
import {systemClock} from '../kernel/clock.ts';
import {openState} from '../kernel/state.ts';
import {createLedger, LEDGER_TABLE} from '../ledger/index.ts';
import {
  createInspection,
  createSets,
  MANIFEST_FILE,
  openManifest,
  requireRestorable,
  sealManifest,
  setTags,
  setsOf,
} from '../sets/index.ts';
import {createVerify} from '../verify/index.ts';
import {cached} from '../testkit/cached.ts';
import {createRestore, UNDO_TABLE} from './index.ts';

// Many runs of restic a case.
jest.setTimeout(180_000);

const ACTOR = {kind: 'cli' as const, id: '0', name: 'root'};
const TABLES = [{name: 'public.posts', rows: 3}];
const ROWS: ExpectedFile[] = [{owner: 'file', id: 'f1', path: '20260101/a.png', bytes: 5}];
const [restic, prepared] = [cached('restic'), cached('repository')];

const mounted: string[] = [];
function mount(...args: string[]): void {
  execFileSync('mount', args);
  mounted.unshift(args.at(-1) ?? '');
}
/** Containers often may not. */
const mayMount = ((): boolean => {
  const here = mkdtempSync(join(tmpdir(), 'mount-'));
  try {
    execFileSync('mount', ['--bind', here, here], {stdio: 'ignore'});
    execFileSync('umount', [here]);
    return true;
  } catch {
    return false;
  }
})();
afterEach(() => {
  mounted.splice(0).forEach((place) => execFileSync('umount', [place]));
});

/** What happens between the two passes over the files. */
let duringDump: () => void = () => undefined;

/** PostgreSQL with one database; the files are what these tests are about. */
const facts = {
  name: 'mattermost',
  location: 'postgres://mm@db:5432/mattermost',
  server_version: '16.4',
  bytes: 10,
  dump_bytes_estimate: 10,
  dump_tool_version: '17.2',
  obstacles: [],
  mattermost: {schema_version: 148, diagnostic_id: 'd'},
  busy_jobs: [],
};
const source: DatabaseSource = {
  location: facts.location,
  inspect: async () => facts,
  rights: async () => null,
  openSnapshot: async () => ({
    t0: systemClock.now(),
    position: null,
    mattermost: facts.mattermost,
    record: async () => {
      const {dump_bytes, ...record} = aManifest().database as DatabaseRecord;
      return {...record, tables: TABLES};
    },
    expectedFiles: async function* () {
      yield* ROWS;
    },
    dump: async (directory) => {
      duringDump();
      mkdirSync(directory, {recursive: true});
      writeFileSync(join(directory, 'toc.dat'), 'dump');
      return 4;
    },
    close: async () => undefined,
  }),
};
const databases = {
  source: () => source,
  target: () => ({
    location: facts.location,
    name: 'mattermost',
    describe: async () => ({exists: true, tables: 0, connections: [], server_version_num: 160_004, obstacles: []}),
    obstacles: async () => [],
    stage: async () => ({differs: [], left_out: []}),
    prove: async () => ({compared: 1, rows: 3}),
    settle: async () => [],
    former: () => ({name: 'mattermost', former: 'before'}),
    swap: async () => undefined,
    swapBack: async () => 'undone',
    discard: async () => undefined,
  }),
} as unknown as DatabaseEngine;

function aCompanion(home: string, files: string, config: string) {
  const state = openState(join(home, 'state'), [JOB_TABLES, LEDGER_TABLE, UNDO_TABLE]);
  const [ledger, jobs] = [createLedger(state, systemClock), createJobs(state, systemClock)];
  cpSync(join(prepared, 'repository'), join(home, 'repository'), {recursive: true});
  const repository = createRestic(restic, (text) => text).open({
    url: join(home, 'repository'),
    passwordFile: join(prepared, 'key'),
    environment: {RESTIC_CACHE_DIR: join(home, 'cache')},
  });
  const sets = createSets(repository, {name: 'main', cacheDirectory: null, clock: systemClock});
  const workDirectory = join(home, 'work');
  mkdirSync(workDirectory, {recursive: true});
  const shared = {
    clock: systemClock,
    ledger,
    repository,
    workDirectory,
    show: sets.show,
    survey: async () => ({sets: [], unreadable: []}),
    lost: sets.lost,
  };
  const inspection = createInspection({
    ...shared,
    dumps: {contentsFile: 'toc.dat', read: async () => ({files: [], missing: []})},
    totals: totalsOf,
  });
  const source_ = createFileConfig(config);
  const store = createLocalFileStore(files);
  return {
    backup: createBackup(
      {
        ...shared,
        database: source,
        files: store,
        config: source_,
        bridge: () => null,
        serverVersion: async () => null,
        identities: async () => undefined,
        settings: {jobs: 1, version: '0'},
        sets: {
          newest: async () => null,
          seal: sealManifest,
          open: openManifest,
          tags: setTags,
          manifestFile: MANIFEST_FILE,
          requireRestorable: (snapshots, signal) => requireRestorable(repository, snapshots, signal),
        },
      },
      jobs,
    ),
    verify: createVerify(
      {
        ...shared,
        named: {name: 'main', isInUse: true},
        crossCheckLists,
        expectedFiles: EXPECTED_FILES,
        findUnrestorable: inspection.find,
        setsOf,
      },
      jobs,
    ),
    restore: createRestore(
      {
        ...shared,
        from: null,
        state,
        databases,
        fileTargets: createLocalTargets(),
        reportDirectory: join(home, 'reports'),
        jobs: 1,
        takeRestorePoint: null,
        approvals: null,
        shellWaits: false,
        inspection,
        live: {databaseUrl: facts.location, files: store.location, config: source_.directory},
      },
      jobs,
    ),
  };
}

const finish = async (started: Promise<StartedJob>) => (await started).done;
const CONTENT = {'20260101/a.png': 'image', 'users/x/profile.png': 'face'};
const fill = (directory: string): void => {
  for (const [path, content] of Object.entries(CONTENT)) {
    mkdirSync(join(directory, path, '..'), {recursive: true});
    writeFileSync(join(directory, path), content);
  }
};
const contentOf = (directory: string) =>
  Object.fromEntries(Object.keys(CONTENT).map((path) => [path, readFileSync(join(directory, path), 'utf8')]));

type Places = {home: string; disk: string};
/** Each way in which the directory of the settings may not be what it seems. Returns the directory, which is empty. */
const ROOTS: [string, (places: Places) => string][] = [
  ['a plain directory', ({home}) => made(join(home, 'data'))],
  ['a link', ({home, disk}) => linked(join(home, 'data'), disk)],
  ['a path with a link in it', ({home, disk}) => made(join(linked(join(home, 'current'), disk), 'app/data'))],
  [
    'a mount point',
    ({home}) =>
      onMount(made(join(home, 'data')), (place) => {
        mount('-t', 'tmpfs', 'none', place);
      }),
  ],
  [
    'a bind mount',
    ({home, disk}) =>
      onMount(made(join(home, 'data')), (place) => {
        mount('--bind', disk, place);
      }),
  ],
  [
    'a link to a mount',
    ({home}) =>
      linked(
        join(home, 'data'),
        onMount(made(join(home, 'mnt')), (place) => {
          mount('-t', 'tmpfs', 'none', place);
        }),
      ),
  ],
  [
    'a link to a directory on a mount',
    ({home}) =>
      linked(
        join(home, 'data'),
        made(
          join(
            onMount(made(join(home, 'mnt')), (place) => {
              mount('-t', 'tmpfs', 'none', place);
            }),
            'mattermost',
          ),
        ),
      ),
  ],
];
const made = (place: string): string => {
  mkdirSync(place, {recursive: true});
  return place;
};
const linked = (place: string, target: string): string => {
  symlinkSync(target, place);
  return place;
};
function onMount(place: string, work: (place: string) => void): string {
  work(place);
  return place;
}

const needsMount = ([name]: (typeof ROOTS)[number]): boolean => name.includes('mount');
if (!mayMount) {
  test.skip.each(ROOTS.filter(needsMount))('%s (mounting is not permitted here)', () => undefined);
}

test.each(mayMount ? ROOTS : ROOTS.filter((root) => !needsMount(root)))(
  '%s as file store and configuration directory: saved, verified and restored in place',
  async (name, make) => {
    const isLink = name === 'a link';
    const home = realpathSync(mkdtempSync(join(tmpdir(), 'roots-')));
    const files = make({home, disk: made(join(home, 'disk'))});
    const config = join(make({home: made(join(home, 'c')), disk: made(join(home, 'c/disk'))}), 'config.json');
    fill(files);
    writeFileSync(config, '{"of":"the set"}');
    const {backup, verify, restore} = aCompanion(home, files, config);
    const job = await finish(backup.start({}, {actor: ACTOR}));
    expect(job.error).toBeNull();
    const manifest = job.result as SetManifest;
    expect([manifest.files?.count, manifest.cross_check.outcome, manifest.config?.files.length]).toEqual([
      2,
      'passed',
      1,
    ]);
    // Each level looks at the roots; the ladder as a whole is climbed once.
    for (const level of (isLink ? ['L0', 'L1', 'L2', 'L3'] : ['L3']) as VerifyLevel[]) {
      const {result} = await finish(verify.start({set: 'latest', level}, {actor: ACTOR}));
      expect(result).toMatchObject({level, passed: true, findings: []} satisfies Partial<VerifyResult>);
    }
    rmSync(join(files, 'users'), {recursive: true});
    writeFileSync(join(files, '20260101/a.png'), 'spoiled');
    writeFileSync(config, '{"spoiled":true}');
    const restored = await finish(restore.start({set: manifest.id}, {actor: ACTOR}));
    expect(restored.error).toBeNull();
    expect([contentOf(files), readFileSync(config, 'utf8')]).toEqual([CONTENT, '{"of":"the set"}']);
    if (!isLink) {
      return;
    }
    expect((await finish(restore.undo({actor: ACTOR}))).error).toBeNull();
    expect([readFileSync(join(files, '20260101/a.png'), 'utf8'), readFileSync(config, 'utf8')]).toEqual([
      'spoiled',
      '{"spoiled":true}',
    ]);
    // Beside, into a link as well.
    const target = linked(join(home, 'beside'), made(join(home, 'other')));
    const beside = await finish(restore.start({set: manifest.id, into: {files: target}}, {actor: ACTOR}));
    expect([
      beside.error,
      contentOf(join(home, 'other')),
      readdirSync(home).filter((entry) => entry.startsWith('.drctl-try')),
    ]).toEqual([null, CONTENT, []]);
  },
);

test('a directory of the store that becomes a link between the passes is restored as it was before, and what was not restored is told', async () => {
  const home = realpathSync(mkdtempSync(join(tmpdir(), 'roots-')));
  const files = made(join(home, 'data'));
  const config = join(made(join(home, 'config')), 'config.json');
  fill(files);
  writeFileSync(config, '{}');
  duringDump = () => {
    renameSync(join(files, 'users'), join(home, 'users'));
    symlinkSync(join(home, 'users'), join(files, 'users'));
  };
  const {backup, verify, restore} = aCompanion(home, files, config);
  const manifest = (await finish(backup.start({}, {actor: ACTOR}))).result as SetManifest;
  duringDump = () => undefined;
  expect((await finish(verify.start({set: 'latest', level: 'L3'}, {actor: ACTOR}))).result).toMatchObject({
    passed: true,
  });
  const target = join(home, 'beside');
  const job = await finish(restore.start({set: manifest.id, into: {files: target}}, {actor: ACTOR}));
  expect([job.error, contentOf(target), (job.result as RestoreResult).files]).toEqual([
    null,
    CONTENT,
    {count: 2, bytes: 9},
  ]);
});
