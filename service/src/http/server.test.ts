import {rmSync} from 'node:fs';
import {join} from 'node:path';
import {request as httpRequest, type IncomingMessage} from 'node:http';
import {connect, type AddressInfo} from 'node:net';
import {afterEach, beforeEach, describe, expect, test} from '@jest/globals';
import type {z} from 'zod';
import {
  ErrorReply,
  FAILURES,
  ROUTES,
  type FailureCode,
  type BridgeToken,
  type Route,
  type RouteName,
} from '@disaster-recovery/contract';
import {aJob, SET} from '../testkit/answers.ts';
import {POLICY_TEXT} from '../testkit/policy.ts';
import {revisionOf} from '../config/load.ts';
import type {Jobs} from '../jobs/index.ts';
import {systemClock} from '../kernel/clock.ts';
import {createRateLimit} from './rate_limit.ts';
import {createStreamLimit} from './stream_limit.ts';
import {createTestServer} from './test_server.ts';

type Test = Awaited<ReturnType<typeof createTestServer>>;
let it: Test;

const CANARY = 'canary-secret-5f2c';
const BODIES: Partial<Record<RouteName, unknown>> = {
  plan_backup: {scope: ['database']},
  preview_schedules: {days: 30},
  run_probes: {},
  start_copy: {to: 'offsite'},
  put_policy: {revision: revisionOf(POLICY_TEXT), policy: {objectives: {rpo_hours: 12}}},
  start_backup: {reason: CANARY},
  preview_keep: {},
  apply_keep: {repository: 'main'},
  hold_set: {set: 'latest', reason: CANARY},
  release_set: {set: SET},
  start_verify: {set: 'latest', level: 'L2'},
  sso_declare: {reason: CANARY},
  sso_extend: {hours: 4},
  sso_plan_switch: {everyone: true},
  sso_switch: {users: ['anna']},
  sso_plan_switch_back: {},
  sso_switch_back: {canary: 'anna'},
  sso_let_in: {user: 'anna', identified_by: CANARY},
  sso_claim_sheet: {identified_by: CANARY},
  sso_admin_access: {user: 'admin', identified_by: CANARY},
  sso_resolve: {user: 'anna', choice: 'leave', reason: CANARY},
  sso_claim: {code: CANARY, address: '10.0.0.7'},
  command: {command: `backup --reason ${CANARY}`, channel_id: 'c', root_id: ''},
};
const all = Object.entries(ROUTES) as [RouteName, Route][];
const signed = all.filter(([name, {access}]) => access === 'signed' && name !== 'events');

beforeEach(async () => {
  it = await createTestServer();
});
afterEach(async () => {
  await it.server.close();
});

function urlOf({path}: Route): string {
  return path
    .replace('{set}', SET)
    .replace('{job}', 'job1')
    .replace('{id}', 'approval1')
    .replace('{schedule}', 'nightly');
}

type Sent = {method: Route['method']; url: string; body?: string};

function sentFor(name: RouteName): Sent {
  const route: Route = ROUTES[name];
  return {
    method: route.method,
    url: urlOf(route),
    ...(BODIES[name] !== undefined && {body: JSON.stringify(BODIES[name])}),
  };
}

async function tokenFor({method, url, body = ''}: Sent, changes: Partial<BridgeToken> = {}): Promise<string> {
  return it.bridge.token(it.enrollment.companionId, {method, path: url, body}, it.clock.now(), changes);
}

function send({method, url, body}: Sent, token?: string) {
  return it.server.inject({
    method,
    url,
    ...(body !== undefined && {payload: body}),
    headers: {
      ...(body !== undefined && {'content-type': 'application/json'}),
      ...(token !== undefined && {authorization: `Bearer ${token}`}),
    },
  });
}

