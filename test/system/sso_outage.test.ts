import {readFile} from 'node:fs/promises';
import {join} from 'node:path';
import {afterAll, beforeAll, describe, expect, jest, test} from '@jest/globals';
import type {Forecast, LetInResult, SsoStatus, SwitchBackResult, SwitchResult} from '@disaster-recovery/contract';
import {choosePassword, useCode} from '../harness/claim.ts';
import type {DrctlAnswer} from '../harness/drctl.ts';
import {drctlOrThrow} from '../harness/drctl.ts';
import {inParallel} from '../harness/in_parallel.ts';
import {removeScratch} from '../harness/scratch.ts';
import {signInThroughProvider, signInWithPassword, tokenWorks} from '../harness/sso_login.ts';
import {startSsoServer} from '../harness/sso_server.ts';
import type {ExtraAccount, SsoServer} from '../harness/sso_server.ts';
import {waitFor} from '../harness/wait_for.ts';

jest.setTimeout(600_000);

const HOUR = 3_600_000;
const SWITCHED = 200;
const CLAIMERS = 12;
const password = (username: string): string => `Outage-${username}-1`;

let server: SsoServer;
let url: string;
let before: string;
let people: ExtraAccount[];

/** One story: each test goes on where the one before it ended. */
beforeAll(async () => {
  server = await startSsoServer({
    people: 3,
    extraSsoRows: SWITCHED,
    // Of each ten, one is locked out, three have an hour, the others a week.
    extraSessions: (index) =>
      index % 10 === 0
        ? []
        : [
            {
              expiresAt: Date.now() + (index % 10 < 4 ? HOUR : 7 * 24 * HOUR),
              device: index % 2 === 0 ? 'web' : 'mobile',
            },
          ],
  });
  url = server.mattermost().url;
  people = [...server.extras];
  before = await server.settingsHash();
});

afterAll(async () => {
  await server?.stop();
  removeScratch();
});

async function sso(...words: string[]): Promise<DrctlAnswer['value']> {
  return (await drctlOrThrow(server.drctl('sso', ...words))).value;
}

const status = async (): Promise<SsoStatus> => (await sso('status')) as SsoStatus;
const claimers = (): ExtraAccount[] => people.slice(0, CLAIMERS);

