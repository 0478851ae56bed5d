import {join} from 'node:path';
import {DatabaseSync} from 'node:sqlite';
import {afterAll, beforeAll, describe, expect, jest, test} from '@jest/globals';
import type {Job, KeepPreview, KeepResult, ListedSet, Schedule} from '../../contract/src/index.ts';
import {expectLedgerHolds} from '../faults/expect_whole.ts';
import {stepNames} from '../faults/journal.ts';
import {killAtSide} from '../faults/kill.ts';
import {KEEP_POINTS, KEEP_STEPS, pointName} from '../faults/kill_table.ts';
import {restoreGround} from '../faults/restore_ground.ts';
import type {RestoreGround} from '../faults/restore_ground.ts';
import {freePort} from '../harness/free_port.ts';
import {makeOlder, snapshots} from '../harness/repository.ts';
import {removeScratch} from '../harness/scratch.ts';
import {waitFor} from '../harness/wait_for.ts';

// What stays and what goes, on a real repository: a removal that dies at every point and is run again, and what is left is restored.
jest.setTimeout(300_000);

const DAY = 86_400_000;
const APPLY = ['keep', 'apply', '--yes'];
let ground: RestoreGround;
/** Newest first. The oldest is the one that `ground` restores. */
let sets: string[];

const preview = () => ground.companion.succeed<KeepPreview>(['keep', 'preview']);
const place = () => ({repository: ground.companion.repository, keyFile: ground.companion.passwordFile});

async function backUp(): Promise<string> {
  return (await ground.companion.succeed<{set: {id: string}}>(['backup'])).set.id;
}

beforeAll(async () => {
  ground = await restoreGround();
  sets = [ground.set];
  for (let count = 0; count < 4; count += 1) {
    await ground.change();
    sets.unshift(await backUp());
  }
  await ground.companion.configure((settings) => {
    settings['keep'] = {last: 2};
  });
});

afterAll(async () => {
  await ground?.server.postgres.stop();
  removeScratch();
});

test('each set has its reasons to stay, or goes; a held one stays, with who holds it and why', async () => {
  const {companion} = ground;
  const oldest = sets.at(-1)!;
  expect((await preview()).sets.filter(({goes}) => goes).map(({set}) => set)).toEqual(sets.slice(2));
  await companion.succeed(['hold', oldest, '--reason', 'case 4711', '--until', '90d']);
  const shown = await preview();
  expect(shown.held_back).toBeNull();
  expect(shown.sets.filter(({goes}) => goes).map(({set}) => set)).toEqual(sets.slice(2, 4));
  expect(shown.sets.at(-1)?.reasons).toMatchObject([{code: 'held', message: expect.stringContaining('case 4711')}]);
  const {sets: listed} = await companion.succeed<{sets: ListedSet[]}>(['list']);
  expect(listed.at(-1)).toMatchObject({id: oldest, hold: {reason: 'case 4711', owner: {kind: 'cli'}}});
  const unasked = await companion.run(['keep', 'apply']);
  expect(unasked.result?.error?.code).toBe('CONFIRMATION_NEEDED');
  expect(await companion.sets()).toEqual(sets);
});

test('when something is not as it should be nothing goes, and it is said by name', async () => {
  const {companion} = ground;
  await companion.configure((settings) => {
    settings['objectives'] = {rpo_hours: 0.000_01};
  });
  expect((await preview()).held_back?.code).toBe('newest_too_old');
  const {result, exitCode} = await companion.run(APPLY);
  expect([result?.error?.code, exitCode]).toEqual(['KEEP_HELD_BACK', 19]);
  expect(await companion.sets()).toEqual(sets);
  await companion.configure((settings) => {
    settings['objectives'] = {rpo_hours: 24};
  });
});

