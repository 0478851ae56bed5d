import {beforeEach, describe, expect, test} from '@jest/globals';
import type {IdentitySnapshot} from '@disaster-recovery/contract';
import {canonicalJson, sha256} from '../../kernel/canonical_json.ts';
import {createBench, type Bench} from '../fixtures.ts';
import type {Identity} from '../people/identity.ts';
import {createSnapshotStore, type SnapshotStore} from './store.ts';

let bench: Bench;
let store: SnapshotStore;

beforeEach(() => {
  bench = createBench();
  store = createSnapshotStore(bench.state, bench.engines.cipher);
});

const identity = (data = '1001'): Identity => ({
  sign_in: {service: 'gitlab', data},
  username: 'anna',
  email: 'anna@corp.test',
  roles: ['system_user'],
  mfa_active: false,
});
const see = (seenAt: number, user = 'anna', data = '1001') =>
  store.put({user, identity: identity(data), seen_at: seenAt});

function note(at: number, changes: Partial<IdentitySnapshot> = {}): void {
  store.note({
    at,
    accounts: 1,
    sso_accounts: 1,
    changed: 0,
    sha256: 'x',
    stored: 'repository',
    warnings: [],
    ...changes,
  });
}

describe('how somebody signed in', () => {
  test('is a change when it is new or differs, and none when it was seen again', () => {
    expect([see(1), see(2), see(3, 'anna', '1002'), see(4, 'anna', '1002')]).toEqual([true, false, true, false]);
    expect(store.identity('anna')).toEqual(identity('1002'));
  });

  test('counts only from the time when it was seen last, unchanged or not', () => {
    see(10);
    expect([store.identity('anna', 10), store.identity('anna', 11)]).toEqual([identity(), null]);
    see(20);
    expect([store.identity('anna', 20), store.identity('anna', 21)]).toEqual([identity(), null]);
  });

  test('is nothing to go back to once a human has left them with a password, until it is seen again', () => {
    see(1);
    store.leave('anna', 2);
    expect([store.identity('anna'), [...store.lines()], store.knows('anna')]).toEqual([null, [], true]);
    expect(see(3)).toBe(true);
    expect([store.identity('anna'), [...store.lines()]]).toMatchObject([identity(), [{user: 'anna', seen_at: 3}]]);
  });

  test('stands nowhere in clear, nor as a hash that anybody could make', () => {
    see(1, 'anna', 'canary-data-7');
    const [first] = bench.state.db.prepare('SELECT hash, identity FROM sso_identities').all() as {hash: string}[];
    expect(JSON.stringify(first)).not.toContain('canary');
    expect(first?.hash).not.toBe(sha256(canonicalJson(identity('canary-data-7'))));
  });

  test('is read for everybody, in their order, however many there are', () => {
    const users = Array.from({length: 1001}, (_, index) => `user${String(index).padStart(4, '0')}`);
    users.toReversed().forEach((user) => see(1, user));
    expect([...store.lines()].map(({user}) => user)).toEqual(users);
  });
});

describe('who is missed by the newest snapshot', () => {
  beforeEach(() => {
    for (const user of ['stays', 'left', 'gone']) {
      see(100, user);
    }
    note(100);
    store.leave('left', 150);
    see(200, 'stays');
    note(200);
  });

  test('is whom an older one has seen and it has not, without those who were left', () => {
    expect(store.missedByNewest(10)).toEqual(['gone']);
  });

  test('is nobody before there were two', () => {
    bench.state.db.exec('DELETE FROM sso_snapshots WHERE at = 100');
    expect(store.missedByNewest(10)).toEqual([]);
  });

  test('are not more than were asked for', () => {
    see(90, 'gone too');
    expect(store.missedByNewest(1)).toEqual(['gone']);
  });
});

test('the newest snapshot is the one that counts', () => {
  expect(store.latest()).toBeNull();
  note(200, {sha256: 'newer'});
  note(100, {sha256: 'older'});
  expect(store.latest()).toMatchObject({at: 200, sha256: 'newer'});
});

test('a memory was stored once any of its snapshots was, and not by those that are here only', () => {
  note(1, {stored: 'here_only'});
  expect(store.isStored()).toBe(false);
  note(2);
  note(3, {stored: 'here_only'});
  expect(store.isStored()).toBe(true);
});
