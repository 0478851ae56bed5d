import {setTimeout as pause} from 'node:timers/promises';
import {afterAll, beforeAll, describe, expect, jest, test} from '@jest/globals';
import type {SwitchBackResult, SwitchResult} from '@disaster-recovery/contract';
import {claimAccount, expectListRight, sso, startSso, untilNothingIsWritten} from '../faults/sso.ts';
import {BACK, BACK_MOMENTS, EVERYONE, ssoGround, SWITCH, SWITCH_MOMENTS} from '../faults/sso_kills.ts';
import type {SsoGround, SsoMoment} from '../faults/sso_kills.ts';
import type {Random} from '../harness/random.ts';
import {removeScratch} from '../harness/scratch.ts';
import {signInWithPassword, tokenWorks} from '../harness/sso_login.ts';
import type {ExtraAccount, SsoServer} from '../harness/sso_server.ts';
import {chosen, inRounds} from './sizing.ts';
import type {Case} from './sizing.ts';

// kill -9 of drctl during a switch of everyone and during the way back: each moment in an incident of its own, and kills at random moments.
jest.setTimeout(6 * 3_600_000);

let ground: SsoGround;
let server: SsoServer;
let url: string;

beforeAll(async () => {
  ground = await ssoGround();
  server = ground.server;
  url = server.mattermost().url;
});

afterAll(async () => {
  await server?.stop();
  removeScratch();
});

async function finishSwitch(claimer: ExtraAccount, password: string): Promise<void> {
  const {switch: result} = (await sso(server, ...SWITCH)) as {switch: SwitchResult};
  expect(result).toMatchObject({failed: 0, conflicts: 0});
  expect((await signInWithPassword(url, claimer.username, password)).userId).toBe(claimer.userId);
  expect((await expectListRight(server)).count).toBe(EVERYONE);
}

async function finishWayBack(): Promise<void> {
  const {switch_back: result} = (await sso(server, ...BACK)) as {switch_back: SwitchBackResult};
  expect(result).toMatchObject({failed: 0, conflicts: 0, provider_check: 'overridden'});
}

const KILLED: readonly Case[] = SWITCH_MOMENTS.map((away, index) => {
  // One moment of the switch and one of the way back: each pair is an incident.
  const back = BACK_MOMENTS[index]!;
  return {
    name: `in ${away.name} of a switch of everyone, and in ${back.name} of the way back: the ledger knows each account, and the same again finishes`,
    run: () => oneIncident(away, back),
  };
});

async function oneIncident(away: SsoMoment, back: SsoMoment): Promise<void> {
  const claimer = ground.someone();
  const password = 'Chosen in between, 1';
  await ground.declare();
  await ground.killIn(away, SWITCH);
  await expectListRight(server);
  await claimAccount(server, claimer, password);
  await finishSwitch(claimer, password);

  const session = await signInWithPassword(url, claimer.username, password);
  await ground.killIn(back, BACK);
  const {entries} = await expectListRight(server);
  // Whoever is not back yet can still be let in.
  const last = server.extras.at(-1)!;
  if (entries.some(({person}) => person.id === last.userId)) {
    await claimAccount(server, last, 'Chosen late, 1');
    await signInWithPassword(url, last.username, 'Chosen late, 1');
  }
  await finishWayBack();
  expect(await tokenWorks(url, session.token)).toBe(false);
  await expect(signInWithPassword(url, claimer.username, password)).rejects.toMatchObject({status: 401});
  await expect(signInWithPassword(url, last.username, 'Chosen late, 1')).rejects.toMatchObject({status: 401});
  expect(await tokenWorks(url, claimer.sessions[0]!.token)).toBe(true);
  await ground.expectWholeEnd();
}

async function killSometime(random: Random, words: readonly string[], usual: number): Promise<void> {
  const running = startSso(server, ...words);
  await pause(random.below(usual));
  if (!running.ended()) {
    process.kill(running.pid, 'SIGKILL');
  }
  await running.ending;
  await untilNothingIsWritten(server);
  await expectListRight(server);
}

const AT_RANDOM: Case = {
  name: 'at random moments of a switch of everyone and of the way back: the same again finishes',
  run: async () => {
    // As long as either usually takes; the first round measures it.
    let usual = 3000;
    await inRounds('switch and switch back', async (random) => {
      const claimer = random.pick(server.extras);
      await ground.declare();
      await killSometime(random, SWITCH, usual);
      await claimAccount(server, claimer, 'Chosen at random, 1');
      const begun = performance.now();
      await finishSwitch(claimer, 'Chosen at random, 1');
      usual = Math.max(usual, Math.ceil(performance.now() - begun));
      await killSometime(random, BACK, usual);
      await finishWayBack();
      await ground.expectWholeEnd();
    });
  },
};

describe('kill -9 of drctl', () => {
  test.each(chosen('kills of sso', [...KILLED, AT_RANDOM]))('%s', (_name, {run}) => run());
});
