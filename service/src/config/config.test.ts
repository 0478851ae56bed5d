import {chmodSync, chownSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import {expect, test} from '@jest/globals';
import {stringify} from 'yaml';
import type {Failure} from '../kernel/failure.ts';
import {configFields} from './fields.ts';
import {Keep} from './keep.ts';
import {configFile, DEFAULT_CONFIG_FILE, loadConfig, requirePrivate} from './load.ts';
import {readMattermostConfig, requireDatabaseUrl} from './mattermost_config.ts';
import {shownConfig} from './show.ts';

const SECRET = 'hunter2-canary';
const WHOLE = {
  mattermost: {config: '/opt/mattermost/config/config.json'},
  database: {url: `postgres://mm:${SECRET}@db/mattermost`},
  files: {directory: '/opt/mattermost/data'},
  repository: {
    url: `rest:https://u:${SECRET}@backup/mm`,
    password_file: '/var/lib/drctl/repository.key',
    environment: {AWS_SECRET_ACCESS_KEY: SECRET},
  },
  state_directory: '/var/lib/drctl',
};

function written(content: unknown, mode = 0o600): string {
  const path = join(mkdtempSync(join(tmpdir(), 'config-')), 'drctl.yaml');
  writeFileSync(path, typeof content === 'string' ? content : stringify(content));
  chmodSync(path, mode);
  return path;
}

async function refused(work: Promise<unknown>): Promise<Failure> {
  return work.then(
    () => {
      throw new Error('it was accepted');
    },
    (error: unknown) => error as Failure,
  );
}

test('a short file is enough: the rest has defaults', async () => {
  expect(await loadConfig(written(WHOLE), {})).toMatchObject({
    database: {jobs: 2},
    files: {driver: 'local'},
    serve: {listen: '127.0.0.1:8066'},
    objectives: {rpo_hours: 24},
    log_level: 'info',
    tools: {},
  });
});

test('keep-rules belong to the repository that they stand at, and are shown where they stand', async () => {
  const copies = [
    {name: 'offsite', url: '/mnt/offsite', keep: {monthly: 12}},
    {name: 'vault', url: '/mnt/vault'},
  ];
  const config = await loadConfig(written({...WHOLE, copies, keep: {daily: 7}}), {DRCTL_KEEP_WEEKLY: '4'});
  expect(config.repositories.map(({name, keep}) => [name, keep])).toEqual([
    ['main', {daily: 7, weekly: 4, restore_points_days: 30}],
    ['offsite', {monthly: 12, restore_points_days: 30}],
    ['vault', undefined],
  ]);
  expect(shownConfig(config)).toMatchObject({keep: {daily: 7}, copies: [{keep: {monthly: 12}}, {name: 'vault'}]});
  expect(await refused(loadConfig(written({...WHOLE, keep: {daily: 0}}), {}))).toMatchObject({
    code: 'CONFIG_INVALID',
    message: expect.stringContaining('keep: keeps nothing'),
  });
});

test.each([0o644, 0o640, 0o660, 0o602, 0o601])(
  'a file of secrets with mode %o is refused, with its mode',
  async (mode) => {
    const path = written(WHOLE, mode);
    expect(await refused(loadConfig(path, {}))).toMatchObject({
      code: 'CONFIG_EXPOSED',
      message: `${path} has mode 0${mode.toString(8)}; it must be 0600.`,
    });
    await expect(requirePrivate(path)).rejects.toMatchObject({code: 'CONFIG_EXPOSED'});
  },
);

test.each([0o600, 0o400])('a file with mode %o is private', async (mode) => {
  await expect(loadConfig(written(WHOLE, mode), {})).resolves.toBeDefined();
});

test.each([0o644, 0o640, 0o602])(
  'the key of the repository with mode %o is refused, wherever it is named',
  async (mode) => {
    const key = written('key', mode);
    expect(
      await refused(loadConfig(written({...WHOLE, repository: {...WHOLE.repository, password_file: key}}), {})),
    ).toMatchObject({code: 'CONFIG_EXPOSED', message: `${key} has mode 0${mode.toString(8)}; it must be 0600.`});
    const elsewhere = {DRCTL_REPOSITORY_PASSWORD_FILE: key};
    await expect(loadConfig(written(WHOLE), elsewhere)).rejects.toMatchObject({code: 'CONFIG_EXPOSED'});
    chmodSync(key, 0o600);
    await expect(loadConfig(written(WHOLE), elsewhere)).resolves.toBeDefined();
  },
);

const isRoot = process.getuid?.() === 0;
(isRoot ? test : test.skip)('root takes its settings, and the programs named in them, from no other user', async () => {
  const path = written({...WHOLE, tools: {restic: '/tmp/anything'}});
  for (const place of [dirname(path), path]) {
    chownSync(place, 65_534, 65_534);
  }
  expect(await refused(loadConfig(path, {}))).toMatchObject({
    code: 'CONFIG_OF_ANOTHER_USER',
    message: `${path} belongs to user 65534, and drctl runs as user 0.`,
    remedy: expect.stringMatching(/sudo -u '#65534' drctl .*chown root /),
  });
  process.seteuid?.(65_534);
  try {
    await expect(loadConfig(path, {})).resolves.toBeDefined();
  } finally {
    process.seteuid?.(0);
  }
});

test.each([
  ['no file', '/nonexistent/drctl.yaml', 'CONFIG_NOT_FOUND', 'cannot be read (ENOENT)'],
  ['text that is not YAML', written('database: [unclosed'), 'CONFIG_INVALID', 'is not YAML'],
  ['a list', written('- a\n- b\n'), 'CONFIG_INVALID', 'must hold a map'],
  ['an empty file', written(''), 'CONFIG_INVALID', 'must hold a map'],
])('%s is named', async (_name, path, code, says) => {
  const failure = await refused(loadConfig(path, {}));
  expect([failure.code, failure.message.includes(says)]).toEqual([code, true]);
});

test('all problems are told at once, and no value of the file with them', async () => {
  const failure = await refused(
    loadConfig(
      written({
        ...WHOLE,
        files: {},
        database: {url: SECRET, jobs: 99, urll: SECRET},
        state_directory: `relative-${SECRET}`,
        log_level: SECRET,
        serve: {listen: 'nowhere'},
      }),
      {},
    ),
  );
  expect(failure.code).toBe('CONFIG_INVALID');
  const problems = failure.details?.['problems'] as string[];
  expect(problems.map((problem) => problem.split(':')[0])).toEqual([
    'database.jobs',
    'database',
    'state_directory',
    'serve.listen',
    'log_level',
  ]);
  expect(JSON.stringify(failure.details) + failure.message).not.toContain(SECRET);
});

test('local files need their directory; object storage has none', async () => {
  expect((await refused(loadConfig(written({...WHOLE, files: {}}), {}))).message).toContain(
    'files.directory: is needed when files.driver is `local`',
  );
  await expect(loadConfig(written({...WHOLE, files: {driver: 'amazons3'}}), {})).resolves.toMatchObject({
    files: {driver: 'amazons3'},
  });
});

test.each([
  ['127.0.0.1:8066', true],
  ['[::1]:8066', true],
  ['backup.example.org:443', true],
  ['8066', false],
  [':8066', false],
  ['::1:8066', false],
  ['a b:1', false],
])('listening on %s is valid: %s', async (listen, valid) => {
  const loading = loadConfig(written({...WHOLE, serve: {listen}}), {});
  await (valid
    ? expect(loading).resolves.toMatchObject({serve: {listen}})
    : expect(loading).rejects.toMatchObject({code: 'CONFIG_INVALID'}));
});

test('the environment overrides the file, numbers as numbers', async () => {
  const config = await loadConfig(written(WHOLE), {
    DRCTL_DATABASE_URL: 'postgres://other/db',
    DRCTL_DATABASE_JOBS: '8',
    DRCTL_OBJECTIVES_RPO_HOURS: '0.5',
    DRCTL_SERVE_LISTEN: '127.0.0.1:9000',
    DRCTL_UNKNOWN: 'x',
  });
  expect(config).toMatchObject({
    database: {url: 'postgres://other/db', jobs: 8},
    objectives: {rpo_hours: 0.5},
    serve: {listen: '127.0.0.1:9000'},
  });
});

test.each([
  ['DRCTL_DATABASE_JOBS', 'many', 'database.jobs'],
  ['DRCTL_DATABASE_JOBS', '', 'database.jobs'],
  ['DRCTL_DATABASE_JOBS', '1.5', 'database.jobs'],
  ['DRCTL_OBJECTIVES_RPO_HOURS', '-1', 'objectives.rpo_hours'],
])('the environment is checked as the file is: %s=%s', async (name, value, where) => {
  expect((await refused(loadConfig(written(WHOLE), {[name]: value}))).message).toContain(`${where}: `);
});

test('the environment can bring a part that the file lacks', async () => {
  const {repository, ...rest} = WHOLE;
  const config = await loadConfig(written({...rest, repository: null}), {
    DRCTL_REPOSITORY_URL: '/srv/r',
    DRCTL_REPOSITORY_PASSWORD_FILE: repository.password_file,
  });
  expect(config.repositories).toEqual([
    {name: 'main', url: '/srv/r', password_file: repository.password_file, environment: {}, append_only: false},
  ]);
});

const {repository: ONE, ...REST} = WHOLE;
const MAIN = {name: 'main', ...ONE};
const OFFSITE = {name: 'offsite', url: 's3:s3.example.org/bucket/mm', password_file: '/var/lib/drctl/offsite.key'};
const withCopies = (...copies: object[]): string => written({...WHOLE, copies});

test('a configuration of before there were copies loads unchanged: its repository is called main', async () => {
  const path = join(mkdtempSync(join(tmpdir(), 'config-')), 'drctl.yaml');
  const text = readFileSync(new URL('../../fixtures/config_of_0.1.0.yaml', import.meta.url), 'utf8');
  writeFileSync(path, text, {mode: 0o600});
  const {repositories, ...others} = await loadConfig(path, {});
  expect(repositories).toEqual([
    {
      name: 'main',
      url: '/var/backups/mattermost',
      password_file: '/var/lib/drctl/repository.key',
      environment: {AWS_ACCESS_KEY_ID: 'id'},
      append_only: false,
    },
  ]);
  expect(others).toMatchObject({companion_id: 'MTIzNDU2Nzg5MDEyMzQ1Ng', state_directory: '/var/lib/drctl'});
  expect(readFileSync(path, 'utf8')).toBe(text);
});

test('copies have names, and `repository` is in use: the environment is about that one', async () => {
  const path = withCopies(OFFSITE);
  expect((await loadConfig(path, {})).repositories).toEqual([
    {...MAIN, append_only: false},
    {...OFFSITE, environment: {}, append_only: false},
  ]);
  const {repositories} = await loadConfig(path, {DRCTL_REPOSITORY_URL: '/srv/r'});
  expect(repositories.map(({url}) => url)).toEqual(['/srv/r', OFFSITE.url]);
});

test('a copy without a key of its own opens with that of the repository, wherever that is named', async () => {
  const {password_file: _own, ...keyless} = OFFSITE;
  const keysOf = async (environment: NodeJS.ProcessEnv): Promise<string[]> =>
    (await loadConfig(withCopies(keyless), environment)).repositories.map(({password_file: key}) => key);
  expect(await keysOf({})).toEqual([ONE.password_file, ONE.password_file]);
  expect(await keysOf({DRCTL_REPOSITORY_PASSWORD_FILE: '/k'})).toEqual(['/k', '/k']);
});

test.each<[string, string, string]>([
  ['no repository', written({...REST, copies: [OFFSITE]}), 'repository: '],
  ['the name of the one in use', withCopies({...OFFSITE, name: 'main'}), 'copies.0.name: another repository'],
  ['one name twice', withCopies(OFFSITE, {...OFFSITE, url: '/srv/r'}), 'copies.1.name: another repository'],
  ['a name in capitals', withCopies({...OFFSITE, name: 'Offsite'}), 'copies.0.name: must begin'],
  ['no name', withCopies({...OFFSITE, name: undefined}), 'copies.0.name: '],
  ['the place of the one in use', withCopies({...OFFSITE, url: 'rest:https://Backup/mm/'}), 'is where main is'],
  ['one place twice', withCopies(OFFSITE, {...OFFSITE, name: 'b'}), 'copies.1.url: is where offsite is'],
  ['a setting that is unknown', withCopies({...OFFSITE, pasword: 'x'}), 'copies.0: '],
])('%s is refused by name', async (_name, path, says) => {
  expect(await refused(loadConfig(path, {}))).toMatchObject({
    code: 'CONFIG_INVALID',
    message: expect.stringContaining(says),
  });
});

test('one place under two names, through a link, is refused', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'place-'));
  symlinkSync(directory, `${directory}-link`);
  const copies = [{...OFFSITE, url: `${directory}-link`}];
  const twice = written({...WHOLE, repository: {...ONE, url: directory}, copies});
  expect((await refused(loadConfig(twice, {}))).message).toContain('copies.0.url: is where main is, through a link');
});