describe('an SSO outage, from its first minute to its last', () => {
  test('while all is well the companion watches, and has noted how everybody signs in', async () => {
    await waitFor(
      'the provider to be seen up',
      async () => (await server.status()).detection.providers[0]?.state === 'up',
      30,
    );
    await waitFor('the first identity snapshot', async () => (await server.status()).snapshot !== null, 30);
    expect(await sso('snapshot')).toMatchObject({sso_accounts: SWITCHED + 3, stored: 'repository', warnings: []});
    expect(await status()).toMatchObject({state: 'watching', incident: null, bridge: 'plugin'});
  });

  test('the provider dies, and is suspected within the time that was set, by both points of view', async () => {
    await server.identityProvider.stop();
    const died = Date.now();
    await waitFor('the outage to be suspected', async () => (await server.status()).state === 'suspected', 20);
    const {
      detection,
      next_actions: [action],
    } = await status();
    expect(Date.now() - died).toBeLessThan(20_000);
    const vantages = detection.providers[0]!.results.filter(({outcome}) => outcome === 'unreachable').map(
      ({vantage}) => vantage,
    );
    expect(new Set(vantages)).toEqual(new Set(['companion', 'bridge']));
    expect(detection.proposal).toMatchObject({provider: 'gitlab'});
    expect(action?.remedy).toContain('declare');
  });

  test('nothing was changed by that: people are as they were', async () => {
    expect(await server.settingsHash()).toBe(before);
    expect(await server.row(people[0]!.username)).toMatchObject({authservice: 'gitlab', authdata: people[0]!.authData});
  });

  test('the forecast is what happens: who is locked out now, and who within an hour', async () => {
    const forecast = (await sso('forecast')) as Forecast;
    expect(forecast).toMatchObject({sso_accounts: SWITCHED + 3, locked_out_now: SWITCHED / 10});
    const [hour, eight] = forecast.curve;
    expect(hour).toMatchObject({within_ms: HOUR, sessions_end: (SWITCHED * 3) / 10, with_extension: SWITCHED / 10});
    expect(eight?.locked_out).toBe((SWITCHED * 4) / 10);
    const locked = people.filter((_, index) => index % 10 === 0);
    await expect(signInThroughProvider(url, locked[0]!.username, locked[0]!.password)).rejects.toMatchObject({
      by: 'provider',
    });
  });

  test('it is declared, and the sign-in page says where to get help', async () => {
    expect(await sso('declare', '--reason', 'the provider does not answer')).toMatchObject({state: 'declared'});
    const {TeamSettings} = await server.client.request<{TeamSettings: {CustomDescriptionText: string}}>(
      'GET',
      '/config',
    );
    expect(TeamSettings.CustomDescriptionText).toContain('Single sign-on is not available');
  });

  test('live sessions are extended, so that nobody who is in falls out', async () => {
    const {extend} = (await sso('extend-sessions', '--hours', '72')) as {extend: {extended: number; failed: number}};
    expect(extend).toMatchObject({extended: (SWITCHED * 3) / 10, failed: 0});
    expect(((await sso('forecast')) as Forecast).curve[1]?.locked_out).toBe(SWITCHED / 10);
  });

  test('one person calls, gets a code, and is in on a new device', async () => {
    const [person] = people;
    const started = performance.now();
    const answer = (await sso('let-in', person!.username, '--identified-by', 'I know the voice')) as LetInResult;
    expect(performance.now() - started).toBeLessThan(10_000);
    expect(answer).toMatchObject({switched_now: true, person: {username: person!.username}});
    const {token} = await useCode(url, answer.code);
    await choosePassword(url, token, password(person!.username));
    const session = await signInWithPassword(url, person!.username, password(person!.username));
    expect(session.userId).toBe(person!.userId);
    await expect(useCode(url, answer.code)).rejects.toMatchObject({status: 401});
  });

  test('everyone is switched; who was switched before keeps the password', async () => {
    const {switch: result} = (await sso('switch', '--everyone', '--yes')) as {switch: SwitchResult};
    expect(result).toMatchObject({switched: SWITCHED + 2, failed: 0, conflicts: 0});
    await signInWithPassword(url, people[0]!.username, password(people[0]!.username));
    expect(await server.row(people[5]!.username)).toMatchObject({authservice: '', authdata: null, has_password: false});
    expect(await tokenWorks(url, people[1]!.sessions[0]!.token)).toBe(true);
  });

  test('slips are printed for all others, and everybody claims their account', async () => {
    const out = join(server.directory, 'slips.txt');
    expect(
      await sso('claim-sheet', '--identified-by', 'handed out at the desk', '--valid-minutes', '60', '--out', out),
    ).toMatchObject({count: SWITCHED + 2, skipped: []});
    const slips = [...(await readFile(out, 'utf8')).matchAll(/^(\S+) {2}\S+@\S+\n\n\s+([0-9A-Z-]{39})$/gm)];
    expect(slips).toHaveLength(SWITCHED + 2);
    await inParallel(slips, 2, async ([, username, code]) => {
      await choosePassword(url, (await useCode(url, code!)).token, password(username!));
    });
    for (const {username, userId} of claimers().slice(1)) {
      expect((await signInWithPassword(url, username, password(username))).userId).toBe(userId);
    }
    expect((await status()).counts).toMatchObject({switched: 0, claimed: SWITCHED + 3});
  });

  test('while the provider is away nobody is switched back', async () => {
    const {error} = await server.drctl('sso', 'switch-back', '--yes');
    expect(error?.code).toBe('PROVIDER_NOT_HEALTHY');
  });

  test('the provider is back: one goes first, signs in for real, and then everyone goes', async () => {
    await server.identityProvider.start();
    await waitFor(
      'the provider to be healthy for long enough',
      async () => {
        const {plan} = (await sso('switch-back', '--dry-run')) as {plan: {gates: {passed: boolean}[]}};
        return plan.gates.every(({passed}) => passed);
      },
      60,
    );
    const [canary] = claimers();
    const running = drctlOrThrow(server.drctl('sso', 'switch-back', '--yes', '--canary', canary!.username));
    await waitFor(
      'the canary to be switched back',
      async () => (await server.row(canary!.username)).authservice === 'gitlab',
      60,
    );
    expect(await server.row(people[9]!.username)).toMatchObject({authservice: ''});
    expect(await signInThroughProvider(url, canary!.username, canary!.password)).toMatchObject({
      userId: canary!.userId,
    });
    const {switch_back: result} = (await running).value as {switch_back: SwitchBackResult};
    expect(result).toMatchObject({returned: SWITCHED + 3, failed: 0, conflicts: 0, provider_check: 'passed'});
    // The canary signed in twice with a password, everybody else once.
    expect(result.sessions_revoked).toBeGreaterThanOrEqual(CLAIMERS);
  });

  test('each account is byte for byte what it was, and the provider lets each in as the same person', async () => {
    for (const {username, authService, authData} of people) {
      expect(await server.row(username)).toMatchObject({
        authservice: authService,
        authdata: authData,
        has_password: false,
        deleteat: 0,
      });
    }
    for (const person of [...claimers(), people.at(-1)!]) {
      expect((await signInThroughProvider(url, person.username, person.password)).userId).toBe(person.userId);
    }
  });

  test('the passwords of the outage are dead, and so are the sessions that were born of them', async () => {
    for (const {username, userId} of claimers()) {
      await expect(signInWithPassword(url, username, password(username))).rejects.toMatchObject({status: 401});
      expect((await server.sessionsOf(userId)).filter(({props}) => props['isOAuthUser'] !== 'true')).toEqual([]);
    }
  });

  test('the sessions of before the outage live on', async () => {
    expect(await tokenWorks(url, people[1]!.sessions[0]!.token)).toBe(true);
    expect(await tokenWorks(url, server.people[0]!.token)).toBe(true);
  });

  test('closed: the settings are what they were by their hash, the sessions too, and the ledger holds', async () => {
    expect(await sso('return-list')).toMatchObject({empty: true, count: 0});
    expect(await sso('close')).toMatchObject({state: 'closed'});
    expect(await server.settingsHash()).toBe(before);
    const [session] = await server.sessionsOf(people[1]!.userId);
    expect(session!.expiresat).toBeLessThan(Date.now() + 2 * HOUR);
    const {checks} = (await server.drctl('doctor')).value as {checks: {name: string; outcome: string}[]};
    expect(checks.find(({name}) => name === 'ledger')).toMatchObject({outcome: 'ok'});
    expect(await status()).toMatchObject({state: 'watching', incident: null});
  });
});
