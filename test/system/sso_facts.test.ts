import {readdir, readFile} from 'node:fs/promises';
import {join} from 'node:path';
import {afterAll, beforeAll, describe, expect, jest, test} from '@jest/globals';
import type {LetInResult, ReturnEntry, ReturnList, SwitchBackResult, SwitchPlan} from '@disaster-recovery/contract';
import {choosePassword, useCode} from '../harness/claim.ts';
import {askAsCompanion} from '../harness/companion_key.ts';
import {drctlOrThrow} from '../harness/drctl.ts';
import type {DrctlAnswer} from '../harness/drctl.ts';
import {query} from '../harness/query.ts';
import {removeScratch} from '../harness/scratch.ts';
import {signInThroughProvider, signInWithPassword, tokenWorks} from '../harness/sso_login.ts';
import {startSsoServer} from '../harness/sso_server.ts';
import type {SsoPerson, SsoServer} from '../harness/sso_server.ts';
import {insertAccounts} from '../harness/sso_server_rows.ts';
import type {MadeAccount, MadeSession} from '../harness/sso_server_rows.ts';

jest.setTimeout(600_000);

const HOUR = 3_600_000;

let server: SsoServer;
let url: string;
let before: string;
/** Each of the people has a story of their own. */
let ada: SsoPerson, bea: SsoPerson, carl: SsoPerson, dora: SsoPerson, emil: SsoPerson, finn: SsoPerson;
let broken: MadeAccount[];
let sessions: Record<'live' | 'expired' | 'never' | 'mobile', MadeSession>;
const said: string[] = [];
const codes: string[] = [];

const password = ({username}: SsoPerson): string => `Outage-${username}-1`;

beforeAll(async () => {
  server = await startSsoServer({
    people: 6,
    configPatch: {
      EmailSettings: {EnableSignInWithEmail: false, EnableSignInWithUsername: false},
      ServiceSettings: {EnableUserAccessTokens: true},
    },
  });
  url = server.mattermost().url;
  [ada, bea, carl, dora, emil, finn] = server.people as [
    SsoPerson,
    SsoPerson,
    SsoPerson,
    SsoPerson,
    SsoPerson,
    SsoPerson,
  ];
  before = await server.settingsHash();
});

afterAll(async () => {
  await server?.stop();
  removeScratch();
});

async function run(...words: string[]): Promise<DrctlAnswer> {
  const answer = await server.drctl('sso', ...words);
  said.push(answer.stdout, answer.stderr);
  return answer;
}

async function sso<Value>(...words: string[]): Promise<Value> {
  return (await drctlOrThrow(run(...words))).value as Value;
}

async function letIn(person: SsoPerson): Promise<void> {
  const {code} = await sso<LetInResult>('let-in', person.username, '--identified-by', 'seen at the desk');
  codes.push(code);
  await choosePassword(url, (await useCode(url, code)).token, password(person));
}

async function entry({username}: {username: string}): Promise<ReturnEntry | undefined> {
  return (await sso<ReturnList>('return-list')).entries.find(({person}) => person.username === username);
}

const throughProvider = ({username, password: secret}: SsoPerson) => signInThroughProvider(url, username, secret);
const cut = (data: string | null) => expect.objectContaining({service: 'gitlab', data});

