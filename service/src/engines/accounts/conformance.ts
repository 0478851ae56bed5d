import {expect, test} from '@jest/globals';
import type {AccountSeed, MemoryAccounts, SessionSeed} from './memory.ts';
import type {Account, Accounts, AccountTokens, AccountWriter} from './port.ts';

/** What an adapter of the ports has to be filled with and asked by. Each `make` starts without accounts. */
export type Fixture = {
  accounts: Accounts;
  tokens: AccountTokens;
  writer: AccountWriter;
  put(account: AccountSeed): void | Promise<void>;
  addSession(session: SessionSeed): void | Promise<void>;
  addMember(of: Parameters<MemoryAccounts['addMember']>[0], user: string): void | Promise<void>;
  addConfigSave(user: string, at: number): void | Promise<void>;
};

const NOW = 1_764_000_000_000;
const HOUR = 3_600_000;
const NEVER_ENDING = 8_640_000_000_000_000;
const LOCAL = {service: '', data: null};

async function idsOf(stream: AsyncIterable<{id: string}>): Promise<string[]> {
  const ids: string[] = [];
  for await (const {id} of stream) {
    ids.push(id);
  }
  return ids;
}

const PEOPLE: readonly AccountSeed[] = [
  {id: 'bot1', is_bot: true, sign_in: LOCAL},
  {id: 'dana', sign_in: {service: 'saml', data: 'dana@corp.test'}, deleted_at: 5},
  {id: 'gita'},
  {id: 'guest', sign_in: {service: 'magic_link', data: null}},
  {id: 'lars', sign_in: {service: 'ldap', data: String.raw`\1e\bc\00"x`}},
  {
    id: 'lola',
    sign_in: LOCAL,
    has_password: true,
    email_verified: false,
    mfa_active: true,
    roles: ['system_user', 'system_admin'],
    last_login_at: 7,
    password_updated_at: 6,
    created_at: 4,
  },
  {id: 'remo', is_remote: true, sign_in: LOCAL},
];

async function filled(make: () => Promise<Fixture>): Promise<Fixture> {
  const fixture = await make();
  for (const account of PEOPLE) {
    await fixture.put(account);
  }
  return fixture;
}

/** What every adapter of Accounts, AccountTokens and AccountWriter does. */
export function conformance(name: string, make: () => Promise<Fixture>): void {
  accountsAreFound(name, make);
  sessionsAreCounted(name, make);
  sessionsAreListed(name, make);
  peopleAreFound(name, make);
  signInIsChanged(name, make);
}

function accountsAreFound(name: string, make: () => Promise<Fixture>): void {
  test(`${name}: an account is found by id, username or e-mail address, whole`, async () => {
    const {accounts} = await filled(make);
    const lola: Account = {
      id: 'lola',
      username: 'lola',
      email: 'lola@corp.test',
      sign_in: LOCAL,
      has_password: true,
      email_verified: false,
      mfa_active: true,
      roles: ['system_user', 'system_admin'],
      is_bot: false,
      is_remote: false,
      deleted_at: 0,
      created_at: 4,
      password_updated_at: 6,
      last_login_at: 7,
    };
    expect(await accounts.byId(['lola', 'nobody'])).toEqual([lola]);
    expect([await accounts.find('lola'), await accounts.find('LOLA'), await accounts.find('Lola@Corp.test')]).toEqual([
      lola,
      lola,
      lola,
    ]);
    expect([await accounts.find('nobody'), await accounts.byId([])]).toEqual([null, []]);
  });

  test(`${name}: a stream gives its kind by ascending id, deactivated accounts too`, async () => {
    const {accounts} = await filled(make);
    expect(await idsOf(accounts.stream('all'))).toEqual(['bot1', 'dana', 'gita', 'guest', 'lars', 'lola', 'remo']);
    expect(await idsOf(accounts.stream('sso'))).toEqual(['dana', 'gita', 'lars']);
    expect(await idsOf(accounts.stream('local'))).toEqual(['lola']);
  });

  test(`${name}: members of a team or a group are its active accounts; an unknown one is null`, async () => {
    const {accounts, addMember} = await filled(make);
    for (const id of ['lola', 'gita', 'dana']) {
      await addMember({team: 'rescue'}, id);
    }
    await addMember({group: 'night'}, 'lars');
    expect([await accounts.members({team: 'rescue'}), await accounts.members({group: 'night'})]).toEqual([
      ['gita', 'lola'],
      ['lars'],
    ]);
    expect([await accounts.members({team: 'night'}), await accounts.members({group: 'rescue'})]).toEqual([null, null]);
  });

  test(`${name}: who holds sign-in data is found whatever the service, and byte for byte`, async () => {
    const {accounts} = await filled(make);
    expect((await accounts.holdersOf([String.raw`\1e\bc\00"x`, 'dana@corp.test', 'GITA'])).map(({id}) => id)).toEqual([
      'dana',
      'lars',
    ]);
  });
}

