import {expect, test} from '@jest/globals';
import type {Job, ReturnList, SsoStatus} from '@disaster-recovery/contract';
import {asFailure, type Failure} from '../../kernel/failure.ts';
import {addPeople, beHealthy, createBench, ROOT, type Bench} from '../fixtures.ts';
import {createMemoryAccounts} from '../../engines/accounts/memory.ts';

type Seen = {status: SsoStatus; list: ReturnList; brief: string | undefined; close: Failure | null; job: Job};

/** A switch back of everybody who is switched, looked at while it waits for the first person to sign in. */
async function lookWhileWaiting(people: number): Promise<{seen: Seen; bench: Bench}> {
  const world = createMemoryAccounts([], () => bench.now());
  let seen: Seen | null = null;
  const bench = createBench({
    accounts: {
      ...world.accounts,
      newestSsoLogin: async () => {
        seen ??= {
          status: await bench.sso.status(),
          list: await bench.sso.returnList(),
          brief: (await bench.sso.brief())?.message,
          close: await bench.sso.close(ROOT).then(
            () => null,
            (error: unknown) => asFailure(error),
          ),
          job: bench.jobs.running('accounts') as Job,
        };
        return {
          id: 's',
          user: 'person001',
          kind: 'sso',
          device: 'web',
          created_at: bench.now(),
          expires_at: 0,
          last_activity_at: 0,
        };
      },
    },
    writer: async () => world.writer,
    tokens: world.tokens,
  });
  const users = addPeople(world, people);
  await bench.sso.declare({reason: 'GitLab is down', tell: false}, ROOT);
  await bench.run(bench.sso.startSwitch({users, dormant_days: 90}, ROOT));
  beHealthy(bench);
  const job = await bench.run(bench.sso.startSwitchBack({without_provider_check: false, resume_sync: false}, ROOT));
  expect(job.status).toBe('success');
  return {seen: seen as unknown as Seen, bench};
}

test.each([1, 12])(
  'while a switch back of %d waits for its first person, everything says whom and until when, and nothing else',
  async (people) => {
    const {seen, bench} = await lookWhileWaiting(people);
    expect(seen.status.waiting).toMatchObject({
      person: {username: 'person001'},
      message: 'Waiting for @person001 to sign in through GitLab',
    });
    expect(seen.status.next_actions.filter(({message}) => !message.includes('snapshot'))).toEqual([
      {
        message: 'Waiting for @person001 to sign in through GitLab, 1 min left. Ask @person001 to do so now.',
        remedy: 'drctl jobs',
        shell: 'drctl jobs',
        chat: null,
      },
    ]);
    expect(seen.list.next).toBeNull();
    expect(seen.brief).toMatch(/Waiting for @person001 to sign in through GitLab/);
    expect(seen.job.progress).toMatchObject({phase: 'await_login', total: null, waiting: seen.status.waiting});
    // Afterwards it is over for all of them.
    const after = await bench.sso.status();
    expect([after.waiting, after.next_actions[0]?.message]).toEqual([null, 'Everyone is back.']);
  },
);

test('an incident whose switch back still waits cannot be closed, although nobody is on the list', async () => {
  const {seen, bench} = await lookWhileWaiting(1);
  expect(seen.close).toMatchObject({
    code: 'JOB_ALREADY_RUNNING',
    message: expect.stringContaining('Waiting for @person001'),
  });
  expect((await bench.sso.close(ROOT)).state).toBe('closed');
});