describe('what could not be put back', () => {
  test('is never written by the plugin, although Mattermost itself would take it', async () => {
    const from = {service: 'gitlab', data: String(ada.id)};
    const change = (to: object, id = ada.userId) => ({id, from, to});
    const changes = [
      change({service: 'email', data: null}),
      change({service: 'email', data: ada.email}),
      change({service: 'smal', data: ada.email}),
      change({service: 'SAML', data: ada.email}),
      change({service: 'magic_link', data: ada.email}),
      change({service: 'gitlab', data: null}),
      change({service: 'gitlab', data: ''}),
      change({service: '', data: '77'}),
      change({service: 'saml', data: 'x'.repeat(129)}),
      change({service: '', data: null}, 'nobody'),
      change({service: '', data: null}, 'n'.repeat(26)),
    ];
    const {outcomes} = await askAsCompanion<{outcomes: {outcome: string; says: string | null}[]}>(
      server,
      'PUT',
      '/accounts/sign-in',
      {changes},
    );
    expect(outcomes.map(({outcome}) => outcome)).toEqual(changes.map(() => 'failed'));
    expect(outcomes.every(({says}) => (says ?? '').length > 10)).toBe(true);
    expect(await server.row(ada.username)).toMatchObject({authservice: 'gitlab', authdata: String(ada.id)});
    expect((await throughProvider(ada)).userId).toBe(ada.userId);
  });

  test('is not taken for an original by the snapshot, which says so', async () => {
    broken = await insertAccounts(server.databaseUrl, ada.userId, [
      {username: 'broken.typo', email: 'broken.typo@corp.test', authService: 'smal', authData: 'broken.typo@corp.test'},
      {
        username: 'broken.empty',
        email: 'broken.empty@corp.test',
        authService: 'saml',
        authData: 'broken.empty@corp.test',
      },
      {
        username: 'broken.email',
        email: 'broken.email@corp.test',
        authService: 'email',
        authData: 'broken.email@corp.test',
      },
      {username: 'broken.long', email: 'broken.long@corp.test', authService: 'saml', authData: `${'ü'.repeat(100)}`},
    ]);
    await query(server.databaseUrl, 'UPDATE users SET authdata = NULL WHERE username = $1', ['broken.empty']);
    await server.client.request('POST', '/caches/invalidate');
    expect(await sso('snapshot')).toMatchObject({
      sso_accounts: 6,
      warnings: [expect.stringContaining('3 accounts name a provider')],
    });
  });

  test('is not switched either: such accounts are listed with the reason, whoever asks for them', async () => {
    await sso('declare', '--reason', 'the provider does not answer');
    const {plan} = await sso<{plan: SwitchPlan}>(
      'switch',
      '--dry-run',
      '--user',
      ...broken.map(({username}) => username),
      'nobody.at.all',
    );
    expect(plan.count).toBe(0);
    expect(Object.fromEntries(plan.excluded.map(({person, reason}) => [person.username, reason]))).toEqual({
      'broken.typo': 'unknown_service',
      'broken.empty': 'no_auth_data',
      'broken.email': 'unknown_service',
      'broken.long': 'no_auth_data',
      'nobody.at.all': 'not_found',
    });
    const everyone = await sso<{plan: SwitchPlan}>('switch', '--dry-run', '--everyone');
    expect(everyone.plan).toMatchObject({count: 6, excluded_counts: {unknown_service: 1, no_auth_data: 2}});
    for (const {username} of broken) {
      expect((await run('let-in', username, '--identified-by', 'I know the voice')).error?.code).toBe(
        'ACCOUNT_EXCLUDED',
      );
    }
  });
});

describe('live sessions', () => {
  test('are extended, and an expired one is not revived, nor one without an end given an end', async () => {
    const [live, expired, never, mobile] = await server.addSessions([
      {userId: ada.userId, expiresAt: Date.now() + HOUR},
      {userId: ada.userId, expiresAt: Date.now() - HOUR},
      {userId: ada.userId, expiresAt: 0},
      {userId: ada.userId, expiresAt: Date.now() + 2 * HOUR, device: 'mobile'},
    ]);
    sessions = {live: live!, expired: expired!, never: never!, mobile: mobile!};
    const ended = (await server.sessionOf(sessions.expired.token))?.expiresat;
    expect(await sso('extend-sessions', '--hours', '72')).toMatchObject({extend: {extended: 2, failed: 0}});
    expect((await server.sessionOf(sessions.live.token))?.expiresat).toBeGreaterThan(Date.now() + 70 * HOUR);
    expect((await server.sessionOf(sessions.expired.token))?.expiresat).toBe(ended);
    expect((await server.sessionOf(sessions.never.token))?.expiresat).toBe(0);
    expect(await tokenWorks(url, sessions.expired.token)).toBe(false);
    expect(await tokenWorks(url, sessions.live.token)).toBe(true);
    expect(
      await query(server.databaseUrl, 'SELECT id FROM sessions WHERE userid = ANY($1) AND expiresat = 0', [
        server.people.map(({userId}) => userId),
      ]),
    ).toEqual([{id: sessions.never.id}]);
  });
});

