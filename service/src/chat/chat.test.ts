import {mkdtempSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {beforeEach, describe, expect, test} from '@jest/globals';
import {pino} from 'pino';
import {CommandReply, type Actor, type BotPost} from '@disaster-recovery/contract';
import {followJobs} from '../daemon/follow_jobs.ts';
import {createJobs, JOB_TABLES, type Jobs, type Procedure} from '../jobs/index.ts';
import {Failure} from '../kernel/failure.ts';
import {openState} from '../kernel/state.ts';
import {withHold} from '../sets/index.ts';
import {createChat, type ChatParts} from './chat.ts';
import {
  aListing,
  aManifest,
  anApproval,
  aSet,
  aStatus,
  cannedCopies,
  createFakeSso,
  listed,
  SET,
  summary,
} from '../testkit/answers.ts';
import {CHAT_TABLES} from './post_store.ts';
import {policyOf} from '../testkit/policy.ts';
import {cannedKeeping, OLD_SET} from '../testkit/keeping.ts';
import {nightlySchedules} from '../testkit/schedules.ts';

const actor: Actor = {kind: 'mattermost', id: 'u1', name: 'admin'};
const here = {channel_id: 'c1', root_id: ''};
// Time runs a hundred times faster than on the wall, so that the real loops can be watched.
const started = performance.now();
const clock = {
  now: () => 1_795_521_600_000 + Math.round((performance.now() - started) * 100),
  sleep: (ms: number, signal?: AbortSignal) =>
    new Promise<void>((resolve, reject) => {
      const timer = setTimeout(resolve, ms / 100);
      signal?.addEventListener('abort', () => {
        clearTimeout(timer);
        reject(signal.reason as Error);
      });
    }),
};

let jobs: Jobs;
let messages: string[];
let published: number;
let parts: ChatParts;

const procedure: Procedure<{steps: string[]}, object> = {
  kind: 'backup',
  subject: () => SET,
  clean: async () => undefined,
  conclude: () => ({result: aManifest(), status: 'success'}),
  steps: [
    {
      name: 'capture_database',
      run: async (_plan, _found, context) => {
        context.progress({done: 5, total: 10, unit: 'bytes'});
        await clock.sleep(5000);
        return {};
      },
    },
  ],
};

beforeEach(() => {
  const state = openState(mkdtempSync(join(tmpdir(), 'chat-')), [JOB_TABLES, CHAT_TABLES]);
  jobs = createJobs(state, clock);
  messages = [];
  published = 0;
  parts = {
    state,
    clock,
    jobs,
    log: pino({level: 'silent'}),
    requireWritable: () => undefined,
    policy: policyOf().policy,
    copies: cannedCopies(),
    probes: {run: async () => []},
    notify: {test: async () => ({ways: [{way: 'mattermost', sent: true, message: null, remedy: null}]})},
    backup: {
      start: (request, by) =>
        jobs.start(procedure as never, async () => ({steps: ['capture_database']}), {
          actor: by.actor,
          reason: request.reason ?? '',
          request,
          ...(by.origin && {origin: by.origin}),
        }),
    },
    verify: {start: () => Promise.reject(new Failure('SET_NOT_FOUND', 'There is no such set.'))},
    sets: {show: async () => aManifest()},
    listing: async () => aListing([{...listed(summary), ...withHold(summary.id, parts.keeping.holds())}]),
    schedules: nightlySchedules({clock, jobs, backup: () => parts.backup.start({}, {actor})}),
    keeping: cannedKeeping({clock, apply: () => parts.backup.start({}, {actor})}),
    status: {report: async () => aStatus()},
    sso: createFakeSso(),
    approvals: {approve: (id, by) => anApproval({id, approved_by: by})},
    bridge: {
      createPost: async ({message}: BotPost) => {
        messages.push(message);
        return {id: 'p1'};
      },
      updatePost: async (_id, {message}) => {
        messages.push(message);
      },
      publish: async () => {
        published += 1;
      },
    },
  };
});

async function typed(command: string): Promise<CommandReply> {
  return CommandReply.parse(await createChat(parts).answer({command, ...here}, actor));
}

test('/dr list --good shows the sets that give everything back, and says when there is none', async () => {
  const partial = aSet({id: '20261124T113000Z-part00', scope: ['database']});
  parts.listing = async () => aListing([listed(partial), listed(summary)]);
  const {message} = await typed('list --good');
  expect([message.includes(summary.id), message.includes(partial.id)]).toEqual([true, false]);
  parts.listing = async () => aListing([listed(partial)]);
  expect((await typed('list --good')).message).toContain('The only set does not give everything back');
});

test('/dr list says what keeps a set from being taken, and where a set is that lies in a copy alone', async () => {
  const findings = [
    {
      code: 'VERIFY_NOT_PASSED',
      repository: 'offsite',
      set: SET,
      message: `Set ${SET} did not pass L2.`,
      remedy: 'Look *there*.',
    },
  ];
  let patience = 0;
  parts.listing = async ({patienceMs}) => {
    patience = patienceMs;
    return aListing([listed(summary), listed(aSet({id: '20261123T113000Z-offsit'}), 'offsite')], {findings});
  };
  const {message} = await typed('list');
  expect(message).toContain(`${SET}\` in main`);
  expect(message).toContain('offsit` in offsite');
  expect(message).toContain(`- ⚠️ Set ${SET} did not pass L2. Look \\*there\\*.`);
  // The bridge waits for 6 s in all.
  expect(patience).toBeLessThan(6000);
  const none = aListing([], {findings: Array.from({length: 9}, () => findings[0]!)});
  parts.listing = async () => none;
  expect((await typed('list')).message).toContain('and 1 more: `drctl list`');
  parts.listing = async () => aListing([], {failure: new Failure('REPOSITORY_KEY_WRONG', 'Another key.')});
  expect((await typed('list')).message).toContain('Another key.');
});

test.each([
  ['help', '/dr verify SET|latest'],
  ['status', 'You can recover'],
  ['list', SET],
  ['show latest', 'Mattermost 11.1.0'],
  ['bakup', 'Did you mean `/dr backup`?'],
  ['verify latest', 'There is no such set.'],
  ['approve a1', 'Approved'],
  ['sso approve a1', '`--approval a1`'],
  ['approve', 'The id of the approval is missing.'],
  ['cancel nothing', 'There is no job nothing.'],
  ['backup now', 'Usage: `/dr backup'],
])('/dr %s answers with %s', async (command, part) => {
  const {message, job} = await typed(command);
  expect(message).toContain(part);
  expect(job).toBeNull();
});

test('what goes is shown before it goes, and the command that does it; a hold is said with the set and let go again', async () => {
  const {message, job} = await typed('keep apply');
  expect(message).toContain(`| \`${OLD_SET}\` | **goes** |`);
  expect(message).toContain('`/dr keep apply --yes`');
  expect(job).toBeNull();
  expect((await typed('keep preview')).message).not.toContain('--yes');
  expect((await typed('keep apply --from elsewhere')).message).toContain('There is no repository elsewhere.');
  expect((await typed('keep apply --yes')).job).not.toBeNull();
  expect((await typed('hold latest --reason "case 4711"')).message).toContain('held by admin: case 4711');
  expect((await typed('list')).message).toContain('🔒');
  expect((await typed(`release ${SET}`)).message).toContain('held no more');
  expect((await typed('list')).message).not.toContain('🔒');
  expect((await typed(`release ${SET}`)).message).toContain('Nobody holds set');
});

test('a backup is answered at once, lived through in one post, and told to the browsers', async () => {
  const stop = new AbortController();
  const chat = createChat(parts);
  const beat = {clock, log: parts.log, signal: stop.signal};
  const following = followJobs(beat, jobs, {after: jobs.lastEventSeq(), listeners: chat.listeners()});
  const reply = await chat.answer({command: 'backup --reason “before 11.2”', ...here}, actor);
  expect(reply).toEqual({message: expect.stringContaining('Backup started'), job: expect.any(String)});
  await until(() => (messages.at(-1)?.includes('Backup complete') ?? false) && published > 1);
  stop.abort();
  await following;
  expect(messages.some((message) => message.includes('**50 %**'))).toBe(true);
  expect(messages.at(-1)).toContain('reason: before 11.2');
});

test('a clone of the enrolled server starts nothing', async () => {
  parts.requireWritable = () => {
    throw new Failure('COMPANION_READ_ONLY', 'Not the enrolled server.');
  };
  expect((await typed('backup')).message).toContain('Not the enrolled server.');
  expect(jobs.newest(1)).toEqual([]);
});

describe('when planning takes longer than the bridge waits', () => {
  test('the answer comes all the same, and a failure later is posted', async () => {
    parts.backup = {
      start: () =>
        clock.sleep(9000).then(() => {
          throw new Failure('DISK_FULL', 'No room.');
        }),
    };
    expect((await typed('backup')).message).toContain('being prepared');
    await until(() => messages.length > 0);
    expect(messages[0]).toContain('No room.');
  });

  test('a slow repository is named', async () => {
    parts.listing = () => new Promise(() => undefined);
    expect((await typed('list')).message).toContain('has not answered within 6 seconds');
  });
});

async function until(holds: () => boolean): Promise<void> {
  for (let tries = 0; tries < 200 && !holds(); tries += 1) {
    await new Promise((resolve) => {
      setTimeout(resolve, 20);
    });
  }
  expect(holds()).toBe(true);
}
