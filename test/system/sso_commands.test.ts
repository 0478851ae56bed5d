import {readFile} from 'node:fs/promises';
import {join} from 'node:path';
import {DatabaseSync} from 'node:sqlite';
import {afterAll, beforeAll, describe, expect, jest, test} from '@jest/globals';
import {ROUTES} from '@disaster-recovery/contract';
import type {
  Forecast,
  Incident,
  Job,
  LetInResult,
  Readiness,
  ReturnEntry,
  ReturnList,
  SsoStatus,
  Status,
  SwitchBackResult,
  SwitchPlan,
  SwitchResult,
} from '@disaster-recovery/contract';
import {filesThatLeak, leaked} from '../faults/canaries.ts';
import {untilBotSays} from '../harness/bot_posts.ts';
import {useCode} from '../harness/claim.ts';
import {connect} from '../harness/client.ts';
import type {Client} from '../harness/client.ts';
import {drctlOrThrow} from '../harness/drctl.ts';
import {PLUGIN} from '../harness/protected_server.ts';
import {removeScratch, scratchDirectory} from '../harness/scratch.ts';
import {signInWithPassword} from '../harness/sso_login.ts';
import {startSsoServer} from '../harness/sso_server.ts';
import type {ExtraAccount, SsoServer} from '../harness/sso_server.ts';
import {waitFor} from '../harness/wait_for.ts';

jest.setTimeout(300_000);

const HOUR = 3_600_000;
const EXTRAS = 8;
/** Every one-time code that was made. */
const codes: Record<string, string> = {};

let server: SsoServer;
let url: string;
let channel: string;
let auditFile: string;
let token: string;
let second: Client;
let ann: ExtraAccount;
let bob: ExtraAccount;
let cleo: ExtraAccount;

beforeAll(async () => {
  auditFile = join(await scratchDirectory('audit'), 'audit.log');
  server = await startSsoServer({
    people: 1,
    extraSsoRows: EXTRAS,
    extraSessions: (index) => (index % 2 === 0 ? [{expiresAt: Date.now() + (index + 2) * HOUR}] : []),
    environment: {MM_EXPERIMENTALAUDITSETTINGS_FILEENABLED: 'true', MM_EXPERIMENTALAUDITSETTINGS_FILENAME: auditFile},
  });
  url = server.mattermost().url;
  channel = server.workspace.channels[0]!.id;
  [ann, bob, cleo] = server.extras as [ExtraAccount, ExtraAccount, ExtraAccount];
  const {admin, users} = server.workspace;
  token = (await signInWithPassword(url, admin.username, admin.password)).token;
  await server.client.request('PUT', `/users/${users[0]!.id}/roles`, {roles: 'system_user system_admin'});
  second = connect(url);
  await second.login(users[0]!.username, users[0]!.password);
  await waitFor(
    'the provider to be seen up',
    async () => (await http<SsoStatus>('GET', '')).detection.providers[0]?.state === 'up',
    60,
  );
});

afterAll(async () => {
  await server?.stop();
  removeScratch();
});

async function drctl<Value>(...words: string[]): Promise<Value> {
  return (await drctlOrThrow(server.drctl('sso', ...words))).value as Value;
}

/** As the page does: through the plugin, as the system admin. */
async function http<Value>(method: 'GET' | 'POST', path: string, body?: object): Promise<Value> {
  return server.client.requestPlugin<Value>(PLUGIN, method, `/api/v1/sso${path}`, body);
}

async function httpJob<Result>(path: string, body: object): Promise<Result> {
  const {id} = await http<Job>('POST', path, body);
  let job: Job | undefined;
  await waitFor(
    'the job to end',
    async () => {
      job = await server.client.requestPlugin<Job>(PLUGIN, 'GET', `/api/v1/jobs/${id}`);
      return job.finished_at !== null;
    },
    60,
  );
  expect(job).toMatchObject({error: null, status: 'success'});
  return job!.result as Result;
}

/** What comes back to whoever typed it. */
async function type(words: string, client: Client = server.client): Promise<string> {
  const {text = '', response_type} = await client.executeCommand(channel, `/dr sso ${words}`);
  expect(response_type).toBe('said_by_bot');
  return text;
}

const botSays = async (words: RegExp): Promise<RegExpExecArray> =>
  words.exec((await untilBotSays(server.client, channel, words, 60)).message)!;