describe('while people are switched', () => {
  test('both kinds of sign-in with a password are open, although both were shut', async () => {
    await expect(signInWithPassword(url, server.workspace.users[0]!.username, 'whatever it is')).rejects.toMatchObject({
      status: 401,
    });
    const {switch: result} = await sso<{switch: object}>(
      'switch',
      '--yes',
      '--user',
      ...[ada, bea, carl, dora, finn].map(({username}) => username),
    );
    expect(result).toMatchObject({switched: 5, failed: 0, conflicts: 0});
    await letIn(ada);
    expect((await signInWithPassword(url, ada.username, password(ada))).userId).toBe(ada.userId);
    expect((await signInWithPassword(url, ada.email, password(ada))).userId).toBe(ada.userId);
  });

  test('a snapshot keeps what they had before, also of somebody whom the System Console has switched', async () => {
    await server.client.request('PUT', `/users/${emil.userId}/password`, {new_password: password(emil)});
    expect(await server.row(emil.username)).toMatchObject({authservice: '', authdata: null, has_password: true});
    await sso('snapshot');
    await sso('snapshot');
    expect(await entry(emil)).toMatchObject({
      state: 'outside',
      original: cut(String(emil.id)),
      live: {service: '', data: null},
    });
    expect(await entry(ada)).toMatchObject({state: 'claimed', original: cut(String(ada.id))});
    expect(await entry(finn)).toMatchObject({state: 'switched', original: cut(String(finn.id))});
  });

  test('a repeated switch does not wipe a password that was claimed', async () => {
    const {plan} = await sso<{plan: SwitchPlan}>('switch', '--dry-run', '--user', ada.username);
    expect(plan).toMatchObject({count: 0, excluded: [{reason: 'already_switched'}]});
    await sso('switch', '--yes', '--user', ada.username, bea.username);
    await signInWithPassword(url, ada.username, password(ada));
  });

  test('nobody gets a second account because the e-mail address has changed at the provider', async () => {
    await expect(throughProvider(bea)).rejects.toMatchObject({by: 'mattermost'});
    await server.identityProvider.setEmail(bea.username, 'bea.moved@corp.test');
    await expect(throughProvider(bea)).rejects.toMatchObject({by: 'mattermost', status: 501});
    expect(
      await query(server.databaseUrl, 'SELECT username FROM users WHERE authdata = $1 OR email = $2', [
        String(bea.id),
        'bea.moved@corp.test',
      ]),
    ).toEqual([]);
  });

  test('a second account that was born all the same is shown, with both sides', async () => {
    await server.patchConfig({TeamSettings: {EnableUserCreation: true}});
    await server.identityProvider.setEmail(carl.username, 'carl.moved@corp.test');
    const twin = await throughProvider(carl);
    expect(twin.userId).not.toBe(carl.userId);
    // The nightly snapshot sees the twin as well, and must not make it somebody to bring back.
    await sso('snapshot');
    const [{username}] = (await query<{username: string}>(
      server.databaseUrl,
      'SELECT username FROM users WHERE id = $1',
      [twin.userId],
    )) as [{username: string}];
    expect(await entry(carl)).toMatchObject({
      state: 'conflict',
      original: cut(String(carl.id)),
      live: {service: '', data: null},
      conflict: {
        kind: 'duplicate_born',
        message: expect.stringContaining(`@${username}`),
        choices: [expect.stringContaining('restore'), expect.stringContaining('leave')],
      },
    });
  });

  test('the switch back leaves such a person to a human, and so it does somebody who was deactivated meanwhile', async () => {
    await server.client.request('DELETE', `/users/${dora.userId}`);
    expect(await entry(dora)).toMatchObject({state: 'conflict', conflict: {kind: 'deactivated'}});
    const {plan} = await sso<{plan: {count: number; conflicts: ReturnEntry[]}}>(
      'switch-back',
      '--dry-run',
      '--without-provider-check',
    );
    expect(plan.conflicts.map(({person}) => person.username).sort()).toEqual([carl.username, dora.username].sort());
    expect(plan.count).toBe(4);
  });

  test('restoring ends the twin and gives the data to the account that had it, which the provider then lets in', async () => {
    await sso('resolve', carl.username, '--choice', 'restore', '--reason', 'the twin is empty');
    expect(await server.row(carl.username)).toMatchObject({
      id: carl.userId,
      authservice: 'gitlab',
      authdata: String(carl.id),
      has_password: false,
    });
    // The twin holds the new address, so the provider's is taken back before the sign-in.
    await server.identityProvider.setEmail(carl.username, carl.email);
    expect((await throughProvider(carl)).userId).toBe(carl.userId);
    expect((await sso<ReturnList>('return-list')).entries.map(({person}) => person.username).sort()).toEqual(
      [ada, bea, dora, emil, finn].map(({username}) => username).sort(),
    );
  });
});

