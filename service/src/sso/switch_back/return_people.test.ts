import {beforeEach, describe, expect, test} from '@jest/globals';
import type {Account, SignInChange} from '../../engines/accounts/port.ts';
import {conflictOf} from '../return_list/conflicts.ts';
import {createBench, HOUR_MS, NOON, ROOT, type Bench} from '../fixtures.ts';
import {EMAIL, identityOf} from '../people/identity.ts';
import {bornOfPassword, isParked, returnPeople, type Returning, type ReturnParts} from './return_people.ts';
import {createSsoStore, type SsoStore} from '../store/store.ts';
import {newHolder} from '../store/people.ts';

const GITLAB = {service: 'gitlab', data: '1001'};

let bench: Bench;
let store: SsoStore;
let forgotten: string[];
let anna: Returning;
let parts: ReturnParts;

/** One person who was switched an hour after the declaration, and has chosen a password. */
beforeEach(() => {
  bench = createBench();
  store = createSsoStore(bench.engines);
  forgotten = [];
  bench.world.put({id: 'anna', sign_in: GITLAB});
  const original = identityOf(bench.world.get('anna') as Account);
  const incident = store.declare('down', ROOT.actor, HOUR_MS).id;
  anna = {user: 'anna', username: 'anna', email: 'anna@corp.test', original, switched_at: NOON + HOUR_MS};
  bench.world.put({id: 'anna', sign_in: EMAIL, has_password: true});
  parts = {
    accounts: bench.world.accounts,
    tokens: bench.world.tokens,
    store,
    writer: bench.world.writer,
    incident,
    by: ROOT.actor,
    holder: newHolder(),
    declaredAt: NOON,
    codes: {forget: (users) => forgotten.push(...users)},
  };
});

const give = async (changes: Partial<ReturnParts> = {}, people: Returning[] = [anna]) =>
  returnPeople({...parts, ...changes}, people);
const live = () => bench.world.get('anna');
const row = () => store.person(parts.incident, 'anna');

/** A writer after whose change the account is as `after` says, whatever was written. */
function writing(after: (change: SignInChange) => void): ReturnParts['writer'] {
  return {
    ...parts.writer,
    changeSignIn: async (changes, signal) => {
      const outcomes = await parts.writer.changeSignIn(changes, signal);
      changes.forEach(after);
      return outcomes;
    },
  };
}

describe('an account counts as returned only when', () => {
  test('it was written and reads back as the original, without a password', async () => {
    expect(await give()).toMatchObject([{outcome: 'returned', message: null}]);
    expect([live()?.sign_in, live()?.has_password, row()?.state]).toEqual([GITLAB, false, 'returned']);
  });

  test('the password of the outage is gone: with it still there it has failed', async () => {
    const writer = writing(({id}) => bench.world.put({id, has_password: true}));
    expect(await give({writer})).toMatchObject([
      {outcome: 'failed', message: 'What was read back is not what was written.'},
    ]);
    expect(row()?.state).toBe('failed');
  });

  test.each([
    ['another service', {service: 'saml', data: '1001'}],
    ['other data', {service: 'gitlab', data: '1002'}],
    ['email and password', EMAIL],
  ])('it does not read back as %s', async (_name, signIn) => {
    const writer = writing(({id}) => bench.world.put({id, sign_in: signIn}));
    expect(await give({writer})).toMatchObject([{outcome: 'failed'}]);
  });

  test('it is still there', async () => {
    const writer = writing(({id}) => bench.world.remove(id));
    expect(await give({writer})).toMatchObject([{outcome: 'failed'}]);
  });

  test('nobody says that it was done although it was not', async () => {
    bench.world.lying.add('anna');
    expect(await give()).toMatchObject([{outcome: 'failed'}]);
    bench.world.lying.clear();
    bench.world.failing.add('anna');
    expect(await give()).toMatchObject([{outcome: 'failed', message: 'It was made to fail.'}]);
  });
});