test('the key of every repository is private', async () => {
  const key = written('key', 0o644);
  await expect(loadConfig(withCopies({...OFFSITE, password_file: key}), {})).rejects.toMatchObject({
    code: 'CONFIG_EXPOSED',
  });
});

test('every setting is documented and has a name in the environment of its own', () => {
  const fields = configFields();
  expect(fields.filter(({description}) => description === '')).toEqual([]);
  const named = fields.flatMap(({env}) => env ?? []);
  expect(new Set(named).size).toBe(named.length);
  expect(fields.filter(({env}) => env === null).map(({path}) => path.join('.'))).toEqual([
    'repository.environment',
    'copies[].name',
    'copies[].url',
    'copies[].password_file',
    'copies[].environment',
    'copies[].append_only',
    'copies[].rpo_hours',
    'copies[].upload_kib_per_second',
    'copies[].download_kib_per_second',
    'copies[].window',
    ...Object.keys(Keep.shape).map((rule) => `copies[].keep.${rule}`),
    'schedules[].name',
    'schedules[].cron',
    'schedules[].time_zone',
    'schedules[].scope',
    'schedules[].jitter_minutes',
    'schedules[].window_minutes',
    'schedules[].copies',
    'schedules[].verify',
    'notify.webhooks[].name',
    'notify.webhooks[].url',
    'notify.webhooks[].format',
    'notify.webhooks[].events',
  ]);
  expect(fields.find(({env}) => env === 'DRCTL_DATABASE_JOBS')).toMatchObject({
    type: 'integer',
    required: false,
    default: 2,
  });
});

