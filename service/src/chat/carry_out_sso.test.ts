import {beforeEach, describe, expect, test} from '@jest/globals';
import {pino} from 'pino';
import type {Actor, BotPost} from '@disaster-recovery/contract';
import {Failure} from '../kernel/failure.ts';
import type {Sso} from '../sso/index.ts';
import type {Answer} from './answer.ts';
import {carryOut} from './carry_out.ts';
import {ssoAnswers, type SsoAnswerParts} from './carry_out_sso.ts';
import {aSwitchPlan, CODE, createFakeSso, START, type SsoCall} from '../testkit/answers.ts';

const actor: Actor = {kind: 'mattermost', id: 'u1', name: 'admin'};
const origin = {channel_id: 'c1', root_id: ''};
const by = {actor, origin};

let calls: SsoCall[];
let posts: BotPost[];
let parts: SsoAnswerParts;
let requireWritable: () => void;

beforeEach(() => {
  calls = [];
  posts = [];
  requireWritable = () => undefined;
  parts = {
    sso: createFakeSso(calls),
    log: pino({level: 'silent'}),
    bridge: {
      createPost: async (post) => {
        posts.push(post);
        return {id: 'p'};
      },
      updatePost: async () => undefined,
    },
    // Patience ends at once where the other side never answers.
    clock: {
      now: () => START,
      sleep: () =>
        new Promise((resolve) => {
          setTimeout(resolve, 20);
        }),
    },
  };
});

function typed(text: string) {
  const answers = ssoAnswers(parts) as Record<string, Answer>;
  return carryOut({clock: parts.clock, requireWritable}, {answers}, {typed: `sso ${text}`, by});
}

function withSso(changes: Partial<Sso>): void {
  parts.sso = createFakeSso(calls, changes);
}

test.each<[string, keyof Sso, string]>([
  ['status', 'status', 'An SSO outage is open'],
  ['readiness', 'readiness', '72 of 100'],
  ['forecast', 'forecast', 'locked out now'],
  ['snapshot', 'snapshot', 'Identity snapshot of 1,300'],
  ['return-list', 'returnList', 'to bring back'],
  ['declare --reason "it is down"', 'declare', 'it is down'],
  ['close', 'close', 'closed'],
  ['locked-out', 'lockedOut', '37 people are locked out now'],
  ['set-again', 'setAgain', '1 setting set again'],
  ['resolve anna --choice leave --reason "left us"', 'resolve', 'Decided'],
  ['let-in anna --identified-by voice', 'letIn', CODE],
  ['admin-access --user root --identified-by voice', 'administratorCode', CODE],
  ['switch --everyone', 'planSwitch', '`/dr sso switch --everyone --yes`'],
  ['switch --everyone --dry-run', 'planSwitch', 'Nobody is switched yet.'],
  ['switch-back', 'planSwitchBack', '`/dr sso switch-back --yes`'],
])('/dr sso %s calls %s and answers with %s, and no job starts', async (text, verb, says) => {
  const {message, job} = await typed(text);
  expect([calls.map((call) => call.verb), job]).toEqual([[verb], null]);
  expect(message).toContain(says);
});

test.each<[string, keyof Sso]>([
  ['switch --everyone --approval a1 --yes', 'startSwitch'],
  ['switch-back --yes', 'startSwitchBack'],
  ['extend-sessions', 'extend'],
])(
  '/dr sso %s starts the job with the place where its post shall follow, and not as from a shell',
  async (text, verb) => {
    expect(await typed(text)).toEqual({message: expect.stringContaining('started'), job: 'job1'});
    expect(calls).toEqual([{verb, given: [expect.anything(), by]}]);
  },
);

test.each([
  'switch --everyone --yes',
  'switch-back --yes',
  'extend-sessions',
  'set-again',
  'declare --reason down',
  'close',
  'resolve a --choice leave --reason xyz',
  'let-in a --identified-by voice',
  'admin-access --user a --identified-by voice',
])('a clone of the enrolled server is refused: /dr sso %s', async (text) => {
  requireWritable = () => {
    throw new Failure('COMPANION_READ_ONLY', 'A clone.');
  };
  await expect(typed(text)).rejects.toMatchObject({code: 'COMPANION_READ_ONLY'});
  expect(calls).toEqual([]);
});

test('a clone may look', async () => {
  requireWritable = () => {
    throw new Failure('COMPANION_READ_ONLY', 'A clone.');
  };
  expect((await typed('status')).message).toContain('outage');
  expect((await typed('switch --everyone')).message).toContain('Plan');
});

describe('when the answer takes longer than the bridge waits', () => {
  const never = () => new Promise<never>(() => undefined);

  test('reading says that the database is slow', async () => {
    withSso({status: never});
    await expect(typed('status')).rejects.toMatchObject({code: 'DATABASE_UNREACHABLE'});
  });

  test('what changes something is not called failed', async () => {
    withSso({letIn: never});
    expect((await typed('let-in anna --identified-by voice')).message).toContain('may still be done');
  });

  test('a refusal that comes late is posted where it was asked', async () => {
    withSso({
      startSwitch: () =>
        new Promise((_resolve, reject) => {
          setTimeout(() => {
            reject(new Failure('SECOND_ADMINISTRATOR_NEEDED', 'Needs two.', {details: {approval: 'a9'}}));
          }, 60);
        }),
    });
    expect((await typed('switch --everyone --yes')).message).toContain('being prepared');
    await new Promise((resolve) => {
      setTimeout(resolve, 120);
    });
    expect(posts).toEqual([{...origin, message: expect.stringContaining('/dr approve a9')}]);
  });
});

test('a code never reaches a post that others see', async () => {
  await typed('let-in anna --identified-by voice');
  expect(posts).toEqual([]);
});

test('an answer about very many is cut to what the bridge takes, and a long command is not repeated', async () => {
  withSso({planSwitch: async () => aSwitchPlan({warnings: Array.from({length: 300}, () => 'x'.repeat(200))})});
  expect((await typed(`switch ${'--user somebody '.repeat(50)}`)).message.length).toBeLessThan(16_000);
  withSso({});
  expect((await typed(`switch ${'--user somebody '.repeat(50)}`)).message).toContain('`/dr sso … --yes`');
});
