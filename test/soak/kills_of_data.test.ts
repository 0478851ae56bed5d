import {setTimeout as pause} from 'node:timers/promises';
import {afterAll, afterEach, beforeAll, describe, expect, jest, test} from '@jest/globals';
import type {Running} from '../faults/drctl.ts';
import {expectLedgerHolds, expectWholeAgain} from '../faults/expect_whole.ts';
import {isSealed, KILLS, pointName} from '../faults/kill_table.ts';
import {restoreGround, UNDO} from '../faults/restore_ground.ts';
import type {RestoreGround} from '../faults/restore_ground.ts';
import {expectRefusal} from '../faults/refusal.ts';
import {stateOf} from '../faults/state_of_server.ts';
import type {Random} from '../harness/random.ts';
import {removeScratch} from '../harness/scratch.ts';
import {chosen, inRounds} from './sizing.ts';
import type {Case} from './sizing.ts';

// kill -9 of drctl during backup, restore and undo: each kill of the table by itself, and kills at random moments.
jest.setTimeout(6 * 3_600_000);

let ground: RestoreGround;

beforeAll(async () => {
  ground = await restoreGround();
});

afterAll(async () => {
  await ground?.server.postgres.stop();
  removeScratch();
});

afterEach(() => ground.tidy());

const KILLED: readonly Case[] = [
  ...KILLS.backup.map((point) => ({
    name: `a backup that is killed ${pointName(point)}: the same again makes exactly one set`,
    run: async () => {
      const {companion} = ground;
      const before = await companion.sets();
      await ground.killAt(point, ['backup']);
      expect(await companion.sets()).toHaveLength(before.length + (isSealed(point) ? 1 : 0));
      await expectWholeAgain(companion, before);
    },
  })),
  ...KILLS.beside.map((point, number) => ({
    name: `a restore side by side that is killed ${pointName(point)}: the same again finishes it, whole`,
    run: async () => {
      const copy = await ground.beside(`alone_${number}`);
      await ground.killAt(point, copy.args);
      await ground.expectWholeBeside(copy);
    },
  })),
  ...KILLS.inPlace.map((point) => ({
    name: `a restore in place that is killed ${pointName(point)}: ${
      point.then === 'undo'
        ? '--undo alone goes back exactly'
        : 'the same again finishes it, and --undo goes back exactly'
    }`,
    run: async () => {
      const before = await ground.change();
      await ground.killAt(point);
      if (point.then === 'again') {
        await ground.expectOriginalThenUndo(before);
      } else {
        await ground.companion.succeed(UNDO);
        expect(await stateOf(ground.server)).toEqual(before);
      }
    },
  })),
  ...KILLS.undo.map((point) => ({
    name: `an undo that is killed ${pointName(point)}: the same again goes back exactly`,
    run: async () => {
      const before = await ground.change();
      await ground.companion.succeed(ground.inPlace);
      await ground.killAt(point, UNDO);
      await ground.companion.succeed(UNDO);
      expect(await stateOf(ground.server)).toEqual(before);
      await expectLedgerHolds(ground.companion);
    },
  })),
];

/** Kills it after a part of the time that it usually takes. False: it had ended by itself. */
async function killSometime(random: Random, usual: number, running: Running): Promise<boolean> {
  await pause(random.below(usual));
  if (running.ended()) {
    await running.ending;
    return false;
  }
  process.kill(running.pid, 'SIGKILL');
  return (await running.ending).signal === 'SIGKILL';
}

async function millisecondsOf(work: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await work();
  return Math.ceil(performance.now() - begun);
}

const WORKS: Record<string, () => Promise<(random: Random, round: number) => Promise<void>>> = {
  backup: async () => {
    const {companion} = ground;
    const usual = await millisecondsOf(() => companion.succeed(['backup']));
    return async (random) => {
      const before = await companion.sets();
      const wasKilled = await killSometime(random, usual, companion.start(['backup']));
      const after = await companion.sets();
      expect([before.length, before.length + 1]).toContain(after.length);
      if (wasKilled) {
        await expectWholeAgain(companion, before);
      }
    };
  },
  'restore side by side': async () => {
    const {companion} = ground;
    const whole = await ground.beside('whole');
    const usual = await millisecondsOf(() => companion.succeed(whole.args));
    return async (random, round) => {
      const copy = await ground.beside(`round_${round}`);
      if (await killSometime(random, usual, companion.start(copy.args))) {
        await ground.expectWholeBeside(copy);
      }
    };
  },
  'restore in place': async () => {
    const {companion, server, original} = ground;
    const usual = await millisecondsOf(() => companion.succeed(ground.inPlace));
    await companion.succeed(UNDO);
    return async (random) => {
      const before = await ground.change();
      const wasKilled = await killSometime(random, usual, companion.start(ground.inPlace));
      if (wasKilled && random.below(2) === 0) {
        await ground.expectOriginalThenUndo(before);
        return;
      }
      if (!wasKilled) {
        expect(await stateOf(server)).toEqual(original);
      }
      await undoIfSwapped();
      expect(await stateOf(server)).toEqual(before);
    };
  },
  undo: async () => {
    const {companion, server} = ground;
    await companion.succeed(ground.inPlace);
    const usual = await millisecondsOf(() => companion.succeed(UNDO));
    return async (random) => {
      const before = await ground.change();
      await companion.succeed(ground.inPlace);
      await killSometime(random, usual, companion.start(UNDO));
      await undoIfSwapped();
      expect(await stateOf(server)).toEqual(before);
      await expectLedgerHolds(companion);
    };
  },
};

/** Where it had not come to its swap, or where it had gone back already, that is said and nothing is changed. */
async function undoIfSwapped(): Promise<void> {
  const ending = await ground.companion.run(UNDO);
  if (ending.exitCode !== 0) {
    expectRefusal(ending, 'NOTHING_TO_UNDO');
  }
}

const AT_RANDOM: readonly Case[] = Object.entries(WORKS).map(([name, prepare]) => ({
  name: `a ${name} that is killed at random moments: the same again, or --undo, and all is whole`,
  run: async () => {
    const work = await prepare();
    await inRounds(name, async (random, round) => {
      await work(random, round);
      await ground.tidy();
    });
  },
}));

describe('kill -9 of drctl', () => {
  test.each(chosen('kills of data', [...KILLED, ...AT_RANDOM]))('%s', (_name, {run}) => run());
});
