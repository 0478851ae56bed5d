import {beforeEach, describe, expect, test} from '@jest/globals';
import type {SwitchRequest} from '@disaster-recovery/contract';
import type {Failure} from '../../kernel/failure.ts';
import {ADA, BOB, createOutage, HOUR_MS, NOON, ROOT, these, type Bench} from '../fixtures.ts';
import {EMAIL} from '../people/identity.ts';

let bench: Bench;
let people: string[];

beforeEach(async () => {
  ({bench, people} = await createOutage());
});

const everyone = {everyone: true as const, dormant_days: 90};

describe('a switch by name', () => {
  test('leaves bots, remote people, the deactivated, guests, break-glass accounts and those it was told to leave, and says why', async () => {
    bench.world.put({id: 'robot', is_bot: true});
    bench.world.put({id: 'remote', is_remote: true});
    bench.world.put({id: 'gone', deleted_at: 1});
    bench.world.put({id: 'guest', roles: ['system_guest']});
    bench.world.put({id: 'glass', username: 'glass'});
    bench.world.put({id: 'magic', sign_in: {service: 'magic_link', data: null}});
    bench.world.put({id: 'hollow', sign_in: {service: 'gitlab', data: null}});
    bench.world.put({id: 'typo', sign_in: {service: 'smal', data: '1'}});
    const names = [
      'robot',
      'remote',
      'gone',
      'guest',
      'glass',
      'magic',
      'hollow',
      'typo',
      'ada',
      'person002',
      'nobody',
    ];
    const plan = await bench.sso.planSwitch({...these('person001', ...names), deny: ['person002']}, ROOT);
    expect(Object.fromEntries(plan.excluded.map(({person, reason}) => [person.username, reason]))).toEqual({
      robot: 'bot',
      remote: 'remote',
      gone: 'deactivated',
      guest: 'guest_without_licence',
      glass: 'break_glass',
      magic: 'magic_link',
      hollow: 'no_auth_data',
      typo: 'unknown_service',
      ada: 'local',
      person002: 'denied',
      nobody: 'not_found',
    });
    expect(plan.people.map(({username}) => username)).toEqual(['person001']);
  });
});

describe('a switch of many', () => {
  const NAMES = Array.from({length: 12}, (_, index) => `person${String(index + 1).padStart(3, '0')}`);
  const asked = (request: SwitchRequest) =>
    bench.sso.startSwitch(request, ADA).then(
      () => null,
      (error: Failure) => error.code,
    );

  test.each<[string, Partial<SwitchRequest>]>([
    ['everyone', {everyone: true}],
    ['by the end of sessions, in the far future', {sessions_ending_before: NOON + 10_000 * HOUR_MS}],
    ['by a list of all names', {users: NAMES}],
    ['by a list with a quarter of them, and more than a handful', {users: NAMES.slice(0, 6)}],
    ['by a list that holds another administrator', {users: ['person001', 'carol']}],
  ])('needs a second administrator, however they are chosen: %s', async (_name, choice) => {
    bench.world.put({id: 'carol', username: 'carol', roles: ['system_admin'], last_login_at: NOON});
    const request = {dormant_days: 90, ...choice} as SwitchRequest;
    expect((await bench.sso.planSwitch(request, ADA)).needs_second_administrator).toBe(true);
    expect((await bench.sso.planSwitch(request, ROOT)).needs_second_administrator).toBe(false);
    expect(await asked(request)).toBe('SECOND_ADMINISTRATOR_NEEDED');
    expect(bench.signIn('person001')).not.toEqual(EMAIL);
    expect(bench.jobs.newest(10)).toEqual([]);
  });

  test('in small steps needs one as soon as the steps are many together', async () => {
    const first = await bench.run(bench.sso.startSwitch(these('person001', 'person002', 'person003'), ADA));
    expect(first.status).toBe('success');
    expect(
      (await bench.sso.planSwitch(these('person004', 'person005', 'person006'), ADA)).needs_second_administrator,
    ).toBe(true);
  });
});

describe('a switch of everyone', () => {
  test('waits for a second administrator, once, for exactly this', async () => {
    const refusal = await bench.sso.startSwitch(everyone, ADA).then(
      () => null,
      (error: Failure) => error,
    );
    expect(refusal?.code).toBe('SECOND_ADMINISTRATOR_NEEDED');
    const approval = String(refusal?.details?.['approval']);
    expect(() => bench.approvals.approve(approval, ADA.actor)).toThrow(
      expect.objectContaining({code: 'SECOND_ADMINISTRATOR_NEEDED'}),
    );
    bench.approvals.approve(approval, BOB.actor);
    await expect(bench.sso.startSwitch({...everyone, dormant_days: 1, approval}, ADA)).rejects.toMatchObject({
      code: 'SECOND_ADMINISTRATOR_NEEDED',
    });
    expect((await bench.run(bench.sso.startSwitch({...everyone, approval}, ADA))).status).toBe('success');
    await expect(bench.sso.startSwitch({...everyone, approval}, ADA)).rejects.toMatchObject({
      code: 'SECOND_ADMINISTRATOR_NEEDED',
    });
  });

  test('on a shell of the host needs no second one', async () => {
    expect((await bench.run(bench.sso.startSwitch(everyone, ROOT))).status).toBe('success');
    expect(people.map(bench.signIn)).toEqual(people.map(() => EMAIL));
  });

  test('is refused when no administrator has a password', async () => {
    bench.world.put({id: 'ada', has_password: false});
    await expect(bench.sso.startSwitch(everyone, ROOT)).rejects.toMatchObject({code: 'NO_LOCAL_ADMINISTRATOR'});
  });

  test('takes administrators after all others, and the one who asks last', async () => {
    bench.world.put({id: 'bob', username: 'bob', roles: ['system_admin'], last_login_at: NOON});
    bench.world.put({id: 'aadmin', username: 'aadmin', roles: ['system_admin'], last_login_at: NOON});
    const plan = await bench.sso.planSwitch(everyone, BOB);
    expect(plan.people.slice(-2).map(({username}) => username)).toEqual(['aadmin', 'bob']);
  });

  test('leaves people who were not seen for long', async () => {
    bench.world.put({id: 'sleeper', last_login_at: NOON - 91 * 24 * HOUR_MS});
    const plan = await bench.sso.planSwitch(everyone, ROOT);
    expect(plan.excluded_counts).toEqual({dormant: 1});
  });
});
