import {afterEach, beforeEach, describe, expect, test} from '@jest/globals';
import {addPeople, ADA, createBench, ROOT, type Bench} from '../fixtures.ts';
import {passwordRules, requireFitting} from './password_rules.ts';

let bench: Bench;

beforeEach(() => {
  bench = createBench();
  addPeople(bench.world, 1);
  bench.world.put({
    id: 'carol',
    username: 'carol',
    roles: ['system_user', 'system_admin'],
    sign_in: {service: 'saml', data: 'carol@corp.test'},
  });
  bench.world.put({
    id: 'local',
    username: 'local',
    roles: ['system_user', 'system_admin'],
    sign_in: {service: '', data: null},
    has_password: true,
  });
});

describe('what is refused declares no outage, and changes neither people nor settings', () => {
  afterEach(async () => {
    expect((await bench.sso.status()).incident).toBeNull();
    expect([bench.world.log.writes, bench.passwords.reset, bench.passwords.written]).toEqual([[], [], []]);
    expect(bench.settings.find(({key}) => key === 'EmailSettings.EnableSignInWithEmail')?.value).toBe(false);
  });

  test.each([
    ['no administrator', 'person001', null, 'ACCOUNT_EXCLUDED'],
    ['nobody', 'person002', null, 'ACCOUNT_NOT_FOUND'],
    ['an administrator, that is too short', 'carol', 'short', 'PASSWORD_REFUSED'],
    ['an administrator, that is too long', 'carol', 'ä'.repeat(40), 'PASSWORD_REFUSED'],
  ])('a password for %s', async (_name, user, password, code) => {
    await expect(bench.sso.adminAccess({user, password}, ROOT)).rejects.toMatchObject({code});
  });

  test.each([
    ['no administrator', 'person001', 'ACCOUNT_EXCLUDED'],
    ['nobody', 'person002', 'ACCOUNT_NOT_FOUND'],
    ['one who has a password', 'local', 'ACCOUNT_EXCLUDED'],
  ])('a code for %s', async (_name, user, code) => {
    await expect(bench.sso.administratorCode({user, identified_by: 'voice'}, ADA)).rejects.toMatchObject({code});
  });
});

test('an administrator gets a code without a declared outage, and a second one as well', async () => {
  const first = await bench.sso.administratorCode({user: '@carol', identified_by: 'voice'}, ADA);
  expect(first).toMatchObject({switched_now: true, person: {username: 'carol'}});
  expect((await bench.sso.status()).incident).toMatchObject({state: 'open', reason: 'access for @carol'});
  expect(await bench.sso.administratorCode({user: 'carol', identified_by: 'voice'}, ADA)).toMatchObject({
    switched_now: false,
  });
});

const rules = passwordRules({
  config: {PasswordSettings: {MinimumLength: 10, Lowercase: true, Uppercase: true, Number: true, Symbol: true}},
  env: {},
});

test.each([
  ['abcdefG1!', 'at least 10 characters'],
  [`Aa1!${'x'.repeat(69)}`, 'at most 72 bytes'],
  ['ABCDEFGH1!', 'a small letter'],
  ['abcdefgh1!', 'a capital letter'],
  ['Abcdefghi!', 'a digit'],
  ['Abcdefghi1', 'a sign'],
  ['x', 'at least 10 characters, a capital letter, a digit, a sign'],
])('the rules of Mattermost are told: %s lacks %s', (password, message) => {
  expect(() => {
    requireFitting(password, rules);
  }).toThrow(message);
});

test.each(['Abcdefgh1!', `Aa1!${'x'.repeat(68)}`, 'Äbcdefg H1'])('what fits passes: %s', (password) => {
  expect(() => {
    requireFitting(password, {...rules, uppercase: password.startsWith('A')});
  }).not.toThrow();
});

test('where the configuration cannot be read, what Mattermost asks by default is asked', () => {
  expect(passwordRules(null)).toEqual({
    minimum_length: 8,
    lowercase: false,
    uppercase: false,
    number: false,
    symbol: false,
  });
});

test.each([
  [true, 'was on already'],
  [false, 'Restart Mattermost so that it counts'],
])('written into a file, sign-in that was on before (%s) asks for no restart', async (wasOn, message) => {
  const settings = await bench.engines.signInSettings();
  const file = bench.beside({signInSettings: async () => ({...settings, through: 'file', needsRestart: true})});
  bench.settings
    .filter(({key}) => key.startsWith('EmailSettings.'))
    .forEach((setting) => {
      setting.value = wasOn;
    });
  expect((await file.sso.adminAccess({user: 'carol', password: null}, ROOT)).warnings).toEqual([
    expect.stringContaining(message),
  ]);
  expect((await file.sso.adminAccess({user: 'carol', password: null}, ROOT)).warnings).toEqual([]);
});
