import {mkdtempSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {beforeEach, describe, expect, test} from '@jest/globals';
import type {BridgeToken} from '@disaster-recovery/contract';
import {sha256} from '../kernel/canonical_json.ts';
import {Failure} from '../kernel/failure.ts';
import {openState} from '../kernel/state.ts';
import {createLedger, LEDGER_TABLE} from '../ledger/index.ts';
import {createEnrollment, type Enrollment} from './enrollment.ts';
import {createFakeBridge, type FakeBridge} from '../testkit/fake_bridge.ts';
import type {Confirm} from './origin.ts';
import {ENROLLMENT_TABLES} from './tables.ts';

const clock = {now: () => Date.UTC(2026, 10, 24, 12), sleep: async () => undefined};
const BACKUP = {method: 'POST', path: '/api/v1/backups', body: Buffer.from('{}')};
const STATUS = {method: 'GET', path: '/api/v1/status', body: Buffer.alloc(0)};

let bridge: FakeBridge;
let enrollment: Enrollment;
/** What the Mattermost at the enrolled address says it signed: its shared store, whichever node answers. */
let signedThere: Set<string>;
let asked: number;
let there: Confirm;

beforeEach(async () => {
  signedThere = new Set();
  asked = 0;
  there = async ({token_sha256}) => signedThere.delete(token_sha256);
  const state = openState(mkdtempSync(join(tmpdir(), 'origin-')), [LEDGER_TABLE, ENROLLMENT_TABLES]);
  enrollment = await createEnrollment({
    state,
    clock,
    ledger: createLedger(state, clock),
    version: '0.1.0',
    confirm: (request) => {
      asked += 1;
      return there(request);
    },
  });
  bridge = createFakeBridge();
  enrollment.enroll(bridge.request(enrollment.newCode('http://127.0.0.1:8066', null).code));
});

/** A request of somebody who holds the enrolled key: signed by the server at the address, or by a copy of it elsewhere. */
async function ask(
  by: 'server' | 'copy',
  changes: Partial<BridgeToken> = {},
  request = BACKUP,
): Promise<{failure: Failure | null; token: string}> {
  const token = await bridge.token(enrollment.companionId, request, clock.now(), changes);
  if (by === 'server') {
    signedThere.add(sha256(token));
  }
  const failure = await enrollment.authenticate({token, ...request}).then(
    () => null,
    (error: unknown) => error as Failure,
  );
  return {failure, token};
}

test('the enrolled server may change something, from whichever node of it, and a slash at the end of its URL means nothing', async () => {
  expect((await ask('server')).failure).toBeNull();
  expect((await ask('server', {site_url: 'https://CHAT.example.org/'})).failure).toBeNull();
  expect(asked).toBe(2);
});

describe('a copy of the server, with its database, its key and so its diagnostic id,', () => {
  test.each<[string, Partial<BridgeToken>, string]>([
    ['at another site URL', {site_url: 'https://copy.example.org'}, 'site_url_differs'],
    ['with an empty site URL', {site_url: ''}, 'site_url_missing'],
    ['with a site URL of blanks', {site_url: ' / '}, 'site_url_missing'],
    ['with another diagnostic id', {diagnostic_id: 'diagnostic-2'}, 'another_database'],
    ['without a diagnostic id', {diagnostic_id: ''}, 'another_database'],
  ])('%s changes nothing, and the server at the address is not even asked', async (_name, changes, reason) => {
    const {failure} = await ask('server', changes);
    expect(failure).toMatchObject({code: 'COMPANION_READ_ONLY', details: {reason}});
    expect(failure?.remedy).toContain('drctl enroll');
    expect(asked).toBe(0);
  });

  test('under the same site URL changes nothing, because the server at the address did not sign it', async () => {
    const {failure} = await ask('copy');
    expect(failure).toMatchObject({code: 'COMPANION_READ_ONLY', details: {reason: 'signed_elsewhere'}});
    expect(failure?.message).toContain('copy');
  });

  test.each(['site_url', 'diagnostic_id'] as const)('cannot leave out its %s', async (field) => {
    const {failure} = await ask('server', {[field]: undefined as never});
    expect(failure).toMatchObject({code: 'TOKEN_INVALID', message: expect.stringContaining(field)});
    expect(failure?.remedy).toContain('one release');
  });

  test('may look', async () => {
    expect((await ask('copy', {}, STATUS)).failure).toBeNull();
    expect((await ask('copy', {site_url: ''}, STATUS)).failure).toBeNull();
    expect(asked).toBe(0);
  });

  test('cannot use a code at the claim page in the name of the server', async () => {
    const request = {method: 'POST', path: '/api/v1/sso/claims', body: Buffer.from('{}')};
    const token = await bridge.token(enrollment.companionId, request, clock.now(), {actor: undefined as never});
    await expect(enrollment.authenticateBridge({token, ...request})).rejects.toMatchObject({
      code: 'COMPANION_READ_ONLY',
      details: {reason: 'signed_elsewhere'},
    });
  });
});

test('a server that does not answer whether it signed leaves everything as it is', async () => {
  there = async () => {
    throw new Failure('MATTERMOST_UNREACHABLE', 'Mattermost does not answer (ECONNREFUSED).');
  };
  const {failure} = await ask('server');
  expect(failure).toMatchObject({
    code: 'COMPANION_READ_ONLY',
    message: expect.stringContaining('ECONNREFUSED'),
    details: {reason: 'not_confirmed'},
  });
  expect(failure?.remedy).toContain('mattermost.url');
});

test('nobody makes the companion ask without the key, or without being an administrator', async () => {
  const other = createFakeBridge();
  const forged = await other.token(enrollment.companionId, BACKUP, clock.now());
  await expect(enrollment.authenticate({token: forged, ...BACKUP})).rejects.toMatchObject({code: 'TOKEN_INVALID'});
  const member = await ask('server', {actor: {user_id: 'u2', username: 'member', system_admin: false}});
  expect(member.failure?.code).toBe('NOT_SYSTEM_ADMIN');
  expect(asked).toBe(0);
});

describe('the server itself', () => {
  test('with its database restored from a set goes on as before: the key is the same and it answers at its address', async () => {
    signedThere.clear();
    expect((await ask('server')).failure).toBeNull();
  });

  test('restored from a set older than the enrollment holds a former key and must enroll again', async () => {
    const former = bridge;
    bridge = createFakeBridge();
    enrollment.enroll(bridge.request(enrollment.newCode('u', null).code));
    bridge = former;
    expect((await ask('server')).failure?.code).toBe('TOKEN_INVALID');
  });

  test('whose site URL an administrator changed is read-only, says which, and works again once enrolled anew', async () => {
    const moved = {site_url: 'https://new.example.org', diagnostic_id: 'diagnostic-1'};
    enrollment.noteIdentity(moved);
    expect(enrollment.state()).toMatchObject({
      state: 'read_only',
      read_only_because: {
        message: expect.stringMatching(/https:\/\/new\.example\.org.*https:\/\/chat\.example\.org/),
        remedy: expect.stringContaining('If you changed the site URL'),
      },
    });
    expect((await ask('server', moved)).failure).toMatchObject({details: {reason: 'site_url_differs'}});
    enrollment.enroll(bridge.request(enrollment.newCode('u', null).code, moved));
    expect((await ask('server', moved)).failure).toBeNull();
    expect(enrollment.state()).not.toHaveProperty('read_only_because');
  });

  test.each([
    [{site_url: '', diagnostic_id: 'diagnostic-1'}, 'no site URL'],
    [{site_url: 'https://chat.example.org', diagnostic_id: ''}, 'unnamed'],
    [{site_url: 'https://chat.example.org', diagnostic_id: 'diagnostic-2'}, 'diagnostic-2'],
  ])('is not believed to be what answers at the address with %j', (seen, says) => {
    enrollment.noteIdentity(seen);
    expect(enrollment.state()).toMatchObject({
      state: 'read_only',
      read_only_because: {message: expect.stringContaining(says)},
    });
    expect(() => {
      enrollment.requireWritable();
    }).toThrow(says);
    enrollment.noteIdentity({site_url: 'https://chat.example.org', diagnostic_id: 'diagnostic-1'});
    expect(enrollment.state().state).toBe('enrolled');
  });

  test('enrolled without a site URL by an older release is told to set one', async () => {
    enrollment.enroll(bridge.request(enrollment.newCode('u', null).code, {site_url: ''}));
    const {failure} = await ask('server', {site_url: ''});
    expect(failure).toMatchObject({details: {reason: 'site_url_missing'}});
    expect(failure?.remedy).toContain('set its site URL');
  });
});
