import {chmod} from 'node:fs/promises';
import {afterAll, beforeAll, describe, jest, test} from '@jest/globals';
import {newCompanion} from '../faults/companion.ts';
import type {Companion} from '../faults/companion.ts';
import {drctl} from '../faults/drctl.ts';
import {expectRefusal} from '../faults/refusal.ts';
import {stoppedServer} from '../faults/server.ts';
import type {StoppedServer} from '../faults/server.ts';
import {removeScratch} from '../harness/scratch.ts';

jest.setTimeout(300_000);

const UNKNOWN = '20200101T000000Z-aaaaaa';

let server: StoppedServer;
let companion: Companion;
let set: string;

beforeAll(async () => {
  server = await stoppedServer();
  companion = await newCompanion(server);
  set = (await companion.succeed<{set: {id: string}}>(['backup'])).set.id;
});

afterAll(async () => {
  await server?.postgres.stop();
  removeScratch();
});

describe('a command line that is not well formed', () => {
  test.each([
    [[]],
    [['bakup']],
    [['backup', '--no-such-option']],
    [['backup', '--scope', 'database,everything']],
    [['backup', '--scope', '']],
    [['backup', 'extra']],
    [['verify', 'latest', '--level', 'L9']],
    [['verify']],
    [['show']],
    [['config', 'burn']],
    [['restore']],
    [['list', '--repository', '/nowhere']],
    [['restore', 'latest', '--into-database', 'mysql://a/b']],
    [['restore', 'latest', '--into-files']],
    [['verify', 'no set id']],
    [['restore', 'no set id', '--dry-run']],
  ])('%j is refused', async (args) => {
    expectRefusal(await companion.run(args), 'USAGE_INVALID');
  });

  test.each([[['show', UNKNOWN]], [['verify', UNKNOWN]], [['restore', UNKNOWN, '--dry-run']]])(
    '%j names no set',
    async (args) => {
      expectRefusal(await companion.run(args), 'SET_NOT_FOUND');
    },
  );

  test('an unknown job and a missing or exposed configuration are named', async () => {
    expectRefusal(await companion.run(['jobs', 'nobody']), 'NOT_FOUND');
    expectRefusal(await companion.run(['cancel', 'nobody']), 'NOT_FOUND');
    expectRefusal(await drctl(['status', '--config', '/nowhere.yaml']), 'CONFIG_NOT_FOUND');
    await chmod(companion.configFile, 0o644);
    try {
      expectRefusal(await companion.run(['status']), 'CONFIG_EXPOSED');
    } finally {
      await chmod(companion.configFile, 0o600);
    }
  });

  test('overwriting without a confirmation is refused', async () => {
    expectRefusal(await companion.run(['restore', set]), 'CONFIRMATION_NEEDED');
  });
});
