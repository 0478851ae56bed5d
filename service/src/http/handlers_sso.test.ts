import {afterEach, beforeEach, describe, expect, test} from '@jest/globals';
import {
  ErrorReply,
  FAILURES,
  ROUTES,
  type FailureCode,
  type BridgeToken,
  type Route,
  type RouteName,
} from '@disaster-recovery/contract';
import {createFakeSso} from '../testkit/answers.ts';
import {Failure} from '../kernel/failure.ts';
import type {Sso} from '../sso/index.ts';
import {createTestServer} from './test_server.ts';

let it: Awaited<ReturnType<typeof createTestServer>>;

const CLAIM_CODE = 'K7PQ3M9D-canary-XW2R8HTN';
const ADMIN = {kind: 'mattermost', id: 'u1', name: 'admin'};
const NOBODY: Partial<BridgeToken> = {actor: undefined as never};

beforeEach(async () => {
  it = await createTestServer();
});
afterEach(async () => {
  await it.server.close();
});

async function ask(name: RouteName, body?: unknown, changes: Partial<BridgeToken> = {}) {
  const {method, path}: Route = ROUTES[name];
  const url = path.replace('{id}', 'approval1');
  const text = body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body);
  const token = await it.bridge.token(
    it.enrollment.companionId,
    {method, path: url, body: text ?? ''},
    it.clock.now(),
    changes,
  );
  return it.server.inject({
    method,
    url,
    ...(text !== undefined && {payload: text}),
    headers: {'content-type': 'application/json', authorization: `Bearer ${token}`},
  });
}

function expectFailure(reply: {statusCode: number; body: string}, code: FailureCode): void {
  expect(ErrorReply.parse(JSON.parse(reply.body)).error.code).toBe(code);
  expect(reply.statusCode).toBe(FAILURES[code].status);
}

async function withSso(changes: Partial<Sso>): Promise<void> {
  await it.server.close();
  it = await createTestServer({sso: createFakeSso([], changes)});
  it.enrollBridge();
}

// Route → verb, what it is given; `writes`: refused to a clone.
test.each<[RouteName, unknown, keyof Sso, unknown[], boolean]>([
  ['sso_status', undefined, 'status', [], false],
  ['sso_detection', undefined, 'detection', [], false],
  ['sso_readiness', undefined, 'readiness', [], false],
  ['sso_forecast', undefined, 'forecast', [], false],
  ['sso_locked_out', undefined, 'lockedOut', [], false],
  ['sso_people', undefined, 'people', [''], false],
  ['sso_return_list', undefined, 'returnList', [], false],
  ['sso_snapshot', undefined, 'snapshot', [{actor: ADMIN}], false],
  ['sso_plan_switch', {users: ['anna']}, 'planSwitch', [{users: ['anna'], dormant_days: 90}, {actor: ADMIN}], false],
  [
    'sso_plan_switch_back',
    {},
    'planSwitchBack',
    [{without_provider_check: false, resume_sync: false}, {actor: ADMIN}],
    false,
  ],
  ['sso_declare', {reason: 'it is down'}, 'declare', [{reason: 'it is down', tell: true}, {actor: ADMIN}], true],
  ['sso_close', undefined, 'close', [{actor: ADMIN}], true],
  ['sso_set_again', undefined, 'setAgain', [{actor: ADMIN}], true],
  ['sso_extend', {}, 'extend', [{hours: 72}, {actor: ADMIN}], true],
  [
    'sso_switch',
    {everyone: true, approval: 'a1'},
    'startSwitch',
    [{everyone: true, approval: 'a1', dormant_days: 90}, {actor: ADMIN}],
    true,
  ],
  [
    'sso_let_in',
    {user: 'anna', identified_by: 'voice'},
    'letIn',
    [{user: 'anna', identified_by: 'voice', valid_minutes: 15, mail: false}, {actor: ADMIN}],
    true,
  ],
  [
    'sso_claim_sheet',
    {identified_by: 'badge'},
    'claimSheet',
    [{identified_by: 'badge', valid_minutes: 15}, {actor: ADMIN}],
    true,
  ],
  [
    'sso_admin_access',
    {user: 'root', identified_by: 'voice'},
    'administratorCode',
    [{user: 'root', identified_by: 'voice'}, {actor: ADMIN}],
    true,
  ],
  ['sso_claim', {code: CLAIM_CODE, address: '10.0.0.7'}, 'claim', [{code: CLAIM_CODE, address: '10.0.0.7'}], true],
  [
    'sso_switch_back',
    {users: ['anna']},
    'startSwitchBack',
    [{users: ['anna'], without_provider_check: false, resume_sync: false}, {actor: ADMIN}],
    true,
  ],
  [
    'sso_resolve',
    {user: 'anna', choice: 'leave', reason: 'left'},
    'resolve',
    [{user: 'anna', choice: 'leave', reason: 'left'}, {actor: ADMIN}],
    true,
  ],
])(
  '%s with %j calls %s once, and a clone of the server may do that only when nothing changes',
  async (name, body, verb, given, writes) => {
    it.enrollBridge();
    const reply = await ask(name, body);
    expect(reply.statusCode).toBe(ROUTES[name].response.status);
    expect(it.ssoCalls).toEqual([{verb, given}]);
    it.enrollment.noteIdentity({site_url: 'https://clone.example.org', diagnostic_id: 'diagnostic-1'});
    const cloned = await ask(name, body);
    expect([cloned.statusCode === 409, it.ssoCalls.length]).toEqual([writes, writes ? 1 : 2]);
  },
);