test('the file is named by the option, then by the environment, then by custom', () => {
  const before = process.env['DRCTL_CONFIG'];
  process.env['DRCTL_CONFIG'] = '/from/environment';
  expect([configFile('/from/option'), configFile(undefined)]).toEqual(['/from/option', '/from/environment']);
  delete process.env['DRCTL_CONFIG'];
  expect(configFile(undefined)).toBe(DEFAULT_CONFIG_FILE);
  if (before !== undefined) {
    process.env['DRCTL_CONFIG'] = before;
  }
});

test('a configuration that is shown names everything and tells no secret', async () => {
  const path = withCopies({...OFFSITE, url: `s3:https://key:${SECRET}@s3/b`, environment: {A: SECRET}});
  const shown = JSON.stringify(shownConfig(await loadConfig(path, {})));
  expect(shown).not.toContain(SECRET);
  expect(JSON.parse(shown)).toMatchObject({
    database: {url: 'postgres://mm:***@db/mattermost'},
    repository: {url: 'rest:https://u:***@backup/mm', environment: {AWS_SECRET_ACCESS_KEY: '***'}},
    copies: [{name: 'offsite', url: 's3:https://key:***@s3/b', environment: {A: '***'}}],
  });
});

function mattermost(config: unknown): string {
  const directory = mkdtempSync(join(tmpdir(), 'mattermost-'));
  writeFileSync(join(directory, 'config.json'), typeof config === 'string' ? config : JSON.stringify(config));
  return join(directory, 'config.json');
}

