import {beforeEach, describe, expect, test} from '@jest/globals';
import {ADA, createOutage, NOON, ROOT, type Bench} from '../fixtures.ts';
import {EMAIL} from '../people/identity.ts';

let bench: Bench;

beforeEach(async () => {
  ({bench} = await createOutage());
});

describe('a conflict is for a human', () => {
  const conflict = async () => (await bench.sso.returnList()).entries.find(({person}) => person.id === 'person001');

  beforeEach(async () => {
    await bench.switched(['person001', 'person002']);
  });

  test.each([
    [
      'self_switched',
      () => {
        bench.world.put({id: 'person001', sign_in: {service: 'saml', data: 'new@corp.test'}});
      },
    ],
    [
      'deleted',
      () => {
        bench.world.remove('person001');
      },
    ],
    [
      'deactivated',
      () => {
        bench.world.put({id: 'person001', deleted_at: NOON});
      },
    ],
    [
      'email_changed',
      () => {
        bench.world.put({id: 'person001', email: 'other@corp.test'});
      },
    ],
    [
      'duplicate_born',
      () => {
        bench.world.put({id: 'twin', sign_in: {service: 'gitlab', data: '1001'}, created_at: NOON + 1});
      },
    ],
    [
      'data_in_use',
      () => {
        bench.world.put({id: 'twin', sign_in: {service: 'saml', data: '1001'}, created_at: 1});
      },
    ],
  ])('%s: shown with both sides, never overwritten, and the others go back', async (kind, happen) => {
    happen();
    const entry = await conflict();
    expect(entry).toMatchObject({state: 'conflict', conflict: {kind}, original: {service: 'gitlab', data: '1001'}});
    const writes = bench.world.writesOf('person001');
    await bench.returned();
    expect(bench.world.writesOf('person001')).toBe(writes);
    expect(bench.signIn('person002')).toEqual({service: 'gitlab', data: '1002'});
    await expect(bench.sso.close(ROOT)).rejects.toMatchObject({code: 'RETURN_LIST_NOT_EMPTY'});
  });

  test('restore takes the data from the twin that was born meanwhile', async () => {
    bench.world.put({id: 'twin', sign_in: {service: 'gitlab', data: '1001'}, created_at: NOON + 1});
    await bench.sso.resolve({user: 'person001', choice: 'restore', reason: 'it is the same person'}, ADA);
    expect(bench.signIn('person001')).toEqual({service: 'gitlab', data: '1001'});
    expect(bench.signIn('twin')).toEqual(EMAIL);
    expect(bench.entriesOf('sso.resolved')[0]?.data).toMatchObject({
      choice: 'restore',
      reason: 'it is the same person',
    });
  });

  test('restore overwrites a self-made switch, leave accepts it', async () => {
    bench.world.put({id: 'person001', sign_in: {service: 'saml', data: 'a'}});
    bench.world.put({id: 'person002', sign_in: {service: 'saml', data: 'b'}});
    await bench.sso.resolve({user: 'person001', choice: 'restore', reason: 'was a mistake'}, ADA);
    await bench.sso.resolve({user: 'person002', choice: 'leave', reason: 'moved to SAML'}, ADA);
    expect([bench.signIn('person001'), bench.signIn('person002')]).toEqual([
      {service: 'gitlab', data: '1001'},
      {service: 'saml', data: 'b'},
    ]);
    expect((await bench.sso.returnList()).empty).toBe(true);
    await bench.sso.close(ROOT);
  });

  test('what else changed is told: username, roles, MFA', async () => {
    bench.world.put({id: 'person001', username: 'renamed', roles: ['system_user', 'system_admin'], mfa_active: true});
    expect((await conflict())?.changes).toEqual([
      'username was person001, is renamed',
      'roles were “system_user”, are “system_admin system_user”',
      'MFA was set up since',
    ]);
  });
});
