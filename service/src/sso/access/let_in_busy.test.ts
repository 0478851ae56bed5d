import {expect, test} from '@jest/globals';
import {addPeople, ADA, createBench, ROOT} from '../fixtures.ts';

test('who is in the hands of a switch of many at that moment is let in when it is done, and written once', async () => {
  const bench = createBench();
  addPeople(bench.world, 2);
  await bench.sso.declare({reason: 'GitLab is down', tell: false}, ROOT);
  const {writer} = bench.world;
  const slow = bench.beside({
    writer: async () => ({
      ...writer,
      changeSignIn: async (changes) => {
        // Long enough that the other looks several times.
        await new Promise((resolve) => {
          setTimeout(resolve, 100);
        });
        return writer.changeSignIn(changes);
      },
    }),
  });
  // The bench's clock jumps; here somebody really waits.
  bench.engines.clock.sleep = (ms) =>
    new Promise((resolve) => {
      setTimeout(resolve, ms);
    });
  const running = slow.run(slow.sso.startSwitch({users: ['person001'], dormant_days: 90}, ROOT));
  while (
    bench.state.db.prepare('SELECT holder FROM sso_people WHERE user = ? AND holder IS NOT NULL').get('person001') ===
    undefined
  ) {
    await new Promise((resolve) => {
      setTimeout(resolve, 5);
    });
  }
  const answer = await bench.sso.letIn(
    {user: 'person001', identified_by: 'voice', valid_minutes: 15, mail: false},
    ADA,
  );
  expect((await bench.sso.claim({code: answer.code, address: '192.0.2.1'})).username).toBe('person001');
  expect((await running).status).toBe('success');
  expect(bench.world.writesOf('person001')).toBe(1);
});
