import {beforeEach, describe, expect, test} from '@jest/globals';
import {ExtendResult} from '@disaster-recovery/contract';
import {createBench, HOUR_MS, NOON, ROOT, type Bench} from '../fixtures.ts';

let bench: Bench;

beforeEach(() => {
  bench = createBench();
});

describe('live sessions', () => {
  beforeEach(async () => {
    for (const [id, ends] of [
      ['soon', NOON + HOUR_MS],
      ['later', NOON + 200 * HOUR_MS],
      ['ended', NOON - 1],
      ['never', 0],
    ] as const) {
      bench.world.put({id, last_login_at: NOON});
      bench.world.addSession({id: `session-${id}`, user: id, expires_at: ends});
    }
    await bench.sso.declare({reason: 'down', tell: false}, ROOT);
  });

  test('are extended where they end sooner, and those that have ended stay ended', async () => {
    const job = await bench.run(bench.sso.extend({hours: 72}, ROOT));
    expect(ExtendResult.parse(job.result)).toMatchObject({
      extended: 1,
      people: 1,
      failed: 0,
      until: NOON + 72 * HOUR_MS,
      cookie_limit_ms: 720 * HOUR_MS,
    });
    expect(bench.world.log.extended).toEqual([{id: 'session-soon', expires_at: NOON + 72 * HOUR_MS}]);
  });

  test('get the end back that they had when the incident is closed', async () => {
    await bench.run(bench.sso.extend({hours: 72}, ROOT));
    await bench.run(bench.sso.extend({hours: 100}, ROOT));
    bench.world.log.extended.length = 0;
    await bench.sso.close(ROOT);
    expect(bench.world.log.extended).toEqual([{id: 'session-soon', expires_at: NOON + HOUR_MS}]);
  });

  test('whose former end has passed are ended at the close', async () => {
    await bench.run(bench.sso.extend({hours: 72}, ROOT));
    bench.pass(2 * HOUR_MS);
    await bench.sso.close(ROOT);
    expect(bench.world.log.revoked).toEqual(['session-soon']);
  });

  test('can only be extended by the plugin', async () => {
    const without = bench.beside({
      writer: async () => ({...bench.world.writer, through: 'database' as const, extendSessions: null}),
    });
    expect((await without.run(without.sso.extend({hours: 72}, ROOT))).error?.code).toBe('MATTERMOST_UNREACHABLE');
  });
});
