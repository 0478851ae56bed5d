import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {afterAll, beforeAll, expect, jest, test} from '@jest/globals';
import {startProtectedServer} from '../harness/protected_server.ts';
import type {ProtectedServer} from '../harness/protected_server.ts';
import {commandsOf} from '../harness/runbook.ts';
import {removeScratch} from '../harness/scratch.ts';

jest.setTimeout(300_000);

let server: ProtectedServer;
let set: string;

beforeAll(async () => {
  server = await startProtectedServer({posts: 30, files: 6, secondPlugin: false});
  set = await server.backUp();
  await server.mattermost().stop();
});

afterAll(async () => {
  await server?.stop();
  removeScratch();
});

test('an empty machine comes back by the commands of its runbook, from repository and key alone', async () => {
  const commands = commandsOf('bare_metal.md', {
    REPOSITORY: server.repository,
    key: server.keyFile,
    'postgres://USER:PASSWORD@HOST/mattermost': server.databaseUrlOf('by_runbook'),
    '/opt/mattermost/data': join(server.directory, 'by_runbook/data'),
    '/opt/mattermost/config': join(server.directory, 'by_runbook/config'),
  });
  expect(commands.map(([verb]) => verb)).toEqual(['list', 'verify', 'restore', 'restore', 'show']);
  for (const command of commands) {
    expect({command, ...(await server.drctlAlone(...command))}).toMatchObject({exitCode: 0, error: null});
  }
  expect(readFileSync(join(server.directory, 'by_runbook/config/config.json'), 'utf8')).toContain('SqlSettings');
});

test('a server goes back, and back again, by the commands of its runbook', async () => {
  const commands = commandsOf('go_back.md', {SET: set});
  expect(commands.map((command) => command.join(' '))).toEqual([`restore ${set}`, 'restore --undo']);
  for (const command of commands) {
    // The question that a person answers at the prompt.
    expect({command, ...(await server.drctl(...command, '--yes'))}).toMatchObject({exitCode: 0, error: null});
  }
});