const counted = async (accounts: Accounts): Promise<Record<string, unknown>> => {
  const found: Record<string, unknown> = {};
  for await (const {account, ...counts} of accounts.streamSessions(NOW)) {
    found[account.id] = counts;
  }
  return found;
};

function sessionsAreCounted(name: string, make: () => Promise<Fixture>): void {
  test(`${name}: of each active SSO account live sessions are counted, and access tokens are nobody`, async () => {
    const {accounts, addSession, addMember, put} = await filled(make);
    await put({id: 'gita', last_login_at: NOW - 9 * HOUR});
    await put({id: 'pia', last_login_at: 3});
    await put({id: 'quinn'});
    await addSession({id: 's1', user: 'gita', expires_at: NOW + HOUR, last_activity_at: NOW - 2 * HOUR});
    await addSession({id: 's2', user: 'gita', expires_at: NOW, last_activity_at: NOW - HOUR});
    await addSession({
      id: 's3',
      user: 'gita',
      kind: 'access_token',
      expires_at: NOW + 99 * HOUR,
      last_activity_at: NOW,
    });
    await addSession({id: 's4', user: 'gita', kind: 'oauth_app', expires_at: NOW + 99 * HOUR, last_activity_at: NOW});
    await addSession({id: 's5', user: 'lars', kind: 'password', expires_at: 0, last_activity_at: 2});
    await addSession({id: 's6', user: 'lars', expires_at: NOW + HOUR, last_activity_at: 1});
    await addSession({id: 's7', user: 'dana', expires_at: 0});
    await addSession({id: 's8', user: 'lola', kind: 'password', expires_at: 0});
    await addMember({team: 'zebra'}, 'gita');
    await addMember({team: 'apple'}, 'gita');
    expect(await counted(accounts)).toEqual({
      gita: {live: 1, last_expiry: NOW + HOUR, last_seen_at: NOW - HOUR, teams: ['apple', 'zebra']},
      lars: {live: 2, last_expiry: NEVER_ENDING, last_seen_at: 2, teams: []},
      pia: {live: 0, last_expiry: 0, last_seen_at: 3, teams: []},
      quinn: {live: 0, last_expiry: 0, last_seen_at: 0, teams: []},
    });
    expect(await accounts.countLiveSessions(NOW)).toEqual([{device: 'web', sessions: 3}]);
  });
}

