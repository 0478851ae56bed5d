import {expect, test} from '@jest/globals';
import {pino} from 'pino';
import {Failure} from '../kernel/failure.ts';
import {every, type Round} from './every.ts';

/** Runs `round` until `rests` were slept; what one run takes is told by `takes`. */
async function run(round: Round, rests: number, takes = 0) {
  const stop = new AbortController();
  const slept: number[] = [];
  const logged: Record<string, unknown>[] = [];
  let now = 0;
  const clock = {
    now: () => now,
    sleep: async (ms: number) => {
      slept.push(ms);
      if (slept.length === rests) {
        stop.abort();
        throw new Error('aborted');
      }
    },
  };
  const log = pino({}, {write: (line) => void logged.push(JSON.parse(line) as Record<string, unknown>)});
  const timed = async (signal: AbortSignal) => {
    now += takes;
    await round.run(signal);
  };
  await every({clock, log, signal: stop.signal}, {...round, run: timed});
  return {slept, logged};
}

const failing = (error: Error): Round => ({
  everyMs: 1000,
  afterErrorMs: 5000,
  failed: 'It failed.',
  run: () => {
    throw error;
  },
});

test('a round starts at its interval, however long the last one took', async () => {
  let runs = 0;
  const round = {everyMs: 1000, failed: 'It failed.', run: () => void (runs += 1)};
  expect((await run(round, 3, 300)).slept).toEqual([700, 700, 700]);
  expect(runs).toBe(3);
  expect((await run(round, 2, 3000)).slept).toEqual([100, 100]);
});

test('a named failure is a warning with its code, and the loop goes on after a longer rest', async () => {
  const {slept, logged} = await run(failing(new Failure('MATTERMOST_UNREACHABLE', 'down')), 3);
  expect(slept).toEqual([5000, 5000, 5000]);
  expect(logged).toHaveLength(3);
  expect(logged[0]).toMatchObject({level: 40, code: 'MATTERMOST_UNREACHABLE', reason: 'down', msg: 'It failed.'});
});

test('a mistake of ours is an error with its stack, and the loop goes on', async () => {
  const {logged} = await run(failing(new TypeError('x is not a function')), 2);
  expect(logged).toHaveLength(2);
  expect(logged[0]).toMatchObject({level: 50, msg: 'It failed.', err: {stack: expect.stringContaining('TypeError')}});
});

test('nothing runs when it is time to stop already', async () => {
  await every(
    {clock: {now: () => 0, sleep: async () => undefined}, log: pino({level: 'silent'}), signal: AbortSignal.abort()},
    failing(new Error('ran')),
  );
});
