import {beforeEach, describe, expect, test} from '@jest/globals';
import type {AccountWriter} from '../../engines/accounts/port.ts';
import {Failure} from '../../kernel/failure.ts';
import {createBench, HOUR_MS, ROOT, type Bench} from '../fixtures.ts';
import {EMAIL, identityOf} from '../people/identity.ts';
import {newHolder} from '../store/people.ts';
import {createSsoStore, type SsoStore} from '../store/store.ts';
import {switchPeople, type SwitchParts} from './switch_people.ts';

const GITLAB = {service: 'gitlab', data: '1001'};

let bench: Bench;
let store: SsoStore;
let parts: SwitchParts;

beforeEach(() => {
  bench = createBench();
  store = createSsoStore(bench.engines);
  bench.world.put({id: 'anna', sign_in: GITLAB});
  bench.world.put({id: 'ben', sign_in: {service: 'gitlab', data: '1002'}});
  parts = {
    accounts: bench.world.accounts,
    store,
    writer: bench.world.writer,
    incident: store.declare('down', ROOT.actor, HOUR_MS).id,
    by: ROOT.actor,
    holder: newHolder(),
  };
});

const switchThem = (ids: string[] = ['anna'], changes: Partial<SwitchParts> = {}, signal?: AbortSignal) =>
  switchPeople({...parts, ...changes}, ids, signal);
const row = (id = 'anna') => store.person(parts.incident, id);

/** As another operation leaves it: taken for a switch, by a process that lives or has let go. */
function take(id: string, {isHeld}: {isHeld: boolean}): void {
  const [account, holder] = [bench.world.get(id)!, newHolder()];
  store.take({incident: parts.incident, holder, by: ROOT.actor}, 'switching', [
    {user: id, username: account.username, email: account.email, original: identityOf(account)},
  ]);
  if (!isHeld) {
    store.release(holder);
  }
}

/** A writer beside whose change something else happens. */
function writerWhile(happens: () => void): AccountWriter {
  return {
    ...parts.writer,
    changeSignIn: async (changes, signal) => {
      const outcomes = await parts.writer.changeSignIn(changes, signal);
      happens();
      return outcomes;
    },
  };
}

/** No account may be written by it. */
const NO_WRITER: AccountWriter = {
  through: 'plugin',
  extendSessions: null,
  revokeSessions: async () => [],
  changeSignIn: async () => {
    throw new Failure('MATTERMOST_UNREACHABLE', 'Mattermost was asked to write.');
  },
};

describe('nothing is written', () => {
  test('to an account that is gone; it is named, and the others are switched', async () => {
    expect(await switchThem(['nobody', 'anna'])).toMatchObject([
      {id: 'nobody', outcome: 'failed', message: 'The account is gone.'},
      {id: 'anna', outcome: 'switched', message: null},
    ]);
    expect(row('nobody')).toBeNull();
  });

  test('to one with email and password that was never switched here, which is said', async () => {
    bench.world.put({id: 'anna', sign_in: EMAIL, has_password: true});
    expect(await switchThem(['anna'], {writer: NO_WRITER})).toMatchObject([
      {outcome: 'already', message: expect.stringContaining('was not switched here')},
    ]);
    expect(row()).toBeNull();
  });

  test('to one that this incident has switched: its password and the time of its switch stay', async () => {
    await switchThem();
    const before = row();
    bench.world.claim('anna');
    bench.pass(HOUR_MS);
    expect(await switchThem(['anna'], {writer: NO_WRITER})).toMatchObject([{outcome: 'already', message: null}]);
    expect([bench.world.get('anna')?.has_password, row()]).toEqual([true, before]);
  });

  test('to one that a human has left with a password: the decision stands', async () => {
    await switchThem();
    store.settle(parts.incident, [{user: 'anna', state: 'left', message: 'wants a password'}], ROOT.actor);
    expect(await switchThem()).toMatchObject([{outcome: 'already'}]);
    expect(row()).toMatchObject({state: 'left', says: 'wants a password'});
  });

  test('to one whose sign-in could not be put back afterwards', async () => {
    bench.world.put({id: 'anna', sign_in: {service: 'saml', data: null}});
    expect(await switchThem(['anna'], {writer: NO_WRITER})).toMatchObject([
      {outcome: 'failed', message: 'Signs in through “saml” without data that could be put back.'},
    ]);
    expect([bench.world.get('anna')?.sign_in.service, row()]).toEqual(['saml', null]);
  });

  test('to one that another living operation holds; the others are switched, and it stays in that hand', async () => {
    take('anna', {isHeld: true});
    expect(await switchThem(['anna', 'ben'])).toMatchObject([
      {id: 'ben', outcome: 'switched'},
      {id: 'anna', outcome: 'failed', message: expect.stringContaining('Somebody else')},
    ]);
    expect([bench.world.get('anna')?.sign_in, row()]).toMatchObject([GITLAB, {state: 'switching', is_held: true}]);
    take('ben', {isHeld: true});
    bench.world.put({id: 'ben', sign_in: GITLAB});
    expect(await switchThem(['anna', 'ben'], {writer: NO_WRITER})).toHaveLength(2);
  });

  test('to one that somebody changed between the look and the write; that is a conflict', async () => {
    const other = {service: 'saml', data: 'anna@corp.test'};
    const writer: AccountWriter = {
      ...parts.writer,
      changeSignIn: async (changes) => {
        bench.world.put({id: 'anna', sign_in: other});
        return parts.writer.changeSignIn(changes);
      },
    };
    expect(await switchThem(['anna'], {writer})).toMatchObject([
      {outcome: 'conflict', message: 'Somebody else changed it to “saml” at the same moment.'},
    ]);
    expect([bench.world.get('anna')?.sign_in, row()?.state]).toEqual([other, 'conflict']);
  });
});

