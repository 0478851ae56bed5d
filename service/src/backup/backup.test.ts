import {execFileSync} from 'node:child_process';
import {
  existsSync,
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
import {DatabaseSync} from 'node:sqlite';
import {beforeEach, expect, test} from '@jest/globals';
import type {BackupRequest, Job, SetManifest} from '@disaster-recovery/contract';
import {aManifest} from '../testkit/answers.ts';
import {createFileConfig} from '../engines/configsource/file.ts';
import {createMemoryServer, type MemoryServer} from '../engines/database/memory.ts';
import type {DatabaseSource} from '../engines/database/port.ts';
import {createLocalFileStore} from '../engines/filestore/local/local.ts';
import {createRemoteFileStore} from '../engines/filestore/remote.ts';
import type {MattermostBridge} from '../engines/mattermost/port.ts';
import {createMemoryRepository, type MemoryRepository} from '../engines/repository/memory.ts';
import {createJobs, JOB_TABLES, type Jobs} from '../jobs/index.ts';
import {systemClock} from '../kernel/clock.ts';
import {Failure} from '../kernel/failure.ts';
import {openState} from '../kernel/state.ts';
import {createLedger, LEDGER_TABLE, type Ledger} from '../ledger/index.ts';
import {createSets, MANIFEST_FILE, openManifest, requireRestorable, sealManifest, setTags} from '../sets/index.ts';
import {createBackup, type Backup} from './index.ts';

type Engines = Parameters<typeof createBackup>[0];

const ACTOR = {kind: 'cli' as const, id: '0', name: 'root'};
const T0 = Date.UTC(2026, 10, 24, 12);
const URL_OF_LIVE = 'postgres://mm@db:5432/mattermost';

let home = '';
let repository: MemoryRepository;
let ledger: Ledger;
let jobs: Jobs;
let server: MemoryServer;
let database: DatabaseSource;
const noted: string[] = [];

beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), 'backup-'));
  for (const name of ['data', 'config', 'work']) {
    mkdirSync(join(home, name));
  }
  writeFileSync(join(home, 'data/a.png'), 'abc');
  writeFileSync(
    join(home, 'config/config.json'),
    JSON.stringify({
      ServiceSettings: {SiteURL: 'https://chat.example.org'},
      PluginSettings: {PluginStates: {jira: {Enable: true}}},
    }),
  );
  server = createMemoryServer(() => T0);
  server.databases.set('mattermost', {mark: 'live', tables: aManifest().database?.tables ?? []});
  server.expected = [{owner: 'file', id: 'f1', path: 'a.png', bytes: 3}];
  database = server.engine.source(URL_OF_LIVE);
  noted.length = 0;
  repository = createMemoryRepository();
  await repository.create();
});

function aBackup(changes: Partial<Engines> = {}): Backup {
  const state = openState(join(home, 'state'), [JOB_TABLES, LEDGER_TABLE]);
  // Waiting is skipped, so that a retry is quick.
  const clock = {
    now: () => T0 + 1000,
    sleep: (_ms: number, signal?: AbortSignal) =>
      new Promise<void>((resolve, reject) => {
        const timer = setTimeout(resolve, 5);
        signal?.addEventListener('abort', () => {
          clearTimeout(timer);
          reject(signal.reason as Error);
        });
      }),
  };
  ledger = createLedger(state, clock);
  jobs = createJobs(state, clock);
  const sets = createSets(repository, {name: 'main', cacheDirectory: null, clock: clock});
  return createBackup(
    {
      clock,
      ledger,
      repository,
      database,
      files: createLocalFileStore(join(home, 'data')),
      bridge: () => null,
      serverVersion: async () => '11.1.0',
      workDirectory: join(home, 'work'),
      config: createFileConfig(join(home, 'config/config.json')),
      settings: {jobs: 2, version: '0.1.0'},
      identities: async () => undefined,
      sets: {
        newest: async () => {
          const [newest] = await sets.list();
          return newest ? sets.show(newest.id) : null;
        },
        seal: sealManifest,
        open: openManifest,
        tags: setTags,
        manifestFile: MANIFEST_FILE,
        requireRestorable: (snapshots, signal) => requireRestorable(repository, snapshots, signal),
      },
      ...changes,
    },
    jobs,
  );
}

