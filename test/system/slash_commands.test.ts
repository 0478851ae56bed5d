import {generateKeyPairSync} from 'node:crypto';
import {readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {afterAll, beforeAll, describe, expect, jest, test} from '@jest/globals';
import type {Policy, PolicyChanged, Status} from '../../contract/src/index.ts';
import {botPosts, untilBotSays} from '../harness/bot_posts.ts';
import {enrollAsBridge} from '../harness/bridge_key.ts';
import type {BridgeKey} from '../harness/bridge_key.ts';
import {connect} from '../harness/client.ts';
import {runDrctl} from '../harness/drctl.ts';
import {PLUGIN, startProtectedServer} from '../harness/protected_server.ts';
import type {ProtectedServer} from '../harness/protected_server.ts';
import {lockTable} from '../harness/query.ts';
import {removeScratch} from '../harness/scratch.ts';
import {waitFor} from '../harness/wait_for.ts';
import type {Channel} from '../harness/workspace_people.ts';

jest.setTimeout(300_000);

let server: ProtectedServer;
let channel: Channel;
let set: string;

beforeAll(async () => {
  server = await startProtectedServer({posts: 60, files: 12, secondPlugin: false});
  channel = server.workspace.channels[0]!;
  set = await server.backUp();
});

afterAll(async () => {
  await server?.stop();
  removeScratch();
});

/** Types a command as the system admin; gives the words that come back to them alone. */
async function type(command: string): Promise<string> {
  const {text = '', response_type} = await server.client.executeCommand(channel.id, command);
  expect(response_type).toBe('said_by_bot');
  return text;
}

describe('a system administrator', () => {
  test('gets help, and what a mistyped command may have meant', async () => {
    expect(await type('/dr help')).toContain('/dr backup');
    expect(await type('/dr bakcup')).toContain('Did you mean `/dr backup`?');
    expect(await type('/dr backup --scpe files')).toContain('Did you mean --scope?');
  });

  test('sees the state', async () => {
    const says = await type('/dr status');
    expect(says).toContain('You can recover to');
    expect(says).toContain(set);
  });

  test('sees the sets, and what is in one', async () => {
    expect(await type('/dr list')).toContain(set);
    const shown = await type(`/dr show ${set}`);
    expect(shown).toContain(set);
    expect(shown).toMatch(/rows in \d+ tables/);
    expect(await type('/dr show latest')).toContain(set);
    expect(await type('/dr show 20200101T000000Z-aaaaaa')).toContain('SET_NOT_FOUND');
  });

  test('has a set proven, and a post tells the outcome', async () => {
    expect(await type('/dr verify latest --level L2')).toContain('Verification of the newest set started');
    const post = await untilBotSays(server.client, channel.id, /Verification passed/);
    expect(post.message).toContain(set);
    expect(post.message).toContain('**L2**');
  });

  test('cancels a backup, and nothing of it counts', async () => {
    expect(await type('/dr backup --reason "to be canceled"')).toContain('Backup started');
    // The first pass over the files is under way; at this table the dump will have to wait.
    const unlock = await lockTable(server.databaseUrl, 'linkmetadata');
    try {
      const {message} = await untilBotSays(server.client, channel.id, /Backup is running[^]*\/dr cancel /);
      const job = /\/dr cancel ([^`]+)`/.exec(message)?.[1] ?? '';
      expect(await type(`/dr cancel ${job}`)).toContain('asked to stop');
    } finally {
      await unlock();
    }
    const post = await untilBotSays(server.client, channel.id, /Backup was canceled/);
    expect(post.message).toContain('to be canceled');
    expect((await server.drctl('list')).value.sets).toHaveLength(1);
    expect(await type('/dr cancel no-such-job')).toContain('NOT_FOUND');
  });

  test('is told since when the companion is gone and what to do, and all is well when it is back', async () => {
    await server.companion().stop();
    const says = await type('/dr status');
    expect(says).toMatch(/has not answered since \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC/);
    expect(says).toContain('drctl serve');
    expect(says).toContain('COMPANION_UNREACHABLE');
    await server.companion().start();
    expect(await type('/dr status')).toContain('You can recover to');
  });
});

describe('what the companion goes by', () => {
  const api = <Reply>(method: 'GET' | 'PUT', body?: object) =>
    server.client.requestPlugin<Reply>('disaster-recovery', method, '/api/v1/policy', body);
  const objective = async () =>
    (await server.client.requestPlugin<Status>('disaster-recovery', 'GET', '/api/v1/status')).rpo_objective_ms;
  const untilObjective = (hours: number) =>
    waitFor('the companion to go by it', async () => (await objective()) === hours * 3_600_000);
  const comments = async () => (await readFile(server.configFile, 'utf8')).match(/^ *#.*$/gm);

  test('is shown and changed in the chat, in a file that keeps its comments, without a restart', async () => {
    await writeFile(server.configFile, `# Do not lose me.\n${await readFile(server.configFile, 'utf8')}`);
    const [pid, before] = [server.companion().pid(), await comments()];
    expect(await type('/dr policy show')).toContain('rpo_hours: 24');
    expect(await type('/dr policy set objectives.rpo_hours=6')).toContain('objectives.rpo_hours: not set → 6');
    await untilObjective(6);
    expect(await type('/dr policy set "schedules.nightly.cron=0 2 * * *"')).toContain('nightly');
    await waitFor('the schedule', async () => (await type('/dr schedule list')).includes('nightly'));
    expect(await comments()).toEqual(before);
    expect(server.companion().pid()).toBe(pid);
  });

  test('is refused in the chat where it names places, and where it has a fault', async () => {
    expect(await type('/dr policy set repository.url=/tmp/mine')).toContain('POLICY_ONLY_ON_HOST');
    expect(await type('/dr policy set objectives.rpo_hours=soon')).toContain('POLICY_INVALID');
    expect(await type('/dr policy set "schedules.nightly.cron=99 2 * * *"')).toContain('schedules.0.cron');
  });

  test('two pages that were opened together: the second is told, and writes over nothing', async () => {
    const {revision, written} = await api<Policy>('GET');
    const policy = {...written, objectives: {rpo_hours: 8}};
    expect(await api<PolicyChanged>('PUT', {revision, policy})).toMatchObject({
      changes: [{setting: 'objectives.rpo_hours', from: 6, to: 8}],
    });
    await expect(api('PUT', {revision, policy: {...written, objectives: {rpo_hours: 48}}})).rejects.toMatchObject({
      status: 409,
    });
    await untilObjective(8);
  });

  test('is edited on the machine, and a fault is neither saved nor lost', async () => {
    const editor = join(server.directory, 'editor');
    await writeFile(editor, '#!/bin/sh\nsed -i "s/rpo_hours: 8/rpo_hours: $NEW/" "$1"\n', {mode: 0o700});
    const edit = (hours: string) =>
      runDrctl(['policy', 'edit', '--config', server.configFile], {
        home: server.directory,
        environment: {EDITOR: editor, NEW: hours},
      });
    const refused = await edit('soon');
    expect(refused.error).toMatchObject({
      code: 'POLICY_INVALID',
      remedy: expect.stringContaining('What you typed is in'),
    });
    expect((await edit('10')).value.changes).toEqual([{setting: 'objectives.rpo_hours', from: 8, to: 10}]);
    await untilObjective(10);
  });

  test('says who hears of alarms, and a test message gets to the administrators', async () => {
    expect((await server.drctl('policy', 'set', 'notify.mattermost=administrators')).ok).toBe(true);
    await waitFor('the way to be there', async () => /mattermost.*: sent/.test(await type('/dr notify test')));
    const [me, bot] = await Promise.all([
      server.client.request<{id: string}>('GET', '/users/me'),
      server.client.request<{id: string}>('GET', `/users/username/${PLUGIN}`),
    ]);
    const direct = await server.client.request<{id: string}>('POST', '/channels/direct', [me.id, bot.id]);
    const post = await untilBotSays(server.client, direct.id, /This is a test/);
    expect(post.message).toContain(server.mattermost().url);
    expect(await type('/dr policy set notify.mattermost=')).toContain('POLICY_ONLY_ON_HOST');
  });

  test('with a fault written by hand the companion goes on, and says so until it is mended', async () => {
    const good = await readFile(server.configFile, 'utf8');
    await writeFile(server.configFile, good.replace('rpo_hours: 10', 'rpo_hours: soon'));
    await waitFor('the fault to be told', async () => (await api<Policy>('GET')).not_in_effect !== null);
    expect((await api<Policy>('GET')).not_in_effect?.message).toContain('objectives.rpo_hours');
    expect(await objective()).toBe(10 * 3_600_000);
    await writeFile(server.configFile, good.replace('rpo_hours: 10', 'rpo_hours: 12'));
    await untilObjective(12);
    expect((await api<Policy>('GET')).not_in_effect).toBeNull();
  });
});

describe('anybody else', () => {
  test.each([
    'status',
    'backup',
    'list',
    'show latest',
    'verify latest',
    'cancel x',
    'enroll http://127.0.0.1:1 CODE-CODE',
  ])('is refused /dr %s', async (command) => {
    const [person] = server.workspace.users;
    const client = connect(server.mattermost().url);
    await client.login(person!.username, person!.password);
    const before = (await botPosts(server.client, channel.id)).length;
    const {text, response_type} = await client.executeCommand(channel.id, `/dr ${command}`);
    expect(response_type).toBe('said_by_bot');
    expect(text).toContain('NOT_SYSTEM_ADMIN');
    expect(await botPosts(server.client, channel.id)).toHaveLength(before);
  });

  test.each([
    ['GET', '/api/v1/status'],
    ['POST', '/api/v1/backups'],
    ['GET', '/api/v1/connection'],
    ['DELETE', '/api/v1/enrol'],
  ] as const)('is refused %s %s of the plugin', async (method, path) => {
    const [person] = server.workspace.users;
    const client = connect(server.mattermost().url);
    await client.login(person!.username, person!.password);
    await expect(
      client.requestPlugin('disaster-recovery', method, path, method === 'POST' ? {} : undefined),
    ).rejects.toMatchObject({status: 403});
    await expect(
      connect(server.mattermost().url).requestPlugin('disaster-recovery', method, path),
    ).rejects.toMatchObject({status: expect.any(Number)});
  });
});

// These take the enrollment away from the plugin, so they come last.
describe('the companion', () => {
  let bridge: BridgeKey;
  const status = '/api/v1/status';

  beforeAll(async () => {
    bridge = await enrollAsBridge(server);
  });

  test('takes an honest request', async () => {
    expect(await bridge.send('GET', status, bridge.token(bridge.claims('GET', status)))).toMatchObject({status: 200});
  });

  test('refuses the same request a second time', async () => {
    const token = bridge.token(bridge.claims('GET', status));
    await bridge.send('GET', status, token);
    expect(await bridge.send('GET', status, token)).toEqual({status: 401, code: 'TOKEN_REPLAYED'});
  });

  test('remembers a spent request after it was started again', async () => {
    const token = bridge.token(bridge.claims('GET', status));
    await bridge.send('GET', status, token);
    await server.companion().kill();
    await server.companion().start();
    expect(await bridge.send('GET', status, token)).toEqual({status: 401, code: 'TOKEN_REPLAYED'});
  });

  test('refuses a request that is too old, or comes from the future', async () => {
    for (const shift of [-3600, 3600]) {
      const claims = bridge.claims('GET', status);
      const shifted = {...claims, iat: claims.iat + shift, exp: claims.exp + shift};
      expect(await bridge.send('GET', status, bridge.token(shifted))).toEqual({status: 401, code: 'TOKEN_EXPIRED'});
    }
  });

  test('refuses a request that would be good for longer than a minute', async () => {
    const claims = bridge.claims('GET', status);
    expect(await bridge.send('GET', status, bridge.token({...claims, exp: claims.iat + 3600}))).toEqual({
      status: 401,
      code: 'TOKEN_INVALID',
    });
  });

  test('refuses a request that was signed for another path, method, query or body', async () => {
    const invalid = {status: 401, code: 'TOKEN_INVALID'};
    expect(await bridge.send('GET', '/api/v1/sets', bridge.token(bridge.claims('GET', status)))).toEqual(invalid);
    expect(await bridge.send('GET', `${status}?x=1`, bridge.token(bridge.claims('GET', status)))).toEqual(invalid);
    expect(
      await bridge.send('POST', '/api/v1/backups', bridge.token(bridge.claims('GET', '/api/v1/backups')), '{}'),
    ).toEqual(invalid);
    const tampered = bridge.token(bridge.claims('POST', '/api/v1/backups', '{"scope":["config"]}'));
    expect(await bridge.send('POST', '/api/v1/backups', tampered, '{"scope":["files"]}')).toEqual(invalid);
  });

  test('refuses what another key signed, what was changed afterwards, and what is not signed', async () => {
    const claims = bridge.claims('GET', status);
    const {privateKey} = generateKeyPairSync('ed25519');
    const invalid = {status: 401, code: 'TOKEN_INVALID'};
    expect(await bridge.send('GET', status, bridge.token(claims, privateKey))).toEqual(invalid);
    const [header, , signature] = bridge.token(claims).split('.');
    const promoted = Buffer.from(JSON.stringify({...claims, jti: 'x'.repeat(32)})).toString('base64url');
    expect(await bridge.send('GET', status, `${header}.${promoted}.${signature}`)).toEqual(invalid);
    const none = Buffer.from('{"alg":"none"}').toString('base64url');
    expect(await bridge.send('GET', status, `${none}.${promoted}.`)).toEqual(invalid);
  });

  test('refuses who is not vouched for as a system administrator', async () => {
    const {actor, ...claims} = bridge.claims('GET', status);
    expect(await bridge.send('GET', status, bridge.token(claims))).toEqual({status: 403, code: 'NOT_SYSTEM_ADMIN'});
    const person = {...bridge.claims('GET', status), actor: {...actor!, system_admin: false}};
    expect(await bridge.send('GET', status, bridge.token(person))).toEqual({status: 403, code: 'NOT_SYSTEM_ADMIN'});
  });

  test('no longer takes the plugin that was enrolled before', async () => {
    expect(await type('/dr status')).toContain('TOKEN_INVALID');
  });

  test('takes the plugin again after /dr enroll', async () => {
    await server.enroll();
    expect(await type('/dr status')).toContain(set);
  });
});
