import {cp, mkdir, readdir, readFile, rename} from 'node:fs/promises';
import {join} from 'node:path';
import {afterAll, beforeAll, describe, expect, jest, test} from '@jest/globals';
import type {ReturnList, SwitchBackResult} from '@disaster-recovery/contract';
import {execa} from 'execa';
import {RESTIC} from '../faults/slow_restic.ts';
import {claimAccount, countAway, expectEveryoneBack, expectListRight, sso} from '../faults/sso.ts';
import {drctlOrThrow} from '../harness/drctl.ts';
import {removeScratch} from '../harness/scratch.ts';
import {signInThroughProvider, signInWithPassword} from '../harness/sso_login.ts';
import {startSsoServer} from '../harness/sso_server.ts';
import type {ExtraAccount, SsoServer} from '../harness/sso_server.ts';
import {snapshots} from '../harness/repository.ts';

jest.setTimeout(300_000);

const EXTRAS = 60;
const SWITCHED = 50;
const BACK = ['switch-back', '--yes', '--without-provider-check'] as const;

let server: SsoServer;
let url: string;
let before: string;
let people: readonly ExtraAccount[];
const sets = {before: '', during: ''};

/** One story: each test goes on where the one before it ended. */
beforeAll(async () => {
  server = await startSsoServer({people: 1, extraSsoRows: EXTRAS});
  url = server.mattermost().url;
  people = server.extras;
  before = await server.settingsHash();
  expect(await sso(server, 'snapshot')).toMatchObject({sso_accounts: EXTRAS + 1, stored: 'repository'});
  sets.before = await server.backUp();
});

afterAll(async () => {
  await server?.stop();
  removeScratch();
});

const declare = () => sso(server, 'declare', '--reason', 'the provider does not answer');
const switched = () => people.slice(0, SWITCHED);
const claimed = () => people.slice(0, 3);
const password = ({username}: ExtraAccount) => `Outage-${username}-1`;

async function switchFifty(): Promise<void> {
  await declare();
  expect(await sso(server, 'switch', '--user', ...switched().map(({username}) => username), '--yes')).toMatchObject({
    switch: {switched: SWITCHED},
  });
}

async function switchEveryoneBack(count: number): Promise<void> {
  const {switch_back: result} = (await sso(server, ...BACK)) as {switch_back: SwitchBackResult};
  expect(result).toMatchObject({returned: count, failed: 0, conflicts: 0});
  await expectEveryoneBack(server);
}

/** As the runbook of a restore in place has it: both servers stopped, the database swapped, both started. */
async function restoreInPlace(set: string): Promise<void> {
  await server.companion().stop();
  await server.mattermost().stop();
  await drctlOrThrow(server.drctl('restore', set, '--yes'));
  await server.startMattermost();
  await server.companion().start();
  await server.untilPluginAnswers();
}

async function expectProviderSignsIn(accounts: readonly ExtraAccount[]): Promise<void> {
  for (const {username, password: secret, userId} of accounts) {
    expect((await signInThroughProvider(url, username, secret)).userId).toBe(userId);
  }
}

describe('a database restored from the middle of an incident that is long over', () => {
  test('everyone was switched back and the incident closed, after a set was taken in its middle', async () => {
    await switchFifty();
    for (const person of claimed()) {
      await claimAccount(server, person, password(person));
    }
    sets.during = await server.backUp();
    await switchEveryoneBack(SWITCHED);
    expect(await sso(server, 'close')).toMatchObject({state: 'closed'});
    expect(await server.settingsHash()).toBe(before);
  });

  test('the ledger is newer than the database: the return list shows them all again, with what they had', async () => {
    await restoreInPlace(sets.during);
    expect(await countAway(server)).toBe(SWITCHED);
    const list = await expectListRight(server);
    expect(list).toMatchObject({count: SWITCHED, next: expect.stringContaining('declare')});
    expect(list.entries.filter(({state}) => state === 'claimed')).toHaveLength(claimed().length);
    await signInWithPassword(url, claimed()[0]!.username, password(claimed()[0]!));
  });

  test('declared anew, they come back exactly, the settings too, and the provider lets them in', async () => {
    expect(await server.settingsHash()).not.toBe(before);
    await declare();
    await switchEveryoneBack(SWITCHED);
    await expectProviderSignsIn([claimed()[0]!, people[10]!, people.at(-1)!]);
    await expect(signInWithPassword(url, claimed()[0]!.username, password(claimed()[0]!))).rejects.toMatchObject({
      status: 401,
    });
    expect(await sso(server, 'return-list')).toMatchObject({empty: true, settings: []});
    expect(await sso(server, 'close')).toMatchObject({state: 'closed'});
    expect(await server.settingsHash()).toBe(before);
  });
});