async function take(request: BackupRequest = {}, changes: Partial<Engines> = {}): Promise<Job & {set: SetManifest}> {
  const {done} = await aBackup(changes).start(request, {actor: ACTOR});
  const job = await done;
  const stop = new AbortController();
  for await (const event of jobs.follow(0, stop.signal)) {
    if (event.type === 'note') {
      noted.push(event.text);
    }
    if (event.seq === jobs.lastEventSeq()) {
      stop.abort();
    }
  }
  return {...job, set: job.result as SetManifest};
}

const sealedSets = async (): Promise<number> => (await repository.snapshots(['part=manifest'])).length;
const workLeft = (): string[] => readdirSync(join(home, 'work'));
const outcomes = (job: Job): Record<string, string> =>
  Object.fromEntries(job.steps.map(({name, outcome}) => [name, outcome]));

test('a whole backup is sealed, reads back, and leaves no dump behind', async () => {
  const job = await take();
  expect([job.status, job.error]).toEqual(['warning', null]);
  expect(job.set).toMatchObject({
    t0: T0,
    position: '0/1',
    scope: ['database', 'config', 'files'],
    cross_check: {outcome: 'passed', ok: 1},
    files: {count: 1, bytes: 3},
    plugins: [{id: 'jira', enabled: true, bundle: false}],
  });
  expect(
    (await createSets(repository, {name: 'main', cacheDirectory: null, clock: systemClock}).show('latest')).sha256,
  ).toBe(job.set.sha256);
  expect(job.set.snapshots.map(({part, pass}) => pass ?? part)).toEqual([
    'database',
    'config',
    'first',
    'second',
    'record',
  ]);
  expect([workLeft(), server.opened, server.closed]).toEqual([[], 1, 1]);
  expect([...ledger.entries()].map(({kind}) => kind)).toEqual(['backup.started', 'backup.finished']);
});

test.each<[string, BackupRequest, string[]]>([
  ['the database', {scope: ['database']}, ['first_pass', 'capture_config', 'second_pass']],
  ['the files', {scope: ['files']}, ['first_pass', 'capture_database', 'store_database', 'capture_config']],
  ['the configuration', {scope: ['config']}, ['first_pass', 'capture_database', 'store_database', 'second_pass']],
  ['database and files', {scope: ['database', 'files']}, ['capture_config']],
])(
  'with only %s asked for, the other steps are skipped and the set says that it is not whole',
  async (_name, request, skipped) => {
    const job = await take(request);
    expect(
      Object.entries(outcomes(job))
        .filter(([, outcome]) => outcome === 'skipped')
        .map(([name]) => name),
    ).toEqual(skipped);
    expect(Object.values(outcomes(job)).filter((outcome) => outcome !== 'skipped' && outcome !== 'done')).toEqual([]);
    expect(job.status).toBe('warning');
    expect(job.set.omitted.length).toBeGreaterThan(0);
    expect(job.set.cross_check.outcome).toBe(request.scope?.length === 2 ? 'passed' : 'not_possible');
  },
);

const bridge = (effectiveConfig: MattermostBridge['effectiveConfig']): Partial<Engines> => ({
  bridge: () => ({effectiveConfig}) as unknown as MattermostBridge,
});

test('with the plugin the environment is in the set, by name in the manifest and by value only in the record', async () => {
  const job = await take(
    {},
    bridge(async () => ({
      server_version: '11.1.0',
      config: {},
      env: {MM_SQLSETTINGS_DATASOURCE: 'hunter2', MM_A: '1'},
    })),
  );
  expect([job.status, job.set.omitted]).toEqual(['success', []]);
  expect(job.set.config).toMatchObject({effective: 'captured', env_names: ['MM_A', 'MM_SQLSETTINGS_DATASOURCE']});
  expect(JSON.stringify(job.set)).not.toContain('hunter2');
  const record = job.set.snapshots.find(({part}) => part === 'record')!;
  expect(await repository.readText(record.id, join(record.root, 'effective-config.json'))).toContain('hunter2');
});