describe('an account that signs in as before already', () => {
  beforeEach(() => {
    bench.world.put({id: 'anna', sign_in: GITLAB, has_password: false});
  });

  test('is not written again, has a row in the incident, and what the outage left goes all the same', async () => {
    bench.world.addSession({id: 'born', user: 'anna', kind: 'password', created_at: NOON + HOUR_MS});
    expect(await give()).toMatchObject([{outcome: 'already', sessions_revoked: 1}]);
    expect([bench.world.writesOf('anna'), row()?.state, forgotten]).toEqual([0, 'returned', ['anna']]);
  });

  test('but still has the password of the outage is written, so that it goes', async () => {
    bench.world.put({id: 'anna', has_password: true});
    expect(await give()).toMatchObject([{outcome: 'returned'}]);
    expect([live()?.sign_in, live()?.has_password]).toEqual([GITLAB, false]);
  });
});

describe('nothing is written', () => {
  test('to an account in conflict; the conflict is noted with its kind', async () => {
    bench.world.put({id: 'anna', deleted_at: NOON});
    expect(await give()).toMatchObject([{outcome: 'conflict', message: expect.stringContaining('deactivated')}]);
    expect([bench.world.writesOf('anna'), row()?.state]).toEqual([0, 'conflict']);
    expect([...bench.ledger.entries()].at(-1)).toMatchObject({kind: 'sso.conflict', data: {kind: 'deactivated'}});
  });

  test('to one that is gone, whoever insists', async () => {
    bench.world.remove('anna');
    expect(await give({insist: true})).toMatchObject([{outcome: 'conflict'}]);
    expect([...bench.ledger.entries()].at(-1)).toMatchObject({data: {kind: 'deleted'}});
  });

  test('to one that somebody changed between the look and the write', async () => {
    const {changeSignIn} = parts.writer;
    const other = {service: 'saml', data: 'anna@corp.test'};
    const writer: ReturnParts['writer'] = {
      ...parts.writer,
      changeSignIn: async (changes) => {
        bench.world.put({id: 'anna', sign_in: other});
        return changeSignIn(changes);
      },
    };
    expect(await give({writer})).toMatchObject([{outcome: 'failed'}]);
    expect(live()?.sign_in).toEqual(other);
  });

  test('to one that another living operation holds: neither the account nor its row, conflict or not', async () => {
    const taking = [{user: 'anna', username: 'anna', email: 'anna@corp.test', original: anna.original}];
    store.take({incident: parts.incident, holder: newHolder(), by: ROOT.actor}, 'switching', taking);
    expect(await give()).toMatchObject([{outcome: 'failed', message: expect.stringContaining('Somebody else')}]);
    bench.world.put({id: 'anna', deleted_at: NOON});
    expect(await give()).toMatchObject([{outcome: 'conflict'}]);
    expect([bench.world.writesOf('anna'), row()?.state]).toEqual([0, 'switching']);
  });
});

test('a human who has looked at the conflict may insist: then it is given back from whatever it is', async () => {
  bench.world.put({id: 'anna', sign_in: {service: 'saml', data: 'anna@corp.test'}});
  expect(await give({insist: true})).toMatchObject([{outcome: 'returned'}]);
  expect(live()?.sign_in).toEqual(GITLAB);
});

test('what was taken in hand is let go, also when nothing can be written at all', async () => {
  const writer: ReturnParts['writer'] = {
    ...parts.writer,
    changeSignIn: async () => {
      throw new Error('the plugin is gone');
    },
  };
  await expect(give({writer})).rejects.toThrow('the plugin is gone');
  expect(row()?.is_held).toBe(false);
});