describe('a database restored from before an incident that is under way', () => {
  test('has everybody on single sign-on: nobody is on the list, and the incident can be closed', async () => {
    await switchFifty();
    expect(await countAway(server)).toBe(SWITCHED);
    await restoreInPlace(sets.before);
    await expectEveryoneBack(server);
    expect(await sso(server, 'return-list')).toMatchObject({empty: true, count: 0});
    expect(await sso(server, 'close')).toMatchObject({state: 'closed'});
    expect(await server.settingsHash()).toBe(before);
    await expectProviderSignsIn([people[0]!, people[SWITCHED]!]);
  });
});

/** Rows of identity.jsonl in the record of a set, read by restic alone. */
async function identitiesOf(
  set: string,
): Promise<{user: string; identity: {sign_in: {service: string; data: string | null}}}[]> {
  const place = {RESTIC_REPOSITORY: server.repository, RESTIC_PASSWORD_FILE: server.keyFile};
  const records = (await snapshots(server)).filter(
    ({tags}) => tags.some((tag) => tag.includes(set)) && tags.some((tag) => tag.includes('record')),
  );
  expect(records).toHaveLength(1);
  const {id} = records[0]!;
  const {stdout: listed} = await execa(RESTIC, ['ls', '--no-lock', '--no-cache', id], {env: place});
  const path = listed.split('\n').find((line) => line.endsWith('/identity.jsonl'));
  const {stdout} = await execa(RESTIC, ['dump', '--no-lock', '--no-cache', id, path ?? '/identity.jsonl'], {
    env: place,
  });
  return stdout.split('\n').map((line) => JSON.parse(line) as Awaited<ReturnType<typeof identitiesOf>>[number]);
}

describe('the record of a set', () => {
  test.each(['before', 'during'] as const)(
    'taken %s the incident holds how everybody signed in through the provider, and nothing else',
    async (when) => {
      const rows = new Map((await identitiesOf(sets[when])).map(({user, identity}) => [user, identity.sign_in]));
      expect(rows.size).toBe(EXTRAS + 1);
      for (const {userId, authService, authData} of people) {
        expect(rows.get(userId)).toEqual({service: authService, data: authData});
      }
      expect([...rows.values()].filter(({service, data}) => service === '' || !data)).toEqual([]);
    },
  );

  test('shows no address to anybody who has only the repository', async () => {
    const names = await readdir(server.repository, {recursive: true, withFileTypes: true});
    for (const entry of names.filter((one) => one.isFile())) {
      expect((await readFile(join(entry.parentPath, entry.name))).includes(people[0]!.email)).toBe(false);
    }
  });
});

describe('a state directory that is lost in the middle of an incident', () => {
  const lost = () => `${server.stateDirectory}.lost`;

  test('leaves the identity snapshot in the repository: everybody is on the list, as switched outside', async () => {
    await switchFifty();
    for (const person of claimed()) {
      await claimAccount(server, person, password(person));
    }
    await server.companion().stop();
    await rename(server.stateDirectory, lost());
    // The key is on the recovery sheet; here it lay in the directory that is lost.
    await mkdir(server.stateDirectory, {mode: 0o700});
    await cp(server.keyFile.replace(server.stateDirectory, lost()), server.keyFile);
    const list = (await sso(server, 'return-list')) as ReturnList;
    expect(list).toMatchObject({count: SWITCHED, next: expect.stringContaining('declare')});
    const originals = new Map(list.entries.map(({person, state, original}) => [person.id, {state, original}]));
    for (const {userId, authService, authData} of switched()) {
      expect(originals.get(userId)).toEqual({state: 'outside', original: {service: authService, data: authData}});
    }
  });

  test('and everybody comes back through the database, which Mattermost sees at once', async () => {
    await declare();
    const {plan} = (await sso(server, ...BACK.slice(0, 1), ...BACK.slice(2), '--dry-run')) as {
      plan: {count: number; conflicts: unknown[]};
    };
    expect(plan).toMatchObject({count: SWITCHED, conflicts: []});
    await switchEveryoneBack(SWITCHED);
    for (const {userId} of [claimed()[0]!, people[SWITCHED - 1]!]) {
      expect(await server.client.request('GET', `/users/${userId}`)).toMatchObject({auth_service: 'gitlab'});
    }
    await expectProviderSignsIn([people[4]!, people[SWITCHED - 1]!]);
    await expect(signInWithPassword(url, claimed()[0]!.username, password(claimed()[0]!))).rejects.toMatchObject({
      status: 401,
    });
    expect(await sso(server, 'close')).toMatchObject({state: 'closed'});
    expect(await sso(server, 'return-list')).toMatchObject({empty: true});
  });

  test('enrolled anew, the companion is whole again', async () => {
    await server.companion().start();
    await server.enroll();
    expect(await sso(server, 'status')).toMatchObject({state: 'watching', bridge: 'plugin'});
    expect(await sso(server, 'snapshot')).toMatchObject({sso_accounts: EXTRAS + 1, warnings: []});
  });
});