function expectFailure(reply: {statusCode: number; body: string}, code: FailureCode): void {
  expect(ErrorReply.parse(JSON.parse(reply.body)).error.code).toBe(code);
  expect(reply.statusCode).toBe(FAILURES[code].status);
  expect(reply.body).not.toMatch(/\bat .*\.ts/);
}

describe.each(signed)('%s', (name, route) => {
  const sent = () => sentFor(name);

  test('answers an administrator in the shape of the contract, and nothing secret is logged', async () => {
    it.enrollBridge();
    const token = await tokenFor(sent());
    const reply = await send(sent(), token);
    expect([reply.statusCode, reply.body.slice(0, 300)]).toEqual([route.response.status, expect.anything()]);
    (route.response.body as z.ZodType | undefined)?.parse(JSON.parse(reply.body));
    expect(it.lines.join('')).not.toContain(token);
    expect(it.lines.join('')).not.toContain(CANARY);
  });

  test('answers nobody without a token, or before enrollment', async () => {
    expectFailure(await send(sent(), await tokenFor(sent())), 'NOT_ENROLLED');
    it.enrollBridge();
    expectFailure(await send(sent()), 'TOKEN_INVALID');
  });

  test('refuses a token of another body, another path, a used one, an old one, and one of a member', async () => {
    it.enrollBridge();
    expectFailure(
      await send(
        {...sent(), ...(route.method !== 'GET' && {body: '{"changed":1}'})},
        await tokenFor({...sent(), body: 'other'}),
      ),
      'TOKEN_INVALID',
    );
    expectFailure(await send(sent(), await tokenFor({...sent(), url: `${sent().url}x`})), 'TOKEN_INVALID');
    expectFailure(await send({...sent(), url: `${sent().url}?a=1`}, await tokenFor(sent())), 'TOKEN_INVALID');
    expectFailure(
      await send(sent(), await tokenFor(sent(), {actor: {user_id: 'u', username: 'member', system_admin: false}})),
      'NOT_SYSTEM_ADMIN',
    );
    const token = await tokenFor(sent());
    it.clock.at += 66_000;
    expectFailure(await send(sent(), token), 'TOKEN_EXPIRED');
    const used = await tokenFor({method: 'GET', url: '/api/v1/status'});
    expect((await send({method: 'GET', url: '/api/v1/status'}, used)).statusCode).toBe(200);
    expectFailure(await send({method: 'GET', url: '/api/v1/status'}, used), 'TOKEN_REPLAYED');
  });
});

describe.each(all.filter(([, {request}]) => request !== undefined))('the body of %s', (name, route) => {
  test.each([
    ['not JSON', '{"a":'],
    ['an unknown field', '{"unknown_field":1}'],
    ['nothing', ''],
  ])('that is %s is refused', async (_case, body) => {
    it.enrollBridge();
    const sent = {...sentFor(name), body};
    const reply = await send(sent, ['signed', 'bridge'].includes(route.access) ? await tokenFor(sent) : undefined);
    expectFailure(reply, 'USAGE_INVALID');
    if (body.includes('unknown')) {
      expect(reply.json<{error: {details: {fields: {field: string}[]}}}>().error.details.fields.length).toBeGreaterThan(
        0,
      );
    }
  });
});

test('a companion that has lost its state says so, and answers nothing from what it has in mind', async () => {
  it.enrollBridge();
  rmSync(join(it.state.directory, 'state.db'));
  expectFailure(await send({method: 'GET', url: '/healthz'}), 'STATE_MISSING');
  const sent = sentFor('start_backup');
  expectFailure(await send(sent, await tokenFor(sent)), 'STATE_MISSING');
});

test('open routes need no token', async () => {
  expect((await send({method: 'GET', url: '/healthz'})).json()).toEqual({ok: true, version: '0.1.0'});
  const metrics = await send({method: 'GET', url: '/metrics'});
  expect([metrics.statusCode, metrics.headers['content-type'], metrics.body]).toEqual([
    200,
    'text/plain; version=0.0.4; charset=utf-8',
    '# metrics\n',
  ]);
  expect((await send({method: 'GET', url: '/openapi.json'})).json()).toMatchObject({openapi: '3.0.3'});
});

