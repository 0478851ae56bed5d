import {setTimeout as pause} from 'node:timers/promises';
import {afterAll, afterEach, beforeAll, describe, expect, jest, test} from '@jest/globals';
import {startMailSink} from '../harness/mail_sink.ts';
import {removeScratch} from '../harness/scratch.ts';
import {signInThroughProvider, signInWithPassword, tokenWorks} from '../harness/sso_login.ts';
import type {ProviderSignInOptions} from '../harness/sso_login.ts';
import {startSsoServer} from '../harness/sso_server.ts';
import type {SsoPerson, SsoServer} from '../harness/sso_server.ts';

jest.setTimeout(300_000);

const HOUR = 3_600_000;
const EXTRAS = 200;

let server: SsoServer;
let url: string;
let person: SsoPerson;

beforeAll(async () => {
  server = await startSsoServer({
    enrolled: false,
    sso: false,
    people: 3,
    extraSsoRows: EXTRAS,
    extraSessions: (index) => (index % 2 === 0 ? [{expiresAt: Date.now() + HOUR, device: 'mobile'}] : []),
  });
  url = server.mattermost().url;
  person = server.people[0]!;
});

afterEach(async () => {
  await server.identityProvider.answerNormally();
});

afterAll(async () => {
  await server?.stop();
  removeScratch();
});

const signIn = (options?: ProviderSignInOptions) =>
  signInThroughProvider(url, person.username, person.password, options);

async function statusOfSignInPage(): Promise<number> {
  return (await fetch(`${url}/oauth/gitlab/login`, {redirect: 'manual'})).status;
}

describe('while the provider is up', () => {
  test('who signed in through it has an account with exactly its id, and no password', async () => {
    expect(server.people).toHaveLength(3);
    for (const {username, email, id, userId, token} of server.people) {
      expect(await server.row(username)).toMatchObject({
        id: userId,
        email,
        authservice: 'gitlab',
        authdata: String(id),
        has_password: false,
        emailverified: true,
        deleteat: 0,
      });
      expect(await tokenWorks(url, token)).toBe(true);
      expect(await server.sessionOf(token)).toMatchObject({userid: userId, props: {isOAuthUser: 'true'}});
    }
  });

  test('signing in again gives the same account, and a new session', async () => {
    const again = await signIn();
    expect(again.userId).toBe(person.userId);
    expect(again.token).not.toBe(person.token);
  });

  test('a wrong password at the provider lets nobody in', async () => {
    await expect(signInThroughProvider(url, person.username, 'wrong')).rejects.toMatchObject({
      by: 'provider',
      status: 401,
    });
  });

  test('an e-mail changed at the provider reaches Mattermost with the next sign-in', async () => {
    const last = server.people[2]!;
    await server.identityProvider.setEmail(last.username, 'moved@corp.test');
    await signInThroughProvider(url, last.username, last.password);
    expect(await server.row(last.username)).toMatchObject({email: 'moved@corp.test', authdata: String(last.id)});
  });
});

describe('accounts made in bulk', () => {
  test('are as those of people who signed in', async () => {
    expect(server.extras).toHaveLength(EXTRAS);
    const [extra] = server.extras;
    expect(await server.row(extra!.username)).toMatchObject({
      authservice: 'gitlab',
      authdata: '100001',
      has_password: false,
      roles: 'system_user',
    });
    expect((await signInThroughProvider(url, extra!.username, extra!.password)).userId).toBe(extra!.userId);
    const {total_users_count: total} = await server.client.request<{total_users_count: number}>('GET', '/users/stats');
    expect(total).toBeGreaterThanOrEqual(EXTRAS + 3);
  });

  test('have sessions that work', async () => {
    const {userId, sessions} = server.extras[2]!;
    expect(await tokenWorks(url, sessions[0]!.token)).toBe(true);
    expect(await server.sessionsOf(userId)).toMatchObject([
      {id: sessions[0]!.id, deviceid: expect.stringContaining('android:'), props: {isMobile: 'true'}},
    ]);
    const [expired] = await server.addSessions([{userId, expiresAt: Date.now() - HOUR, kind: 'password'}]);
    expect(await tokenWorks(url, expired!.token)).toBe(false);
  });
});

describe('while the provider is down', () => {
  afterEach(async () => {
    await server.identityProvider.stop();
    await server.identityProvider.start();
  });

  test('Mattermost still sends people there, nobody gets in, and live sessions stay', async () => {
    await server.identityProvider.stop();
    expect(await statusOfSignInPage()).toBe(302);
    await expect(signIn()).rejects.toMatchObject({by: 'provider', status: 0, says: 'ECONNREFUSED'});
    expect(await tokenWorks(url, person.token)).toBe(true);

    await server.identityProvider.start();
    expect((await signIn()).userId).toBe(person.userId);
  });

  test('who was half way fails at Mattermost, in its own words', async () => {
    await expect(signIn({beforeCallback: () => server.identityProvider.stop()})).rejects.toMatchObject({
      by: 'mattermost',
      status: 500,
      says: 'Token request failed.',
    });
  });

  test('a provider that hangs holds the sign-in until it comes back', async () => {
    const {identityProvider} = server;
    let hasEnded = false;
    const underWay = signIn({beforeCallback: () => identityProvider.hang()}).finally(() => {
      hasEnded = true;
    });
    await pause(1000);
    expect(hasEnded).toBe(false);
    expect(await statusOfSignInPage()).toBe(302);
    identityProvider.unhang();
    expect((await underWay).userId).toBe(person.userId);
  });

  test.each([
    [503, ''],
    [401, '{"error":"invalid_client"}'],
    [200, '<html>Maintenance</html>'],
  ])('a token endpoint that says %i %s fails the sign-in', async (status, body) => {
    await expect(
      signIn({beforeCallback: () => server.identityProvider.answerInstead(status, body, '/token')}),
    ).rejects.toMatchObject({by: 'mattermost', status: 500, says: 'Bad response from token request.'});
  });

  test('a slow provider lets people in, late', async () => {
    await server.identityProvider.answerSlowly(1, '/token');
    const begin = performance.now();
    expect((await signIn()).userId).toBe(person.userId);
    expect(performance.now() - begin).toBeGreaterThan(1000);
  });
});

describe('the settings of Mattermost', () => {
  test('a change shows in their hash until it is taken back', async () => {
    const before = await server.settingsHash();
    await server.patchConfig({TeamSettings: {EnableUserCreation: false}});
    expect(await server.settingsHash()).not.toBe(before);
    await server.patchConfig({TeamSettings: {EnableUserCreation: true}});
    expect(await server.settingsHash()).toBe(before);
  });

  test('with those of the mail sink, a mail to reset a password arrives, and the new password works', async () => {
    const sink = await startMailSink();
    try {
      await server.patchConfig({EmailSettings: sink.emailSettings});
      const [user] = server.workspace.users;
      await server.client.request('POST', '/users/password/reset/send', {email: user!.email});
      const mail = await sink.untilMailTo(user!.email);
      expect(mail.subject).toContain('Reset your password');
      const token = /token=(\w+)/.exec(mail.text)?.[1];
      await server.client.request('POST', '/users/password/reset', {token, new_password: 'A new one, 2026'});
      expect((await signInWithPassword(url, user!.username, 'A new one, 2026')).userId).toBe(user!.id);
      await expect(signInWithPassword(url, user!.username, 'wrong')).rejects.toMatchObject({status: 401});
    } finally {
      await sink.stop();
    }
  });
});
