import {beforeEach, describe, expect, test} from '@jest/globals';
import {ADA, createOutage, ROOT, these, type Bench} from '../fixtures.ts';

let bench: Bench;

beforeEach(async () => {
  ({bench} = await createOutage());
});

describe('a process that was killed', () => {
  test.each([
    ['after the ledger entry and before the change', false],
    ['after the change and before it was noted', true],
  ])('%s: the next run finishes and writes nothing twice', async (_name, isWritten) => {
    const {writer} = bench.world;
    const isDying = Promise.withResolvers<undefined>();
    const dying = bench.beside({
      writer: async () => ({
        ...writer,
        changeSignIn: async (changes) => {
          if (isWritten) {
            await writer.changeSignIn(changes);
          }
          isDying.resolve(undefined);
          return new Promise(() => undefined);
        },
      }),
    });
    void dying.sso.startSwitch(these('person001', 'person002'), ROOT);
    await isDying.promise;
    dying.reopen();
    const result = await bench.switched(['person001', 'person002']);
    expect(result).toMatchObject({switched: 2, failed: 0});
    expect([bench.world.writesOf('person001'), bench.world.writesOf('person002')]).toEqual([1, 1]);
    await bench.returned();
    expect(bench.signIn('person001')).toEqual({service: 'gitlab', data: '1001'});
  });

  test('does not keep a living one from letting somebody in, but two never change the same account', async () => {
    const {writer} = bench.world;
    const [isWriting, mayWrite] = [Promise.withResolvers<undefined>(), Promise.withResolvers<undefined>()];
    const slow = bench.beside({
      writer: async () => ({
        ...writer,
        changeSignIn: async (changes) => {
          isWriting.resolve(undefined);
          await mayWrite.promise;
          return writer.changeSignIn(changes);
        },
      }),
    });
    const running = slow.run(slow.sso.startSwitch(these('person001'), ROOT));
    await isWriting.promise;
    await expect(
      bench.sso.letIn({user: 'person001', identified_by: 'voice', valid_minutes: 15, mail: false}, ADA),
    ).rejects.toMatchObject({code: 'SWITCH_NOT_PROVEN'});
    await bench.sso.letIn({user: 'person002', identified_by: 'voice', valid_minutes: 15, mail: false}, ADA);
    mayWrite.resolve(undefined);
    expect((await running).status).toBe('success');
    expect(bench.world.writesOf('person001')).toBe(1);
  });
});