/** What is asked of the plugin without any client of ours in between. */
async function raw(
  method: string,
  path: string,
  options: {body?: string; token?: string; headers?: Record<string, string>} = {},
): Promise<{status: number; text: string; code: string | undefined; headers: Headers}> {
  const response = await fetch(`${url}/plugins/${PLUGIN}${path}`, {
    method,
    ...(options.body !== undefined && {body: options.body}),
    headers: {
      'content-type': 'application/json',
      'X-Requested-With': 'XMLHttpRequest',
      ...(options.token && {authorization: `Bearer ${options.token}`}),
      ...options.headers,
    },
  });
  const text = await response.text();
  return {status: response.status, text, code: /"code":"([A-Z_]+)"/.exec(text)?.[1], headers: response.headers};
}

describe('what only looks says the same three ways', () => {
  test('the forecast', async () => {
    const shell = await drctl<Forecast>('forecast');
    expect(await http('GET', '/forecast')).toEqual({...shell, at: expect.any(Number)});
    expect(shell).toMatchObject({sso_accounts: EXTRAS + 1, locked_out_now: EXTRAS / 2});
    const chat = await type('forecast');
    expect(chat).toContain(
      `${shell.locked_out_now} people locked out now, of ${shell.sso_accounts - shell.dormant} who`,
    );
    expect(
      [...chat.matchAll(/^\| [^|]+ \| (\d+) \| [^|]* \| (\d+) \|$/gm)].map(([, locked, extended]) => [
        Number(locked),
        Number(extended),
      ]),
    ).toEqual(shell.curve.map(({locked_out, with_extension}) => [locked_out, with_extension]));
  });

  test('the readiness', async () => {
    const shell = await drctl<Readiness>('readiness');
    const page = await http<Readiness>('GET', '/readiness');
    expect(page.checks.map(({name, outcome}) => [name, outcome])).toEqual(
      shell.checks.map(({name, outcome}) => [name, outcome]),
    );
    expect(page.score).toBe(shell.score);
    const chat = await type('readiness');
    expect(chat).toContain(`Readiness for an SSO outage: ${shell.score} of 100`);
    expect(chat.split('\n').filter((line) => line.startsWith('- '))).toHaveLength(shell.checks.length);
  });

  test('the status, and an empty return list', async () => {
    const shell = await drctl<SsoStatus>('status');
    const page = await http<SsoStatus>('GET', '');
    for (const same of [
      'state',
      'incident',
      'counts',
      'settings',
      'approvals',
      'snapshot',
      'bridge',
      'next_actions',
    ] as const) {
      expect(page[same]).toEqual(shell[same]);
    }
    expect(shell).toMatchObject({state: 'watching', bridge: 'plugin'});
    expect(await type('status')).toContain(
      `${shell.counts.sso_accounts} people sign in through a provider, ${shell.counts.locked_out_now} are locked out now`,
    );
    expect(await http('GET', '/return-list')).toEqual(await drctl('return-list'));
    expect(await type('return-list')).toContain('The return list is empty');
  });

  test('an identity snapshot', async () => {
    const shell = await drctl<object>('snapshot');
    expect(await http('POST', '/snapshots')).toEqual({...shell, at: expect.any(Number), changed: 0});
    expect(await type('snapshot')).toContain(`${EXTRAS + 1} sign in through a provider; 0 differ`);
  });
});

/** One incident from its declaration to its end, by one of the three ways; each answers with the same facts. */
interface Way {
  declare(reason: string): Promise<{state: string}>;
  extend(): Promise<{extended: number; people: number}>;
  plan(): Promise<{count: number; people: string[]}>;
  switch(): Promise<{switched: number; told: number}>;
  letIn(username: string): Promise<{code: string; username: string; switched_now: boolean}>;
  list(): Promise<{username: string; isConflict: boolean}[]>;
  resolve(username: string): Promise<{username: string}>;
  switchBack(): Promise<{returned: number}>;
  close(): Promise<{state: string}>;
}

const both = (): string[] => [ann.username, bob.username];
const planFacts = ({count, people}: SwitchPlan) => ({count, people: people.map(({username}) => username)});
const letInFacts = ({code, person, switched_now}: LetInResult) => ({code, username: person.username, switched_now});
const listFacts = ({entries}: ReturnList) =>
  entries.map(({person, conflict}) => ({username: person.username, isConflict: conflict !== null}));