describe('what the outage left behind', () => {
  test('goes: sessions of the password, reset tokens and codes; what cannot go is told, and stops nobody', async () => {
    bench.world.addSession({id: 'born', user: 'anna', kind: 'password', created_at: NOON + HOUR_MS});
    bench.world.addSession({id: 'stays', user: 'anna', kind: 'password', created_at: NOON + HOUR_MS});
    bench.world.addSession({id: 'sso', user: 'anna', kind: 'sso', created_at: NOON + HOUR_MS});
    bench.world.failing.add('stays');
    await bench.world.tokens.passwordReset({id: 'anna', email: 'anna@corp.test'}, NOON, HOUR_MS);
    expect(await give()).toMatchObject([
      {
        outcome: 'returned',
        sessions_revoked: 1,
        sessions_kept: 1,
        tokens_purged: 1,
        message: '1 session of the outage password may live on: It was made to fail.',
      },
    ]);
    expect([bench.world.log.revoked, bench.world.log.purged, forgotten]).toEqual([['born'], ['anna'], ['anna']]);
  });

  test('is looked for only when somebody is back', async () => {
    bench.world.lying.add('anna');
    await give();
    expect([bench.world.log.purged, forgotten]).toEqual([[], []]);
  });

  test('is counted once for a batch', async () => {
    bench.world.put({id: 'ben', sign_in: {service: 'gitlab', data: '1002'}});
    const original = identityOf(bench.world.get('ben') as Account);
    bench.world.put({id: 'ben', sign_in: EMAIL});
    for (const id of ['anna', 'ben']) {
      await bench.world.tokens.passwordReset({id, email: `${id}@corp.test`}, NOON, HOUR_MS);
    }
    const ben = {user: 'ben', username: 'ben', email: 'ben@corp.test', original, switched_at: NOON};
    expect((await give({}, [anna, ben])).reduce((sum, {tokens_purged: purged}) => sum + purged, 0)).toBe(2);
  });

  test('is told where it stays: what else changed, and access tokens of the time', async () => {
    bench.world.put({id: 'anna', mfa_active: true});
    bench.world.addSession({id: 'token', user: 'anna', kind: 'access_token', created_at: NOON});
    expect((await give())[0]?.changes).toEqual([
      'MFA was set up since',
      '1 access token was first used since the outage began',
    ]);
  });
});

describe('a session is born of the outage password', () => {
  const session = {id: 's', user: 'anna', device: 'web', expires_at: 0, last_activity_at: 0} as const;
  test.each([
    ['a password session from the moment of the switch on', 'password', NOON + 5, NOON + 5, true],
    ['not one from before: a sign-in by LDAP looks the same', 'password', NOON + 4, NOON + 5, false],
    ['not one of single sign-on', 'sso', NOON + 9, NOON + 5, false],
    ['not an access token', 'access_token', NOON + 9, NOON + 5, false],
    ['from the declaration on, when nobody knows when it was switched', 'password', NOON, null, true],
    ['not before the declaration then', 'password', NOON - 1, null, false],
  ] as const)('%s', (_name, kind, created_at, switched_at, expected) => {
    expect(bornOfPassword([{...session, kind, created_at}], {switched_at}, NOON)).toHaveLength(Number(expected));
  });
});

test('parked is who signs in with a password and has none', () => {
  const account = live() as Account;
  expect([
    isParked({...account, has_password: false}),
    isParked(account),
    isParked({...account, sign_in: GITLAB, has_password: false}),
  ]).toEqual([true, false, false]);
});

describe('a machine does not decide about', () => {
  const account = (changes: Partial<Account> = {}): Account => ({...(live() as Account), sign_in: EMAIL, ...changes});
  const holder = (changes: Partial<Account>): Account =>
    account({id: 'twin', username: 'twin', sign_in: GITLAB, ...changes});
  test.each<[string, () => Account | null, () => Account[], string | null]>([
    ['an account that is gone', () => null, () => [], 'deleted'],
    [
      'one that went to another provider',
      () => account({sign_in: {service: 'saml', data: 'x'}}),
      () => [],
      'self_switched',
    ],
    ['one whose data a younger account holds', () => account(), () => [holder({created_at: NOON})], 'duplicate_born'],
    ['one whose data an older account holds', () => account(), () => [holder({created_at: NOON - 1})], 'data_in_use'],
    ['one that was deactivated', () => account({deleted_at: 1}), () => [], 'deactivated'],
    ['one with another address', () => account({email: 'new@corp.test'}), () => [], 'email_changed'],
    ['and does about one that is as before', () => account({sign_in: GITLAB, deleted_at: 1}), () => [], null],
    ['and does about one whose data it holds itself', () => account(), () => [holder({id: 'anna'})], null],
    [
      'and does when others hold other data',
      () => account(),
      () => [holder({sign_in: {service: 'gitlab', data: '7'}})],
      null,
    ],
    ['and does about one that is as it was left', () => account(), () => [], null],
  ])('%s', (_name, now, holders, kind) => {
    expect(conflictOf(anna, now(), {holders: holders(), declaredAt: NOON})?.kind ?? null).toBe(kind);
  });
});
