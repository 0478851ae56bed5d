import {createServer, type IncomingMessage, type Server} from 'node:http';
import type {AddressInfo} from 'node:net';
import {inspect} from 'node:util';
import {afterEach, beforeEach, expect, test} from '@jest/globals';
import type {Failure} from '../../kernel/failure.ts';
import {createMattermostBridge} from './bridge.ts';

const CANARY = 'canary-token-that-must-not-leak';
type Seen = {method: string; url: string; token: string; body: string};

let server: Server;
let base = '';
let seen: Seen[] = [];
let signed: {method: string; path: string; body: string}[] = [];
let answer: (request: Seen) => {status: number; body: string; headers?: Record<string, string>};

beforeEach(async () => {
  seen = [];
  signed = [];
  server = createServer((request, response) => {
    void readAll(request).then((body) => {
      const one = {
        method: request.method ?? '',
        url: request.url ?? '',
        token: String(request.headers['x-dr-token']),
        body,
      };
      seen.push(one);
      const {status, body: text, headers} = answer(one);
      response.writeHead(status, {'content-type': 'application/json', ...headers}).end(text);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterEach(() => {
  server.close();
  server.closeAllConnections();
});

async function readAll(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) {
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString();
}

function bridge(url: string | null = base, timeoutMs = 2000) {
  return createMattermostBridge({
    url: () => url,
    timeoutMs,
    sign: async ({method, path, body}) => {
      signed.push({method, path, body: Buffer.from(body).toString()});
      return CANARY;
    },
  });
}

const post = {channel_id: 'c1', root_id: '', message: 'Grüße “3 a.m.”'};

test('each request is signed over the bytes that are sent', async () => {
  const replies: Record<string, unknown> = {
    'GET /ping': {server_version: '11.1.0', site_url: 's', diagnostic_id: 'd', plugin_version: '1'},
    'GET /config': {server_version: '11.1.0', config: {A: 1}, env: {MM_X: '1'}},
    'POST /posts': {id: 'p1'},
    'PUT /posts/p1': {id: 'p1'},
    'POST /events': {},
  };
  answer = ({method, url}) => {
    const body = replies[`${method} ${url.replace('/plugins/disaster-recovery/companion/v1', '')}`];
    return url.endsWith('/events') ? {status: 204, body: ''} : {status: body ? 200 : 418, body: JSON.stringify(body)};
  };
  const {ping, effectiveConfig, createPost, updatePost, publish} = bridge();
  expect((await ping()).diagnostic_id).toBe('d');
  expect((await effectiveConfig()).env).toEqual({MM_X: '1'});
  expect(await createPost(post)).toEqual({id: 'p1'});
  await updatePost('p1', post);
  await publish({job: '{}'});
  expect(seen.map(({method, url, body}) => ({method, path: url, body}))).toEqual(signed);
  expect(new Set(seen.map(({token}) => token))).toEqual(new Set([CANARY]));
});

test('the subpath of a site is in the address and not in what is signed', async () => {
  answer = () => ({status: 200, body: '{"id":"p1"}'});
  await bridge(`${base}/company/chat/`).createPost(post);
  expect(seen[0]?.url).toBe('/company/chat/plugins/disaster-recovery/companion/v1/posts');
  expect(signed[0]?.path).toBe('/plugins/disaster-recovery/companion/v1/posts');
});

test('the hands for an SSO outage are signed over what is sent, with their methods', async () => {
  const value = {key: 'AnnouncementSettings.EnableBanner', value: true, locked: false} as const;
  const replies: Record<string, unknown> = {
    'PUT /accounts/sign-in': {outcomes: [{id: 'a', outcome: 'differs', says: null}]},
    'PUT /sessions/expiry': {failed: [{id: 's', says: 'gone'}]},
    'POST /sessions/revocations': {failed: []},
    'GET /settings': {values: [value]},
    'PATCH /settings': {values: [value]},
    'POST /direct-messages': {failed: [{id: 'a', says: 'no'}]},
    'POST /mails': {},
    'GET /probes': {probes: [{provider: 'saml', probe: 'metadata', status: 200, error: '', ms: 3}], logins: []},
  };
  answer = ({method, url}) => {
    const body = replies[`${method} ${url.replace('/plugins/disaster-recovery/companion/v1', '')}`];
    return {status: body ? 200 : 418, body: url.endsWith('/mails') ? '' : JSON.stringify(body)};
  };
  const hands = bridge();
  const change = {id: 'a', from: {service: 'saml', data: 'x'}, to: {service: '', data: null}};
  const setting = {key: 'AnnouncementSettings.EnableBanner', from: false, to: true} as const;
  expect(await hands.changeSignIn([change])).toEqual([{id: 'a', outcome: 'differs', says: null}]);
  expect(await hands.extendSessions([{id: 's', expires_at: 5}])).toEqual([{id: 's', says: 'gone'}]);
  expect(await hands.revokeSessions(['s'])).toEqual([]);
  expect([await hands.readSettings(), await hands.changeSettings([setting])]).toEqual([[value], [value]]);
  expect(await hands.sendDirectMessages({users: ['a'], message: 'Grüße'})).toEqual({failed: [{id: 'a', says: 'no'}]});
  await hands.sendMail({to: 'a@b.test', subject: 's', html: '<p>'});
  expect((await hands.probes()).probes).toHaveLength(1);
  expect(seen.map(({method, url, body}) => ({method, path: url, body}))).toEqual(signed);
  expect(seen.map(({body}) => (body === '' ? null : (JSON.parse(body) as unknown)))).toEqual([
    {changes: [change]},
    {sessions: [{id: 's', expires_at: 5}]},
    {ids: ['s']},
    null,
    {changes: [setting]},
    {users: ['a'], message: 'Grüße'},
    {to: 'a@b.test', subject: 's', html: '<p>'},
    null,
  ]);
});

test('a bulk of changes may take longer than a question', async () => {
  answer = () => ({status: 200, body: '{"failed":[]}'});
  const slow = createServer((_request, response) => {
    setTimeout(() => response.end('{"failed":[]}'), 400);
  });
  await new Promise<void>((resolve) => slow.listen(0, '127.0.0.1', resolve));
  const slowUrl = `http://127.0.0.1:${(slow.address() as AddressInfo).port}`;
  await expect(bridge(slowUrl, 150).ping()).rejects.toMatchObject({code: 'MATTERMOST_UNREACHABLE'});
  expect(await bridge(slowUrl, 150).revokeSessions(['s'])).toEqual([]);
  slow.close();
  slow.closeAllConnections();
});

const refused = (code: string) =>
  JSON.stringify({error: {code, message: 'No.', meaning: 'm', remedy: 'r', retryable: false}});

test.each([
  [
    'a refusal of the plugin',
    401,
    refused('TOKEN_INVALID'),
    'MATTERMOST_REFUSED',
    {code: 'TOKEN_INVALID', status: 401},
  ],
  ['a post that is gone', 404, refused('NOT_FOUND'), 'MATTERMOST_REFUSED', {code: 'NOT_FOUND', status: 404}],
  ['a mail that could not be sent', 502, refused('MAIL_FAILED'), 'MAIL_FAILED', undefined],
  ['a plugin that does not know us', 401, refused('NOT_ENROLLED'), 'NOT_ENROLLED', undefined],
  ['a plugin that is switched off', 404, '<html>404</html>', 'MATTERMOST_UNREACHABLE', {status: 404}],
  ['a proxy without a server', 502, 'Bad gateway', 'MATTERMOST_UNREACHABLE', {status: 502}],
  ['an answer of another shape', 200, '{"nothing":1}', 'MATTERMOST_UNREACHABLE', undefined],
  ['an answer that is not JSON', 200, '<html>', 'MATTERMOST_UNREACHABLE', undefined],
])('%s is %d %s → %s, without the token', async (_name, status, body, code, details) => {
  answer = () => ({status, body});
  const failure = await bridge()
    .createPost(post)
    .catch((error: unknown) => error as Failure);
  expect(failure).toMatchObject({code});
  expect((failure as Failure).details).toEqual(details);
  expectNoToken(failure);
});

test('a redirect is not followed', async () => {
  answer = () => ({status: 302, body: '', headers: {location: `${base}/elsewhere`}});
  await expect(bridge().ping()).rejects.toMatchObject({code: 'MATTERMOST_UNREACHABLE'});
  expect(seen).toHaveLength(1);
});

test('no server, no answer in time, and a stop from here are failures without the token', async () => {
  const silent = createServer(() => undefined);
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  const silentUrl = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`;
  const failures = await Promise.all([
    bridge('http://127.0.0.1:1')
      .ping()
      .catch((error: unknown) => error),
    bridge(silentUrl, 200)
      .ping()
      .catch((error: unknown) => error),
    bridge(silentUrl)
      .effectiveConfig(AbortSignal.timeout(100))
      .catch((error: unknown) => error),
  ]);
  silent.close();
  silent.closeAllConnections();
  for (const failure of failures) {
    expect(failure).toMatchObject({code: 'MATTERMOST_UNREACHABLE'});
    expectNoToken(failure);
  }
});

test('without an address nothing is signed', async () => {
  await expect(bridge(null).ping()).rejects.toMatchObject({code: 'NOT_ENROLLED'});
  expect(signed).toEqual([]);
});

function expectNoToken(failure: unknown): void {
  const shown =
    inspect(failure, {depth: 20, showHidden: true}) +
    JSON.stringify(failure, Object.getOwnPropertyNames(failure)) +
    JSON.stringify(failure);
  expect(shown).not.toContain(CANARY);
}