test('a bridge with the code is enrolled with 201; five tries a minute', async () => {
  const {code} = it.enrollment.newCode('http://127.0.0.1:8066', null);
  const enroll = (typed: string) =>
    send({method: 'POST', url: '/api/v1/enrolments', body: JSON.stringify(it.bridge.request(typed))});
  const reply = await enroll(code);
  expect(reply.statusCode).toBe(201);
  ROUTES.enroll.response.body.parse(reply.json());
  for (let attempt = 0; attempt < 4; attempt += 1) {
    expect((await enroll('AAAA')).json()).toMatchObject({error: {message: expect.stringContaining('No code')}});
  }
  expect((await enroll('AAAA')).json()).toMatchObject({error: {message: expect.stringContaining('Wait a minute')}});
  it.clock.at += 60_000;
  expect((await enroll('AAAA')).json()).toMatchObject({error: {message: expect.stringContaining('No code')}});
});

test.each([
  ['/nothing', 'NOT_FOUND'],
  ['/api/v1/nothing', 'NOT_FOUND'],
  ['/api/v1/sets/%zz', 'USAGE_INVALID'],
] as const)('%s is %s', async (url, code) => {
  expectFailure(await send({method: 'GET', url}), code);
});

test('a set and a job that do not exist have their own errors', async () => {
  it.enrollBridge();
  for (const [url, code] of [
    ['/api/v1/sets/20200101T000000Z-aaaaaa', 'SET_NOT_FOUND'],
    ['/api/v1/jobs/none', 'NOT_FOUND'],
  ] as const) {
    expectFailure(await send({method: 'GET', url}, await tokenFor({method: 'GET', url})), code);
  }
});

test('jobs are listed without their results, which are read one by one or asked for', async () => {
  const verdict = {set: '20260101T000000Z-aaaaaa', level: 'L2', passed: true, checked_at: 7};
  const result = {...verdict, findings: [{set: null, severity: 'warning', what: 'found', where: null}], duration_ms: 1};
  const job = aJob({kind: 'verify', status: 'success', result});
  await it.server.close();
  it = await createTestServer({jobs: {newest: () => [job], get: () => job} as unknown as Jobs});
  it.enrollBridge();
  const list = async (query: string) => {
    const url = `/api/v1/jobs${query}`;
    return send({method: 'GET', url}, await tokenFor({method: 'GET', url}));
  };
  const light = await list('');
  expect(light.body).not.toContain('found');
  expect(ROUTES.list_jobs.response.body.parse(light.json()).jobs).toEqual([
    expect.objectContaining({id: job.id, kind: 'verify', verified: verdict}),
  ]);
  expect((await list('?results=true')).json()).toMatchObject({jobs: [{id: job.id, verified: verdict, result}]});
  expect((await list('?results=false')).body).toBe(light.body);
  expectFailure(await list('?results=all'), 'USAGE_INVALID');
  const url = `/api/v1/jobs/${job.id}`;
  expect((await send({method: 'GET', url}, await tokenFor({method: 'GET', url}))).json()).toEqual(job);
});

test('a body over 1 MiB is refused, one just under it is read', async () => {
  it.enrollBridge();
  const sent = (length: number) => ({
    ...sentFor('command'),
    body: JSON.stringify({command: 'x'.repeat(length), channel_id: 'c', root_id: ''}),
  });
  const large = await send(sent(1024 * 1024), await tokenFor(sent(1024 * 1024)));
  expectFailure(large, 'USAGE_INVALID');
  expect(large.body).toContain('1 MiB');
  const fits = await send(sent(1024 * 1000), await tokenFor(sent(1024 * 1000)));
  expect(fits.json()).toMatchObject({error: {message: expect.stringContaining('command')}});
});

