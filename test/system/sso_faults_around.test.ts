import {readFile, writeFile} from 'node:fs/promises';
import {afterAll, beforeAll, describe, expect, jest, test} from '@jest/globals';
import type {
  LetInResult,
  Readiness,
  ReadinessCheck,
  SsoStatus,
  SwitchPlan,
  SwitchResult,
} from '@disaster-recovery/contract';
import {parse, stringify} from 'yaml';
import {FAILURES} from '../../contract/src/errors.ts';
import type {Ending, Running} from '../faults/drctl.ts';
import {descendants} from '../faults/processes.ts';
import {
  claimAccount,
  expectEveryoneBack,
  expectListRight,
  liveAccounts,
  sso,
  startSso,
  takeWrites,
  untilAway,
  untilNothingIsWritten,
  watchWrites,
} from '../faults/sso.ts';
import {choosePassword, useCode} from '../harness/claim.ts';
import {freePort} from '../harness/free_port.ts';
import {startMailSink} from '../harness/mail_sink.ts';
import type {MailSink} from '../harness/mail_sink.ts';
import {PLUGIN} from '../harness/protected_server.ts';
import {removeScratch} from '../harness/scratch.ts';
import {signInThroughProvider, signInWithPassword} from '../harness/sso_login.ts';
import {startSsoServer} from '../harness/sso_server.ts';
import type {ExtraAccount, SsoServer} from '../harness/sso_server.ts';
import {waitFor} from '../harness/wait_for.ts';

jest.setTimeout(300_000);

const EXTRAS = 120;
const EVERYONE = EXTRAS + 1;
const SWITCH = ['switch', '--everyone', '--yes'] as const;
const BACK = ['switch-back', '--yes', '--without-provider-check'] as const;

let server: SsoServer;
let sink: MailSink;
let url: string;
let before: string;
let people: readonly ExtraAccount[];
/** Of Mattermost, from its next start on. */
const environment: Record<string, string> = {};

beforeAll(async () => {
  // Slow enough that there is a middle.
  server = await startSsoServer({
    people: 1,
    extraSsoRows: EXTRAS,
    environment,
    sso: {changes_per_second: 25, tell_people: false},
  });
  sink = await startMailSink();
  await server.patchConfig({EmailSettings: {...sink.emailSettings, EnableSignInWithUsername: false}});
  await sink.stop();
  url = server.mattermost().url;
  people = server.extras;
  before = await server.settingsHash();
  await watchWrites(server);
});

afterAll(async () => {
  await sink?.stop();
  await server?.stop();
  removeScratch();
});

const status = async () => (await sso(server, 'status')) as SsoStatus;
const declare = (...words: string[]) => sso(server, 'declare', '--reason', 'the provider does not answer', ...words);
const switchOf = (...accounts: readonly ExtraAccount[]) => [
  'switch',
  '--user',
  ...accounts.map(({username}) => username),
  '--yes',
];

/** Nothing half done is called done, and why it did not end is named. */
async function expectNamed(running: Running, codes: readonly string[]): Promise<Ending> {
  return expectNamedEnding(await running.ending, codes);
}

/** Mattermost starts a killed plugin again; between two batches nobody may have noticed. */
async function expectNamedOrWhole(running: Running, codes: readonly string[]): Promise<void> {
  const ending = await running.ending;
  if (ending.result?.ok === true) {
    expect(ending.exitCode).toBe(0);
  } else {
    await expectNamedEnding(ending, codes);
  }
}

async function expectNamedEnding(ending: Ending, codes: readonly string[]): Promise<Ending> {
  expect(ending.result?.ok).toBe(false);
  const code = ending.result?.error?.code ?? '';
  expect(codes).toContain(code);
  expect(ending.exitCode).toBe(FAILURES[code as keyof typeof FAILURES].exit);
  await untilNothingIsWritten(server);
  await expectListRight(server);
  return ending;
}

async function expectWholeEnd(): Promise<void> {
  await expectEveryoneBack(server);
  expect(await sso(server, 'close')).toMatchObject({state: 'closed'});
  expect(await server.settingsHash()).toBe(before);
}

async function expectWrittenOnce(): Promise<void> {
  const writes = await takeWrites(server);
  for (const {userId, username} of people) {
    expect({username, ...writes.get(userId)}).toEqual({username, away: 1, back: 1});
  }
}

async function authServiceInCache({userId}: ExtraAccount): Promise<string> {
  return (await server.client.request<{auth_service: string}>('GET', `/users/${userId}`)).auth_service;
}

const PLUGIN_GONE = ['MATTERMOST_UNREACHABLE', 'MATTERMOST_REFUSED', 'ERROR_BUDGET_SPENT'];

