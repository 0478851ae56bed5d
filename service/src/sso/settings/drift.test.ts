import {beforeEach, expect, test} from '@jest/globals';
import {addPeople, createBench, HOUR_MS, ROOT, SIGN_IN_SETTINGS, type Bench} from '../fixtures.ts';
import {createDriftWatch} from './drift.ts';
import {createSsoStore} from '../store/store.ts';

const LET_IN = {user: 'person001', identified_by: 'by voice', valid_minutes: 15, mail: false};

let bench: Bench;
let look: () => Promise<void>;

/** An outage in which one person was let in: five settings stand otherwise than before. */
async function anOutage(policy: {set_settings_again?: boolean} = {}): Promise<string> {
  bench = createBench({policy});
  addPeople(bench.world, 2);
  bench.world.put({
    id: 'ada',
    roles: ['system_user', 'system_admin'],
    sign_in: {service: '', data: null},
    has_password: true,
  });
  await bench.sso.declare({reason: 'GitLab is down', tell: false}, ROOT);
  const {code} = await bench.sso.letIn(LET_IN, ROOT);
  look = createDriftWatch({engines: bench.engines, store: createSsoStore(bench.engines)});
  bench.told.length = 0;
  return code;
}

/** What the System Console does: it writes back the whole configuration that a browser loaded before the outage. */
function saveOldConfiguration(): void {
  bench.settings.splice(0, bench.settings.length, ...structuredClone(SIGN_IN_SETTINGS));
}

const live = (key: string) => bench.settings.find((setting) => setting.key === key)?.value;
const WRITTEN_OVER = [
  'EmailSettings.EnableSignInWithEmail',
  'LdapSettings.EnableSync',
  'TeamSettings.EnableUserCreation',
];

beforeEach(async () => {
  await anOutage();
});

test('nothing differs while what was set is in force, and each setting shows its live value', async () => {
  const {drift, settings} = await bench.sso.status();
  expect(drift).toBeNull();
  expect(settings.map(({to, live: now}) => now === to)).toEqual(settings.map(() => true));
});

test('what somebody wrote over is told with name and time, in status and return list, and is the first thing to do', async () => {
  bench.pass(HOUR_MS);
  bench.world.addConfigSave('ada', bench.now());
  saveOldConfiguration();
  const {drift, settings, next_actions: next} = await bench.sso.status();
  expect(drift?.settings.map(({key, wanted, live: now}) => [key, wanted, now])).toEqual([
    ['EmailSettings.EnableSignInWithEmail', true, false],
    ['LdapSettings.EnableSync', false, true],
    ['TeamSettings.EnableUserCreation', false, true],
  ]);
  expect(drift).toMatchObject({of: 3, by: 'ada', at: bench.now()});
  expect(drift?.message).toBe('3 of 3 settings of the incident were changed by @ada at 2026-11-24 13:00 UTC.');
  expect(next[0]).toMatchObject({message: drift?.message, remedy: 'drctl sso set-again'});
  expect(settings.find(({key}) => key === 'TeamSettings.EnableUserCreation')).toMatchObject({to: false, live: true});
  expect((await bench.sso.returnList()).settings.every(({to, live: now}) => now !== to)).toBe(true);
});

test('who did it is not guessed: a save from before they were last in force, and one of a bot, is not the cause', async () => {
  bench.world.put({id: 'robot', is_bot: true});
  bench.world.addConfigSave('ada', bench.now());
  bench.pass(HOUR_MS);
  await bench.sso.status();
  bench.pass(HOUR_MS);
  bench.world.addConfigSave('robot', bench.now());
  saveOldConfiguration();
  const {drift} = await bench.sso.status();
  expect(drift).toMatchObject({by: null, at: bench.now()});
  expect(drift?.message).toBe(
    '3 of 3 settings of the incident were changed. Who did it is not known; it was noticed at 2026-11-24 14:00 UTC.',
  );
  // It stays the time at which it was noticed.
  bench.pass(HOUR_MS);
  expect((await bench.sso.status()).drift?.at).toBe(bench.now() - HOUR_MS);
});

test('one word sets them again, remembers what was before the outage, and says what it did', async () => {
  saveOldConfiguration();
  expect(await bench.sso.setAgain(ROOT)).toMatchObject({set: WRITTEN_OVER, left: []});
  expect([live('EmailSettings.EnableSignInWithEmail'), live('TeamSettings.EnableUserCreation')]).toEqual([true, false]);
  expect((await bench.sso.status()).drift).toBeNull();
  expect([...bench.ledger.entries()].at(-1)).toMatchObject({
    kind: 'sso.settings_set_again',
    data: {set: WRITTEN_OVER, left: []},
  });
  expect((await bench.sso.status()).settings.map(({key, from}) => [key, from])).toContainEqual([
    'TeamSettings.EnableUserCreation',
    true,
  ]);
});

