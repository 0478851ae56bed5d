import {readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {afterAll, beforeAll, describe, expect, jest, test} from '@jest/globals';
import type {AdminAccessResult, ReturnList, SsoStatus, SwitchBackResult} from '@disaster-recovery/contract';
import {execa} from 'execa';
import {filesThatLeak, leaked} from '../faults/canaries.ts';
import type {DrctlAnswer} from '../harness/drctl.ts';
import {drctlOrThrow, runDrctl} from '../harness/drctl.ts';
import {PLUGIN} from '../harness/protected_server.ts';
import {query} from '../harness/query.ts';
import {removeScratch} from '../harness/scratch.ts';
import {signInThroughProvider, signInWithPassword} from '../harness/sso_login.ts';
import {startSsoServer} from '../harness/sso_server.ts';
import type {SsoPerson, SsoServer} from '../harness/sso_server.ts';
import {waitFor} from '../harness/wait_for.ts';

jest.setTimeout(300_000);

const PROGRAM = fileURLToPath(new URL('../../dist/drctl', import.meta.url));
/** All passwords that were given, by the way that they came about. */
const passwords: Record<string, string> = {};

let server: SsoServer;
let url: string;
let boss: SsoPerson;
let deputy: SsoPerson;
let person: SsoPerson;

/** Each test goes on where the one before it ended; after each, everybody is back. */
beforeAll(async () => {
  server = await startSsoServer({people: 3});
  url = server.mattermost().url;
  [boss, deputy, person] = server.people as [SsoPerson, SsoPerson, SsoPerson];
  for (const {userId} of [boss, deputy]) {
    await server.client.request('PUT', `/users/${userId}/roles`, {roles: 'system_user system_admin'});
  }
  await sso('snapshot');
});

afterAll(async () => {
  await server?.stop();
  removeScratch();
});

async function sso(...words: string[]): Promise<DrctlAnswer['value']> {
  return (await drctlOrThrow(server.drctl('sso', ...words))).value;
}

const accessFor = async (who: SsoPerson, way: string): Promise<AdminAccessResult & {password: string}> =>
  remembered((await sso('admin-access', '--user', who.username)) as AdminAccessResult, way);

function remembered(result: AdminAccessResult, way: string): AdminAccessResult & {password: string} {
  passwords[way] = result.password ?? '';
  return {...result, password: result.password ?? ''};
}

/** With a password that was chosen: by stdin, because what is in arguments is seen by everybody on the machine. */
async function accessWith(
  who: SsoPerson,
  password: string,
): Promise<Pick<DrctlAnswer, 'value' | 'error' | 'stdout' | 'stderr'>> {
  const {stdout, stderr} = await execa(
    PROGRAM,
    ['--config', server.configFile, 'sso', 'admin-access', '--user', who.username, '--password-stdin', '--json'],
    {
      cwd: server.directory,
      env: {PATH: process.env['PATH'] ?? '', HOME: join(server.directory, 'home'), TZ: 'UTC', LC_ALL: 'C'},
      extendEnv: false,
      input: `${password}\n`,
      reject: false,
    },
  );
  return {
    ...(JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Pick<DrctlAnswer, 'value' | 'error'>),
    stdout,
    stderr,
  };
}

const returnList = async (): Promise<ReturnList> => (await sso('return-list')) as ReturnList;
const status = async (): Promise<SsoStatus> => (await sso('status')) as SsoStatus;
const signIn = (who: SsoPerson, password: string) => signInWithPassword(url, who.username, password);

const setPlugin = (to: 'enable' | 'disable') => server.client.request('POST', `/plugins/${PLUGIN}/${to}`);

async function restartMattermost(meanwhile: () => Promise<void> = async () => undefined): Promise<void> {
  await server.mattermost().stop();
  await meanwhile();
  await server.startMattermost();
}

/** On the return list as it must be, then back byte for byte, the password dead, and nothing left. */
async function expectWayBack(who: SsoPerson, password: string): Promise<void> {
  expect((await returnList()).entries).toMatchObject([
    {
      person: {username: who.username},
      state: 'claimed',
      is_administrator: true,
      original: {service: 'gitlab', data: String(who.id)},
    },
  ]);
  const {switch_back: result} = (await sso('switch-back', '--yes', '--without-provider-check')) as {
    switch_back: SwitchBackResult;
  };
  expect(result).toMatchObject({returned: 1, failed: 0, conflicts: 0, provider_check: 'overridden'});
  await expectBack(who, password);
  expect(await sso('close')).toMatchObject({state: 'closed'});
}

async function expectBack(who: SsoPerson, password: string): Promise<void> {
  expect(await server.row(who.username)).toMatchObject({
    authservice: 'gitlab',
    authdata: String(who.id),
    has_password: false,
    roles: expect.stringContaining('system_admin'),
  });
  await expect(signIn(who, password)).rejects.toMatchObject({status: 401});
}

describe('while only the provider is down', () => {
  let made: AdminAccessResult & {password: string};

  test('an administrator gets a password without a declared outage, and is in', async () => {
    await server.identityProvider.stop();
    made = await accessFor(boss, 'made with all up');
    expect(made).toMatchObject({
      way: 'mattermost',
      was: {service: 'gitlab'},
      warnings: [],
      person: {username: boss.username},
    });
    expect((await signIn(boss, made.password)).userId).toBe(boss.userId);
    expect((await signInWithPassword(url, boss.email, made.password)).userId).toBe(boss.userId);
  });

  test('who is no administrator is not helped this way, and stays as they are', async () => {
    const before = await server.row(person.username);
    expect((await server.drctl('sso', 'admin-access', '--user', person.username)).error).toMatchObject({
      code: 'ACCOUNT_EXCLUDED',
      message: expect.stringContaining('let-in'),
    });
    expect(await server.row(person.username)).toEqual(before);
  });

  test.each([
    ['short', 'short'],
    ['long', `Far too long for Mattermost, ${'x'.repeat(60)}`],
  ])('a password that is too %s for Mattermost changes nothing', async (_how, refused) => {
    const before = await server.row(deputy.username);
    const {error, stdout, stderr} = await accessWith(deputy, refused);
    expect(error).toMatchObject({code: 'PASSWORD_REFUSED'});
    expect(leaked(stdout + stderr, {refused})).toEqual([]);
    expect(await server.row(deputy.username)).toEqual(before);
    expect((await returnList()).entries.map(({person: {username}}) => username)).toEqual([boss.username]);
  });

  test("a password of one's own comes by stdin, and is not repeated", async () => {
    passwords['given by stdin'] = 'Chosen-by-the-deputy-7';
    const {value, error, stdout, stderr} = await accessWith(deputy, passwords['given by stdin']);
    expect(error).toBeNull();
    expect(value).toMatchObject({password: null, way: 'mattermost', warnings: []});
    expect(leaked(stdout + stderr, passwords)).toEqual([]);
    expect((await signIn(deputy, passwords['given by stdin'])).userId).toBe(deputy.userId);
  });

  test('a second password replaces the first', async () => {
    const again = await accessFor(boss, 'made again');
    expect(again.was).toEqual({service: ''});
    await expect(signIn(boss, made.password)).rejects.toMatchObject({status: 401});
    expect((await signIn(boss, again.password)).userId).toBe(boss.userId);
    made = again;
  });

  test('both are given back when the provider has proven itself', async () => {
    await server.identityProvider.start();
    await waitFor(
      'the provider to be healthy for long enough',
      async () => {
        const {plan} = (await sso('switch-back', '--dry-run')) as {plan: {gates: {passed: boolean}[]}};
        return plan.gates.every(({passed}) => passed);
      },
      60,
    );
    const running = drctlOrThrow(server.drctl('sso', 'switch-back', '--yes', '--canary', boss.username));
    await waitFor(
      'the first to be switched back',
      async () => (await server.row(boss.username)).authservice === 'gitlab',
      60,
    );
    expect((await signInThroughProvider(url, boss.username, boss.password)).userId).toBe(boss.userId);
    expect(((await running).value as {switch_back: SwitchBackResult}).switch_back).toMatchObject({
      returned: 2,
      failed: 0,
      provider_check: 'passed',
    });
    await expectBack(boss, made.password);
    await expectBack(deputy, passwords['given by stdin']!);
    await sso('close');
  });
});

test('with the plugin dead and Mattermost up, the password counts at once although Mattermost had the account cached', async () => {
  await signInThroughProvider(url, boss.username, boss.password);
  await server.client.request('GET', `/users/${boss.userId}`);
  await setPlugin('disable');
  const {password, ...result} = await accessFor(boss, 'made without the plugin');
  expect(result).toMatchObject({
    way: 'mattermost',
    warnings: [expect.stringContaining('Sign-in with a password was on already')],
  });
  expect((await signIn(boss, password)).userId).toBe(boss.userId);
  expect((await status()).bridge).toBe('database');
  await setPlugin('enable');
  await expectWayBack(boss, password);
});

test('with Mattermost stopped, a hash of its own kind is written, and counts when it runs again', async () => {
  let made = {password: ''};
  await restartMattermost(async () => {
    const result = await accessFor(boss, 'made with Mattermost stopped');
    expect(result.way).toBe('database');
    made = result;
    const [row] = await query<{password: string}>(server.databaseUrl, 'SELECT password FROM users WHERE id = $1', [
      boss.userId,
    ]);
    passwords['its hash'] = row!.password;
    expect(row!.password).toMatch(/^\$pbkdf2\$f=SHA256,w=600000,l=32\$/);
  });
  expect((await signIn(boss, made.password)).userId).toBe(boss.userId);
  await expectWayBack(boss, made.password);
});

describe('with both switches of the sign-in off and the plugin dead', () => {
  const off = {EmailSettings: {EnableSignInWithEmail: false, EnableSignInWithUsername: false}};
  const settings = async (): Promise<object> =>
    (JSON.parse(await readFile(server.mattermost().configFile, 'utf8')) as {EmailSettings: object}).EmailSettings;

  test('it says that Mattermost must be restarted, and then the password counts', async () => {
    await server.patchConfig(off);
    await setPlugin('disable');
    const {password, warnings} = await accessFor(boss, 'made with the switches off');
    expect(warnings.join(' ')).toContain('Restart Mattermost');
    await expect(signIn(boss, password)).rejects.toMatchObject({status: 401});
    await restartMattermost();
    expect((await signIn(boss, password)).userId).toBe(boss.userId);
    await setPlugin('enable');
    await expectWayBack(boss, password);
    expect(await settings()).toMatchObject(off.EmailSettings);
  });

  test('the local mode of Mattermost opens them without a restart', async () => {
    await setPlugin('disable');
    await restartMattermost(async () => {
      const file = server.mattermost().configFile;
      const config = JSON.parse(await readFile(file, 'utf8')) as {ServiceSettings: object};
      await writeFile(
        file,
        JSON.stringify({
          ...config,
          ServiceSettings: {
            ...config.ServiceSettings,
            EnableLocalMode: true,
            LocalModeSocketLocation: join(server.directory, 'local.socket'),
          },
        }),
      );
    });
    const {password, warnings} = await accessFor(boss, 'made with the local mode');
    expect(warnings).toEqual([]);
    expect((await signIn(boss, password)).userId).toBe(boss.userId);
    await setPlugin('enable');
    await expectWayBack(boss, password);
    expect(await settings()).toMatchObject(off.EmailSettings);
    await server.patchConfig({EmailSettings: {EnableSignInWithEmail: true, EnableSignInWithUsername: true}});
  });
});

describe("with the companion's memory lost", () => {
  async function fresh(name: string): Promise<(...words: string[]) => Promise<DrctlAnswer['value']>> {
    const configFile = join(server.directory, `${name}.yaml`);
    await writeFile(
      configFile,
      (await readFile(server.configFile, 'utf8')).replace(
        /^state_directory:.*$/m,
        `state_directory: ${join(server.directory, name)}`,
      ),
      {mode: 0o600},
    );
    return async (...words) =>
      (await drctlOrThrow(runDrctl(['--config', configFile, 'sso', ...words], {home: join(server.directory, 'home')})))
        .value;
  }

  test('an administrator gets a password all the same, and another empty memory gives them back from the repository', async () => {
    const result = remembered(
      (await (
        await fresh('memory-1')
      )('admin-access', '--user', boss.username)) as AdminAccessResult,
      'made with nothing remembered',
    );
    expect(result.way).toBe('mattermost');
    expect((await signIn(boss, result.password)).userId).toBe(boss.userId);

    const elsewhere = await fresh('memory-2');
    expect(((await elsewhere('return-list')) as ReturnList).entries).toMatchObject([
      {person: {username: boss.username}, state: 'outside', original: {data: String(boss.id)}},
    ]);
    await elsewhere('declare', '--reason', 'everything was lost', '--no-tell');
    expect(await elsewhere('switch-back', '--yes', '--without-provider-check')).toMatchObject({
      switch_back: {returned: 1, failed: 0},
    });
    await expectBack(boss, result.password);
    await elsewhere('close');
    expect(await returnList()).toMatchObject({empty: true});
  });
});

test('a switch by hand in the System Console is noticed, and is taken back like any other', async () => {
  passwords['set in the System Console'] = 'Console-set-this-1';
  await server.client.request('PUT', `/users/${person.userId}/password`, {
    new_password: passwords['set in the System Console'],
  });
  expect(await server.row(person.username)).toMatchObject({authservice: '', authdata: null, has_password: true});
  // A snapshot from after the switch must not take it for how things always were.
  await sso('snapshot');
  const {state, next_actions: actions} = await status();
  expect(state).toBe('watching');
  expect(actions).toContainEqual(
    expect.objectContaining({
      message: expect.stringContaining('switched to email and password by something else'),
      remedy: 'drctl sso return-list',
    }),
  );
  const list = await returnList();
  expect(list).toMatchObject({
    count: 1,
    next: expect.stringContaining('declare'),
    entries: [
      {person: {username: person.username}, state: 'outside', original: {service: 'gitlab', data: String(person.id)}},
    ],
  });
  expect((await server.drctl('sso', 'close')).error?.code).toBe('SSO_NOT_DECLARED');

  await sso('declare', '--reason', 'switched by hand', '--no-tell');
  await sso('switch-back', '--yes', '--without-provider-check');
  expect(await server.row(person.username)).toMatchObject({
    authservice: 'gitlab',
    authdata: String(person.id),
    has_password: false,
  });
  await expect(signIn(person, passwords['set in the System Console'])).rejects.toMatchObject({status: 401});
  expect((await signInThroughProvider(url, person.username, person.password)).userId).toBe(person.userId);
  await sso('close');
});

test('no password is in the memory of the companion, in its log, or in what Mattermost logs', async () => {
  expect(Object.keys(passwords).length).toBeGreaterThan(7);
  expect(filesThatLeak(server.stateDirectory, passwords)).toEqual([]);
  expect(filesThatLeak(join(server.directory, 'memory-1'), passwords)).toEqual([]);
  expect(leaked(await readFile(server.companion().logFile, 'utf8'), passwords)).toEqual([]);
  expect(filesThatLeak(join(server.mattermost().directory, 'logs'), passwords)).toEqual([]);
});