test.each<[string, Partial<Engines>, string, string]>([
  ['no plugin is enrolled', {}, 'not_enrolled', 'no plugin is enrolled'],
  [
    'the plugin does not answer',
    bridge(async () => {
      throw new Failure('MATTERMOST_UNREACHABLE', 'down');
    }),
    'unreachable',
    'the plugin did not answer',
  ],
])('when %s, the backup goes on and the set says what it lacks', async (_name, changes, effective, reason) => {
  const job = await take({}, changes);
  expect([job.status, job.set.config?.effective]).toEqual(['warning', effective]);
  expect(job.set.omitted).toEqual([{part: 'config', what: expect.stringContaining('MM_'), reason}]);
});

/** Mattermost writes its configuration while it is copied, the first so many times. */
function restless(times: number): Partial<Engines> {
  const source = createFileConfig(join(home, 'config/config.json'));
  let writes = 0;
  return {
    config: {
      ...source,
      copyTo: async (scratch) => {
        const copy = await source.copyTo(scratch);
        if (writes < times) {
          writes += 1;
          writeFileSync(
            join(home, 'config/config.json'),
            JSON.stringify({ServiceSettings: {SiteURL: `https://new${writes}.example.org`}}),
          );
        }
        return copy;
      },
    },
  };
}

test('a configuration that changes while it is read is read again, and the set names the copy that is whole', async () => {
  const job = await take({}, restless(3));
  expect(noted.filter((text) => text.includes('changed while it was read'))).toHaveLength(2);
  const stored = job.set.snapshots.find(({part}) => part === 'config')!;
  expect(await repository.readText(stored.id, join(stored.root, 'config.json'))).toBe(
    readFileSync(join(home, 'config/config.json'), 'utf8'),
  );
  expect(job.set.server?.site_url).toBe('https://new3.example.org');
  expect(stored.root.startsWith(join(home, 'work'))).toBe(true);
});

test('an obstacle with which the set would not be whole ends a backup before it begins, and a plan tells it', async () => {
  server.obstacles = [{code: 'DATABASE_ROW_SECURITY', stops: true, message: 'Policies hide rows.', remedy: 'SQL;'}];
  await expect(aBackup().start({}, {actor: ACTOR})).rejects.toMatchObject({
    code: 'DATABASE_ROW_SECURITY',
    message: 'Policies hide rows. SQL;',
  });
  expect([(await aBackup().plan({})).warnings, server.opened]).toEqual([['Policies hide rows. SQL;'], 0]);
});

test('a configuration that never rests is a named failure, not a torn copy', async () => {
  const job = await take({}, restless(Infinity));
  expect(job.error).toMatchObject({code: 'MATTERMOST_CONFIG_CHANGING', message: expect.stringContaining('4 times')});
  expect(await sealedSets()).toBe(0);
});

test('a config.json that is not JSON is named without its words, which may be a password', async () => {
  writeFileSync(join(home, 'config/config.json'), '{"DataSource":hunter2}');
  const job = await take();
  expect(job.error?.code).toBe('MATTERMOST_CONFIG_INVALID');
  expect(job.error?.message).not.toContain('hunter2');
});

test('a configuration that is partly links is stored as what they point to, and the set names what it lacks', async () => {
  renameSync(join(home, 'config/config.json'), join(home, 'real.json'));
  symlinkSync(join(home, 'real.json'), join(home, 'config/config.json'));
  symlinkSync('nothing', join(home, 'config/idp.crt'));
  const {set} = await take();
  expect(set.config?.files.map(({path}) => path)).toEqual(['config.json']);
  expect(set.omitted).toContainEqual({part: 'config', what: 'idp.crt', reason: 'a link to nothing'});
});