describe('the plugin dies in the middle of a switch of everyone', () => {
  test('disabled: it is named, and the list is right', async () => {
    await declare();
    const running = startSso(server, ...SWITCH);
    await untilAway(server, running, (away) => away >= 50);
    await server.client.request('POST', `/plugins/${PLUGIN}/disable`);
    await expectNamed(running, PLUGIN_GONE);
  });

  test('the same again goes through the database, and Mattermost knows it at once', async () => {
    // Accounts go in the order of their names.
    const last = people[98]!;
    expect(await authServiceInCache(last)).toBe('gitlab');
    const {plan} = (await sso(server, 'switch', '--everyone', '--dry-run')) as {plan: SwitchPlan};
    expect(plan).toMatchObject({writes_through: 'database'});
    expect(await sso(server, ...SWITCH)).toMatchObject({switch: {failed: 0, conflicts: 0}});
    expect((await expectListRight(server)).count).toBe(EVERYONE);
    expect(await authServiceInCache(last)).toBe('');
  });

  test('enabled again, and killed in the middle of the way back: the same again brings everyone back', async () => {
    await server.client.enablePlugin(PLUGIN);
    await server.untilPluginAnswers();
    const running = startSso(server, ...BACK);
    await untilAway(server, running, (away) => away <= EVERYONE - 56);
    const [plugin] = descendants(server.mattermost().pid).filter(({command}) => command.includes(PLUGIN));
    process.kill(plugin!.pid, 'SIGKILL');
    await expectNamedOrWhole(running, PLUGIN_GONE);
    expect(await sso(server, ...BACK)).toMatchObject({switch_back: {failed: 0, conflicts: 0}});
    await expectEveryoneBack(server);
    await server.client.request('POST', `/plugins/${PLUGIN}/disable`);
    await server.client.enablePlugin(PLUGIN);
    await server.untilPluginAnswers();
    await expectWholeEnd();
    await expectWrittenOnce();
  });
});

describe('the servers below go away in the middle', () => {
  test('Mattermost stops during a switch: it is named, and the same again finishes while it is down', async () => {
    await declare();
    const running = startSso(server, ...SWITCH);
    await untilAway(server, running, (away) => away >= 50);
    await server.mattermost().stop();
    await expectNamed(running, PLUGIN_GONE);
    expect(await sso(server, ...SWITCH)).toMatchObject({switch: {failed: 0, conflicts: 0}});
    expect((await expectListRight(server)).count).toBe(EVERYONE);
  });

  test('started again, people claim their accounts', async () => {
    await server.startMattermost();
    await server.untilPluginAnswers();
    await claimAccount(server, people[0]!, 'After the restart, 1');
    expect((await signInWithPassword(url, people[0]!.username, 'After the restart, 1')).userId).toBe(people[0]!.userId);
  });

  test('PostgreSQL restarts during the way back: the same again brings everyone back', async () => {
    const running = startSso(server, ...BACK);
    await untilAway(server, running, (away) => away <= EVERYONE - 56);
    await server.postgres.restart();
    const {result} = await running.ending;
    if (result?.ok !== true) {
      expect(result?.error?.code).toMatch(/^(DATABASE_\w+|ERROR_BUDGET_SPENT|MATTERMOST_\w+)$/);
    }
    await waitFor(
      'Mattermost to find its database again',
      async () =>
        server.client.request('GET', '/users/me').then(
          () => true,
          () => false,
        ),
      60,
    );
    await untilNothingIsWritten(server);
    await expectListRight(server);
    // Also where the first run survived: then there is nobody left for this one.
    expect(await sso(server, ...BACK)).toMatchObject({switch_back: {failed: 0, conflicts: 0}});
    await expectWholeEnd();
    await expectWrittenOnce();
  });
});

describe('mail', () => {
  test('while it is down the code is there all the same, and it says that the mail is not', async () => {
    await declare();
    const {code, mailed, warnings} = (await sso(
      server,
      'let-in',
      people[1]!.username,
      '--identified-by',
      'by voice',
      '--mail',
    )) as LetInResult;
    expect(mailed).toBe(false);
    expect(warnings).toEqual([expect.stringMatching(/not mailed.*Read it out/)]);
    expect(warnings.join(' ')).not.toContain(code);
    await choosePassword(url, (await useCode(url, code)).token, 'Without mail, 1');
  });

  test('while it is up the code arrives, and no link carries it', async () => {
    sink = await startMailSink({port: sink.port});
    const {username, email} = people[2]!;
    const {code, mailed, warnings} = (await sso(
      server,
      'let-in',
      username,
      '--identified-by',
      'by voice',
      '--mail',
    )) as LetInResult;
    expect({mailed, warnings}).toEqual({mailed: true, warnings: []});
    const mail = await sink.untilMailTo(email);
    expect(mail.text).toContain(code);
    expect(mail.subject).not.toContain(code);
    const links = mail.text.match(/https?:\/\/[^\s)>]+/g) ?? [];
    expect(links.some((link) => link.includes('/plugins/disaster-recovery/claim'))).toBe(true);
    expect(links.filter((link) => link.includes(code.slice(0, 4)))).toEqual([]);
    await choosePassword(url, (await useCode(url, code)).token, 'With mail, 1');
    await sso(server, ...BACK);
    await expectWholeEnd();
  });
});