test.each([
  ['./data/', '/data'],
  ['data', '/data'],
  ['../elsewhere', '/../elsewhere'],
  ['/srv/files/', '=/srv/files'],
])('the file directory %s is found as Mattermost finds it, from its own directory', async (directory, place) => {
  const path = mattermost({FileSettings: {DriverName: 'local', Directory: directory}});
  const {filesDirectory} = await readMattermostConfig(path);
  expect(filesDirectory).toBe(place.startsWith('=') ? place.slice(1) : join(path, '../..', place));
});

test("keys that are missing have Mattermost's defaults", async () => {
  const path = mattermost({});
  expect(await readMattermostConfig(path)).toEqual({
    databaseUrl: '',
    databaseDriver: 'postgres',
    filesDriver: 'local',
    filesDirectory: join(path, '../../data'),
    url: 'http://127.0.0.1:8065',
  });
});

test.each([
  [{SiteURL: 'https://chat.example.org', ListenAddress: ':8065'}, 'https://chat.example.org'],
  [{ListenAddress: ':9000'}, 'http://127.0.0.1:9000'],
  [{ListenAddress: '[::]:9001'}, 'http://127.0.0.1:9001'],
])('the server with %j is asked at %s', async (ServiceSettings, url) => {
  expect((await readMattermostConfig(mattermost({ServiceSettings}))).url).toBe(url);
});

