import {readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {afterAll, beforeAll, expect, jest, test} from '@jest/globals';
import {choosePassword, useCode} from '../harness/claim.ts';
import {drctlOrThrow} from '../harness/drctl.ts';
import type {DrctlAnswer} from '../harness/drctl.ts';
import {commandsOf} from '../harness/runbook.ts';
import {removeScratch} from '../harness/scratch.ts';
import {signInThroughProvider, signInWithPassword} from '../harness/sso_login.ts';
import {startSsoServer} from '../harness/sso_server.ts';
import type {SsoServer} from '../harness/sso_server.ts';
import {waitFor} from '../harness/wait_for.ts';

jest.setTimeout(400_000);

const HOUR = 3_600_000;
const CALLER = 'sso.extra.1';
const LISTED = 'sso.extra.3';
const CANARY = 'sso.person.1';
const ADMINISTRATOR = 'sso.person.3';

let server: SsoServer;
let url: string;
let home: string;
let before: string;

beforeAll(async () => {
  server = await startSsoServer({
    people: 3,
    extraSsoRows: 9,
    // Of each three, one is locked out, one has an hour, one a week.
    extraSessions: (index) =>
      index % 3 === 0 ? [] : [{expiresAt: Date.now() + (index % 3 === 1 ? HOUR : 7 * 24 * HOUR)}],
  });
  url = server.mattermost().url;
  home = join(server.directory, 'home');
  await server.client.request('PUT', `/users/${server.people[2]!.userId}/roles`, {roles: 'system_user system_admin'});
  await untilHealthy();
  await drctlOrThrow(server.drctl('sso', 'snapshot'));
  before = await server.settingsHash();
});

afterAll(async () => {
  await server?.stop();
  removeScratch();
});

/** As the page says it. A person answers the question after the plan; here --yes does. */
function run(command: readonly string[]): Promise<DrctlAnswer> {
  const asks = ['switch', 'switch-back'].includes(command[1] ?? '') && !command.includes('--dry-run');
  return drctlOrThrow(server.drctl(...command, ...(asks ? ['--yes'] : [])));
}

/** Switches back, and signs the canary in as soon as it is their turn. */
async function runWithCanary(command: readonly string[], username: string): Promise<DrctlAnswer> {
  const running = run(command);
  await Promise.race([
    running,
    waitFor('the canary to be switched back', async () => (await server.row(username)).authservice === 'gitlab', 60),
  ]);
  await signInThroughProvider(url, username, `At the provider: ${username.split('.')[1]} ${username.split('.')[2]}`);
  return running;
}

async function untilHealthy(): Promise<void> {
  await waitFor(
    'the provider to be up for long enough',
    async () => {
      const {detection} = await server.status();
      return (
        detection.providers.length > 0 &&
        detection.providers.every(({state, since}) => state === 'up' && Date.now() - since > 4000)
      );
    },
    90,
  );
}

const verbsOf = (commands: readonly string[][]): string[] => commands.map(([, verb = '']) => verb);

test('a locked-out administrator gets in with Mattermost down, and back again, by the commands of the page', async () => {
  const commands = commandsOf('locked_out_administrator.md', {ADMIN: ADMINISTRATOR});
  expect(verbsOf(commands)).toEqual(['admin-access', 'switch-back', 'return-list', 'close']);
  const [access, back, list, close] = commands;

  await server.mattermost().stop();
  const {value} = await run(access!);
  expect(value).toMatchObject({way: 'database', was: {service: 'gitlab'}});
  await server.startMattermost();
  const {userId} = await signInWithPassword(url, ADMINISTRATOR, value.password as string);
  expect(userId).toBe(server.people[2]!.userId);

  await untilHealthy();
  await runWithCanary(back!, ADMINISTRATOR);
  await expect(signInWithPassword(url, ADMINISTRATOR, value.password as string)).rejects.toMatchObject({status: 401});
  expect((await run(list!)).value).toMatchObject({empty: true});
  expect((await run(close!)).value).toMatchObject({state: 'closed'});
  expect(await server.settingsHash()).toBe(before);
});

test('an outage is survived, and everyone is back as before, by the commands of the page in their order', async () => {
  writeFileSync(join(home, 'LEFT.csv'), 'sso.extra.9\n');
  writeFileSync(join(home, 'PEOPLE.csv'), `username\n${LISTED}\n`);
  const commands = commandsOf('sso_outage.md', {USER: CALLER, CANARY, TEAM: server.workspace.teams[0]!.name});
  expect(verbsOf(commands)).toEqual([
    'readiness',
    'snapshot',
    'status',
    'forecast',
    'declare',
    'extend-sessions',
    'let-in',
    'switch',
    'switch',
    'switch',
    'switch',
    'claim-sheet',
    'switch',
    'switch',
    'return-list',
    'resolve',
    'switch-back',
    'switch-back',
    'return-list',
    'close',
  ]);
  for (const [index, command] of commands.entries()) {
    await beforeCommand(index, command);
    const isSwitchBack = command[1] === 'switch-back' && !command.includes('--dry-run');
    const {value} = await (isSwitchBack ? runWithCanary(command, CANARY) : run(command));
    await afterCommand(index, command, value);
  }
  for (const {username, authService, authData} of server.extras) {
    expect(await server.row(username)).toMatchObject({
      authservice: authService,
      authdata: authData,
      has_password: false,
    });
  }
  expect(await server.settingsHash()).toBe(before);
});

/** What happens outside, between the commands. */
async function beforeCommand(index: number, [, verb]: readonly string[]): Promise<void> {
  if (verb === 'status' && index < 5) {
    await server.identityProvider.stop();
    await waitFor('the outage to be suspected', async () => (await server.status()).state === 'suspected', 60);
  }
  if (verb === 'return-list' && index < 16) {
    await server.identityProvider.start();
    await untilHealthy();
    // Somebody gets a new address in the middle of it.
    const caller = server.extras.find(({username}) => username === CALLER);
    await server.client.request('PUT', `/users/${caller!.userId}/patch`, {email: 'moved@corp.test'});
  }
}

/** What a reader would see. */
async function afterCommand(
  index: number,
  [, verb, ...words]: readonly string[],
  value: DrctlAnswer['value'],
): Promise<void> {
  switch (verb) {
    case 'snapshot':
      expect(value).toMatchObject({stored: 'repository'});
      return;
    case 'forecast':
      expect(value).toMatchObject({sso_accounts: 12, locked_out_now: 3});
      return;
    case 'let-in': {
      await choosePassword(url, (await useCode(url, value.code as string)).token, 'Chosen in the outage 1');
      expect((await signInWithPassword(url, CALLER, 'Chosen in the outage 1')).userId).toBe(value.person.id);
      return;
    }
    case 'switch':
      await afterSwitch(words);
      return;
    case 'claim-sheet':
      expect(readFileSync(join(home, 'slips.html'), 'utf8')).toContain(LISTED);
      return;
    case 'return-list':
      if (index < 16) {
        expect([value.count, value.entries[0].person.username, value.entries[0].conflict.kind]).toEqual([
          12,
          CALLER,
          'email_changed',
        ]);
      } else {
        expect(value).toMatchObject({empty: true});
      }
      return;
    case 'resolve':
      expect(await server.row(CALLER)).toMatchObject({authservice: 'gitlab', has_password: false});
      return;
    default:
  }
}

async function afterSwitch(words: readonly string[]): Promise<void> {
  if (words.includes('--deny-file')) {
    expect(await server.row('sso.extra.9')).toMatchObject({authservice: 'gitlab'});
  }
  if (words.includes('--file')) {
    expect(await server.row(LISTED)).toMatchObject({authservice: ''});
  }
  if (words.includes('--everyone') && !words.includes('--dry-run')) {
    expect(await server.row('sso.extra.9')).toMatchObject({authservice: ''});
  }
}