const WAYS: Record<'drctl' | 'http' | 'chat', Way> = {
  drctl: {
    declare: (reason) => drctl<Incident>('declare', '--reason', reason),
    extend: async () =>
      (await drctl<{extend: {extended: number; people: number}}>('extend-sessions', '--hours', '48')).extend,
    plan: async () => planFacts((await drctl<{plan: SwitchPlan}>('switch', '--user', ...both(), '--dry-run')).plan),
    switch: async () => (await drctl<{switch: SwitchResult}>('switch', '--user', ...both(), '--yes')).switch,
    letIn: async (username) =>
      letInFacts(await drctl<LetInResult>('let-in', username, '--identified-by', 'I know the voice')),
    list: async () => listFacts(await drctl<ReturnList>('return-list')),
    resolve: async (username) =>
      (await drctl<ReturnEntry>('resolve', username, '--choice', 'restore', '--reason', 'wanted so')).person,
    switchBack: async () =>
      (await drctl<{switch_back: SwitchBackResult}>('switch-back', '--yes', '--without-provider-check')).switch_back,
    close: () => drctl<Incident>('close'),
  },
  http: {
    declare: (reason) => http<Incident>('POST', '/incidents', {reason}),
    extend: () => httpJob('/session-extensions', {hours: 48}),
    plan: async () => planFacts(await http<SwitchPlan>('POST', '/switch-plans', {users: both()})),
    switch: () => httpJob<SwitchResult>('/switches', {users: both()}),
    letIn: async (user) =>
      letInFacts(await http<LetInResult>('POST', '/let-ins', {user, identified_by: 'I know the voice'})),
    list: async () => listFacts(await http<ReturnList>('GET', '/return-list')),
    resolve: async (user) =>
      (await http<ReturnEntry>('POST', '/resolutions', {user, choice: 'restore', reason: 'wanted so'})).person,
    switchBack: () => httpJob<SwitchBackResult>('/switch-backs', {without_provider_check: true}),
    close: () => http<Incident>('POST', '/incidents/current/close'),
  },
  chat: {
    declare: async (reason) => ({
      state: /An SSO outage is (declared)/.exec(await type(`declare --reason "${reason}"`))?.[1] ?? '',
    }),
    extend: async () => {
      expect(await type('extend-sessions --hours 48')).toContain('started');
      const [, extended, people] = await botSays(/(\d+) sessions? of (\d+) (?:person|people) extended/);
      return {extended: Number(extended), people: Number(people)};
    },
    plan: async () => {
      const text = await type(`switch --user @${both().join(' @')}`);
      expect(text).toContain('Nobody is switched yet');
      return {
        count: Number(/Plan: switch (\d+)/.exec(text)?.[1]),
        people: [...(text.split('\n')[1] ?? '').matchAll(/`([^`]+)`/g)].map(([, name]) => name ?? ''),
      };
    },
    switch: async () => {
      expect(await type(`switch --user @${both().join(' @')} --yes`)).toContain('started');
      const [, switched, told] = await botSays(
        /(\d+) (?:person|people) switched to email and password[^]*?(\d+) (?:person|people) told/,
      );
      return {switched: Number(switched), told: Number(told)};
    },
    letIn: async (user) => {
      const text = await type(`let-in @${user} --identified-by "I know the voice"`);
      const [, username = '', code = ''] = /One-time code for `([^`]+)`\n```\n(\S+)\n```/.exec(text) ?? [];
      return {code, username, switched_now: text.includes('just now')};
    },
    list: async () =>
      [...(await type('return-list')).matchAll(/^- (❌ )?`([^`]+)`: .*\(before: /gm)].map(
        ([, mark, username = '']) => ({username, isConflict: mark !== undefined}),
      ),
    resolve: async (user) => ({
      username:
        /Decided\n- (?:❌ )?`([^`]+)`/.exec(
          await type(`resolve @${user} --choice restore --reason "wanted so"`),
        )?.[1] ?? '',
    }),
    switchBack: async () => {
      expect(await type('switch-back --without-provider-check --yes')).toContain('started');
      return {returned: Number((await botSays(/(\d+) (?:person|people) switched back to single sign-on/))[1])};
    },
    close: async () => ({state: /The incident is (closed)/.exec(await type('close'))?.[1] ?? ''}),
  },
};

/** Where the bot tells the system administrator what happened. */
async function directChannel(): Promise<string> {
  const bot = await server.client.request<{id: string}>('GET', '/users/username/disaster-recovery');
  const me = await server.client.request<{id: string}>('GET', '/users/me');
  return (await server.client.request<{id: string}>('POST', '/channels/direct', [me.id, bot.id])).id;
}

describe.each(['drctl', 'http', 'chat'] as const)('an incident by %s', (name) => {
  const way = WAYS[name];
  const byName = (list: readonly {username: string}[]) =>
    [...list].sort((a, b) => a.username.localeCompare(b.username));

  test('begins, and keeps people in', async () => {
    expect(await way.declare(`by ${name}`)).toMatchObject({state: 'declared'});
    expect(await http<SsoStatus>('GET', '')).toMatchObject({state: 'declared', incident: {reason: `by ${name}`}});
    expect(await way.extend()).toMatchObject({extended: EXTRAS / 2, people: EXTRAS / 2});
  });

  test('switches who was shown, and lets one more in', async () => {
    expect(await way.plan()).toEqual({count: 2, people: both()});
    expect(await server.row(ann.username)).toMatchObject({authservice: 'gitlab'});
    expect(await way.switch()).toMatchObject({switched: 2, told: 1});
    const {code, ...answer} = await way.letIn(cleo.username);
    expect(answer).toEqual({username: cleo.username, switched_now: true});
    codes[`by ${name}`] = code;
    expect((await useCode(url, code)).username).toBe(cleo.username);
    expect(byName(await way.list())).toEqual(
      [...both(), cleo.username].map((username) => ({username, isConflict: false})),
    );
  });

  test('leaves a conflict to a human, and ends when everyone is back', async () => {
    await server.client.request('DELETE', `/users/${bob.userId}`);
    expect(byName(await way.list())).toMatchObject([
      {isConflict: false},
      {username: bob.username, isConflict: true},
      {isConflict: false},
    ]);
    expect(await way.resolve(bob.username)).toMatchObject({username: bob.username});
    expect(await way.switchBack()).toMatchObject({returned: 2});
    expect(await way.list()).toEqual([]);
    expect(await way.close()).toMatchObject({state: 'closed'});
    const announced = await untilBotSays(server.client, await directChannel(), new RegExp(`closed.*by ${name}`), 30);
    expect(announced.message).toContain('Everyone and everything is as it was before');
    await server.client.request('PUT', `/users/${bob.userId}/active`, {active: true});
    for (const {username, authData} of [ann, bob, cleo]) {
      expect(await server.row(username)).toMatchObject({
        authservice: 'gitlab',
        authdata: authData,
        has_password: false,
        deleteat: 0,
      });
    }
  });
});

describe('a switch of everyone, asked for in Mattermost', () => {
  const asked = async (): Promise<string> => {
    const text = await type('switch --everyone --yes');
    expect(text).toContain('SECOND_ADMINISTRATOR_NEEDED');
    return /must approve (\S+) within/.exec(text)?.[1] ?? '';
  };
  let approval: string;

  test('waits for a second administrator, and says so in every place', async () => {
    await type('declare --reason "everyone"');
    approval = await asked();
    expect(await asked()).toBe(approval);
    expect(await raw('POST', '/api/v1/sso/switches', {token, body: '{"everyone":true}'})).toMatchObject({
      status: 409,
      code: 'SECOND_ADMINISTRATOR_NEEDED',
    });
    expect((await drctl<SsoStatus>('status')).approvals).toMatchObject([{id: approval, approved_by: null}]);
    expect(await type('status')).toContain(`/dr approve ${approval}`);
    expect(await server.row(ann.username)).toMatchObject({authservice: 'gitlab'});
  });

  test('is not approved by who asked, nor begun with an approval that nobody gave', async () => {
    expect(await type(`approve ${approval}`)).toContain('SECOND_ADMINISTRATOR_NEEDED');
    expect(await raw('POST', `/api/v1/sso/approvals/${approval}`, {token})).toMatchObject({
      status: 409,
      code: 'SECOND_ADMINISTRATOR_NEEDED',
    });
    expect(await type(`switch --everyone --approval ${approval} --yes`)).toContain('SECOND_ADMINISTRATOR_NEEDED');
    expect(await type('approve no-such-approval', second)).toContain('NOT_FOUND');
  });

  test('begins once another one has approved it, once', async () => {
    expect(await type(`approve ${approval}`, second)).toContain('Approved');
    expect(await type(`switch --everyone --approval ${approval} --yes`)).toContain('started');
    expect(Number((await botSays(/(\d+) people switched to email and password/))[1])).toBe(EXTRAS + 1);
    expect(await type(`switch --everyone --approval ${approval} --yes`)).toContain('SECOND_ADMINISTRATOR_NEEDED');
  });

  test('is told in one line by the status of everything, everywhere', async () => {
    const message = `An SSO outage is declared; ${EXTRAS + 1} people are not switched back yet.`;
    const {
      next_actions: [shell],
    } = (await drctlOrThrow(server.drctl('status'))).value as Status;
    expect(shell).toMatchObject({message, remedy: 'drctl sso status', says: message, how: 'drctl sso status'});
    expect((await server.client.requestPlugin<Status>(PLUGIN, 'GET', '/api/v1/status')).next_actions[0]).toEqual(shell);
    expect((await server.client.executeCommand(channel, '/dr status')).text).toContain(message);
  });

  test('needs no second one on the shell of the companion, which is recorded', async () => {
    expect(await drctl('switch', '--everyone', '--yes')).toMatchObject({switch: {switched: 0}});
    expect(await drctl('switch-back', '--yes', '--without-provider-check')).toMatchObject({
      switch_back: {returned: EXTRAS + 1},
    });
    await drctl('close');
  });
});

describe('who is no system administrator', () => {
  const commands = [
    'status',
    'readiness',
    'forecast',
    'snapshot',
    'declare --reason "x y z"',
    'extend-sessions',
    'switch --everyone',
    'switch --everyone --yes',
    'approve x',
    `let-in x --identified-by voice`,
    'admin-access --user x --identified-by voice',
    'return-list',
    'switch-back --yes',
    'resolve x --choice leave --reason "x y z"',
    'close',
    'help',
  ];
  const routes = Object.values(ROUTES)
    .filter(({path}) => path.startsWith('/api/v1/sso'))
    .map(({method, path}) => [method, path.replace('{id}', 'x')] as const);

  test('is refused every command', async () => {
    const person = connect(url);
    const {username, password} = server.workspace.users[1]!;
    await person.login(username, password);
    for (const command of commands) {
      expect([command, await type(command, person)]).toEqual([command, expect.stringContaining('NOT_SYSTEM_ADMIN')]);
    }
  });

  test('is refused every route, with a session and without', async () => {
    const {username, password} = server.workspace.users[1]!;
    const {token: theirs} = await signInWithPassword(url, username, password);
    for (const [method, path] of routes) {
      for (const session of [{}, {token: theirs}]) {
        expect([path, await raw(method, path, {...session, ...(method === 'POST' && {body: '{}'})})]).toMatchObject([
          path,
          {status: 403, code: 'NOT_SYSTEM_ADMIN'},
        ]);
      }
    }
    expect(routes.length).toBeGreaterThan(15);
    expect((await drctl<SsoStatus>('status')).state).toBe('watching');
  });

  test('and nobody at all reaches the claims of the companion past the claim page', async () => {
    expect(await raw('POST', '/api/v1/sso/claims', {token, body: '{"code":"x","address":"192.0.2.1"}'})).toMatchObject({
      status: 404,
      code: 'NOT_FOUND',
    });
  });
});

describe('what was done', () => {
  interface Entry {
    kind: string;
    actor: string;
    incident: string | null;
  }
  const entries = (): Entry[] => {
    const db = new DatabaseSync(join(server.stateDirectory, 'state.db'), {readOnly: true});
    try {
      return db
        .prepare(
          `SELECT kind, actor, json_extract(data, '$.incident') AS incident FROM ledger WHERE kind LIKE 'sso.%' ORDER BY seq`,
        )
        .all() as unknown as Entry[];
    } finally {
      db.close();
    }
  };

  test('stands in the ledger the same whichever way it was asked, each time by who asked', () => {
    const byIncident = Map.groupBy(
      entries().filter(({incident}) => incident !== null),
      ({incident}) => incident,
    );
    const [shell, page, chat] = [...byIncident.values()].map((all) =>
      all.filter(({kind}) => kind !== 'sso.code_redeemed'),
    );
    const kinds = (all: Entry[] | undefined): string[] => (all ?? []).map(({kind}) => kind);
    expect(kinds(shell)).toEqual(
      expect.arrayContaining([
        'sso.declared',
        'sso.switched',
        'sso.code_issued',
        'sso.resolved',
        'sso.returned',
        'sso.closed',
      ]),
    );
    expect(kinds(page)).toEqual(kinds(shell));
    expect(kinds(chat)).toEqual(kinds(shell));
    const actors = (all: Entry[] | undefined): Set<string> =>
      new Set(
        (all ?? [])
          .map(({actor}) => JSON.parse(actor) as {kind: string; name: string})
          .map(({kind, name}) => `${kind} ${kind === 'cli' ? '' : name}`),
      );
    expect([actors(shell), actors(page), actors(chat)]).toEqual([
      new Set(['cli ']),
      new Set([`mattermost ${server.workspace.admin.username}`]),
      new Set([`mattermost ${server.workspace.admin.username}`]),
    ]);
  });

  test('stands in the audit log of Mattermost too, the requests of the page as our own events', async () => {
    const records = (await readFile(auditFile, 'utf8'))
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as {event_name?: string; event?: string; meta?: {api_path?: string}});
    const paths = records
      .filter((record) => JSON.stringify(record).includes('disasterRecoveryRequest'))
      .map(({meta}) => meta?.api_path ?? '');
    for (const path of [
      'incidents',
      'session-extensions',
      'switches',
      'let-ins',
      'resolutions',
      'switch-backs',
      'incidents/current/close',
    ]) {
      expect(paths).toContainEqual(expect.stringContaining(`/api/v1/sso/${path}`));
    }
  });
});

describe('the claim page', () => {
  test.each([
    ['/claim', 'text/html'],
    ['/claim/claim.js', 'text/javascript'],
    ['/claim/claim.css', 'text/css'],
  ])('%s is shown to who cannot sign in, and may talk to this site alone', async (path, media) => {
    const {status, headers, text} = await raw('GET', path);
    expect([path, status]).toEqual([path, 200]);
    expect(headers.get('content-type')).toContain(media);
    expect(headers.get('content-security-policy')).toMatch(/default-src 'none'.*frame-ancestors 'none'/);
    expect(headers.get('set-cookie')).toBeNull();
    expect(text).not.toMatch(/https?:\/\/(?!127\.0\.0\.1|www\.w3\.org)/);
  });

  const code = (body: string, headers: Record<string, string> = {}) => raw('POST', '/claim/code', {body, headers});

  test.each<[string, string, Record<string, string>]>([
    ['no JSON', 'code=x', {}],
    ['an empty body', '', {}],
    ['a list', '[]', {}],
    ['no code', '{}', {}],
    ['a number', '{"code":1}', {}],
    ['an empty code', '{"code":""}', {}],
    ['a code that is too long', JSON.stringify({code: 'x'.repeat(101)}), {}],
    ['something more', '{"code":"x","address":"192.0.2.1"}', {}],
    ['1 MB', JSON.stringify({code: 'x'.repeat(1_000_000)}), {}],
    ['a form of another site', '{"code":"x"}', {'content-type': 'text/plain'}],
    ['no X-Requested-With', '{"code":"x"}', {'X-Requested-With': ''}],
  ])('%s is refused by name, and costs no try', async (_name, body, headers) => {
    expect(await code(body, headers)).toMatchObject({status: 400, code: 'USAGE_INVALID'});
  });

  test('a wrong code says no more than one that never was; and many of them keep no right one out', async () => {
    await drctl('declare', '--reason', 'for a code', '--no-tell');
    const made = (await drctl<LetInResult>('let-in', ann.username, '--identified-by', 'I know the voice')).code;
    codes['for the wrong ones'] = made;
    const wrong = JSON.stringify({code: made.slice(0, -1) + (made.endsWith('0') ? '1' : '0')});
    const unknown = JSON.stringify({code: '0000-0000-0000-0000-0000-0000-0000-0000'});
    const first = await code(wrong);
    expect(first).toMatchObject({status: 401, code: 'CLAIM_CODE_WRONG'});
    expect(await code(unknown)).toMatchObject({status: 401, text: first.text});
    for (let tries = 2; tries < 25; tries += 1) {
      expect(await code(unknown)).toMatchObject({status: 401});
    }
    expect(await code(JSON.stringify({code: made}))).toMatchObject({status: 200});
  });

  test('no code is in a log of Mattermost, its audit log, the log of the companion or its memory', async () => {
    expect(Object.values(codes).every((one) => /^[0-9A-Z]{4}(-[0-9A-Z]{4}){3}$/.test(one))).toBe(true);
    const forms = Object.fromEntries(
      Object.entries(codes).flatMap(([name, one]) => [
        [name, one],
        [`${name}, without dashes`, one.replaceAll('-', '')],
      ]),
    );
    expect(Object.keys(forms)).toHaveLength(8);
    expect(filesThatLeak(join(server.mattermost().directory, 'logs'), forms)).toEqual([]);
    expect(leaked(await readFile(server.companion().logFile, 'utf8'), forms)).toEqual([]);
    expect(leaked(await readFile(auditFile, 'utf8'), forms)).toEqual([]);
    expect(filesThatLeak(server.stateDirectory, forms)).toEqual([]);
  });
});
