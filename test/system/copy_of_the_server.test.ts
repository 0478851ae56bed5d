import {cp} from 'node:fs/promises';
import {join} from 'node:path';
import {afterAll, beforeAll, describe, expect, jest, test} from '@jest/globals';
import {connect} from '../harness/client.ts';
import type {Client} from '../harness/client.ts';
import {copyDatabase} from '../harness/database.ts';
import {drctlOrThrow} from '../harness/drctl.ts';
import {startMattermost} from '../harness/mattermost.ts';
import type {Mattermost} from '../harness/mattermost.ts';
import {PLUGIN, startProtectedServer} from '../harness/protected_server.ts';
import type {ProtectedServer} from '../harness/protected_server.ts';
import {removeScratch} from '../harness/scratch.ts';

jest.setTimeout(300_000);

let server: ProtectedServer;
const copies: string[] = [];

beforeAll(async () => {
  server = await startProtectedServer({posts: 5, files: 1});
  await server.mattermost().stop();
  for (const name of ['copy_1', 'copy_2', 'copy_3']) {
    copies.push(await copyDatabase(server.postgres, {from: server.databaseUrl, name}));
  }
  await server.startMattermost();
});

afterAll(async () => {
  await server?.stop();
  removeScratch();
});

/** The same database, configuration and plugin, started elsewhere while the server goes on. */
async function startCopy(name: string, siteUrl: string): Promise<{mattermost: Mattermost; client: Client}> {
  const directory = join(server.directory, name);
  // Files of people are left out: their names may be no text.
  for (const part of ['config', 'data/plugins']) {
    await cp(join(server.mattermost().directory, part), join(directory, part), {recursive: true});
  }
  const environment = {MM_SERVICESETTINGS_SITEURL: siteUrl};
  const mattermost = await startMattermost({directory, databaseUrl: copies.pop() ?? '', environment});
  const client = connect(mattermost.url);
  await client.login(server.workspace.admin.username, server.workspace.admin.password);
  return {mattermost, client};
}

describe.each([
  ['with an empty site URL', () => ''],
  ['with the site URL of the server', () => server.mattermost().url],
  ['with another site URL', () => 'https://staging.example.com'],
])('a copy of the server %s', (name, siteUrl) => {
  let copy: Awaited<ReturnType<typeof startCopy>>;

  beforeAll(async () => {
    copy = await startCopy(`copy ${name}`, siteUrl());
  });

  afterAll(async () => {
    await copy?.mattermost.stop();
  });

  test('may look', async () => {
    expect(await copy.client.requestPlugin(PLUGIN, 'GET', '/api/v1/status')).toMatchObject({
      enrollment: {site_url: server.mattermost().url},
    });
  });

  test.each([
    ['/api/v1/backups', {}],
    ['/api/v1/sso/incidents', {reason: 'the provider does not answer'}],
    ['/api/v1/sso/admin-access', {user: 'sysadmin', identified_by: 'called back on a known number'}],
  ])('changes nothing through POST %s', async (path, body) => {
    await expect(copy.client.requestPlugin(PLUGIN, 'POST', path, body)).rejects.toMatchObject({status: 409});
  });

  test('changes nothing by a command, and is told why and what to do', async () => {
    const {text} = await copy.client.executeCommand(server.workspace.channels[0]!.id, '/dr backup');
    expect(text).toContain('COMPANION_READ_ONLY');
    expect(text).toMatch(/copy/);
  });

  test('takes no code at its claim page', async () => {
    const response = await fetch(`${copy.mattermost.url}/plugins/${PLUGIN}/claim/code`, {
      method: 'POST',
      headers: {'Content-Type': 'application/json', 'X-Requested-With': 'XMLHttpRequest'},
      body: JSON.stringify({code: 'AAAA-BBBB-CCCC'}),
    });
    // A stranger at the page learns nothing of servers and addresses.
    expect(await response.json()).toMatchObject({error: {code: 'COMPANION_UNREACHABLE'}});
  });

  test('disconnects itself, and not the server', async () => {
    await expect(copy.client.requestPlugin(PLUGIN, 'DELETE', '/api/v1/enrol')).resolves.toMatchObject({
      companion_told: false,
    });
    await expect(server.client.requestPlugin(PLUGIN, 'POST', '/api/v1/backup-plans', {})).resolves.toMatchObject({
      kind: 'backup',
    });
  });
});

test('the server goes on as before, and nothing was started meanwhile', async () => {
  expect((await drctlOrThrow(server.drctl('jobs'))).value).toMatchObject({jobs: []});
  await expect(server.client.requestPlugin(PLUGIN, 'POST', '/api/v1/backups', {})).resolves.toMatchObject({
    kind: 'backup',
  });
});