test('links out of the file store, to nothing, and pipes are named in the set; a link to a file beside it is not', async () => {
  const data = join(home, 'data');
  mkdirSync(join(data, '20200101'));
  symlinkSync('../a.png', join(data, '20200101/in'));
  symlinkSync(home, join(data, '20200101/out'));
  for (const name of ['b', 'c', 'd', 'e', 'f']) {
    symlinkSync(`gone ${name}`, join(data, name));
  }
  execFileSync('mkfifo', [join(data, '20200101/pipe')]);
  // Neither a file that took the place of a link nor a link that went is a loss.
  server.duringDump = () => {
    rmSync(join(data, 'e'));
    rmSync(join(data, 'f'));
    writeFileSync(join(data, 'f'), 'file');
  };
  symlinkSync('gone g', join(data, 'g'));
  const job = await take(
    {},
    bridge(async () => ({server_version: '', config: {}, env: {}})),
  );
  expect(job.set.omitted).toEqual([
    {part: 'files', what: 'what 1 link out of the file store leads to (20200101/out)', reason: expect.any(String)},
    {part: 'files', what: '4 links to nothing (b, c, d and 1 more)', reason: expect.stringContaining('remove')},
    {part: 'files', what: '1 device or pipe (20200101/pipe)', reason: expect.stringContaining('remove')},
  ]);
  expect([job.status, job.set.files?.count]).toEqual(['warning', 2]);
  expect(noted).toContainEqual(expect.stringMatching(/^Not in this set: what 1 link out .*mount it there\.$/));
  // With the files alone there is one pass, and it is looked at as well.
  expect((await take({scope: ['files']})).set.omitted).toEqual(expect.arrayContaining(job.set.omitted));
});

test('a job that an earlier version left is sealed with the position that its journal calls lsn', async () => {
  const {id} = await take();
  const manifests = await repository.snapshots(['part=manifest']);
  await repository.forget(manifests.map((snapshot) => snapshot.id));
  const state = new DatabaseSync(join(home, 'state/state.db'));
  state.exec(`UPDATE jobs SET status = 'in_progress', finished_at = NULL, result = NULL;
    DELETE FROM journal WHERE step IN ('seal', 'read_back', 'record');
    UPDATE journal SET output = replace(output, '"position":', '"lsn":') WHERE step = 'capture_database'`);
  state.close();
  const again = await take();
  expect([again.id, again.error, again.set.position]).toEqual([id, null, '0/1']);
});

test('a file deleted after T0 is in the set by its first pass', async () => {
  server.duringDump = () => {
    writeFileSync(join(home, 'data/b.png'), 'new');
  };
  server.expected.push({owner: 'file', id: 'gone', path: 'gone.png', bytes: 4});
  writeFileSync(join(home, 'data/gone.png'), 'gone');
  let passes = 0;
  const job = await take(
    {},
    {
      repository: {
        ...repository,
        store: async (directory, options) => {
          if (directory === join(home, 'data')) {
            passes += 1;
            if (passes === 2) {
              rmSync(join(home, 'data/gone.png'));
            }
          }
          return repository.store(directory, options);
        },
      },
    },
  );
  expect(job.set.cross_check).toMatchObject({outcome: 'passed', missing: 0, orphans: 1});
  expect(job.set.snapshots.filter(({part}) => part === 'files').map(({pass}) => pass)).toEqual(['first', 'second']);
});

test('a row whose file production had lost is told, whatever its name, and the rest is worth keeping', async () => {
  server.expected.push({owner: 'file', id: 'lost', path: 'lost\n"\u2028.png', bytes: 1});
  const job = await take(
    {},
    bridge(async () => ({server_version: '', config: {}, env: {}})),
  );
  expect(job.error).toBeNull();
  expect([job.status, job.set.cross_check.outcome]).toEqual(['success', 'passed_with_losses']);
  expect(job.set.cross_check.findings).toContainEqual(
    expect.objectContaining({kind: 'missing', path: 'lost\n"\u2028.png', in_production: true}),
  );
});