function sessionsAreListed(name: string, make: () => Promise<Fixture>): void {
  test(`${name}: sessions come with their kind and device, expired ones too`, async () => {
    const {accounts, addSession} = await filled(make);
    const all = [
      {id: 's1', user: 'gita', kind: 'sso', device: 'web', created_at: 1, expires_at: 2, last_activity_at: 3},
      {id: 's2', user: 'gita', kind: 'password', device: 'mobile', created_at: 4, expires_at: 5, last_activity_at: 6},
      {id: 's3', user: 'gita', kind: 'access_token', device: 'web', created_at: 7, expires_at: 0, last_activity_at: 8},
      {
        id: 's4',
        user: 'lola',
        kind: 'oauth_app',
        device: 'desktop',
        created_at: 9,
        expires_at: 10,
        last_activity_at: 11,
      },
    ] as const;
    for (const session of [...all, {id: 's5', user: 'lars'}]) {
      await addSession(session);
    }
    expect(await accounts.sessions(['lola', 'gita'])).toEqual(all);
    expect(await accounts.sessions([])).toEqual([]);
  });

  test(`${name}: sessions that end are those of SSO people, live now and ended by then`, async () => {
    const {accounts, addSession} = await filled(make);
    const ends = {never: 0, ended: NOW, soon: NOW + 1, last: NOW + HOUR - 1, then: NOW + HOUR};
    for (const [id, expires_at] of Object.entries(ends)) {
      await addSession({id, user: 'gita', expires_at});
    }
    await addSession({id: 'token', user: 'gita', kind: 'access_token', expires_at: NOW + 1});
    await addSession({id: 'local', user: 'lola', kind: 'password', expires_at: NOW + 1});
    expect(await idsOf(accounts.streamEnding(NOW, NOW + HOUR))).toEqual(['last', 'soon']);
  });

  test(`${name}: the newest single sign-on counts a directory login as one, and an outage password not`, async () => {
    const {accounts, addSession} = await filled(make);
    await addSession({id: 'sso', user: 'gita', created_at: NOW});
    await addSession({id: 'password', user: 'gita', kind: 'password', created_at: NOW + 9});
    await addSession({id: 'local', user: 'lola', kind: 'password', created_at: NOW + 9});
    expect((await accounts.newestSsoLogin(NOW))?.id).toBe('sso');
    expect([await accounts.newestSsoLogin(NOW + 1), await accounts.newestSsoLogin(NOW, ['lola', 'lars'])]).toEqual([
      null,
      null,
    ]);
    await addSession({id: 'ldap', user: 'lars', kind: 'password', created_at: NOW + 1});
    expect([(await accounts.newestSsoLogin(NOW))?.id, (await accounts.newestSsoLogin(NOW, ['gita']))?.id]).toEqual([
      'ldap',
      'sso',
    ]);
  });
}

function peopleAreFound(name: string, make: () => Promise<Fixture>): void {
  test(`${name}: people are found by how their name or address begins; a wildcard is a character, bots are no people`, async () => {
    const {accounts, put} = await filled(make);
    await put({id: 'gil_', username: 'gil_'});
    const found = async (text: string, limit = 20) => (await accounts.search(text, limit)).map(({id}) => id);
    expect(await found('G')).toEqual(['gil_', 'gita', 'guest']);
    expect([await found('g', 1), await found('gita@corp'), await found('gil_'), await found('gil%')]).toEqual([
      ['gil_'],
      ['gita'],
      ['gil_'],
      [],
    ]);
    // Deactivated, a bot, of another server.
    expect([await found('dana'), await found('bot1'), await found('remo')]).toEqual([[], [], []]);
  });

  test(`${name}: who saved the configuration last is known, bots aside`, async () => {
    const {accounts, addConfigSave} = await filled(make);
    await addConfigSave('gita', NOW);
    await addConfigSave('lola', NOW + 2);
    await addConfigSave('bot1', NOW + 5);
    expect(await accounts.newestConfigSave(NOW)).toEqual({username: 'lola', at: NOW + 2});
    expect([await accounts.newestConfigSave(NOW + 2), await accounts.newestConfigSave(NOW + 3)]).toEqual([
      {username: 'lola', at: NOW + 2},
      null,
    ]);
  });

  test(`${name}: access tokens that were first used since then are counted`, async () => {
    const {accounts, addSession} = await filled(make);
    await addSession({id: 's1', user: 'gita', kind: 'access_token', created_at: NOW - 1});
    await addSession({id: 's2', user: 'gita', kind: 'access_token', created_at: NOW});
    await addSession({id: 's3', user: 'lars', kind: 'password', created_at: NOW});
    expect(await accounts.tokensMadeSince(NOW, ['gita', 'lars', 'lola'])).toEqual([{user: 'gita', access_tokens: 1}]);
  });
}

