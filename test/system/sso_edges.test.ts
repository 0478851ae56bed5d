import {readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {DatabaseSync} from 'node:sqlite';
import {afterAll, afterEach, beforeAll, describe, expect, jest, test} from '@jest/globals';
import bcrypt from 'bcryptjs';
import pg from 'pg';
import type {
  LetInResult,
  ReturnEntry,
  ReturnList,
  SsoStatus,
  SwitchBackResult,
  SwitchPlan,
  SwitchResult,
} from '@disaster-recovery/contract';
import {choosePassword, useCode} from '../harness/claim.ts';
import {drctlOrThrow, runDrctl} from '../harness/drctl.ts';
import type {DrctlAnswer} from '../harness/drctl.ts';
import {startMailSink} from '../harness/mail_sink.ts';
import type {MailSink} from '../harness/mail_sink.ts';
import {query} from '../harness/query.ts';
import {removeScratch} from '../harness/scratch.ts';
import {signInThroughProvider, signInWithPassword, tokenWorks} from '../harness/sso_login.ts';
import {startSsoServer} from '../harness/sso_server.ts';
import type {SsoPerson, SsoServer} from '../harness/sso_server.ts';
import {insertAccounts} from '../harness/sso_server_rows.ts';
import {waitFor} from '../harness/wait_for.ts';

jest.setTimeout(600_000);

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const SUSPECTED = 'An outage of a provider is suspected.';

/** Sign-in data that a careless program damages: signs that escape, long ones, those that look like numbers, and two that differ by case alone. */
const AWKWARD: readonly (readonly [service: string, data: string])[] = [
  ['ldap', String.raw`CN=Müller\, Jörg \"x\",OU=Leute\2C`],
  ['ldap', String.raw`\41\c3\b6\\`],
  ['saml', 'Ada.LOVELACE@Corp.Test'],
  ['saml', 'ada.lovelace@corp.test'],
  ['saml', 'ü'.repeat(64)],
  ['gitlab', '007'],
  ['gitlab', '7'],
  ['google', '000123456789012345678'],
  ['google', 'null'],
  ['office365', 'F81D4FAE-7dec-11d0-a765-00a0c91e6bf6'],
  ['office365', `o'hara "x" $1 %s {}`],
  ['openid', 'a'.repeat(128)],
  ['openid', '🦊|0\t '],
];

let server: SsoServer;
let url: string;
let mails: MailSink;
let live: SsoPerson, bound: SsoPerson, racer: SsoPerson;

beforeAll(async () => {
  mails = await startMailSink();
  server = await startSsoServer({
    people: 3,
    // Slower to suspect than in other tests, so that a slow machine is not taken for an outage.
    sso: {never_switch: ['glass.person'], probe: {rounds_down: 3, minimum_down_seconds: 3}},
    configPatch: {
      EmailSettings: {...mails.emailSettings, RequireEmailVerification: true},
      ServiceSettings: {
        TerminateSessionsOnPasswordChange: true,
        MaximumLoginAttempts: 5,
        EnableBotAccountCreation: true,
      },
    },
  });
  url = server.mattermost().url;
  [live, bound, racer] = server.people as [SsoPerson, SsoPerson, SsoPerson];
});

afterAll(async () => {
  await server?.stop();
  await mails?.stop();
  removeScratch();
});

const sso = async <Value>(...words: string[]): Promise<Value> =>
  (await drctlOrThrow(server.drctl('sso', ...words))).value as Value;
const provider = async () => (await server.status()).detection.providers[0];
const suspicions = async () => (await readFile(server.companion().logFile, 'utf8')).split(SUSPECTED).length - 1;
const sql = <Row extends object>(statement: string, ...values: unknown[]) =>
  query<Row>(server.databaseUrl, statement, values);
const planOf = async (...choice: string[]) => (await sso<{plan: SwitchPlan}>('switch', '--dry-run', ...choice)).plan;
const namesIn = (people: readonly {username: string}[]) => people.map(({username}) => username).sort();
const dr = (...words: string[]): Promise<DrctlAnswer> => server.drctl('sso', ...words);
const list = () => sso<ReturnList>('return-list');
const password = (username: string): string => `Outage-${username}-1`;

async function add(
  username: string,
  authService: string,
  authData: string,
  changes: Readonly<Record<string, unknown>> = {},
): Promise<string> {
  const [account] = await insertAccounts(server.databaseUrl, live.userId, [
    {username, email: `${username}@corp.test`, authService, authData},
  ]);
  for (const [column, value] of Object.entries(changes)) {
    await sql(`UPDATE users SET ${column} = $1 WHERE username = $2`, value, username);
  }
  return account!.userId;
}

const forget = () => server.client.request('POST', '/caches/invalidate');

async function claim(username: string): Promise<void> {
  const {code} = await sso<LetInResult>('let-in', username, '--identified-by', 'seen at the desk');
  await choosePassword(url, (await useCode(url, code)).token, password(username));
}

/** Others come to the same address. */
async function resetMail(): Promise<string> {
  const found = () => mails.mailsTo(bound.email).find(({subject}) => subject.includes('Reset your password'));
  await waitFor('the mail for a new password', async () => found() !== undefined);
  return found()!.text;
}

/** Mattermost writes a hash of an older kind anew at the sign-in, and thereby makes the account one with a password. That statement alone is held. */
async function holdPasswordWrites(): Promise<{
  isSomebodyWaiting(): Promise<boolean>;
  open(): Promise<void>;
  remove(): Promise<void>;
}> {
  const keeper = new pg.Client({connectionString: server.databaseUrl});
  await keeper.connect();
  await keeper.query('SELECT pg_advisory_lock(42)');
  await sql(`CREATE FUNCTION hold_password_writes() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF current_query() LIKE '%AuthData = NULL%' THEN PERFORM pg_advisory_xact_lock(42); END IF; RETURN NULL; END $$`);
  await sql(
    'CREATE TRIGGER hold_password_writes BEFORE UPDATE ON users FOR EACH STATEMENT EXECUTE FUNCTION hold_password_writes()',
  );
  return {
    isSomebodyWaiting: async () =>
      (await sql(`SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted`)).length > 0,
    open: async () => void (await keeper.query('SELECT pg_advisory_unlock(42)')),
    remove: async () => {
      await keeper.end();
      await sql('DROP FUNCTION hold_password_writes CASCADE');
    },
  };
}

/** What the companion remembers: asked there, because a turn of drctl takes longer than a round of probes. */
function remembered<Row>(statement: string): Row | undefined {
  const state = new DatabaseSync(join(server.stateDirectory, 'state.db'), {readOnly: true});
  try {
    return state.prepare(statement).get() as Row | undefined;
  } finally {
    state.close();
  }
}

const track = () =>
  JSON.parse(remembered<{track: string}>('SELECT track FROM sso_tracks')?.track ?? '{}') as {
    rounds_down?: number;
    since?: number;
    last_round_at?: number;
  };
const roundsDown = () => track().rounds_down ?? 0;
/** Of the state that it is in now, as far as rounds have seen it. */
const lastsFor = () => (track().last_round_at ?? 0) - (track().since ?? Infinity);
const hasBegunSecondLook = async () =>
  remembered(`SELECT 1 FROM events WHERE type = 'step' AND body LIKE '%"second_look"%' LIMIT 1`) !== undefined;

async function conflictOf(name: string): Promise<ReturnEntry['conflict'] | undefined> {
  return (await list()).entries.find(({person}) => person.username === name || person.id === name)?.conflict;
}

const accountsLike = (pattern: string) =>
  sql<{username: string; authservice: string; authdata: string | null; password: string}>(
    'SELECT username, authservice, authdata, password FROM users WHERE username LIKE $1 ORDER BY username',
    pattern,
  );

describe('what is an outage, and what is none', () => {
  afterEach(async () => {
    await server.identityProvider.answerNormally();
    await waitFor('the provider to be up again', async () => (await provider())?.state === 'up', 60);
  });

  test.each([401, 403])('a provider that answers %i to everything lives, however long it lasts', async (status) => {
    const before = await suspicions();
    await server.identityProvider.answerInstead(status, '{"error":"access_denied"}');
    await waitFor('it to be seen', async () => (await provider())?.state === 'degraded', 60);
    await waitFor('it to last longer than an outage must', async () => lastsFor() > 4000);
    expect(await sso<SsoStatus>('status')).toMatchObject({state: 'watching', detection: {proposal: null}});
    expect(await suspicions()).toBe(before);
  });

  test('one that fails every other moment is not suspected', async () => {
    const before = await suspicions();
    for (let turn = 0; turn < 6; turn += 1) {
      await server.identityProvider.answerInstead(503);
      await waitFor('a bad round', async () => roundsDown() > 0);
      await server.identityProvider.answerNormally();
      await waitFor('a good round', async () => roundsDown() === 0);
    }
    expect(await suspicions()).toBe(before);
  });

  test('one whose token service answers with a page is seen, although it says 200', async () => {
    await server.identityProvider.answerInstead(200, '<html>Maintenance</html>', '/token');
    await waitFor('it to be seen', async () => (await provider())?.state === 'degraded', 60);
    expect((await provider())?.message).toMatch(/page where a token service must answer/);
    await expect(signInThroughProvider(url, live.username, live.password)).rejects.toMatchObject({
      by: 'mattermost',
      status: 500,
    });
  });

  test('one that accepts connections and never answers is down', async () => {
    server.identityProvider.hang();
    try {
      await waitFor('the outage to be suspected', async () => (await server.status()).state === 'suspected', 90);
      expect((await provider())?.message).toContain('did not answer in time');
    } finally {
      server.identityProvider.unhang();
    }
  });
});

describe('who is meant', () => {
  beforeAll(async () => {
    await sso('declare', '--reason', 'the provider does not answer');
    await add('in.four', 'saml', 'in.four');
    await add('in.twenty', 'saml', 'in.twenty');
    await add('has.none', 'saml', 'has.none');
    await add('has.forever', 'saml', 'has.forever');
    const long = Date.now() - 200 * DAY;
    await add('dormant.one', 'saml', 'dormant.one', {createat: long, lastlogin: long});
    const ids = Object.fromEntries(
      (await sql<{id: string; username: string}>('SELECT id, username FROM users')).map(({id, username}) => [
        username,
        id,
      ]),
    );
    await server.addSessions([
      {userId: ids['in.four']!, expiresAt: Date.now() + 4 * HOUR},
      {userId: ids['in.four']!, expiresAt: Date.now() + HOUR},
      {userId: ids['in.twenty']!, expiresAt: Date.now() + HOUR},
      {userId: ids['in.twenty']!, expiresAt: Date.now() + 20 * HOUR},
      {userId: ids['has.none']!, expiresAt: Date.now() - HOUR},
      {userId: ids['has.forever']!, expiresAt: 0},
    ]);
    await forget();
  });

  test('by the end of their sessions: whose last one ends before, and who has none', async () => {
    expect(namesIn((await planOf('--sessions-ending-before', '8h')).people)).toEqual(['has.none', 'in.four']);
    expect(namesIn((await planOf('--sessions-ending-before', '30h')).people)).toEqual([
      'has.none',
      'in.four',
      'in.twenty',
    ]);
  });

  test('everyone: but not who was not seen for long, unless by name', async () => {
    const {people, excluded} = await planOf('--everyone');
    expect(namesIn(people)).toEqual(
      [...['has.forever', 'has.none', 'in.four', 'in.twenty'], ...namesIn(server.people)].sort(),
    );
    expect(excluded).toContainEqual({person: expect.objectContaining({username: 'dormant.one'}), reason: 'dormant'});
    expect(namesIn((await planOf('--user', 'dormant.one')).people)).toEqual(['dormant.one']);
  });

  test('a team, or a group: its members of now, and nobody else', async () => {
    const team = await server.client.request<{id: string}>('POST', '/teams', {
      name: 'cohort-team',
      display_name: 'Cohort',
      type: 'O',
    });
    for (const {userId} of [live, bound]) {
      await server.client.request('POST', `/teams/${team.id}/members`, {team_id: team.id, user_id: userId});
    }
    await server.client.request('DELETE', `/teams/${team.id}/members/${bound.userId}`);
    expect(namesIn((await planOf('--team', 'cohort-team')).people)).toEqual([live.username]);

    const group = 'g'.repeat(26);
    await sql(
      `INSERT INTO usergroups (id, name, displayname, description, source, remoteid, createat, updateat, deleteat, allowreference)
      VALUES ($1, 'cohort-group', 'Cohort', '', 'ldap', 'cn=cohort', 1, 1, 0, false)`,
      group,
    );
    for (const [{userId}, deleteAt] of [
      [bound, 0],
      [live, 5],
    ] as const) {
      await sql(
        'INSERT INTO groupmembers (groupid, userid, createat, deleteat) VALUES ($1, $2, 1, $3)',
        group,
        userId,
        deleteAt,
      );
    }
    expect(namesIn((await planOf('--group', 'cohort-group')).people)).toEqual([bound.username]);
    for (const choice of ['--team', '--group']) {
      expect((await dr('switch', '--dry-run', choice, 'no-such-thing')).error?.code).toBe('ACCOUNT_NOT_FOUND');
    }
  });

  test('a file, by name, address or id, without those on the list of people who must not get in', async () => {
    const [people, denied] = ['people.csv', 'denied.csv'].map((name) => join(server.directory, name)) as [
      string,
      string,
    ];
    await writeFile(
      people,
      `\uFEFFUsername,Department\r\n${live.username},"Works, north"\r\n# a comment\r\n"${bound.email}",x\r\nin.four;x\r\n${racer.userId}\r\nnobody.at.all,x\r\n${live.username},again\r\n`,
    );
    await writeFile(denied, `email\n${bound.email.toUpperCase()}\n`);
    const {people: chosen, excluded} = await planOf('--file', people, '--deny-file', denied);
    expect(namesIn(chosen)).toEqual(['in.four', live.username, racer.username].sort());
    expect(Object.fromEntries(excluded.map(({person, reason}) => [person.username, reason]))).toEqual({
      [bound.username]: 'denied',
      'nobody.at.all': 'not_found',
    });
  });

  test('nobody who is no person, is not ours, must not sign in, or could not come back: each with the reason', async () => {
    const bot = await server.client.request<{user_id: string}>('POST', '/bots', {
      username: 'cohort.bot',
      display_name: 'Bot',
    });
    await sql(`UPDATE users SET authservice = 'saml', authdata = 'cohort.bot' WHERE id = $1`, bot.user_id);
    await add('not.ours', 'saml', 'not.ours', {remoteid: 'r'.repeat(26)});
    await add('guest.one', 'saml', 'guest.one', {roles: 'system_guest'});
    await add('went.away', 'saml', 'went.away', {deleteat: Date.now()});
    await add('magic.guest', 'magic_link', 'magic.guest');
    await add('glass.person', 'saml', 'glass.person');
    await add('no.mail', 'saml', 'no.mail', {email: 'nowhere'});
    const expected = {
      'cohort.bot': 'bot',
      'not.ours': 'remote',
      'guest.one': 'guest_without_licence',
      'went.away': 'deactivated',
      'magic.guest': 'magic_link',
      'glass.person': 'break_glass',
      'no.mail': 'no_email',
      [server.workspace.users[0]!.username]: 'local',
    };
    const {count, excluded} = await planOf('--user', ...Object.keys(expected));
    expect(count).toBe(0);
    expect(Object.fromEntries(excluded.map(({person, reason}) => [person.username, reason]))).toEqual(expected);
    const {switch: result} = await sso<{switch: SwitchResult}>('switch', '--yes', '--user', ...Object.keys(expected));
    expect(result).toMatchObject({switched: 0, failed: 0, conflicts: 0, people: []});
    expect(
      await sql(
        'SELECT username FROM users WHERE username = ANY($1) AND authdata IS NULL',
        Object.keys(expected).slice(0, -1),
      ),
    ).toEqual([]);
  });
});

describe('switched, and back', () => {
  let awkward: Awaited<ReturnType<typeof accountsLike>>;

  beforeAll(async () => {
    for (const [index, [service, data]] of AWKWARD.entries()) {
      await add(`awkward.${String(index).padStart(2, '0')}`, service, data);
    }
    await add('not.verified', 'saml', 'not.verified', {emailverified: false});
    await add('locked.out', 'saml', 'locked.out', {failedattempts: 5});
    await add('self.same', 'saml', 'self.same');
    await add('self.other', 'saml', 'self.other');
    await add('data.owner', 'saml', 'shared.data');
    await add('data.taker', 'ldap', 'of.its.own');
    await add('is.deleted', 'saml', 'is.deleted');
    await add('is.renamed', 'saml', 'is.renamed');
    await add('is.promoted', 'saml', 'is.promoted');
    await add('new.address', 'saml', 'new.address');
    // As an administrator would write it.
    await server.client.request('PUT', `/users/${(await server.row('awkward.00')).id}/auth`, {
      auth_service: AWKWARD[0]![0],
      auth_data: AWKWARD[0]![1],
    });
    await forget();
    awkward = await accountsLike('awkward.%');
    expect(awkward.map(({authservice, authdata}) => [authservice, authdata])).toEqual(AWKWARD);
  });

  test('everyone, of every service: no sign-in data, no password, and sessions that live on', async () => {
    expect((await planOf('--everyone')).warnings).toContainEqual(
      expect.stringContaining('TerminateSessionsOnPasswordChange'),
    );
    const {switch: result} = await sso<{switch: SwitchResult}>('switch', '--everyone', '--yes');
    expect(result).toMatchObject({failed: 0, conflicts: 0});
    const switched = await accountsLike('awkward.%');
    expect(switched).toEqual(awkward.map(({username}) => ({username, authservice: '', authdata: null, password: ''})));
    expect(await tokenWorks(url, live.token)).toBe(true);
  });

  test('who claims gets in: with an address that was never verified, after too many wrong passwords, and although a new password ends sessions', async () => {
    for (const username of [live.username, 'not.verified', 'locked.out']) {
      await claim(username);
      expect((await signInWithPassword(url, username, password(username))).userId).toBe(
        (await server.row(username)).id,
      );
    }
    expect(await server.row('locked.out')).toMatchObject({failedattempts: 0});
    expect(await tokenWorks(url, live.token)).toBe(false);
  });

  test('a second switch of everyone does not wipe what was claimed', async () => {
    await sso('switch', '--everyone', '--yes');
    await sso('switch', '--yes', '--user', live.username, 'locked.out');
    await signInWithPassword(url, live.username, password(live.username));
  });

  test('what others did to accounts meanwhile is told, and left to a human where a machine could do harm', async () => {
    const id = async (username: string): Promise<string> => (await server.row(username)).id;
    const auth = async (username: string, service: string, data: string) =>
      server.client.request('PUT', `/users/${await id(username)}/auth`, {auth_service: service, auth_data: data});
    await auth('self.same', 'saml', 'self.same');
    await auth('self.other', 'openid', 'something-else');
    await auth('data.taker', 'ldap', 'shared.data');
    await server.client.request('PUT', `/users/${await id('is.renamed')}/patch`, {username: 'has.new.name'});
    await server.client.request('PUT', `/users/${await id('is.promoted')}/roles`, {roles: 'system_user system_admin'});
    await sql(`UPDATE users SET email = 'newer@corp.test' WHERE username = 'new.address'`);
    const deleted = await id('is.deleted');
    await sql('DELETE FROM users WHERE id = $1', deleted);
    await forget();

    const kinds = Object.fromEntries(
      (await list()).entries
        .filter(({conflict}) => conflict !== null)
        .map(({person, conflict}) => [person.username, conflict?.kind]),
    );
    expect(kinds).toMatchObject({
      'self.other': 'self_switched',
      'data.owner': 'data_in_use',
      'is.deleted': 'deleted',
      'new.address': 'email_changed',
    });
    expect(Object.keys(kinds).sort()).toEqual(['data.owner', 'data.taker', 'is.deleted', 'new.address', 'self.other']);
    expect((await conflictOf('data.owner'))?.message).toContain('@data.taker');
    expect((await list()).entries.map(({person}) => person.username)).not.toContain('self.same');
  });

  test('a login under way at the moment of the switch back undoes it, and the second look repairs that', async () => {
    await sql('UPDATE users SET password = $1 WHERE id = $2', await bcrypt.hash('Old hash, 2026', 4), racer.userId);
    await forget();
    const gate = await holdPasswordWrites();
    try {
      const login = signInWithPassword(url, racer.username, 'Old hash, 2026').catch(() => null);
      await waitFor('the login to be about to write its new hash', gate.isSomebodyWaiting, 60);
      // So long that the login is done before it, on a slow machine too.
      const environment = {DRCTL_SSO_SECOND_LOOK_SECONDS: '3'};
      const back = drctlOrThrow(
        runDrctl(
          [
            ...['--config', server.configFile, 'sso', 'switch-back', '--yes', '--without-provider-check'],
            ...['--user', racer.username],
          ],
          {home: join(server.directory, 'home'), environment},
        ),
      );
      await waitFor('the switch back to be done with everybody', hasBegunSecondLook, 60);
      await gate.open();
      const session = await login;
      expect((await back).value.switch_back).toMatchObject({returned: 1, failed: 0});
      expect(JSON.stringify((await back).lines)).toContain('had a password again');
      expect(await server.row(racer.username)).toMatchObject({
        authservice: 'gitlab',
        authdata: String(racer.id),
        has_password: false,
      });
      expect(session !== null && (await tokenWorks(url, session.token))).toBe(false);
    } finally {
      await gate.remove();
    }
  });

  test('a mail for a new password that was asked for before is worth nothing after the switch back, and after the next switch', async () => {
    await server.client.request('POST', '/users/password/reset/send', {email: bound.email});
    const token = /token=(\w+)/.exec(await resetMail())?.[1] ?? '';
    expect(token).not.toBe('');
    const {switch_back: result} = await sso<{switch_back: SwitchBackResult}>(
      'switch-back',
      '--yes',
      '--without-provider-check',
      '--user',
      bound.username,
    );
    expect(result.reset_tokens_purged).toBeGreaterThanOrEqual(1);
    await expect(choosePassword(url, token, password('mail'))).rejects.toMatchObject({status: 400});
    await sso('switch', '--yes', '--user', bound.username);
    await expect(choosePassword(url, token, password('mail'))).rejects.toMatchObject({status: 400});
    expect(await server.row(bound.username)).toMatchObject({authservice: '', has_password: false});
  });

  test('all others get back byte for byte what they had; what changed is told', async () => {
    const answer = await dr('switch-back', '--yes', '--without-provider-check');
    const {failed, drift} = answer.value.switch_back as SwitchBackResult;
    expect(failed).toBe(0);
    expect(await accountsLike('awkward.%')).toEqual(awkward);
    const changes = Object.fromEntries(drift.map(({person, changes: told}) => [person.id, told.join()]));
    expect(changes[(await server.row('has.new.name')).id]).toContain('username was is.renamed, is has.new.name');
    expect(changes[(await server.row('is.promoted')).id]).toContain('system_admin');
    expect(await server.row('self.other')).toMatchObject({authservice: 'openid', authdata: 'something-else'});
    expect(await server.row('data.owner')).toMatchObject({authservice: '', authdata: null});
  });

  test('a human decides the rest, and then the list is empty', async () => {
    const resolve = (name: string, choice: string) =>
      sso('resolve', name, '--choice', choice, '--reason', 'asked at the desk');
    expect((await dr('resolve', 'is.deleted', '--choice', 'restore', '--reason', 'is missed')).error?.code).toBe(
      'ACCOUNT_EXCLUDED',
    );
    await resolve('is.deleted', 'leave');
    await resolve('self.other', 'leave');
    await resolve('new.address', 'restore');
    await resolve('data.owner', 'restore');
    expect(await server.row('data.owner')).toMatchObject({authservice: 'saml', authdata: 'shared.data'});
    expect(await server.row('new.address')).toMatchObject({
      authservice: 'saml',
      authdata: 'new.address',
      email: 'newer@corp.test',
    });
    for (const {person} of (await list()).entries) {
      await resolve(person.username, 'leave');
    }
    await sso('close');
  });

  test('in the next outage the original is what the account had then, not what it had in the one before', async () => {
    await sql(`UPDATE users SET authservice = 'openid', authdata = 'moved since' WHERE username = 'awkward.02'`);
    await forget();
    await sso('declare', '--reason', 'down again');
    await sso('switch', '--yes', '--user', 'awkward.02', 'awkward.03', bound.username);
    expect((await list()).count).toBe(3);
    await sso('switch-back', '--yes', '--without-provider-check');
    expect(await server.row('awkward.02')).toMatchObject({authservice: 'openid', authdata: 'moved since'});
    expect(await server.row('awkward.03')).toMatchObject({authservice: 'saml', authdata: AWKWARD[3]![1]});
    expect((await signInThroughProvider(url, bound.username, bound.password)).userId).toBe(bound.userId);
    await sso('close');
    const {checks} = (await server.drctl('doctor')).value as {checks: {name: string; outcome: string}[]};
    expect(checks.find(({name}) => name === 'ledger')).toMatchObject({outcome: 'ok'});
  });
});
