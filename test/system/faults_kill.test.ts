import {readdir} from 'node:fs/promises';
import {join} from 'node:path';
import {afterAll, afterEach, beforeAll, describe, expect, jest, test} from '@jest/globals';
import {FAILURES} from '../../contract/src/errors.ts';
import {newCompanion} from '../faults/companion.ts';
import type {Companion} from '../faults/companion.ts';
import type {Running} from '../faults/drctl.ts';
import {expectNothingLeft, expectWholeAgain} from '../faults/expect_whole.ts';
import {newestJob, slowLedger, untilStep} from '../faults/journal.ts';
import {descendants} from '../faults/processes.ts';
import {stoppedServer} from '../faults/server.ts';
import type {StoppedServer} from '../faults/server.ts';
import {slowRestic} from '../faults/slow_restic.ts';
import type {Slowness} from '../faults/slow_restic.ts';
import {soonAs} from '../faults/soon_as.ts';
import {removeScratch} from '../harness/scratch.ts';

jest.setTimeout(300_000);

let server: StoppedServer;
let companion: Companion;
let restic: Slowness;

beforeAll(async () => {
  server = await stoppedServer();
  companion = await newCompanion(server);
  restic = await slowRestic(companion);
});

afterAll(async () => {
  await server.postgres.stop();
  removeScratch();
});

afterEach(async () => {
  await restic.fast();
  slowLedger(companion, null);
});

const BACKUP_STEPS = [
  'preflight',
  'first_pass',
  'capture_database',
  'store_database',
  'capture_config',
  'second_pass',
  'cross_check',
  'seal',
  'read_back',
  'record',
];

describe('kill -9 of drctl during a backup', () => {
  test.each(BACKUP_STEPS)('in %s: nothing half made is listed and a rerun makes exactly one set', async (step) => {
    const before = await companion.sets();
    await restic.slow(0.5);
    slowLedger(companion, step === 'record' ? 'backup.finished' : null);
    const backup = companion.start(['backup']);
    await untilStep(companion, backup, step);
    process.kill(backup.pid, 'SIGKILL');
    expect((await backup.ending).signal).toBe('SIGKILL');
    await restic.fast();
    slowLedger(companion, null);
    const isSealed = step === 'read_back' || step === 'record';
    expect(await companion.sets()).toHaveLength(before.length + (isSealed ? 1 : 0));
    await expectWholeAgain(companion, before);
  });
});

describe('a set that was sealed a moment before the kill', () => {
  test('is not sealed a second time by the rerun', async () => {
    const before = await companion.sets();
    const snapshots = async () => (await readdir(join(companion.repository, 'snapshots'))).length;
    const backup = companion.start(['backup']);
    await untilStep(companion, backup, 'seal');
    const unsealed = await snapshots();
    await restic.slow(2, 'after');
    // The record first, the manifest second.
    await soonAs('the manifest', backup, async () => (await snapshots()) === unsealed + 2);
    process.kill(backup.pid, 'SIGKILL');
    await backup.ending;
    await restic.fast();
    expect(newestJob(companion)?.status).toBe('in_progress');
    await expectWholeAgain(companion, before);
  });
});

describe('kill -9 of a program that a backup runs', () => {
  async function killChild(running: Running, name: string, argument: string): Promise<void> {
    const wanted = () =>
      descendants(running.pid).filter((child) => child.name === name && child.command.includes(argument));
    await soonAs(name, running, async () => wanted().length > 0);
    wanted().forEach(({pid}) => {
      process.kill(pid, 'SIGKILL');
    });
  }

  async function expectNamedAndNothingListed(running: Running, code: string, before: readonly string[]): Promise<void> {
    const {result, exitCode} = await running.ending;
    expect(result).toMatchObject({ok: false, error: {code}});
    expect(exitCode).toBe(FAILURES[code as keyof typeof FAILURES].exit);
    expect(await companion.sets()).toEqual(before);
    await expectNothingLeft(companion);
    await expectWholeAgain(companion, before);
  }

  test('pg_dump: named, nothing listed, a rerun succeeds', async () => {
    const before = await companion.sets();
    const backup = companion.start(['backup']);
    await killChild(backup, 'pg_dump', '--snapshot=');
    await expectNamedAndNothingListed(backup, 'DUMP_FAILED', before);
  });

  test.each(['first_pass', 'store_database', 'seal'])(
    'restic in %s: named, nothing listed, a rerun succeeds',
    async (step) => {
      const before = await companion.sets();
      await restic.slow(0.5);
      const backup = companion.start(['backup']);
      await untilStep(companion, backup, step);
      await killChild(backup, 'restic', '');
      await restic.fast();
      await expectNamedAndNothingListed(backup, 'REPOSITORY_UNREACHABLE', before);
    },
  );
});
