import {describe, expect, test} from '@jest/globals';
import type {Job} from '@disaster-recovery/contract';
import {aJob} from '../../testkit/answers.ts';
import {Failure} from '../../kernel/failure.ts';
import {addPeople, createBench, type Bench} from '../fixtures.ts';
import {whatHappened} from './events.ts';

const ROOT = {actor: {kind: 'cli' as const, id: '0', name: 'root'}, onHost: true};
const ADMIN = {id: 'admin', roles: ['system_user', 'system_admin']};
const CHANNEL = 'c'.repeat(26);
/** A companion that looks; each look gives what was announced since the last one. */
function looking(bench: Bench): () => Promise<string[]> {
  const round = bench.sso.watch().find(({failed}) => failed.includes('announced'));
  return async () => {
    await round?.run(new AbortController().signal);
    const said = [...bench.told.splice(0), ...bench.posts.splice(0)].map(({message}) => message);
    return said.filter((message) => message.startsWith('**'));
  };
}

function aBench(announcements: string): Bench {
  const bench = createBench({policy: {announcements}});
  bench.world.put(ADMIN);
  addPeople(bench.world, 3);
  return bench;
}

test('administrators hear once that an outage was declared, of a switch, and that it is closed', async () => {
  const bench = aBench('administrators');
  const look = looking(bench);
  expect(await look()).toEqual([]);
  await bench.sso.declare({reason: 'GitLab @all is away', tell: false}, ROOT);
  const [declared] = await look();
  expect(declared).toContain('An SSO outage is declared** by root');
  expect(declared).not.toContain('@all');
  expect(await look()).toEqual([]);
  await bench.run(bench.sso.startSwitch({users: ['person001'], dormant_days: 90}, ROOT));
  expect(await look()).toEqual([expect.stringContaining('is done: 1 person. Asked for by root.')]);
});

test('a channel that is named hears it, and when it takes no post the administrators do', async () => {
  const bench = aBench(CHANNEL);
  const look = looking(bench);
  await bench.sso.declare({reason: 'down', tell: false}, ROOT);
  expect(await look()).toHaveLength(1);
  expect(bench.told).toEqual([]);
  const refusing = aBench(CHANNEL);
  refusing.postFails = new Failure('MATTERMOST_REFUSED', 'archived');
  await refusing.sso.declare({reason: 'down', tell: false}, ROOT);
  expect(await looking(refusing)()).toEqual([expect.stringContaining('`sso.announcements` took no post')]);
});

test('what Mattermost did not hear is told when it is back, and what is old by then is not', async () => {
  const bench = aBench(CHANNEL);
  const look = looking(bench);
  bench.postFails = new Failure('MATTERMOST_UNREACHABLE', 'away');
  await bench.sso.declare({reason: 'down', tell: false}, ROOT);
  expect(await look()).toEqual([]);
  bench.postFails = null;
  expect(await look()).toEqual([]);
  bench.pass(31_000);
  expect(await look()).toHaveLength(1);
  const other = aBench(CHANNEL);
  await other.sso.declare({reason: 'down', tell: false}, ROOT);
  other.pass(2 * 3_600_000);
  expect(await looking(other)()).toEqual([]);
});

test('nobody hears it where the settings say so', async () => {
  const bench = aBench('nobody');
  const look = looking(bench);
  await bench.sso.declare({reason: 'down', tell: false}, ROOT);
  expect(await look()).toEqual([]);
});

describe('in words', () => {
  const job = (changes: Partial<Job>): Job => aJob({kind: 'sso_switch_back', ...changes});
  test.each<[string, Job, string[]]>([
    ['a switch that runs', job({kind: 'sso_switch'}), ['A switch to email and password has begun']],
    ['a switch back that was canceled', job({status: 'canceled', finished_at: 1}), ['what it had done stays done']],
    [
      'one that failed',
      job({
        status: 'error',
        finished_at: 1,
        error: {code: 'X', message: 'It *broke*.', meaning: '', remedy: '', retryable: false},
      }),
      ['with an error: It \\*broke\\*.'],
    ],
    ['a backup', job({kind: 'backup', finished_at: 1}), []],
  ])('%s', (_name, it, expected) => {
    expect(whatHappened(null, [it]).map(({says}) => says)).toEqual(
      expected.map((part) => expect.stringContaining(part)),
    );
  });
});