describe('a removal that is killed at every point, and run again each time', () => {
  let before: KeepPreview;

  beforeAll(async () => {
    // What a backup that died has left, as it is after more than a day.
    await killAtSide(ground.companion, ['backup'], {step: 'cross_check', at: 'before'});
    const named = new Set(await ground.companion.sets());
    const left = (await snapshots(place())).filter(({tags}) => !tags.some((tag) => named.has(tag.replace('set=', ''))));
    expect(left.length).toBeGreaterThan(1);
    await makeOlder(
      place(),
      left.map(({id}) => id),
    );
    before = await preview();
    expect(before.loose).toBe(left.length);
  });

  test.each(KEEP_POINTS.map((point) => [pointName(point), point] as const))(
    '%s: what stays is listed, and no set is half there',
    async (_name, point) => {
      await killAtSide(ground.companion, APPLY, point);
      const {sets: listed} = await ground.companion.succeed<{sets: ListedSet[]}>(['list']);
      const ids = listed.map(({id}) => id);
      const staying = before.sets.filter(({goes}) => !goes).map(({set}) => set);
      expect(ids).toEqual(expect.arrayContaining(staying));
      expect(listed.filter(({in: places}) => places.some(({complete}) => !complete))).toEqual([]);
    },
  );

  test('has removed exactly what was to go when it comes to its end, and that were all its steps', async () => {
    const {companion} = ground;
    const result = await companion.succeed<KeepResult>(APPLY);
    expect(result).toMatchObject({removed: sets.slice(2, 4), loose: before.loose, stay: 3});
    expect(stepNames(companion)).toEqual([...KEEP_STEPS]);
    sets = [...sets.slice(0, 2), ...sets.slice(4)];
    expect(await companion.sets()).toEqual(sets);
    const owners = new Set((await snapshots(place())).map(({tags}) => tags.find((tag) => tag.startsWith('set='))));
    expect(owners).toEqual(new Set(sets.map((set) => `set=${set}`)));
    await expectLedgerHolds(companion);
  });

  test('and every byte of the repository is whole: what stays passes L2 and L3, and the oldest comes back as it was', async () => {
    const {companion} = ground;
    await companion.succeed(['verify', 'latest', '--level', 'L2']);
    for (const set of sets) {
      await companion.succeed(['verify', set, '--level', 'L3']);
    }
    await ground.expectWholeBeside(await ground.beside('kept'));
  });
});

test('it is done by itself after a scheduled backup; a released set then goes, unless it is the last that stays for another reason', async () => {
  const {companion} = ground;
  const released = sets.at(-1)!;
  await companion.succeed(['release', released]);
  const port = await freePort();
  await companion.configure((settings) => {
    settings['serve'] = {listen: `127.0.0.1:${port}`};
    Object.assign(settings, {
      schedules: [{name: 'nightly', cron: '0 2 * * *', verify: 'L1'}],
      keep: {last: 2, minimum_verified: 1},
    });
  });
  const nightly = async () => (await companion.succeed<{schedules: Schedule[]}>(['schedule', 'list'])).schedules[0]!;
  await nightly();
  const state = new DatabaseSync(join(companion.state, 'state.db'), {timeout: 5000});
  state.prepare('UPDATE schedules SET handled_at = handled_at - ?').run(DAY);
  state.close();
  const serve = companion.start(['serve']);
  try {
    await waitFor('the end of the run', async () => (await nightly()).last?.outcome === 'warning', 120);
  } finally {
    process.kill(serve.pid, 'SIGTERM');
    await serve.ending;
  }
  const {jobs} = await companion.succeed<{jobs: Job[]}>(['jobs', '--limit', '3']);
  expect(jobs.map(({kind, status, actor}) => [kind, status, actor.name])).toEqual([
    ['keep', 'success', 'schedule nightly'],
    ['verify', 'success', 'schedule nightly'],
    ['backup', 'warning', 'schedule nightly'],
  ]);
  const left = await companion.sets();
  expect(left).toEqual([jobs[2]?.subject, sets[0]]);
  expect(left).not.toContain(released);
});
