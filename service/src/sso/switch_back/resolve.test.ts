import {beforeEach, describe, expect, test} from '@jest/globals';
import {ADA, createOutage, NOON, ROOT, type Bench} from '../fixtures.ts';
import {createSnapshotStore} from '../originals/store.ts';
import {EMAIL} from '../people/identity.ts';
import {createSsoStore, type SsoStore} from '../store/store.ts';

const GITLAB = {service: 'gitlab', data: '1001'};

let bench: Bench;
let store: SsoStore;

beforeEach(async () => {
  ({bench} = await createOutage());
  store = createSsoStore(bench.engines);
  await bench.switched(['person001']);
});

const resolve = (choice: 'restore' | 'leave', user = 'person001', of = bench) =>
  of.sso.resolve({user, choice, reason: 'asked at the desk'}, ADA);
const row = (user = 'person001') => store.person(store.lastIncident()!.id, user);

describe('a decision', () => {
  test('is refused about somebody who is not on the return list, and leaves no trace', async () => {
    await expect(resolve('leave', 'person002')).rejects.toMatchObject({
      code: 'ACCOUNT_NOT_FOUND',
      message: 'person002 is not on the return list.',
    });
    expect(bench.entriesOf('sso.resolved')).toEqual([]);
  });

  test('needs a declared outage', async () => {
    await bench.returned();
    await bench.sso.snapshot(ROOT);
    await bench.sso.close(ROOT);
    bench.world.put({id: 'person001', sign_in: EMAIL, has_password: true});
    await expect(resolve('restore')).rejects.toMatchObject({code: 'SSO_NOT_DECLARED'});
    expect(bench.signIn('person001')).toEqual(EMAIL);
  });

  test('is in the ledger with its reason and the conflict that it was about, before anything is done', async () => {
    bench.world.put({id: 'person001', deleted_at: NOON});
    bench.world.lying.add('person001');
    await expect(resolve('restore')).rejects.toMatchObject({code: 'SWITCH_NOT_PROVEN'});
    expect(bench.entriesOf('sso.resolved')).toMatchObject([
      {
        actor: ADA.actor,
        data: {user: 'person001', choice: 'restore', reason: 'asked at the desk', conflict: 'deactivated'},
      },
    ]);
  });
});

describe('to leave somebody', () => {
  test('changes nothing of the account, and keeps why', async () => {
    const [live, writes] = [bench.world.get('person001'), bench.world.log.writes.length];
    await resolve('leave');
    expect([bench.world.get('person001'), bench.world.log.writes.length]).toEqual([live, writes]);
    expect(row()).toMatchObject({state: 'left', says: 'asked at the desk'});
    expect((await bench.sso.returnList()).empty).toBe(true);
    expect(bench.entriesOf('sso.returning')).toEqual([]);
  });

  test('whom something else has switched is remembered as well', async () => {
    await bench.sso.snapshot(ROOT);
    bench.world.put({id: 'person002', sign_in: EMAIL, has_password: true});
    await resolve('leave', 'person002');
    expect(row('person002')).toMatchObject({state: 'left', says: 'asked at the desk', is_held: false});
    expect((await bench.sso.returnList()).entries.map(({person}) => person.id)).toEqual(['person001']);
  });

  test('who was seen by a snapshot does not bring them back onto the list', async () => {
    await bench.returned();
    await bench.sso.snapshot(ROOT);
    await bench.switched(['person001']);
    await resolve('leave');
    expect((await bench.sso.returnList()).empty).toBe(true);
  });
});

describe('to restore somebody', () => {
  test('who was deleted is refused, and says what can be done', async () => {
    bench.world.remove('person001');
    await expect(resolve('restore')).rejects.toMatchObject({
      code: 'ACCOUNT_EXCLUDED',
      message: expect.stringContaining('all that can be done is to leave it'),
    });
  });

  test('takes nothing from the person when it is they who hold the data, under another service', async () => {
    bench.world.put({id: 'person001', sign_in: {service: 'saml', data: '1001'}});
    const writes = bench.world.writesOf('person001');
    await resolve('restore');
    expect([bench.signIn('person001'), bench.world.writesOf('person001') - writes]).toEqual([GITLAB, 1]);
    expect(bench.entriesOf('sso.duplicate_freed')).toEqual([]);
  });

  test('takes the data from a twin whatever its service is, says so, and leaves the other people alone', async () => {
    bench.world.put({id: 'twin', sign_in: {service: 'saml', data: '1001'}, created_at: NOON + 1});
    await resolve('restore');
    expect([bench.signIn('person001'), bench.signIn('twin'), bench.signIn('person002')]).toEqual([
      GITLAB,
      EMAIL,
      {service: 'gitlab', data: '1002'},
    ]);
    expect(bench.entriesOf('sso.duplicate_freed')).toMatchObject([
      {data: {user: 'twin', for: 'person001', outcome: 'changed'}},
    ]);
  });

  test('fails when the twin cannot be changed; the twin stays somebody who signs in through the provider', async () => {
    bench.world.put({id: 'twin', sign_in: GITLAB, created_at: NOON + 1});
    await bench.sso.snapshot(ROOT);
    bench.world.failing.add('twin');
    await expect(resolve('restore')).rejects.toMatchObject({
      code: 'SWITCH_NOT_PROVEN',
      message: expect.stringMatching(/^@person001 could not be given back: ./),
    });
    expect(bench.entriesOf('sso.duplicate_freed')).toMatchObject([{data: {outcome: 'failed'}}]);
    expect(createSnapshotStore(bench.state, bench.engines.cipher).identity('twin')?.sign_in).toEqual(GITLAB);
    expect((await bench.sso.returnList()).entries).toMatchObject([{person: {id: 'person001'}}]);
  });

  test('is done only when it reads as before', async () => {
    bench.world.lying.add('person001');
    await expect(resolve('restore')).rejects.toMatchObject({
      code: 'SWITCH_NOT_PROVEN',
      message: '@person001 could not be given back: What was read back is not what was written.',
    });
    expect(row()?.state).toBe('failed');
  });

  test('is done also when somebody was quicker', async () => {
    const {accounts} = bench.world;
    let looks = 0;
    const other = bench.beside({
      accounts: {
        ...accounts,
        byId: async (ids) => {
          looks += 1;
          if (looks === 1) {
            bench.world.put({id: 'person001', sign_in: GITLAB, has_password: false});
          }
          return accounts.byId(ids);
        },
      },
    });
    const writes = bench.world.writesOf('person001');
    await resolve('restore', 'person001', other);
    expect([row()?.state, bench.world.writesOf('person001') - writes]).toEqual(['returned', 0]);
  });
});