async function restartWith(variables: Readonly<Record<string, string>>): Promise<void> {
  await server.mattermost().stop();
  for (const name of Object.keys(environment)) {
    Reflect.deleteProperty(environment, name);
  }
  Object.assign(environment, variables);
  await server.startMattermost();
  await server.untilPluginAnswers();
}

const checkNamed = async (wanted: string): Promise<ReadinessCheck | undefined> =>
  ((await sso(server, 'readiness')) as Readiness).checks.find(({name}) => name === wanted);

describe('settings that the environment of Mattermost locks', () => {
  test('with both sign-in switches locked off nothing is changed, and readiness says so', async () => {
    await restartWith({
      MM_EMAILSETTINGS_ENABLESIGNINWITHEMAIL: 'false',
      MM_EMAILSETTINGS_ENABLESIGNINWITHUSERNAME: 'false',
    });
    await takeWrites(server);
    await declare('--no-tell');
    for (const words of [SWITCH, ['let-in', people[3]!.username, '--identified-by', 'by voice']]) {
      const {error, exitCode} = await server.drctl('sso', ...words);
      expect({error, exitCode}).toMatchObject({
        error: {code: 'SETTING_LOCKED', message: expect.stringContaining('MM_EMAILSETTINGS_ENABLESIGNINWITHEMAIL')},
        exitCode: 75,
      });
    }
    expect(await takeWrites(server)).toEqual(new Map());
    expect(await status()).toMatchObject({state: 'declared'});
    expect(await server.settingsHash()).toBe(before);
    await expectEveryoneBack(server);
    expect(await checkNamed('password sign-in')).toMatchObject({
      outcome: 'failed',
      remedy: expect.stringContaining('MM_EMAILSETTINGS_ENABLESIGNINWITHUSERNAME'),
    });
  });

  test('with one of the two it works by the other, and says which is locked', async () => {
    await restartWith({MM_EMAILSETTINGS_ENABLESIGNINWITHEMAIL: 'false'});
    expect(await checkNamed('sign-in settings')).toMatchObject({
      outcome: 'warning',
      message: expect.stringContaining('EmailSettings.EnableSignInWithEmail'),
    });
    const person = people[3]!;
    const {plan} = (await sso(server, ...switchOf(person).slice(0, -1), '--dry-run')) as {plan: SwitchPlan};
    expect(plan.warnings.join(' ')).toContain('EmailSettings.EnableSignInWithEmail');
    const {
      switch: {settings},
    } = (await sso(server, ...switchOf(person))) as {switch: SwitchResult};
    const stateOf = (key: string) =>
      settings.find((setting) => setting.key === `EmailSettings.EnableSignInWith${key}`)?.state;
    expect({email: stateOf('Email'), username: stateOf('Username')}).toEqual({email: 'locked', username: 'changed'});
    await claimAccount(server, person, 'By username, 1');
    expect((await signInWithPassword(url, person.username, 'By username, 1')).userId).toBe(person.userId);
    await expect(signInWithPassword(url, person.email, 'By username, 1')).rejects.toMatchObject({status: 401});
    await sso(server, ...BACK);
    await expectWholeEnd();
    await restartWith({});
  });
});

describe('when we are cut off ourselves', () => {
  async function restartCompanionWith(controls: readonly string[]): Promise<void> {
    const settings = parse(await readFile(server.configFile, 'utf8')) as {sso: {probe: Record<string, unknown>}};
    settings.sso.probe['controls'] = controls;
    await writeFile(server.configFile, stringify(settings), {mode: 0o600});
    await server.companion().stop();
    await server.companion().start();
  }

  test('a provider that does not answer is not suspected while no control address answers either', async () => {
    await restartCompanionWith([`http://127.0.0.1:${await freePort()}/`]);
    await waitFor(
      'a round without a control address',
      async () => (await server.status()).detection.controls_ok === false,
    );
    await server.identityProvider.stop();
    const stopped = Date.now();
    await waitFor(
      'rounds for three times as long as a suspicion takes',
      async () => ((await server.status()).detection.last_round_at ?? 0) - stopped > 3 * 2000,
    );
    expect(await status()).toMatchObject({
      state: 'watching',
      detection: {controls_ok: false, proposal: null, providers: [{outcome: 'local_network'}]},
    });
  });

  test('with a control address that answers, the same outage is suspected', async () => {
    await restartCompanionWith([url]);
    await waitFor('the outage to be suspected', async () => (await server.status()).state === 'suspected', 60);
    await server.identityProvider.start();
  });

  test('nobody was changed by all that, and the provider lets people in', async () => {
    await expectEveryoneBack(server);
    expect((await liveAccounts(server)).size).toBe(EVERYONE);
    const {username, password, userId} = people[4]!;
    expect((await signInThroughProvider(url, username, password)).userId).toBe(userId);
  });
});
