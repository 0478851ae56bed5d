import {afterAll, beforeAll, describe, expect, jest, test} from '@jest/globals';
import type {LetInResult, SsoStatus, SwitchBackResult, SwitchResult} from '@disaster-recovery/contract';
import type {Ending, Running} from '../faults/drctl.ts';
import {
  claimAccount,
  countAway,
  expectEveryoneBack,
  expectListRight,
  liveAccounts,
  sso,
  startSso,
  takeWrites,
} from '../faults/sso.ts';
import {BACK, BACK_MOMENTS, EVERYONE, SWITCH, SWITCH_MOMENTS, ssoGround} from '../faults/sso_kills.ts';
import type {SsoGround} from '../faults/sso_kills.ts';
import {choosePassword, useCode} from '../harness/claim.ts';
import {removeScratch} from '../harness/scratch.ts';
import {signInThroughProvider, signInWithPassword, tokenWorks} from '../harness/sso_login.ts';
import type {ExtraAccount, SsoServer} from '../harness/sso_server.ts';
import {waitFor} from '../harness/wait_for.ts';

jest.setTimeout(300_000);

let ground: SsoGround;
let server: SsoServer;
let url: string;
let before: string;

beforeAll(async () => {
  ground = await ssoGround();
  server = ground.server;
  url = server.mattermost().url;
  before = await server.settingsHash();
});

afterAll(async () => {
  await server?.stop();
  removeScratch();
});

const status = async () => (await sso(server, 'status')) as SsoStatus;
const someone = () => ground.someone();

// Each moment of test/faults/sso_kills.ts is hit once here, in one incident; `make soak` gives each an incident of its own.
describe('one incident in which drctl is killed at every point, and run again each time', () => {
  let early: ExtraAccount;
  let claimer: ExtraAccount;
  let session: {token: string};
  const late = () => server.extras.at(-1)!;

  test.each(SWITCH_MOMENTS.map((moment) => [moment.name, moment] as const))(
    'in %s of a switch of everyone: the ledger knows each account',
    async (_name, moment) => {
      if (moment === SWITCH_MOMENTS[0]) {
        await ground.declare();
      }
      await ground.killIn(moment, SWITCH);
      await expectListRight(server);
      if (moment === SWITCH_MOMENTS[0]) {
        early = someone();
        await claimAccount(server, early, 'Chosen in between, 1');
      }
    },
  );

  test('who is let in between two kills keeps the password when the same again finishes', async () => {
    claimer = someone();
    await claimAccount(server, claimer, 'Chosen in between, 1');
    const {switch: result} = (await sso(server, ...SWITCH)) as {switch: SwitchResult};
    expect(result).toMatchObject({failed: 0, conflicts: 0});
    for (const {username, userId} of [early, claimer]) {
      expect((await signInWithPassword(url, username, 'Chosen in between, 1')).userId).toBe(userId);
    }
    expect((await expectListRight(server)).count).toBe(EVERYONE);
    session = await signInWithPassword(url, claimer.username, 'Chosen in between, 1');
  });

  test.each(BACK_MOMENTS.map((moment) => [moment.name, moment] as const))(
    'in %s of the way back: the return list is right',
    async (_name, moment) => {
      await ground.killIn(moment, BACK);
      const {entries} = await expectListRight(server);
      // Whoever is not back yet can still be let in.
      if (moment === BACK_MOMENTS[0]) {
        expect(entries.map(({person}) => person.id)).toContain(late().userId);
        await claimAccount(server, late(), 'Chosen late, 1');
        await signInWithPassword(url, late().username, 'Chosen late, 1');
      }
    },
  );

  test('the same again finishes: everybody was written once each way, and what was born of the passwords is dead', async () => {
    const {switch_back: result} = (await sso(server, ...BACK)) as {switch_back: SwitchBackResult};
    expect(result).toMatchObject({failed: 0, conflicts: 0, provider_check: 'overridden'});
    expect(await tokenWorks(url, session.token)).toBe(false);
    for (const [{username}, password] of [
      [early, 'Chosen in between, 1'],
      [claimer, 'Chosen in between, 1'],
      [late(), 'Chosen late, 1'],
    ] as const) {
      await expect(signInWithPassword(url, username, password)).rejects.toMatchObject({status: 401});
    }
    expect(await tokenWorks(url, claimer.sessions[0]!.token)).toBe(true);
    await ground.expectWholeEnd();
  });
});

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
    await ground.declare();
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
