import {mkdir, readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {DatabaseSync} from 'node:sqlite';
import {setTimeout as pause} from 'node:timers/promises';
import {afterAll, beforeAll, describe, expect, jest, test} from '@jest/globals';
import {createLedger} from '../../service/src/ledger/index.ts';
import type {Running} from '../faults/drctl.ts';
import {expectLedgerHolds} from '../faults/expect_whole.ts';
import {restoreGround, UNDO} from '../faults/restore_ground.ts';
import type {RestoreGround} from '../faults/restore_ground.ts';
import {stateOf} from '../faults/state_of_server.ts';
import {removeScratch} from '../harness/scratch.ts';
import {chosen, sized} from './sizing.ts';
import type {Case} from './sizing.ts';

// Much of everything: it goes through, in bounded memory and in a time that somebody can wait for.
jest.setTimeout(3 * 3_600_000);

const FILES = sized(100_000, 2000);
const FILES_IN_DIRECTORY = 500;
const SETS = sized(300, 3);
const ENTRIES = sized(100_000, 5000);
/** Of drctl alone, in MiB. Without any files it has some 150. */
const MEMORY = 500;

let ground: RestoreGround;

beforeAll(async () => {
  ground = await restoreGround();
});

afterAll(async () => {
  await ground?.server.postgres.stop();
  removeScratch();
});

/** The most memory that it had at once, in MiB, while it ran to a good end. */
async function peakOf(running: Running): Promise<number> {
  let peak = 0;
  while (!running.ended()) {
    const status = await readFile(`/proc/${running.pid}/status`, 'utf8').catch(() => '');
    peak = Math.max(peak, Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? 0) / 1024);
    await pause(50);
  }
  expect((await running.ending).result).toMatchObject({ok: true});
  return peak;
}

async function secondsOf(work: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await work();
  return (performance.now() - begun) / 1000;
}

const CASES: readonly Case[] = [
  {
    name: `${FILES} files are backed up, restored by a run that was killed while they came in, and taken back, in bounded memory`,
    run: async () => {
      const {companion, server} = ground;
      for (let directory = 0; directory < FILES / FILES_IN_DIRECTORY; directory += 1) {
        const path = join(server.dataDirectory, 'big', String(directory));
        await mkdir(path, {recursive: true});
        for (let number = 0; number < FILES_IN_DIRECTORY; number += 1) {
          await writeFile(join(path, `${number}.txt`), `${directory} ${number}`);
        }
      }
      const stored = await stateOf(server);
      expect(await peakOf(companion.start(['backup']))).toBeLessThan(MEMORY);
      const before = await ground.change();
      const args = ['restore', 'latest', '--yes', '--without-restore-point'];
      await ground.killAt({step: 'swap', at: 'while files come in'}, args);
      expect(await peakOf(companion.start(args))).toBeLessThan(MEMORY);
      expect(await stateOf(server)).toEqual(stored);
      expect(await peakOf(companion.start(UNDO))).toBeLessThan(MEMORY);
      expect(await stateOf(server)).toEqual(before);
      await expectLedgerHolds(companion);
    },
  },
  {
    name: `${SETS} sets are listed, each of them, and the newest is known, within a minute`,
    run: async () => {
      const {companion} = ground;
      const before = await companion.sets();
      for (let number = 0; number < SETS; number += 1) {
        await companion.succeed(['backup', '--scope', 'config']);
      }
      const sets: string[] = [];
      expect(await secondsOf(async () => sets.push(...(await companion.sets())))).toBeLessThan(60);
      expect(sets).toHaveLength(before.length + SETS);
      expect(await secondsOf(() => companion.succeed(['status']))).toBeLessThan(60);
      await companion.succeed(['show', sets[0]!]);
    },
  },
  {
    name: `a ledger of ${ENTRIES} entries is verified from its first entry, in bounded memory, within a minute`,
    run: async () => {
      const {companion} = ground;
      const db = new DatabaseSync(join(companion.state, 'state.db'), {timeout: 5000});
      const ledger = createLedger(
        {db, directory: companion.state, transact: (work) => work(), check: () => undefined, close: () => undefined},
        {now: () => Date.now(), sleep: (ms) => pause(ms)},
      );
      db.exec('BEGIN IMMEDIATE');
      for (let number = 0; number < ENTRIES; number += 1) {
        ledger.append('config.changed', {kind: 'system', id: 'soak', name: 'soak'}, {number});
      }
      db.exec('COMMIT');
      db.close();
      expect(await secondsOf(() => expectLedgerHolds(companion))).toBeLessThan(60);
      expect(await peakOf(companion.start(['backup', '--scope', 'config']))).toBeLessThan(MEMORY);
      await expectLedgerHolds(companion);
    },
  },
];

describe('much of everything', () => {
  test.each(chosen('big', CASES))('%s', (_name, {run}) => run());
});
