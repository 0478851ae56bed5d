import {readdir} from 'node:fs/promises';
import {join} from 'node:path';
import {afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test} from '@jest/globals';
import {FAILURES} from '../../contract/src/errors.ts';
import {newCompanion} from '../faults/companion.ts';
import type {Companion} from '../faults/companion.ts';
import type {Running} from '../faults/drctl.ts';
import {expectNothingLeft, expectWholeAgain} from '../faults/expect_whole.ts';
import {newestJob, stepNames, untilStep} from '../faults/journal.ts';
import {kill, killAtSide} from '../faults/kill.ts';
import {BACKUP_POINTS, BACKUP_STEPS, isSealed, pointName} from '../faults/kill_table.ts';
import {descendants} from '../faults/processes.ts';
import {stoppedServer} from '../faults/server.ts';
import type {StoppedServer} from '../faults/server.ts';
import {slowRestic} from '../faults/slow_restic.ts';
import type {Slowness} from '../faults/slow_restic.ts';
import {soonAs} from '../faults/soon_as.ts';
import {removeScratch} from '../harness/scratch.ts';

// Each point of test/faults/kill_table.ts is hit once here, in a chain; `make soak` takes each by itself.
jest.setTimeout(300_000);

let server: StoppedServer;
let companion: Companion;
let restic: Slowness;
let before: string[];

beforeAll(async () => {
  server = await stoppedServer();
  companion = await newCompanion(server);
  restic = await slowRestic(companion);
});

afterAll(async () => {
  await server?.postgres.stop();
  removeScratch();
});

afterEach(() => restic.fast());

describe('a backup that is killed at every point, and run again each time', () => {
  beforeAll(async () => {
    await companion.succeed(['backup']);
    before = await companion.sets();
  });

  test.each(BACKUP_POINTS.map((point) => [pointName(point), point] as const))(
    '%s: nothing half made is listed',
    async (_name, point) => {
      await killAtSide(companion, ['backup'], point);
      expect(await companion.sets()).toHaveLength(before.length + (isSealed(point) ? 1 : 0));
    },
  );

  test('makes exactly one set when it comes to its end, and that were all its steps', async () => {
    await expectWholeAgain(companion, before);
    expect(stepNames(companion)).toEqual([...BACKUP_STEPS]);
  });
});

describe('after a kill', () => {
  beforeEach(async () => {
    before = await companion.sets();
  });

  test('a set that was sealed a moment before is not sealed a second time by the rerun', async () => {
    const snapshots = async () => (await readdir(join(companion.repository, 'snapshots'))).length;
    const backup = companion.start(['backup']);
    await untilStep(companion, backup, 'seal');
    const unsealed = await snapshots();
    await restic.slow(2, {when: 'after'});
    // The record first, the manifest second.
    await soonAs('the manifest', backup, async () => (await snapshots()) === unsealed + 2);
    await kill(backup);
    await restic.fast();
    expect(newestJob(companion)?.status).toBe('in_progress');
    await expectWholeAgain(companion, before);
  });
});

describe('kill -9 of a program that a backup runs', () => {
  beforeEach(async () => {
    before = await companion.sets();
  });

  async function killChild(running: Running, name: string, argument: string): Promise<void> {
    const wanted = () =>
      descendants(running.pid).filter((child) => child.name === name && child.command.includes(argument));
    await soonAs(name, running, async () => wanted().length > 0);
    wanted().forEach(({pid}) => {
      process.kill(pid, 'SIGKILL');
    });
  }

  async function expectNamedAndNothingListed(running: Running, code: string): Promise<void> {
    const {result, exitCode} = await running.ending;
    expect(result).toMatchObject({ok: false, error: {code}});
    expect(exitCode).toBe(FAILURES[code as keyof typeof FAILURES].exit);
    expect(await companion.sets()).toEqual(before);
    await expectNothingLeft(companion);
    await expectWholeAgain(companion, before);
  }

  test('pg_dump: named, nothing listed, a rerun succeeds', async () => {
    const backup = companion.start(['backup']);
    await killChild(backup, 'pg_dump', '--snapshot=');
    await expectNamedAndNothingListed(backup, 'DUMP_FAILED');
  });

  test.each([
    ['first_pass', 'part=files'],
    ['store_database', 'part=database'],
    ['seal', 'part=record'],
  ])('restic in %s: named, nothing listed, a rerun succeeds', async (step, only) => {
    await restic.slow(0.5, {only});
    const backup = companion.start(['backup']);
    await untilStep(companion, backup, step);
    await killChild(backup, 'restic', '');
    await restic.fast();
    await expectNamedAndNothingListed(backup, 'REPOSITORY_UNREACHABLE');
  });
});