describe('the way back', () => {
  let passwordSession: string;
  let accessToken: string;

  test('ends sessions that were born of the outage password, and no other: they are told apart by what Mattermost wrote into them', async () => {
    await server.client.request('PUT', `/users/${ada.userId}/roles`, {roles: 'system_user system_user_access_token'});
    accessToken = (
      await server.client.request<{token: string}>('POST', `/users/${ada.userId}/tokens`, {description: 'of a script'})
    ).token;
    passwordSession = (await signInWithPassword(url, ada.username, password(ada))).token;
    for (const token of [accessToken, passwordSession, ada.token, sessions.mobile.token]) {
      expect(await tokenWorks(url, token)).toBe(true);
    }
    const answer = await run('switch-back', '--yes', '--without-provider-check');
    const {returned, failed, sessions_revoked: revoked, drift} = answer.value.switch_back as SwitchBackResult;
    expect({returned, failed}).toEqual({returned: 4, failed: 0});
    expect(revoked).toBeGreaterThanOrEqual(4);
    expect(drift).toContainEqual({
      person: expect.objectContaining({username: ada.username}),
      changes: [expect.stringContaining('roles were'), '1 access token was first used since the outage began'],
    });
    expect(await tokenWorks(url, passwordSession)).toBe(false);
    for (const token of [accessToken, ada.token, sessions.live.token, sessions.mobile.token, sessions.never.token]) {
      expect(await tokenWorks(url, token)).toBe(true);
    }
  });

  test('gives each the same account at the provider, also who has another e-mail address there now', async () => {
    expect(await server.row(bea.username)).toMatchObject({
      authservice: 'gitlab',
      authdata: String(bea.id),
      has_password: false,
    });
    for (const person of [ada, bea, emil, finn]) {
      expect((await throughProvider(person)).userId).toBe(person.userId);
    }
    expect(await server.row(bea.username)).toMatchObject({email: 'bea.moved@corp.test'});
    await expect(signInWithPassword(url, ada.username, password(ada))).rejects.toMatchObject({status: 401});
  });

  test('does not activate somebody who was deactivated; that the next sign-in would is why a human decides', async () => {
    const {deleteat} = await server.row(dora.username);
    expect(await server.row(dora.username)).toMatchObject({authservice: '', authdata: null});
    expect(deleteat).toBeGreaterThan(0);
    expect((await run('close')).error?.code).toBe('RETURN_LIST_NOT_EMPTY');

    await sso('resolve', dora.username, '--choice', 'restore', '--reason', 'the provider knows that she left');
    expect(await server.row(dora.username)).toMatchObject({authservice: 'gitlab', authdata: String(dora.id), deleteat});
    expect((await throughProvider(dora)).userId).toBe(dora.userId);
    expect(await server.row(dora.username)).toMatchObject({deleteat: 0});
  });

  test('leaves the settings as they were, both kinds of sign-in shut, and lets new people come again', async () => {
    expect(await sso('return-list')).toMatchObject({empty: true});
    expect(await sso('close')).toMatchObject({state: 'closed'});
    expect(await server.settingsHash()).toBe(before);
    const people = server.identityProvider.people();
    await server.identityProvider.setPeople({
      ...people,
      newcomer: {id: 990_001, email: 'newcomer@corp.test', password: 'New here, 2026'},
    });
    expect(await server.row('newcomer').catch(() => null)).toBeNull();
    const {userId} = await signInThroughProvider(url, 'newcomer', 'New here, 2026');
    expect(await server.row('newcomer')).toMatchObject({id: userId, authservice: 'gitlab', authdata: '990001'});
  });

  test('has left the accounts alone that could not be put back', async () => {
    for (const {username, authService, authData} of broken) {
      expect(await server.row(username)).toMatchObject({
        authservice: authService,
        authdata: username === 'broken.empty' ? null : authData,
      });
    }
  });
});

test('no token, hash, password, code or sign-in data of anybody is in what the companion wrote, logged or answered', async () => {
  const rows = await query<{token: string}>(server.databaseUrl, 'SELECT token FROM sessions');
  const secrets = {
    tokens: [
      ...rows.map(({token}) => token),
      ...server.people.map(({token}) => token),
      ...Object.values(sessions).map(({token}) => token),
    ],
    passwords: [ada, emil].map(password),
    codes: codes.flatMap((code) => [code, code.replaceAll('-', '')]),
  };
  expect(secrets.tokens.length).toBeGreaterThan(10);
  const kept = await keptBytes(server.stateDirectory);
  const log = await readFile(server.companion().logFile, 'latin1');
  expect(kept).toContain(ada.userId);
  for (const secret of [...secrets.tokens, ...secrets.passwords, ...secrets.codes, '$pbkdf2', '$2a$10$']) {
    expect({secret, isKept: kept.includes(secret), isLogged: log.includes(secret)}).toEqual({
      secret,
      isKept: false,
      isLogged: false,
    });
  }
  const answers = said.join('\n');
  for (const secret of [...secrets.tokens, ...secrets.passwords, '$pbkdf2']) {
    expect({secret, isSaid: answers.includes(secret)}).toEqual({secret, isSaid: false});
  }
  // Ids of the provider are short numbers, so they are looked for as they would be written.
  for (const {id} of server.people) {
    const written = [`"data":"${id}"`, String.raw`\"data\":\"${id}\"`];
    expect(written.filter((text) => kept.includes(text) || log.includes(text))).toEqual([]);
  }
});

/** The database of the companion and what belongs to it, byte by byte. */
async function keptBytes(directory: string): Promise<string> {
  const names = (await readdir(directory)).filter((name) => name.startsWith('state.db'));
  return (await Promise.all(names.map((name) => readFile(join(directory, name), 'latin1')))).join('');
}