test.each([
  ['another file driver', {FileSettings: {DriverName: 'ftp'}}],
  ['a driver of another type', {SqlSettings: {DataSource: 7}}],
  ['text that is not JSON', `{"DataSource":"${SECRET}" oops`],
  ['text that is not JSON near a password', `{"DataSource":${SECRET}}`],
  ['a list', []],
])('%s in config.json is a named failure that shows no value', async (_name, config) => {
  const failure = await refused(readMattermostConfig(mattermost(config)));
  expect(failure.code).toBe('MATTERMOST_CONFIG_INVALID');
  expect(failure.message).not.toMatch(/hunter2|canary/);
});

const MYSQL = `mm:${SECRET}@tcp(127.0.0.1:3306)/mattermost?charset=utf8mb4`;
const POSTGRES = 'postgres://mm@db/mattermost';
test.each<[string, string, string, string | undefined, string]>([
  ['a server on MySQL', 'mysql', MYSQL, undefined, 'MATTERMOST_DATABASE_UNSUPPORTED'],
  [
    'a driver that is left out with an address of MySQL',
    'postgres',
    MYSQL,
    undefined,
    'MATTERMOST_DATABASE_UNSUPPORTED',
  ],
  ['a given address of MySQL', 'postgres', POSTGRES, `mysql://mm:${SECRET}@db/mm`, 'MATTERMOST_DATABASE_UNSUPPORTED'],
  ['an address only in the environment', 'postgres', '', undefined, 'MATTERMOST_DATABASE_UNNAMED'],
])('%s has its own name and remedy', async (_name, databaseDriver, databaseUrl, given, code) => {
  const failure = await refused(
    Promise.resolve().then(() => requireDatabaseUrl({databaseDriver, databaseUrl}, '/opt/config.json', given)),
  );
  expect([failure.code, failure.message.includes('/opt/config.json')]).toEqual([code, true]);
  expect(failure.message).not.toMatch(/hunter2|canary/);
});

test('an address that is given stands for the one in the environment', () => {
  expect(requireDatabaseUrl({databaseDriver: 'mysql', databaseUrl: ''}, 'x', POSTGRES)).toBe(POSTGRES);
  expect(requireDatabaseUrl({databaseDriver: 'postgres', databaseUrl: POSTGRES}, 'x')).toBe(POSTGRES);
});

test('no config.json is named with its path', async () => {
  expect(await refused(readMattermostConfig('/nonexistent/config.json'))).toMatchObject({
    code: 'MATTERMOST_CONFIG_UNREADABLE',
    message: expect.stringContaining('/nonexistent/config.json'),
  });
});

test('who says that nothing can be removed there is not asked to remove', async () => {
  const repository = {...WHOLE.repository, append_only: true};
  expect(await refused(loadConfig(written({...WHOLE, repository, keep: {daily: 7}}), {}))).toMatchObject({
    code: 'CONFIG_INVALID',
    message: expect.stringContaining('keep: removes sets'),
  });
  const copies = [{name: 'vault', url: '/mnt/vault', append_only: true, keep: {daily: 7}}];
  expect(await refused(loadConfig(written({...WHOLE, copies}), {}))).toMatchObject({
    message: expect.stringContaining('copies.0.keep: removes sets'),
  });
});

test('a schedule sends its sets to copies that there are', async () => {
  const schedules = [{name: 'nightly', cron: '0 2 * * *', copies: ['nowhere']}];
  expect(await refused(loadConfig(written({...WHOLE, schedules}), {}))).toMatchObject({
    message: expect.stringContaining('schedules.0.copies: no copy is called nowhere'),
  });
});
