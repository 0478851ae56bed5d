import {readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {afterAll, beforeAll, expect, jest, test} from '@jest/globals';
import {argumentListsDuring, entriesBelow, filesThatLeak, leaked} from '../faults/canaries.ts';
import {newCompanion} from '../faults/companion.ts';
import type {Companion} from '../faults/companion.ts';
import {drctl} from '../faults/drctl.ts';
import type {Ending, Place} from '../faults/drctl.ts';
import {untilStep} from '../faults/journal.ts';
import {descendants, processes} from '../faults/processes.ts';
import {stoppedServer} from '../faults/server.ts';
import type {StoppedServer} from '../faults/server.ts';
import {soonAs} from '../faults/soon_as.ts';
import {createDatabase} from '../harness/database.ts';
import {freePort} from '../harness/free_port.ts';
import {removeScratch} from '../harness/scratch.ts';
import {waitFor} from '../harness/wait_for.ts';

jest.setTimeout(300_000);

const canaries: Record<string, string> = {
  'database password': 'canary db p@ss/w:rd',
  'password of a restore target': 'canary target p@ss',
  'repository credentials': 'canary-repository-credentials',
  'SMTP password of config.json': 'canary-smtp-password',
  'value of the environment': 'canary-mm-environment',
};
// What Mattermost's own service unit gives it may also be in the environment of drctl.
const place: Place = {environment: {MM_EMAILSETTINGS_SMTPPASSWORD: canaries['value of the environment'] ?? ''}};

let server: StoppedServer;
let companion: Companion;
let targetUrl: string;

beforeAll(async () => {
  server = await stoppedServer({password: canaries['database password'] ?? ''});
  const config = JSON.parse(await readFile(server.configFile, 'utf8')) as {EmailSettings: {SMTPPassword: string}};
  config.EmailSettings.SMTPPassword = canaries['SMTP password of config.json'] ?? '';
  await writeFile(server.configFile, JSON.stringify(config));
  companion = await newCompanion(server);
  canaries['repository key'] = (await readFile(companion.passwordFile, 'utf8')).trim();
  targetUrl = await createDatabase(server.postgres, {
    name: 'spare',
    owner: 'targetuser',
    password: canaries['password of a restore target'] ?? '',
    createdb: true,
  });
  await companion.configure((settings) => {
    (settings['repository'] as Record<string, unknown>)['environment'] = {
      AWS_SECRET_ACCESS_KEY: canaries['repository credentials'],
    };
    settings['log_level'] = 'debug';
  });
});

afterAll(async () => {
  await server.postgres.stop();
  removeScratch();
});

const intoTargets = (name: string, url = targetUrl.replace('/spare?', `/${name}?`)): string[] => [
  'restore',
  'latest',
  '--into-database',
  url,
  '--into-files',
  join(server.directory, name, 'data'),
  '--into-config',
  join(server.directory, name, 'config'),
];

function expectSilence({stdout, stderr}: Ending): void {
  expect(leaked(stdout + stderr, canaries)).toEqual([]);
}

test('argument lists tell no secret during a backup, a restore and a verification', async () => {
  for (const args of [['backup'], intoTargets('copy'), ['verify', 'latest', '--level', 'L3']]) {
    let ending: Ending | undefined;
    const seen = await argumentListsDuring(async () => {
      ending = await companion.run(args, place);
    });
    expect(ending?.exitCode).toBe(0);
    // What an administrator types is seen until drctl has started; what it starts itself is never.
    const others = [...seen].filter((command) => !command.includes('--into-database'));
    expect(others.some((command) => /restic|pg_dump|pg_restore/.test(command))).toBe(true);
    expect(leaked(others.join('\n'), canaries)).toEqual([]);
  }
});

test('neither drctl nor what it starts may write a core file', async () => {
  const backup = companion.start(['backup'], place);
  const engine = () => descendants(backup.pid).find(({name}) => name === 'restic');
  await soonAs('restic', backup, async () => engine() !== undefined);
  for (const {pid} of [{pid: backup.pid}, engine()!]) {
    expect(await readFile(`/proc/${pid}/limits`, 'utf8')).toMatch(/^Max core file size +0 +0 +bytes/m);
  }
  expect((await backup.ending).exitCode).toBe(0);
});

const VERBS = [
  ['backup', '--dry-run'],
  ['list'],
  ['show', 'latest'],
  ['status'],
  ['doctor'],
  ['jobs'],
  ['jobs', '--limit', '1'],
  ['config', 'check'],
  ['config', 'show'],
  ['verify', 'latest', '--level', 'L1'],
  ['restore', 'latest', '--dry-run'],
  ['cancel', 'nobody'],
  ['show', 'nobody'],
  ['restore', 'latest'],
  ['backup', '--scope', 'x'],
];

test.each(VERBS)('what `drctl %s %s %s` says tells no secret, to programs and to people', async (...args: string[]) => {
  const given = args.filter((arg) => arg !== undefined);
  expectSilence(await companion.run(given, place));
  expectSilence(await companion.run(given, {...place, json: false}));
});

test('failures tell no secret', async () => {
  const port = await freePort();
  expectSilence(
    await companion.run(
      intoTargets('refused', targetUrl.replace('targetuser', 'nobody').replace('/spare?', '/refused?')),
      place,
    ),
  );
  expectSilence(await companion.run(intoTargets('unreachable', targetUrl.replace(/:\d+\//, `:${port}/`)), place));
  for (const bad of [
    targetUrl.replace('postgres:', 'mysql:'),
    targetUrl.replace('127.0.0.1', '127.0.0.1:x'),
    targetUrl.replace('/spare?', '/?'),
    `${targetUrl}%zz`,
  ]) {
    expectSilence(await companion.run(intoTargets('malformed', bad), place));
  }
  await server.postgres.stop();
  for (const args of [['backup'], ['doctor'], ['restore', 'latest', '--yes'], intoTargets('down')]) {
    expectSilence(await companion.run(args, place));
  }
  await server.postgres.restart();
});

test('a broken companion configuration is told without its values', async () => {
  const text = await readFile(companion.configFile, 'utf8');
  for (const broken of [
    text.replace('state_directory:', 'state_directoryx:'),
    `${text}\n  bad: [yaml`,
    text.replace('database:\n  url:', 'database:\n  url: {a: b}\n  was:'),
  ]) {
    await writeFile(companion.configFile, broken);
    expectSilence(await companion.run(['config', 'check'], place));
  }
  await writeFile(companion.configFile, text);
});

test('the companion tells no secret in its log and in the errors of its interface', async () => {
  const port = await freePort();
  await companion.configure((settings) => {
    settings['serve'] = {listen: `127.0.0.1:${port}`};
  });
  const serve = companion.start(['serve'], place);
  const base = `http://127.0.0.1:${port}`;
  await waitFor('the companion', () =>
    fetch(`${base}/healthz`).then(
      ({ok}) => ok,
      () => false,
    ),
  );
  const enrolled = await companion.run(['enroll'], place);
  const {code} = enrolled.result?.value as {code: string};
  const all = {...canaries, 'enrollment code': code};
  const replies: string[] = [];
  for (const [method, path] of [
    ['GET', '/metrics'],
    ['GET', '/openapi.json'],
    ['GET', '/api/v1/status'],
    ['GET', '/api/v1/jobs'],
    ['POST', '/api/v1/backups'],
    ['POST', '/api/v1/enrol'],
    ['GET', '/nowhere'],
  ] as const) {
    const body = method === 'POST' ? JSON.stringify({code, password: 'x'}) : undefined;
    const reply = await fetch(base + path, {
      method,
      ...(body && {body}),
      headers: {'content-type': 'application/json', authorization: 'Bearer nonsense'},
    });
    replies.push(await reply.text());
  }
  process.kill(serve.pid, 'SIGTERM');
  const {stdout, stderr} = await serve.ending;
  expect(leaked([...replies, stdout, stderr].join('\n'), all)).toEqual([]);
  expect(filesThatLeak(companion.state, all, [companion.passwordFile])).toEqual([]);
});

test('the state directory holds no secret but the key, and nobody else may read it', () => {
  expect(filesThatLeak(companion.state, canaries, [companion.passwordFile])).toEqual([]);
  const open = entriesBelow(companion.state).filter(({isDirectory, mode}) => mode !== (isDirectory ? '700' : '600'));
  expect(open).toEqual([]);
});

test.each(['store_database', 'load_database'])(
  'killed in %s it leaves nothing that others may read, and the next job removes the dump',
  async (step) => {
    const running = companion.start(
      step === 'store_database' ? ['backup', '--reason', step] : intoTargets('killed'),
      place,
    );
    await untilStep(companion, running, step);
    expect(
      leaked(
        processes()
          .map(({command}) => command)
          .join('\n'),
        canaries,
      ),
    ).toEqual([]);
    process.kill(running.pid, 'SIGKILL');
    await running.ending;
    const work = entriesBelow(companion.work);
    expect(work.length).toBeGreaterThan(1);
    expect(work.filter(({isDirectory, mode}) => mode.slice(1) !== '00' || (isDirectory && mode !== '700'))).toEqual([]);
    await companion.succeed(['verify', 'latest', '--level', 'L0']);
    expect(await companion.leftovers()).toEqual([]);
    expect(filesThatLeak(companion.state, canaries, [companion.passwordFile])).toEqual([]);
  },
);

test('the recovery without a configuration keeps its working files from others, too', async () => {
  const scratch = join(server.directory, 'scratch');
  const args = [
    ...intoTargets('bare'),
    '--repository',
    companion.repository,
    '--password-file',
    companion.passwordFile,
    '--scratch',
    scratch,
  ];
  const ending = await drctl(args, place);
  expect(ending.exitCode).toBe(0);
  expectSilence(ending);
  expect(filesThatLeak(scratch, canaries)).toEqual([]);
  expect(entriesBelow(scratch).filter(({isDirectory, mode}) => mode !== (isDirectory ? '700' : '600'))).toEqual([]);
});