test('an unforeseen error is hidden from the caller and whole in the log', async () => {
  await it.server.close();
  it = await createTestServer({doctor: {report: () => Promise.reject(new TypeError(`at secret.ts ${CANARY}`))}});
  it.enrollBridge();
  const reply = await send(sentFor('doctor'), await tokenFor(sentFor('doctor')));
  expectFailure(reply, 'INTERNAL');
  expect(reply.body).not.toContain(CANARY);
  expect(it.lines.join('')).toContain(CANARY);
});

test('a clone of the enrolled server can look, but not back up', async () => {
  it.enrollBridge();
  it.enrollment.noteIdentity({site_url: 'https://clone.example.org', diagnostic_id: 'diagnostic-1'});
  expect((await send(sentFor('status'), await tokenFor(sentFor('status')))).statusCode).toBe(200);
  expectFailure(await send(sentFor('start_backup'), await tokenFor(sentFor('start_backup'))), 'COMPANION_READ_ONLY');
});

test('events come as they happen, resume, keep the line warm, and end with the server', async () => {
  it.enrollBridge();
  const insert = it.state.db.prepare('INSERT INTO events (job, type, body) VALUES (?, ?, ?)');
  const event = (text: string) =>
    insert.run('job1', 'note', JSON.stringify({type: 'note', at: 1, job: 'job1', kind: 'backup', level: 'info', text}));
  event('one');
  event('two');
  await it.server.listen({host: '127.0.0.1', port: 0});
  const {port} = it.server.server.address() as AddressInfo;
  const url = '/api/v1/events?after=1';
  const token = await tokenFor({method: 'GET', url});
  let text = '';
  const ended = new Promise<void>((resolve, reject) => {
    httpRequest({port, host: '127.0.0.1', path: url, headers: {authorization: `Bearer ${token}`}}, (response) => {
      expect([response.statusCode, response.headers['content-type']]).toEqual([200, 'text/event-stream']);
      response
        .setEncoding('utf8')
        .on('data', (chunk: string) => {
          text += chunk;
        })
        .on('end', resolve)
        .on('error', reject);
    })
      .on('error', reject)
      .end();
  });
  await until(() => text.includes('heartbeat'));
  event('three');
  await until(() => text.includes('three'));
  expect(text).not.toContain('"one"');
  expect(text).toMatch(/id: 2\nevent: note\ndata: \{.*"two".*\}\n\n/);
  await it.server.close();
  await ended;
});

test('after must be a number', async () => {
  it.enrollBridge();
  const sent = {method: 'GET', url: '/api/v1/events?after=x'} as const;
  expectFailure(await send(sent, await tokenFor(sent)), 'USAGE_INVALID');
  expectFailure(await send({method: 'GET', url: '/api/v1/events'}), 'TOKEN_INVALID');
});

async function until(holds: () => boolean): Promise<void> {
  for (let tries = 0; tries < 200 && !holds(); tries += 1) {
    await new Promise((resolve) => {
      setTimeout(resolve, 20);
    });
  }
  expect(holds()).toBe(true);
}

test.each([
  ['GARBAGE\r\n\r\n', 'HTTP/1.1 400 '],
  ['GET /healthz HTTP/1.1\r\nhost: x\r\nexpect: a wonder\r\n\r\n', 'HTTP/1.1 417 '],
  [`GET / HTTP/1.1\r\nhost: x\r\nx: ${'a'.repeat(20_000)}\r\n\r\n`, 'HTTP/1.1 431 '],
])('what the HTTP parser refuses has the shape of all errors', async (sent, begins) => {
  const {server} = await createTestServer();
  await server.listen({host: '127.0.0.1', port: 0});
  const {port} = server.server.address() as AddressInfo;
  const answer = await new Promise<string>((resolve, reject) => {
    let text = '';
    const socket = connect({host: '127.0.0.1', port}, () => {
      socket.write(sent);
    })
      .on('data', (chunk: Buffer) => (text += chunk.toString()))
      .on('close', () => resolve(text))
      .on('error', reject);
  });
  await server.close();
  expect(answer.startsWith(begins)).toBe(true);
  expect(JSON.parse(answer.split('\r\n\r\n')[1] ?? '')).toMatchObject({error: {code: 'USAGE_INVALID'}});
});