test('files in object storage are said to stay there', async () => {
  const job = await take({}, {files: createRemoteFileStore('amazons3')});
  expect([job.status, job.set.files, job.set.cross_check.outcome]).toEqual(['warning', null, 'not_possible']);
  expect(job.set.omitted).toContainEqual(expect.objectContaining({part: 'files'}));
});

test.each<[string, () => Partial<Engines>, string]>([
  [
    'a dump that fails',
    () => {
      server.duringDump = () => {
        throw new Failure('DUMP_FAILED', 'pg_dump');
      };
      return {};
    },
    'DUMP_FAILED',
  ],
  [
    'a manifest that does not read back',
    () => ({repository: {...repository, readText: async () => '{}'}}),
    'REPOSITORY_DAMAGED',
  ],
  [
    'a part that is gone before the end',
    () => ({
      repository: {
        ...repository,
        storeText: async (name, text, options) => {
          const stored = await repository.storeText(name, text, options);
          repository.lose((JSON.parse(text) as SetManifest).snapshots[0]!.id);
          return stored;
        },
      },
    }),
    'REPOSITORY_DAMAGED',
  ],
  ['files that cannot be read', () => ({files: createLocalFileStore(join(home, 'nowhere'))}), 'FILES_UNREADABLE'],
  [
    'no room',
    () => ({
      database: {...database, inspect: async () => ({...(await database.inspect()), dump_bytes_estimate: 1e18})},
    }),
    'DISK_FULL',
  ],
])('%s ends the job by name, leaves no dump, and the ledger knows', async (_name, prepare, code) => {
  const job = await take({}, prepare());
  expect([job.status, job.error?.code, workLeft(), server.opened]).toEqual(['error', code, [], server.closed]);
  expect([...ledger.entries()].at(-1)).toMatchObject({kind: 'backup.error', data: {set: job.subject, job: job.id}});
});

test('a file store whose directory is a link is stored as the directory that it points to', async () => {
  symlinkSync(join(home, 'data'), join(home, 'link'));
  const {set, error} = await take({}, {files: createLocalFileStore(join(home, 'link'))});
  expect([error, set.files?.directory, set.files?.count]).toEqual([null, realpathSync(join(home, 'data')), 1]);
});

test('a file store that is moved away and replaced by a link while it is read makes no set', async () => {
  server.duringDump = () => {
    renameSync(join(home, 'data'), join(home, 'moved'));
    symlinkSync(join(home, 'moved'), join(home, 'data'));
  };
  const job = await take();
  expect(job.error).toMatchObject({code: 'FILES_UNREADABLE', message: expect.stringContaining(join(home, 'moved'))});
  expect(await sealedSets()).toBe(0);
});

test('a file store that becomes a link at the very moment when it is read makes no set', async () => {
  let passes = 0;
  const stored: Partial<Engines> = {
    repository: {
      ...repository,
      // The second pass is the whole store here, so that it stores the link itself.
      store: (directory, {only, ...options}) => {
        const isPass = directory === join(realpathSync(home), 'data');
        passes += Number(isPass);
        if (isPass && passes === 2) {
          renameSync(join(home, 'data'), join(home, 'moved'));
          symlinkSync(join(home, 'moved'), join(home, 'data'));
        }
        return repository.store(directory, options);
      },
    },
  };
  const job = await take({}, stored);
  expect(job.error).toMatchObject({
    code: 'SET_NOT_RESTORABLE',
    message: expect.stringContaining('files (second pass)'),
  });
  expect(await sealedSets()).toBe(0);
});

test('a plan changes nothing', async () => {
  const plan = await aBackup().plan({scope: ['database']});
  expect(plan).toMatchObject({scope: ['database'], repository: '/memory', previous: null});
  expect([await repository.snapshots([]), workLeft(), [...ledger.entries()], jobs.newest(1)]).toEqual([[], [], [], []]);
});

test('a plan for files alone does not ask the database, which may be down', async () => {
  const plan = await aBackup({
    database: {...database, inspect: () => Promise.reject(new Failure('DATABASE_UNREACHABLE', 'down'))},
  }).plan({scope: ['files', 'config']});
  expect(plan.database).toBeNull();
});

