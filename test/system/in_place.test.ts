import {afterAll, beforeAll, describe, expect, jest, test} from '@jest/globals';
import {differences} from '../harness/compare.ts';
import {connect} from '../harness/client.ts';
import {startProtectedServer} from '../harness/protected_server.ts';
import type {ProtectedServer} from '../harness/protected_server.ts';
import {query} from '../harness/query.ts';
import {removeScratch} from '../harness/scratch.ts';
import {wholeState} from '../harness/whole_state.ts';
import type {WholeState} from '../harness/whole_state.ts';
import {startWriter} from '../harness/writer.ts';

jest.setTimeout(300_000);

let server: ProtectedServer;
let set: string;
let atBackup: WholeState;
let latePost: string;
let beforeRestore: WholeState;

beforeAll(async () => {
  server = await startProtectedServer({posts: 60, files: 12, secondPlugin: false, enrolled: false});
  await changeRights({roles: 'system_user system_admin', active: true});
  await server.mattermost().stop();
  atBackup = await wholeState(server);
  set = await server.backUp();
  await server.startMattermost();
  await changeEverything();
});

afterAll(async () => {
  await server?.stop();
  removeScratch();
});

/** Posts, files and configuration of after the backup: what a restore takes away and an undo brings back. */
async function changeEverything(): Promise<void> {
  const {client, workspace} = server;
  await client.login(workspace.admin.username, workspace.admin.password);
  const writer = startWriter(client, workspace);
  await new Promise((resolve) => setTimeout(resolve, 1500));
  await writer.stop();
  latePost = (await client.createPost({channel_id: workspace.channels[0]!.id, message: 'said after the backup'})).id;
  await client.request('PUT', '/config/patch', {TeamSettings: {SiteName: 'Changed after the backup'}});
  await changeRights({roles: 'system_user', active: false});
}

/** What the first person may, and whether the second one may sign in. */
async function changeRights({roles, active}: {roles: string; active: boolean}): Promise<void> {
  const {client, workspace} = server;
  const [first, second] = workspace.users;
  await client.login(workspace.admin.username, workspace.admin.password);
  await client.request('PUT', `/users/${first!.id}/roles`, {roles});
  await client.request('PUT', `/users/${second!.id}/active`, {active});
}

async function databases(): Promise<string[]> {
  const rows = await query<{datname: string}>(
    server.postgres.superuserUrl,
    'SELECT datname FROM pg_database ORDER BY datname',
  );
  return rows.map(({datname}) => datname);
}

describe('while Mattermost runs', () => {
  test('a restore in place is refused and changes nothing', async () => {
    const before = {state: await wholeState(server), databases: await databases()};
    const refused = await server.drctl('restore', 'latest', '--yes');
    expect(refused.error).toMatchObject({code: 'MATTERMOST_IS_RUNNING'});
    expect(refused.exitCode).toBe(33);
    const after = {state: await wholeState(server), databases: await databases()};
    expect(after).toEqual(before);
    expect((await server.drctl('list')).value.sets).toHaveLength(1);
  });
});

describe('once Mattermost is stopped', () => {
  beforeAll(async () => {
    await server.mattermost().stop();
    beforeRestore = await wholeState(server);
  });

  test('nothing happens before somebody confirms', async () => {
    const asked = await server.drctl('restore', set);
    expect(asked.error).toMatchObject({code: 'CONFIRMATION_NEEDED'});
    expect(asked.exitCode).toBe(38);
    expect(await wholeState(server)).toEqual(beforeRestore);
  });

  test('a dry run names what would be replaced, and replaces nothing', async () => {
    const {value} = await server.drctl('restore', set, '--dry-run');
    expect(value.plan).toMatchObject({mode: 'in_place', set, restore_point: true});
    expect(value.plan.overwrites).toHaveLength(3);
    const [first, second] = server.workspace.users;
    expect(value.plan.regained).toEqual({
      count: 2,
      people: [
        {username: first!.username, says: 'gets system_admin back'},
        {username: second!.username, says: 'can sign in again; is deactivated today'},
      ],
      kept_as_today: false,
    });
    expect(await wholeState(server)).toEqual(beforeRestore);
  });

  test('the state of the set comes back, and the state of before is kept', async () => {
    const restored = await server.drctl('restore', 'latest', '--yes');
    expect(restored.error).toBeNull();
    const {restore} = restored.value;
    expect(restore).toMatchObject({mode: 'in_place', set});
    expect(restore.undo).toHaveLength(3);
    expectSame(await wholeState(server), atBackup);
    expect((await server.drctl('show', restore.restore_point)).value).toMatchObject({
      kind: 'restore_point',
      scope: ['database', 'config', 'files'],
    });
  });

  test('Mattermost starts on it, without what was said afterwards', async () => {
    await server.startMattermost();
    const {admin} = server.workspace;
    const client = connect(server.mattermost().url);
    await client.login(admin.username, admin.password);
    await expect(client.request('GET', `/posts/${latePost}`)).rejects.toMatchObject({status: 404});
    await server.mattermost().stop();
  });

  test('an undo is not done before somebody confirms', async () => {
    expect((await server.drctl('restore', '--undo')).error).toMatchObject({code: 'CONFIRMATION_NEEDED'});
  });

  test('an undo brings the former state back exactly', async () => {
    const undone = await server.drctl('restore', '--undo', '--yes');
    expect(undone.error).toBeNull();
    expectSame(await wholeState(server), beforeRestore);
  });

  test('there is nothing more to undo', async () => {
    const again = await server.drctl('restore', '--undo', '--yes');
    expect(again.error).toMatchObject({code: 'NOTHING_TO_UNDO'});
    expect(again.exitCode).toBe(36);
  });

  test('Mattermost starts on the former state, with what was said afterwards', async () => {
    await server.startMattermost();
    const {admin} = server.workspace;
    const client = connect(server.mattermost().url);
    await client.login(admin.username, admin.password);
    expect(await client.request('GET', `/posts/${latePost}`)).toMatchObject({message: 'said after the backup'});
    expect(await client.request('GET', '/config')).toMatchObject({
      TeamSettings: {SiteName: 'Changed after the backup'},
    });
  });
});

test('with --keep-rights nobody gets back what was taken from them since', async () => {
  await server.mattermost().stop();
  const restored = await server.drctl('restore', set, '--yes', '--keep-rights');
  expect(restored.error).toBeNull();
  expect(restored.value.restore.notes).toContain('people left with the rights that they have today: 2');
  await server.startMattermost();
  const {admin, users} = server.workspace;
  const client = connect(server.mattermost().url);
  await client.login(admin.username, admin.password);
  expect(await client.request('GET', `/users/${users[0]!.id}`)).toMatchObject({roles: 'system_user'});
  expect(await client.request('GET', `/users/${users[1]!.id}`)).toMatchObject({delete_at: expect.any(Number)});
  const deactivated = connect(server.mattermost().url);
  await expect(deactivated.login(users[1]!.username, users[1]!.password)).rejects.toMatchObject({status: 401});
});

function expectSame(actual: WholeState, expected: WholeState): void {
  expect(differences(actual.tables, expected.tables)).toEqual({});
  expect(differences(actual.files, expected.files)).toEqual({});
  expect(differences(actual.config, expected.config)).toEqual({});
}