function signInIsChanged(name: string, make: () => Promise<Fixture>): void {
  const signIns = async (accounts: Accounts, ids: string[]) => (await accounts.byId(ids)).map(({sign_in}) => sign_in);
  const gita = {service: 'gitlab', data: 'gita'};

  test(`${name}: accounts become local and get back exactly what they had; a password is gone both times`, async () => {
    const {accounts, writer, put} = await filled(make);
    const lars = {service: 'ldap', data: String.raw`\1e\bc\00"x`};
    const there = [
      {id: 'gita', from: gita, to: LOCAL},
      {id: 'lars', from: lars, to: LOCAL},
    ];
    expect(await writer.changeSignIn(there)).toEqual([
      {id: 'gita', outcome: 'changed', says: null},
      {id: 'lars', outcome: 'changed', says: null},
    ]);
    expect(await signIns(accounts, ['gita', 'lars'])).toEqual([LOCAL, LOCAL]);
    await put({id: 'gita', has_password: true});
    await writer.changeSignIn(there.map(({id, from, to}) => ({id, from: to, to: from})));
    const back = await accounts.byId(['gita', 'lars']);
    expect(back.map(({sign_in, has_password}) => ({sign_in, has_password}))).toEqual([
      {sign_in: gita, has_password: false},
      {sign_in: lars, has_password: false},
    ]);
  });

  test(`${name}: an account that is not as it was believed to be keeps its password`, async () => {
    const {accounts, writer} = await filled(make);
    const from = {service: 'gitlab', data: 'lola'};
    expect(
      await writer.changeSignIn([
        {id: 'lola', from, to: LOCAL},
        {id: 'gita', from: {service: 'gitlab', data: 'GITA'}, to: LOCAL},
        {id: 'nobody', from, to: LOCAL},
      ]),
    ).toEqual(['lola', 'gita', 'nobody'].map((id) => ({id, outcome: 'differs', says: null})));
    expect((await accounts.find('lola'))?.has_password).toBe(true);
  });

  test.each([
    ['the service email', {service: 'email', data: null}],
    ['an unknown service', {service: 'smal', data: '1'}],
    ['a service without data', {service: 'saml', data: null}],
    ['a service with empty data', {service: 'saml', data: ''}],
    ['data without a service', {service: '', data: '1'}],
    ['empty data without a service', {service: '', data: ''}],
    ['129 bytes', {service: 'ldap', data: `${'x'.repeat(127)}ü`}],
  ])(`${name}: %s is refused, because nobody could sign in with it`, async (_case, to) => {
    const {accounts, writer} = await filled(make);
    expect(await writer.changeSignIn([{id: 'gita', from: gita, to}])).toMatchObject([{id: 'gita', outcome: 'failed'}]);
    expect(await signIns(accounts, ['gita'])).toEqual([gita]);
  });

  test(`${name}: data that another account holds fails alone, with the reason`, async () => {
    const {accounts, writer} = await filled(make);
    expect(
      await writer.changeSignIn([
        {id: 'lola', from: LOCAL, to: {service: 'saml', data: 'gita'}},
        {id: 'gita', from: gita, to: LOCAL},
      ]),
    ).toEqual([
      {id: 'lola', outcome: 'failed', says: 'Another account has this sign-in data.'},
      {id: 'gita', outcome: 'changed', says: null},
    ]);
    expect((await accounts.find('lola'))?.sign_in).toEqual(LOCAL);
  });

  test(`${name}: revoked sessions are gone, others stay; password resets are purged by account`, async () => {
    const {accounts, tokens, writer, addSession} = await filled(make);
    await addSession({id: 's1', user: 'gita'});
    await addSession({id: 's2', user: 'gita'});
    expect(await writer.revokeSessions(['s1'])).toEqual([]);
    expect((await accounts.sessions(['gita'])).map(({id}) => id)).toEqual(['s2']);
    const made = [
      await tokens.passwordReset({id: 'gita', email: 'a@b'}, NOW, 1),
      await tokens.passwordReset({id: 'lars', email: 'a@b'}, NOW, 1),
      await tokens.emailVerification({id: 'gita', email: 'a@b'}, NOW),
    ];
    expect(made.map((token) => token.length)).toEqual([64, 64, 64]);
    expect([
      await tokens.purgePasswordResets(['gita', 'lola']),
      await tokens.purgePasswordResets(['gita']),
      await tokens.purgePasswordResets(['lars']),
    ]).toEqual([1, 0, 1]);
  });
}