test('own leavings of a restore are never taken', async () => {
  mkdirSync(join(home, 'data/.drctl-abc'));
  writeFileSync(join(home, 'data/.drctl-abc/x'), 'x');
  mkdirSync(join(home, 'config/.drctl-abc'));
  writeFileSync(join(home, 'config/.drctl-abc/x'), 'x');
  const {set} = await take();
  expect([set.files?.count, set.config?.files.map(({path}) => path)]).toEqual([1, ['config.json']]);
  expect(existsSync(join(home, 'data/.drctl-abc/x'))).toBe(true);
});

/** What the second pass was told to store; null when there was no second pass. */
async function secondPassOf(
  prepare: () => void,
  meanwhile: () => void,
): Promise<{only: string[] | null; set: SetManifest}> {
  rmSync(join(home, 'data/a.png'));
  server.expected = [];
  prepare();
  server.duringDump = meanwhile;
  let only: string[] | null = null;
  const {set, error} = await take(
    {},
    {
      repository: {
        ...repository,
        store: (directory, options) => {
          only = options.only ? [...options.only] : only;
          return repository.store(directory, options);
        },
      },
    },
  );
  expect(error).toBeNull();
  return {only, set};
}

const file = (path: string, content: string): void => {
  mkdirSync(join(home, 'data', path, '..'), {recursive: true});
  writeFileSync(join(home, 'data', path), content);
};
const names = (path: string, bytes: number | null): void => {
  server.expected.push({owner: 'file', id: path, path, bytes});
};

test.each<[string, () => void, () => void, string[] | null]>([
  [
    'days before the day before yesterday are not read again, later ones are, and so is all that is not filed by day',
    () => {
      for (const place of ['20200101', '20261121', '20261122', '20261124', 'users', '2026112', 'emoji']) {
        file(`${place}/x`, 'x');
      }
    },
    () => undefined,
    ['2026112', '20261122', '20261124', 'emoji', 'users'],
  ],
  [
    'a file of an old day that came after the first pass and that a row names',
    () => {
      file('20200101/first', 'x');
      names('20200101/late', 4);
    },
    () => {
      file('20200101/late', 'late');
    },
    ['20200101/late'],
  ],
  [
    'a file of an old day that came after the first pass, whose size the row does not know',
    () => {
      file('20200101/first', 'x');
      names('20200101/late', null);
    },
    () => {
      file('20200101/late', 'late');
    },
    ['20200101/late'],
  ],
  [
    'a file of an old day that grew between the passes',
    () => {
      file('20200101/grows', 'abc');
      names('20200101/grows', 5);
    },
    () => {
      file('20200101/grows', 'abcde');
    },
    ['20200101/grows'],
  ],
  [
    'a file of an old day whose size the row does not know is not read again',
    () => {
      file('20200101/x', 'abc');
      names('20200101/x', null);
    },
    () => undefined,
    null,
  ],
  [
    'a file that a row names and that nobody has is not asked for',
    () => {
      file('20200101/x', 'abc');
      names('20200101/lost', 3);
    },
    () => undefined,
    null,
  ],
])('second pass: %s', async (_name, prepare, meanwhile, expected) => {
  const {only, set} = await secondPassOf(prepare, meanwhile);
  expect(only && [...only].sort()).toEqual(expected);
  expect(set.snapshots.some(({pass}) => pass === 'second')).toBe(expected !== null);
  // What is counted is what both passes hold together, the later size first.
  expect(set.cross_check).toMatchObject({size_differs: 0, missing: set.cross_check.missing_in_production});
});

test('what is counted of a file in both passes is what the second one holds', async () => {
  const {set} = await secondPassOf(
    () => {
      file('users/x/profile.png', 'old');
    },
    () => {
      file('users/x/profile.png', 'longer');
    },
  );
  expect(set.files).toMatchObject({count: 1, bytes: 6});
});