test.each(['/api/v1/sets/%00', '/api/v1/jobs/a%00b', '/api/v1/events?after=%00', '/api/v1/status?%00=1'])(
  'a NUL in %s is refused, once it is known who asks',
  async (url) => {
    it.enrollBridge();
    expectFailure(await send({method: 'GET', url}), 'TOKEN_INVALID');
    const reply = await send({method: 'GET', url}, await tokenFor({method: 'GET', url}));
    expectFailure(reply, 'USAGE_INVALID');
    expect(reply.body).toContain('NUL');
  },
);

test.each([{command: 'status\0', channel_id: 'c', root_id: ''}, {'command\0': 'x'}, {command: ['a', {b: '\0'}]}])(
  'a NUL in the body %j is refused',
  async (body) => {
    it.enrollBridge();
    const sent = {...sentFor('command'), body: JSON.stringify(body)};
    const reply = await send(sent, await tokenFor(sent));
    expectFailure(reply, 'USAGE_INVALID');
    expect(reply.body).toContain('The body holds a NUL character.');
  },
);

test('streams of events are limited by caller, and one that ends makes room', async () => {
  it.enrollBridge();
  await it.server.listen({host: '127.0.0.1', port: 0});
  const {port} = it.server.server.address() as AddressInfo;
  const url = '/api/v1/events';
  const open = async (username: string) => {
    const actor = {user_id: username, username, system_admin: true};
    const token = await tokenFor({method: 'GET', url}, {actor});
    return new Promise<IncomingMessage>((resolve, reject) => {
      httpRequest({port, host: '127.0.0.1', path: url, headers: {authorization: `Bearer ${token}`}}, resolve)
        .on('error', reject)
        .end();
    });
  };
  const streams = await Promise.all(Array.from({length: 20}, () => open('anna')));
  expect(new Set(streams.map(({statusCode}) => statusCode))).toEqual(new Set([200]));
  const refused = await open('anna');
  expect(refused.statusCode).toBe(429);
  expect(ErrorReply.parse(JSON.parse((await refused.setEncoding('utf8').toArray()).join(''))).error).toMatchObject({
    code: 'TOO_MANY_STREAMS',
    message: 'You have 20 streams of events open.',
  });
  const other = await open('ben');
  expect(other.statusCode).toBe(200);
  streams[0]?.on('error', () => undefined).destroy();
  const again = async (tries: number): Promise<number | undefined> => {
    const answer = await open('anna');
    streams.push(answer);
    return answer.statusCode === 200 || tries === 0 ? answer.statusCode : again(tries - 1);
  };
  expect(await again(20)).toBe(200);
  for (const stream of [...streams, other]) {
    stream.on('error', () => undefined).destroy();
  }
});

test('streams of events are limited in total too', () => {
  const limit = createStreamLimit({caller: 2, total: 3});
  const ended = new AbortController();
  limit.open('a', ended.signal);
  limit.open('b', AbortSignal.any([]));
  limit.open('c', AbortSignal.any([]));
  expect(() => {
    limit.open('d', AbortSignal.any([]));
  }).toThrow('3 streams of events are open.');
  ended.abort();
  limit.open('d', AbortSignal.any([]));
});

test('a clock that is set back does not freeze the limit', async () => {
  const clock = {...systemClock, now: () => at};
  let at = 1_000_000;
  const may = createRateLimit(clock, 1, 1000);
  expect([may('a'), may('a')]).toEqual([true, false]);
  at = 500_000;
  expect(may('a')).toBe(true);
});
