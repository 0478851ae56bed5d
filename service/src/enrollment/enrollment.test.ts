import {mkdtempSync, readdirSync, rmSync, statSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {beforeEach, describe, expect, test} from '@jest/globals';
import {compactVerify, CompactSign} from 'jose';
import {
  EnrollmentReply,
  EnrollmentState,
  RequestToken,
  type BridgeToken,
  type FailureCode,
} from '@disaster-recovery/contract';
import {Failure} from '../kernel/failure.ts';
import {openState, type State} from '../kernel/state.ts';
import {createLedger, LEDGER_TABLE, type Ledger} from '../ledger/index.ts';
import {codeKey, newReadableCode, normaliseCode, proofOf} from './code.ts';
import {createEnrollment, type Enrollment} from './enrollment.ts';
import {createFakeBridge, type FakeBridge} from '../testkit/fake_bridge.ts';
import {publicKeyObject} from './identity.ts';
import {ENROLLMENT_TABLES} from './tables.ts';

const START = Date.UTC(2026, 10, 24, 12, 0, 0);
let now = START;
const clock = {now: () => now, sleep: async () => undefined};
/** The Mattermost at the address of the enrolled server, which signed whatever is asked. */
const confirm = async () => true;
let state: State;
let ledger: Ledger;
let enrollment: Enrollment;
let bridge: FakeBridge;

beforeEach(async () => {
  now = START;
  state = openState(mkdtempSync(join(tmpdir(), 'enrollment-')), [LEDGER_TABLE, ENROLLMENT_TABLES]);
  ledger = createLedger(state, clock);
  enrollment = await createEnrollment({state, clock, ledger, version: '0.1.0', confirm});
  bridge = createFakeBridge();
});

function codeOf(work: () => unknown): FailureCode | null {
  try {
    work();
    return null;
  } catch (error) {
    return (error as Failure).code;
  }
}

function enrollNow(other = bridge): void {
  enrollment.enroll(other.request(enrollment.newCode('http://127.0.0.1:8066', null).code));
}

describe('a code', () => {
  test('holds 140 bits in groups of four that can be read out', () => {
    expect(newReadableCode()).toMatch(/^([0-9A-HJKMNP-TV-Z]{4}-){6}[0-9A-HJKMNP-TV-Z]{4}$/);
    expect(newReadableCode()).not.toBe(newReadableCode());
  });

  test.each([
    ['7k2m-q9xd', '7K2MQ9XD'],
    [' 7K2M Q9XD\n', '7K2MQ9XD'],
    ['7K2MQ9XD', '7K2MQ9XD'],
  ])('typed as %j is %s', (typed, code) => {
    expect(normaliseCode(typed)).toBe(code);
  });

  test('is not kept', () => {
    const {code} = enrollment.newCode('http://127.0.0.1:8066', null);
    expect(JSON.stringify(state.db.prepare('SELECT * FROM enrolment_code').all())).not.toContain(normaliseCode(code));
  });

  test('enrolls once, and the answer proves that this companion printed it', () => {
    const {code, expires_at} = enrollment.newCode('http://127.0.0.1:8066', 'sha256/x');
    expect(expires_at).toBe(START + 600_000);
    const request = bridge.request(code.toLowerCase());
    const reply = EnrollmentReply.parse(enrollment.enroll(request));
    expect(reply.proof).toBe(proofOf(codeKey(code), 'companion', {public_key: reply.public_key, nonce: request.nonce}));
    expect(codeOf(() => enrollment.enroll(bridge.request(code)))).toBe('ENROLMENT_CODE_WRONG');
    expect(EnrollmentState.parse(enrollment.state())).toMatchObject({
      state: 'enrolled',
      site_url: 'https://chat.example.org',
      enrolled_by: 'admin',
    });
    expect([...ledger.entries()].map(({kind}) => kind)).toEqual(['enrolment.added']);
  });

  test('dies after ten minutes, after five wrong tries, and when a newer one is made', () => {
    const first = enrollment.newCode('u', null).code;
    now += 600_001;
    expect(codeOf(() => enrollment.enroll(bridge.request(first)))).toBe('ENROLMENT_CODE_WRONG');
    const second = enrollment.newCode('u', null).code;
    for (let attempt = 0; attempt < 5; attempt += 1) {
      expect(codeOf(() => enrollment.enroll(bridge.request('0000-0000')))).toBe('ENROLMENT_CODE_WRONG');
    }
    expect(codeOf(() => enrollment.enroll(bridge.request(second)))).toBe('ENROLMENT_CODE_WRONG');
    const third = enrollment.newCode('u', null).code;
    enrollment.newCode('u', null);
    expect(codeOf(() => enrollment.enroll(bridge.request(third)))).toBe('ENROLMENT_CODE_WRONG');
    expect(enrollment.state().state).toBe('none');
  });

  test('does not let the key be exchanged on the way', () => {
    const {code} = enrollment.newCode('u', null);
    expect(codeOf(() => enrollment.enroll({...bridge.request(code), public_key: createFakeBridge().publicKey}))).toBe(
      'ENROLMENT_CODE_WRONG',
    );
  });
});

describe('a signed request', () => {
  const request = {method: 'POST', path: '/api/v1/backups?x=1', body: Buffer.from('{"a":1}')};
  const refused = (token: string, changes: Partial<typeof request> = {}) =>
    enrollment.authenticate({token, ...request, ...changes}).then(
      () => null,
      (error: Failure) => error.code,
    );

  test('names the administrator and when it was seen', async () => {
    enrollNow();
    now += 5000;
    const token = await bridge.token(enrollment.companionId, request, now);
    expect(await enrollment.authenticate({token, ...request})).toEqual({kind: 'mattermost', id: 'u1', name: 'admin'});
    expect(enrollment.state().last_seen_at).toBe(now);
  });

  test('is refused without enrollment, after revocation, and by the former bridge', async () => {
    expect(await refused(await bridge.token(enrollment.companionId, request, now))).toBe('NOT_ENROLLED');
    enrollNow();
    const next = createFakeBridge();
    enrollNow(next);
    expect(await refused(await bridge.token(enrollment.companionId, request, now))).toBe('TOKEN_INVALID');
    expect(await refused(await next.token(enrollment.companionId, request, now))).toBeNull();
    enrollment.revoke({kind: 'cli', id: '0', name: 'root'});
    expect(await refused(await next.token(enrollment.companionId, request, now))).toBe('NOT_ENROLLED');
    expect(state.db.prepare('SELECT count(*) AS n FROM enrolments').get()).toEqual({n: 2});
  });

  test.each<[string, Partial<BridgeToken>, FailureCode]>([
    ['for another companion', {aud: 'other'}, 'TOKEN_INVALID'],
    ['from somebody else', {iss: 'someone'}, 'TOKEN_INVALID'],
    ['for another path', {path: '/api/v1/backups'}, 'TOKEN_INVALID'],
    ['for another method', {method: 'GET'}, 'TOKEN_INVALID'],
    ['for another body', {body_sha256: '0'.repeat(64)}, 'TOKEN_INVALID'],
    ['valid for two minutes', {exp: START / 1000 + 120}, 'TOKEN_INVALID'],
    ['with a short nonce', {jti: 'short'}, 'TOKEN_INVALID'],
    ['made a minute ago and more', {iat: START / 1000 - 66, exp: START / 1000 - 6}, 'TOKEN_EXPIRED'],
    ['from the future', {iat: START / 1000 + 60, exp: START / 1000 + 120}, 'TOKEN_EXPIRED'],
    ['of a member', {actor: {user_id: 'u2', username: 'member', system_admin: false}}, 'NOT_SYSTEM_ADMIN'],
  ])('%s is refused', async (_name, changes, code) => {
    enrollNow();
    expect(await refused(await bridge.token(enrollment.companionId, request, now, changes))).toBe(code);
  });

  test('without an actor is refused', async () => {
    enrollNow();
    const token = await bridge.token(enrollment.companionId, request, now, {actor: undefined as never});
    expect(await refused(token)).toBe('NOT_SYSTEM_ADMIN');
  });

  test.each<[string, Partial<BridgeToken>, FailureCode | null]>([
    ['of nobody in particular', {actor: undefined as never}, null],
    ['of a member', {actor: {user_id: 'u2', username: 'member', system_admin: false}}, null],
    ['for another body', {body_sha256: '0'.repeat(64)}, 'TOKEN_INVALID'],
    ['for another path', {path: '/api/v1/backups'}, 'TOKEN_INVALID'],
    ['for another companion', {aud: 'other'}, 'TOKEN_INVALID'],
    ['made a minute ago and more', {iat: START / 1000 - 66, exp: START / 1000 - 6}, 'TOKEN_EXPIRED'],
    ['from a clone', {actor: undefined as never, site_url: 'https://clone.example.org'}, 'COMPANION_READ_ONLY'],
  ])('%s, where only the bridge must be proven: %j → %s', async (_name, changes, code) => {
    enrollNow();
    const token = await bridge.token(enrollment.companionId, request, now, changes);
    const ask = () =>
      enrollment.authenticateBridge({token, ...request}).then(
        () => null,
        (error: Failure) => error.code,
      );
    expect(await ask()).toBe(code);
    expect(await ask()).toBe(code === null || code === 'COMPANION_READ_ONLY' ? 'TOKEN_REPLAYED' : code);
  });

  test('of another key, or before enrollment, does not prove the bridge', async () => {
    const ask = async (from: FakeBridge) => {
      const token = await from.token(enrollment.companionId, request, now, {actor: undefined as never});
      return enrollment.authenticateBridge({token, ...request}).then(
        () => null,
        (error: Failure) => error.code,
      );
    };
    expect(await ask(bridge)).toBe('NOT_ENROLLED');
    enrollNow();
    expect(await ask(createFakeBridge())).toBe('TOKEN_INVALID');
  });

  test('works once, also over a restart of the companion, and old nonces are forgotten', async () => {
    enrollNow();
    const token = await bridge.token(enrollment.companionId, request, now);
    expect(await refused(token)).toBeNull();
    expect(await refused(token)).toBe('TOKEN_REPLAYED');
    enrollment = await createEnrollment({state, clock, ledger, version: '0.1.0', confirm});
    expect(await refused(token)).toBe('TOKEN_REPLAYED');
    now += 600_000;
    expect(await refused(await bridge.token(enrollment.companionId, request, now))).toBeNull();
    expect(state.db.prepare('SELECT count(*) AS n FROM spent_nonces').get()).toEqual({n: 1});
  });

  test('with another algorithm, or none, is refused', async () => {
    enrollNow();
    const [, payload] = (await bridge.token(enrollment.companionId, request, now)).split('.');
    const header = Buffer.from('{"alg":"none"}').toString('base64url');
    const hs256 = await new CompactSign(Buffer.from(payload ?? '', 'base64url'))
      .setProtectedHeader({alg: 'HS256'})
      .sign(Buffer.from(bridge.publicKey));
    for (const token of [`${header}.${payload}.`, hs256, 'x', '']) {
      expect(await refused(token)).toBe('TOKEN_INVALID');
    }
  });
});

describe('the companion', () => {
  test('signs with a key that stays over a restart and that nobody else can read', async () => {
    const {public_key} = enrollment.enroll(bridge.request(enrollment.newCode('u', null).code));
    const again = await createEnrollment({state, clock, ledger, version: '0.1.0', confirm});
    expect(again.companionId).toBe(enrollment.companionId);
    const body = Buffer.from('{}');
    const token = await again.sign({method: 'PUT', path: '/plugins/x', body});
    const {payload} = await compactVerify(token, publicKeyObject(public_key), {algorithms: ['EdDSA']});
    expect(RequestToken.parse(JSON.parse(Buffer.from(payload).toString()))).toMatchObject({
      iss: enrollment.companionId,
      aud: 'bridge',
      method: 'PUT',
      path: '/plugins/x',
    });
    const [file = ''] = readdirSync(state.directory).filter((name) => name.endsWith('.key'));
    expect(statSync(join(state.directory, file)).mode & 0o777).toBe(0o600);
  });

  test('agrees on one identity when two programs start at once', async () => {
    const fresh = openState(mkdtempSync(join(tmpdir(), 'enrollment-')), [LEDGER_TABLE, ENROLLMENT_TABLES]);
    const both = await Promise.all(
      [1, 2].map(() =>
        createEnrollment({state: fresh, clock, ledger: createLedger(fresh, clock), version: '1', confirm}),
      ),
    );
    expect(both[0]?.companionId).toBe(both[1]?.companionId);
    expect(readdirSync(fresh.directory).filter((name) => name.endsWith('.key'))).toHaveLength(1);
  });

  test('is another one, enrolled nowhere, when its key was lost', async () => {
    enrollNow();
    for (const name of readdirSync(state.directory).filter((file) => file.endsWith('.key'))) {
      rmSync(join(state.directory, name));
    }
    const again = await createEnrollment({state, clock, ledger, version: '0.1.0', confirm});
    expect(again.companionId).not.toBe(enrollment.companionId);
    expect(again.state().state).toBe('none');
    await expect(again.sign({method: 'GET', path: '/', body: Buffer.alloc(0)})).rejects.toMatchObject({
      code: 'NOT_ENROLLED',
    });
  });

  test.each([
    ['the same server', {site_url: 'https://chat.example.org/', diagnostic_id: 'diagnostic-1'}, 'enrolled'],
    ['a clone at another address', {site_url: 'https://clone.example.org', diagnostic_id: 'diagnostic-1'}, 'read_only'],
    [
      'another database at this address',
      {site_url: 'https://chat.example.org', diagnostic_id: 'diagnostic-2'},
      'read_only',
    ],
  ])('is told that %s answers: %j → %s', (_name, seen, expected) => {
    enrollNow();
    enrollment.noteIdentity(seen);
    expect(enrollment.state().state).toBe(expected);
    expect(
      codeOf(() => {
        enrollment.requireWritable();
      }),
    ).toBe(expected === 'read_only' ? 'COMPANION_READ_ONLY' : null);
    enrollNow();
    expect(enrollment.state().state).toBe('enrolled');
  });
});