describe('a switch that was interrupted after its change', () => {
  beforeEach(() => {
    take('anna', {isHeld: false});
    bench.world.put({id: 'anna', sign_in: EMAIL, has_password: true});
  });

  test('is noted as done, and the password that was claimed since is kept', async () => {
    expect(await switchThem(['anna'], {writer: NO_WRITER})).toMatchObject([{outcome: 'switched', message: null}]);
    expect(row()).toMatchObject({state: 'switched', original: {sign_in: GITLAB}, switched_at: bench.now()});
    expect([...bench.ledger.entries()].at(-1)).toMatchObject({
      kind: 'sso.switched',
      data: {user: 'anna', says: 'found switched after an interruption'},
    });
  });

  test('is left to the operation that still has it in hand', async () => {
    take('anna', {isHeld: true});
    expect(await switchThem(['anna'], {writer: NO_WRITER})).toMatchObject([{outcome: 'already'}]);
    expect(row()).toMatchObject({state: 'switching', is_held: true});
  });
});

describe('an account counts as switched only when it reads as one with email and password', () => {
  test('and not because the server says that it was done', async () => {
    bench.world.lying.add('anna');
    expect(await switchThem()).toMatchObject([{outcome: 'failed', message: 'It was written, but reads as before.'}]);
    expect(row()?.state).toBe('failed');
  });

  test('and not when the account has gone meanwhile', async () => {
    const writer = writerWhile(() => {
      bench.world.remove('anna');
    });
    expect(await switchThem(['anna'], {writer})).toMatchObject([{outcome: 'failed', message: 'The account is gone.'}]);
    expect(row()?.state).toBe('failed');
  });

  test('although the server says that it was not done', async () => {
    const writer: AccountWriter = {
      ...parts.writer,
      changeSignIn: async (changes, signal) => {
        await parts.writer.changeSignIn(changes, signal);
        return changes.map(({id}) => ({id, outcome: 'failed', says: 'The answer was lost.'}));
      },
    };
    expect(await switchThem(['anna'], {writer})).toMatchObject([{outcome: 'switched', message: null}]);
    expect(row()?.state).toBe('switched');
  });
});

test('why the server refused is told, and stands beside the account', async () => {
  bench.world.failing.add('anna');
  expect(await switchThem()).toMatchObject([{outcome: 'failed', message: 'It was made to fail.'}]);
  expect(row()).toMatchObject({state: 'failed', says: 'It was made to fail.'});
});

test('who stops it stops the writing; what was in hand is let go, and the same again decides by the account', async () => {
  await expect(switchThem(['anna'], {}, AbortSignal.abort(new Error('stopped')))).rejects.toThrow('stopped');
  expect([bench.world.writesOf('anna'), row()]).toMatchObject([0, {state: 'switching', is_held: false}]);
  expect(await switchThem()).toMatchObject([{outcome: 'switched'}]);
  expect(bench.world.writesOf('anna')).toBe(1);
});