test('with everything in force nothing is set again, and the ledger is silent', async () => {
  const before = [...bench.ledger.entries()].length;
  expect(await bench.sso.setAgain(ROOT)).toMatchObject({set: [], left: []});
  expect([...bench.ledger.entries()]).toHaveLength(before);
});

test('what the environment holds, and what Mattermost does not take, is named and not called set', async () => {
  saveOldConfiguration();
  Object.assign(
    bench.settings.find(({key}) => key === 'TeamSettings.EnableUserCreation')!,
    {locked: true},
  );
  const {set, left} = await bench.sso.setAgain(ROOT);
  expect(set).toEqual(WRITTEN_OVER.slice(0, 2));
  expect(left).toEqual([{key: 'TeamSettings.EnableUserCreation', message: 'The environment of Mattermost sets it.'}]);
});

test('without an outage there is nothing to set again', async () => {
  await expect(createBench().sso.setAgain(ROOT)).rejects.toMatchObject({code: 'SSO_NOT_DECLARED'});
});

test('while nobody can say what is in force, nothing is called changed', async () => {
  const deaf = bench.beside({
    signInSettings: async () => {
      throw new Error('nobody answers');
    },
  });
  const {drift, settings} = await deaf.sso.status();
  expect([drift, settings.some((setting) => 'live' in setting)]).toEqual([null, false]);
});

test('the watch tells the administrators once, with what it means and what to do; nothing is set by itself', async () => {
  await look();
  expect(bench.told).toEqual([]);
  bench.world.addConfigSave('ada', bench.now());
  saveOldConfiguration();
  await look();
  await look();
  expect(bench.told).toHaveLength(1);
  expect(bench.told[0]?.users).toEqual(['ada']);
  expect(bench.told[0]?.message).toMatch(
    /3 of 3 settings of the incident were changed by @ada at .*may not be able to sign in with their password.*`EmailSettings\.EnableSignInWithEmail`.*\/dr sso set-again.*reload it first/s,
  );
  expect(live('EmailSettings.EnableSignInWithEmail')).toBe(false);
  expect([...bench.ledger.entries()].at(-1)).toMatchObject({kind: 'sso.settings_drifted', data: {by: 'ada'}});
});

test('each time anew: set again and written over once more is told once more', async () => {
  saveOldConfiguration();
  await look();
  await bench.sso.setAgain(ROOT);
  await look();
  saveOldConfiguration();
  await look();
  expect(bench.told).toHaveLength(2);
});

test('where the policy says so they are set again by themselves, three times an hour at most', async () => {
  await anOutage({set_settings_again: true});
  for (let time = 1; time <= 3; time += 1) {
    saveOldConfiguration();
    await look();
    expect(live('EmailSettings.EnableSignInWithEmail')).toBe(true);
    expect(bench.told.at(-1)?.message).toContain('set again now');
  }
  saveOldConfiguration();
  await look();
  expect(live('EmailSettings.EnableSignInWithEmail')).toBe(false);
  expect(bench.told.at(-1)?.message).toContain('three times within an hour');
  bench.pass(2 * HOUR_MS);
  await bench.sso.setAgain(ROOT);
  saveOldConfiguration();
  await look();
  expect(live('EmailSettings.EnableSignInWithEmail')).toBe(true);
});

test.each([
  ['says that a password lets nobody in while sign-in is shut', false, false],
  ['opens it first where the policy says so', true, true],
])('a claim %s', async (_name, policy, isOpen) => {
  const code = await anOutage({set_settings_again: policy});
  bench.settings.forEach((setting) => {
    if (setting.key.startsWith('EmailSettings')) {
      setting.value = false;
    }
  });
  bench.engines.effectiveConfig = async () => ({
    config: {
      EmailSettings: {
        EnableSignInWithEmail: live('EmailSettings.EnableSignInWithEmail'),
        EnableSignInWithUsername: live('EmailSettings.EnableSignInWithUsername'),
      },
    },
    env: {},
  });
  expect(await bench.sso.claim({code, address: '10.0.0.7'})).toMatchObject({sign_in_open: isOpen});
});
