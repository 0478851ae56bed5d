import {mkdtempSync} from 'node:fs';
import {createServer, type AddressInfo} from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, jest, test} from '@jest/globals';
import {cached} from '../../testkit/cached.ts';
import {callOrFail, createResticCall} from './restic_command.ts';

jest.setTimeout(60_000);

/** A port that nobody listens on: one that was just given back. */
async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const {port} = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Restic, on a clock that goes on by so many seconds with each look. */
async function unreachable(secondsALook: number) {
  let now = 0;
  const port = await closedPort();
  const call = createResticCall(
    cached('restic'),
    {
      url: `rest:http://user:hunter2@127.0.0.1:${port}/x`,
      passwordFile: join(cached('repository'), 'key'),
      environment: {RESTIC_CACHE_DIR: mkdtempSync(join(tmpdir(), 'unreachable-'))},
    },
    {now: () => (now += secondsALook * 1000)},
  );
  return {call, looks: () => now / 1000 / secondsALook};
}

test('a repository that does not answer is told after twenty seconds, with the reason and without credentials', async () => {
  const {call} = await unreachable(21);
  const failure = await callOrFail(call, {command: ['cat', 'config'], options: {'no-lock': true}}).catch(
    (error: unknown) => error as Error,
  );
  expect(failure).toMatchObject({
    code: 'REPOSITORY_UNREACHABLE',
    message: expect.stringMatching(/^The repository has not answered for 20 s: .*connection refused$/),
    details: {said: expect.stringContaining('<config/>')},
  });
  expect(JSON.stringify([failure, (failure as Error).message])).not.toContain('hunter2');
});

test('one that is out of reach for a moment is tried again, and who cancels need not wait', async () => {
  const {call, looks} = await unreachable(1);
  const canceled = new AbortController();
  const running = call({command: ['cat', 'config']}, {signal: canceled.signal});
  const tries = setInterval(() => {
    // The start, and two tries that failed.
    if (looks() >= 3) {
      canceled.abort(new Error('enough'));
    }
  }, 20);
  await expect(running).rejects.toThrow('enough');
  clearInterval(tries);
});