test('nobody on a shell is claimed over HTTP: a request cannot say that it comes from the host', async () => {
  it.enrollBridge();
  expectFailure(await ask('sso_switch', {everyone: true, onHost: true}), 'USAGE_INVALID');
  expect(it.ssoCalls).toEqual([]);
});

describe('a claim', () => {
  const claim = {code: CLAIM_CODE, address: '10.0.0.7'};

  test('needs the enrolled bridge, and no administrator', async () => {
    expectFailure(await ask('sso_claim', claim, NOBODY), 'NOT_ENROLLED');
    it.enrollBridge();
    expect((await ask('sso_claim', claim, NOBODY)).json()).toMatchObject({username: 'anna', token: 'reset-token'});
    expectFailure(await ask('sso_claim', claim, {...NOBODY, body_sha256: '0'.repeat(64)}), 'TOKEN_INVALID');
    expectFailure(await ask('sso_claim', claim, {...NOBODY, path: '/api/v1/sso'}), 'TOKEN_INVALID');
    const bare = await it.server.inject({
      method: 'POST',
      url: '/api/v1/sso/claims',
      payload: JSON.stringify(claim),
      headers: {'content-type': 'application/json'},
    });
    expectFailure(bare, 'TOKEN_INVALID');
    expect(it.ssoCalls).toHaveLength(1);
  });

  test('of nobody in particular opens no other route', async () => {
    it.enrollBridge();
    for (const name of Object.keys(ROUTES).filter(
      (route) => route.startsWith('sso_') && route !== 'sso_claim',
    ) as RouteName[]) {
      expectFailure(await ask(name, undefined, NOBODY), 'NOT_SYSTEM_ADMIN');
    }
    expect(it.ssoCalls).toEqual([]);
  });

  test.each<[string, unknown]>([
    ['that works', claim],
    ['too long', {...claim, code: CLAIM_CODE.repeat(10)}],
    ['with the code as a field', {...claim, [CLAIM_CODE]: 1}],
    ['with no address', {code: CLAIM_CODE}],
    ['that is not JSON', `{"code":"${CLAIM_CODE}`],
  ])('%s is in no log line and in no error', async (_name, body) => {
    it.enrollBridge();
    const reply = await ask('sso_claim', body, NOBODY);
    expect(reply.body).not.toContain(CLAIM_CODE);
    expect(it.lines.join('')).not.toContain(CLAIM_CODE);
    expect(it.lines.join('')).not.toContain('reset-token');
  });

  test.each<[FailureCode]>([['CLAIM_CODE_WRONG'], ['CLAIM_TOO_MANY_TRIES']])(
    'that fails with %s says so by its status',
    async (code) => {
      await withSso({claim: () => Promise.reject(new Failure(code, 'No.'))});
      expectFailure(await ask('sso_claim', claim, NOBODY), code);
    },
  );
});

test('a code is in the answer alone, not in the log', async () => {
  it.enrollBridge();
  const {code} = (await ask('sso_let_in', {user: 'anna', identified_by: 'voice'})).json<{code: string}>();
  expect(code.length).toBeGreaterThan(10);
  expect(it.lines.join('')).not.toContain(code);
});

test('a switch that needs a second administrator names the approval', async () => {
  await withSso({
    startSwitch: () =>
      Promise.reject(new Failure('SECOND_ADMINISTRATOR_NEEDED', 'Needs two.', {details: {approval: 'approval1'}})),
  });
  const reply = await ask('sso_switch', {everyone: true});
  expectFailure(reply, 'SECOND_ADMINISTRATOR_NEEDED');
  expect(reply.json()).toMatchObject({error: {details: {approval: 'approval1'}}});
});
