import {afterAll, afterEach, beforeAll, describe, expect, jest, test} from '@jest/globals';
import type {LetInResult, SsoStatus, SwitchBackResult, SwitchResult} from '@disaster-recovery/contract';
import type {Ending, Running} from '../faults/drctl.ts';
import {newestJob, slowLedger, untilStep} from '../faults/journal.ts';
import {
  claimAccount,
  countAway,
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
import {removeScratch} from '../harness/scratch.ts';
import {signInThroughProvider, signInWithPassword, tokenWorks} from '../harness/sso_login.ts';
import {startSsoServer} from '../harness/sso_server.ts';
import type {ExtraAccount, SsoServer} from '../harness/sso_server.ts';
import {waitFor} from '../harness/wait_for.ts';

jest.setTimeout(300_000);

const EXTRAS = 120;
const EVERYONE = EXTRAS + 1;
const SWITCH = ['switch', '--everyone', '--yes'] as const;
const BACK = ['switch-back', '--yes', '--without-provider-check'] as const;

let server: SsoServer;
let url: string;
let before: string;
/** Accounts that no test has used yet. */
let fresh: ExtraAccount[];

beforeAll(async () => {
  server = await startSsoServer({
    people: 1,
    extraSsoRows: EXTRAS,
    sso: {second_look_seconds: 1},
    // They are told, so that there is a step in which they are.
    extraSessions: () => [{expiresAt: Date.now() + 24 * 3_600_000}],
  });
  url = server.mattermost().url;
  fresh = [...server.extras];
  before = await server.settingsHash();
  await watchWrites(server);
});

afterAll(async () => {
  await server?.stop();
  removeScratch();
});

afterEach(() => {
  slow(null);
});

const place = () => ({state: server.stateDirectory});
const slow = (kind: string | null) => {
  slowLedger(place(), kind);
};
const status = async () => (await sso(server, 'status')) as SsoStatus;
const declare = () => sso(server, 'declare', '--reason', 'the provider does not answer');

function someone(): ExtraAccount {
  const account = fresh.shift();
  if (!account) {
    throw new Error('There are not enough accounts for so many tests.');
  }
  return account;
}

type Moment = readonly [name: string, slow: string | null, until: (running: Running) => Promise<void>];

async function killIn([, entry, until]: Moment, words: readonly string[]): Promise<void> {
  slow(entry);
  const running = startSso(server, ...words);
  await until(running);
  process.kill(running.pid, 'SIGKILL');
  expect((await running.ending).signal).toBe('SIGKILL');
  slow(null);
  expect(newestJob(place())?.status).toBe('in_progress');
  await untilNothingIsWritten(server);
}

/** Closed, and nothing of it is left: not in the accounts, not in the settings. Each account was written once away and once back. */
async function expectWholeEnd(): Promise<void> {
  await expectEveryoneBack(server);
  expect(await sso(server, 'close')).toMatchObject({state: 'closed'});
  expect(await server.settingsHash()).toBe(before);
  const writes = await takeWrites(server);
  for (const {userId, username} of server.extras) {
    expect({username, ...writes.get(userId)}).toEqual({username, away: 1, back: 1});
  }
}

const inStep = (step: string) => (running: Running) => untilStep(place(), running, step);
const away = (holds: (count: number) => boolean) => (running: Running) => untilAway(server, running, holds);

// A slow entry holds the moment open; where none is named, the step lasts long enough by itself.
const INCIDENTS: readonly {readonly away: Moment; readonly back: Moment}[] = [
  {
    away: ['settings, before anything', 'sso.open', inStep('settings')],
    back: ['gates', 'sso.provider_check_overridden', inStep('gates')],
  },
  {
    away: ['settings, noted and not changed', 'sso.setting', inStep('settings')],
    back: ['canary, written and not recorded', 'sso.returned', away((count) => count < EVERYONE)],
  },
  {
    away: ['switch, taken in hand and not written', 'sso.switching', inStep('switch')],
    back: ['switch_back, five written and not recorded', 'sso.returned', away((count) => count < EVERYONE - 1)],
  },
  {
    away: ['switch, the first written and not recorded', 'sso.switched', away((count) => count >= 50)],
    back: ['switch_back, in the middle of the writing', null, away((count) => count < EVERYONE - 20)],
  },
  {
    away: ['switch, in the middle of the writing', null, away((count) => count >= 70)],
    back: ['second_look', null, inStep('second_look')],
  },
  {away: ['tell', null, inStep('tell')], back: ['put_back', 'sso.setting_settled', inStep('put_back')]},
  {away: ['record', 'sso.switch_done', inStep('record')], back: ['record', 'sso.switch_back_done', inStep('record')]},
];

for (const {away: switching, back} of INCIDENTS) {
  describe('kill -9 of drctl', () => {
    let claimer: ExtraAccount;

    test(`in ${switching[0]} of a switch of everyone: the ledger knows each account, and the same again finishes and wipes no password`, async () => {
      claimer = someone();
      await declare();
      await killIn(switching, SWITCH);
      await expectListRight(server);
      await claimAccount(server, claimer, 'Chosen in between, 1');
      const {switch: result} = (await sso(server, ...SWITCH)) as {switch: SwitchResult};
      expect(result).toMatchObject({failed: 0, conflicts: 0});
      expect((await signInWithPassword(url, claimer.username, 'Chosen in between, 1')).userId).toBe(claimer.userId);
      expect((await expectListRight(server)).count).toBe(EVERYONE);
    });

    test(`in ${back[0]} of the way back: the return list is right, and the same again finishes`, async () => {
      const session = await signInWithPassword(url, claimer.username, 'Chosen in between, 1');
      await killIn(back, BACK);
      const {entries} = await expectListRight(server);
      // Whoever is not back yet can still be let in.
      const last = server.extras.at(-1)!;
      if (entries.some(({person}) => person.id === last.userId)) {
        await claimAccount(server, last, 'Chosen late, 1');
        await signInWithPassword(url, last.username, 'Chosen late, 1');
      }
      const {switch_back: result} = (await sso(server, ...BACK)) as {switch_back: SwitchBackResult};
      expect(result).toMatchObject({failed: 0, conflicts: 0, provider_check: 'overridden'});
      expect(await tokenWorks(url, session.token)).toBe(false);
      await expect(signInWithPassword(url, claimer.username, 'Chosen in between, 1')).rejects.toMatchObject({
        status: 401,
      });
      await expect(signInWithPassword(url, last.username, 'Chosen late, 1')).rejects.toMatchObject({status: 401});
      expect(await tokenWorks(url, claimer.sessions[0]!.token)).toBe(true);
      await expectWholeEnd();
    });
  });
}

describe('after all that', () => {
  test('the chain of the ledger holds', async () => {
    const {checks} = (await server.drctl('doctor')).value as {checks: {name: string; outcome: string}[]};
    expect(checks.find(({name}) => name === 'ledger')).toMatchObject({outcome: 'ok'});
  });

  test('the provider lets people in as the same persons', async () => {
    for (const {username, password, userId} of [server.extras[0]!, server.extras.at(-1)!]) {
      expect((await signInThroughProvider(url, username, password)).userId).toBe(userId);
    }
  });
});

describe('kill -9 of drctl serve in the middle of an incident', () => {
  test('loses nothing: the state is as it was, and a code of before still works', async () => {
    await declare();
    const [a, b] = [someone(), someone()];
    await sso(server, 'switch', '--user', a.username, b.username, '--yes');
    const {code} = (await sso(server, 'let-in', a.username, '--identified-by', 'by voice')) as LetInResult;
    const {state, incident, counts} = await status();
    await server.companion().kill();
    await expect(useCode(url, code)).rejects.toMatchObject({status: 502});
    await server.companion().start();
    expect(await status()).toMatchObject({state, incident, counts});
    await choosePassword(url, (await useCode(url, code)).token, 'After the crash, 1');
    expect((await signInWithPassword(url, a.username, 'After the crash, 1')).userId).toBe(a.userId);
    await expect(useCode(url, code)).rejects.toMatchObject({status: 401});
    expect((await expectListRight(server)).count).toBe(2);
  });
});

describe('two operators at once', () => {
  /** Both have ended; one of them may have been told to wait, which is no damage. */
  async function bothEnd(one: Running, other: Running): Promise<Ending[]> {
    const endings = await Promise.all([one.ending, other.ending]);
    for (const {result, stderr} of endings) {
      if (!result?.ok) {
        expect({stderr, error: result?.error}).toMatchObject({
          error: {code: expect.stringMatching(/^(JOB_ALREADY_RUNNING|SWITCH_NOT_PROVEN)$/)},
        });
      }
    }
    expect(endings.some(({result}) => result?.ok)).toBe(true);
    return endings;
  }

  test('two switches with lists that overlap write nobody twice', async () => {
    await takeWrites(server);
    const names = server.extras.slice(-40).map(({username}) => username);
    const [left, right] = [names.slice(0, 30), names.slice(10)];
    await bothEnd(
      startSso(server, 'switch', '--user', ...left, '--yes'),
      startSso(server, 'switch', '--user', ...right, '--yes'),
    );
    // Who was told to wait asks again.
    await sso(server, 'switch', '--user', ...left, '--yes');
    await sso(server, 'switch', '--user', ...right, '--yes');
    await expectListRight(server);
    const live = new Map([...(await liveAccounts(server)).values()].map((account) => [account.username, account]));
    expect(names.filter((name) => live.get(name)?.service !== '')).toEqual([]);
    for (const [id, writes] of await takeWrites(server)) {
      expect({id, ...writes}).toEqual({id, away: 1, back: 0});
    }
  });

  test('a switch and a let-in of the same person give one write, and a code that works', async () => {
    const group = [someone(), someone(), someone(), someone()];
    const [person] = group;
    await takeWrites(server);
    await bothEnd(
      startSso(server, 'switch', '--user', ...group.map(({username}) => username), '--yes'),
      startSso(server, 'let-in', person!.username, '--identified-by', 'by voice'),
    );
    await claimAccount(server, person!, 'One of two, 1');
    await sso(server, 'switch', '--user', ...group.map(({username}) => username), '--yes');
    expect((await signInWithPassword(url, person!.username, 'One of two, 1')).userId).toBe(person!.userId);
    await expectListRight(server);
    const writes = await takeWrites(server);
    expect(group.map(({userId}) => writes.get(userId))).toEqual(group.map(() => ({away: 1, back: 0})));
  });

  test('two switch-backs write nobody twice, and everyone is back', async () => {
    await takeWrites(server);
    await bothEnd(startSso(server, ...BACK), startSso(server, ...BACK));
    await waitFor('everyone to be back', async () => (await countAway(server)) === 0);
    const writes = await takeWrites(server);
    expect(writes.size).toBeGreaterThan(40);
    for (const [id, each] of writes) {
      expect({id, ...each}).toEqual({id, away: 0, back: 1});
    }
    await expectEveryoneBack(server);
    await sso(server, 'close');
    expect(await server.settingsHash()).toBe(before);
  });
});
