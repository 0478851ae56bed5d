import {beforeEach, describe, expect, test} from '@jest/globals';
import {createBench, HOUR_MS, NOON, type Bench} from '../fixtures.ts';

let bench: Bench;

beforeEach(() => {
  bench = createBench();
});

describe('a forecast', () => {
  test('counts who is locked out now, and by when the others will be', async () => {
    const ends = [2, 2, 10, 50, 500];
    ends.forEach((hours, index) => {
      bench.world.put({id: `p${index}`, last_login_at: NOON - HOUR_MS});
      bench.world.addSession({id: `s${index}`, user: `p${index}`, expires_at: NOON + hours * HOUR_MS});
    });
    bench.world.put({id: 'out', last_login_at: NOON - HOUR_MS, roles: ['system_user', 'system_admin']});
    bench.world.addSession({id: 'ended', user: 'out', expires_at: NOON - 1});
    bench.world.put({id: 'sleeper', last_login_at: 1});
    bench.world.put({id: 'forever', last_login_at: NOON});
    bench.world.addSession({id: 'never-ends', user: 'forever', expires_at: 0});
    const forecast = await bench.sso.forecast();
    expect(forecast).toMatchObject({
      sso_accounts: 8,
      dormant: 1,
      locked_out_now: 1,
      administrators: {total: 1, sso: 1, local: 0, locked_out: 1},
    });
    expect(forecast.curve.map(({locked_out: people}) => people)).toEqual([1, 3, 4, 5, 5, 6]);
    expect(forecast.curve.map(({with_extension: people}) => people)).toEqual([1, 1, 1, 5, 5, 6]);
    expect(forecast.next.map(({username}) => username)).toEqual(['out', 'p0', 'p1', 'p2', 'p3', 'p4']);
    expect(forecast.by_role).toEqual([
      {name: 'member', people: 6, locked_out: 0},
      {name: 'administrator', people: 1, locked_out: 1},
    ]);
  });
});
