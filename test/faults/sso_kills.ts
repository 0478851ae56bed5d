import {expect} from '@jest/globals';
import {startSsoServer} from '../harness/sso_server.ts';
import type {ExtraAccount, SsoServer} from '../harness/sso_server.ts';
import type {Running} from './drctl.ts';
import {newestJob, slowLedger, untilStep} from './journal.ts';
import {kill} from './kill.ts';
import {expectEveryoneBack, sso, startSso, takeWrites, untilAway, untilNothingIsWritten, watchWrites} from './sso.ts';

const EXTRAS = 120;
export const EVERYONE = EXTRAS + 1;
export const SWITCH = ['switch', '--everyone', '--yes'] as const;
export const BACK = ['switch-back', '--yes', '--without-provider-check'] as const;

/** When drctl is killed. `slow`: a kind of ledger entry that holds the moment open; null: the step lasts long enough by itself. */
export interface SsoMoment {
  readonly name: string;
  readonly slow: string | null;
  readonly until: (server: SsoServer, running: Running) => Promise<void>;
}

const inStep =
  (step: string): SsoMoment['until'] =>
  (server, running) =>
    untilStep(placeOf(server), running, step);
const away =
  (holds: (count: number) => boolean): SsoMoment['until'] =>
  (server, running) =>
    untilAway(server, running, holds);

/** Of a switch of everyone, in the order of a run. */
export const SWITCH_MOMENTS: readonly SsoMoment[] = [
  {name: 'settings, before anything', slow: 'sso.open', until: inStep('settings')},
  {name: 'settings, noted and not changed', slow: 'sso.setting', until: inStep('settings')},
  {name: 'switch, taken in hand and not written', slow: 'sso.switching', until: inStep('switch')},
  {name: 'switch, the first written and not recorded', slow: 'sso.switched', until: away((count) => count >= 50)},
  {name: 'switch, in the middle of the writing', slow: null, until: away((count) => count >= 70)},
  {name: 'tell', slow: null, until: inStep('tell')},
  {name: 'record', slow: 'sso.switch_done', until: inStep('record')},
];

/** Of the way back of everyone, in the order of a run. */
export const BACK_MOMENTS: readonly SsoMoment[] = [
  {name: 'gates', slow: 'sso.provider_check_overridden', until: inStep('gates')},
  {name: 'canary, written and not recorded', slow: 'sso.returned', until: away((count) => count < EVERYONE)},
  {
    name: 'switch_back, five written and not recorded',
    slow: 'sso.returned',
    until: away((count) => count < EVERYONE - 1),
  },
  {name: 'switch_back, in the middle of the writing', slow: null, until: away((count) => count < EVERYONE - 20)},
  {name: 'second_look', slow: null, until: inStep('second_look')},
  {name: 'put_back', slow: 'sso.setting_settled', until: inStep('put_back')},
  {name: 'record', slow: 'sso.switch_back_done', until: inStep('record')},
];

/** A server whose people are to be switched and switched back, by a drctl that dies. */
export interface SsoGround {
  readonly server: SsoServer;
  /** An account that no test has used yet. */
  someone(): ExtraAccount;
  declare(): Promise<unknown>;
  killIn(moment: SsoMoment, words: readonly string[]): Promise<void>;
  /** Closed, and nothing of it is left: not in the accounts, not in the settings. Each account was written once away and once back. */
  expectWholeEnd(): Promise<void>;
}

export async function ssoGround(): Promise<SsoGround> {
  const server = await startSsoServer({
    people: 1,
    extraSsoRows: EXTRAS,
    sso: {second_look_seconds: 1},
    // They are told, so that there is a step in which they are.
    extraSessions: () => [{expiresAt: Date.now() + 24 * 3_600_000}],
  });
  const fresh = [...server.extras];
  const settings = await server.settingsHash();
  await watchWrites(server);
  return {
    server,
    someone: () => {
      const account = fresh.shift();
      if (!account) {
        throw new Error('There are not enough accounts for so many tests.');
      }
      return account;
    },
    declare: () => sso(server, 'declare', '--reason', 'the provider does not answer'),
    killIn: (moment, words) => killIn(server, moment, words),
    expectWholeEnd: async () => {
      await expectEveryoneBack(server);
      expect(await sso(server, 'close')).toMatchObject({state: 'closed'});
      expect(await server.settingsHash()).toBe(settings);
      const writes = await takeWrites(server);
      for (const {userId, username} of server.extras) {
        expect({username, ...writes.get(userId)}).toEqual({username, away: 1, back: 1});
      }
    },
  };
}

const placeOf = (server: SsoServer) => ({state: server.stateDirectory});

async function killIn(server: SsoServer, {slow, until}: SsoMoment, words: readonly string[]): Promise<void> {
  slowLedger(placeOf(server), slow);
  try {
    const running = startSso(server, ...words);
    await until(server, running);
    await kill(running);
  } finally {
    slowLedger(placeOf(server), null);
  }
  expect(newestJob(placeOf(server))?.status).toBe('in_progress');
  await untilNothingIsWritten(server);
}
