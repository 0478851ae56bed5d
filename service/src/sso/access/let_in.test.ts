import {beforeEach, describe, expect, test} from '@jest/globals';
import {addPeople, ADA, createBench, HOUR_MS, NOON, ROOT, type Bench} from '../fixtures.ts';
import {newPassword} from './admin_access.ts';
import {normaliseCode} from '../codes/codes.ts';

const MINUTE_MS = 60_000;
const EMAIL = {service: '', data: null};
const voice = (user: string, more: object = {}) => ({
  user,
  identified_by: 'I know the voice',
  valid_minutes: 15,
  mail: false,
  ...more,
});

let bench: Bench;

beforeEach(async () => {
  bench = createBench();
  addPeople(bench.world, 3);
  await bench.sso.declare({reason: 'GitLab is down', tell: false}, ROOT);
});

const claim = (code: string, address = '192.0.2.1') => bench.sso.claim({code, address});

describe('one person is let in', () => {
  test('switched now, with a code that names the page and its end, and the ledger knows how they were identified', async () => {
    const answer = await bench.sso.letIn(voice('@person001'), ADA);
    expect(answer).toMatchObject({
      person: {username: 'person001'},
      switched_now: true,
      mailed: null,
      url: 'https://chat.corp.test/plugins/disaster-recovery/claim',
      expires_at: NOON + 15 * MINUTE_MS,
    });
    expect(normaliseCode(answer.code)).toMatch(/^[0-9A-HJKMNP-TV-Z]{16}$/);
    expect(bench.world.get('person001')?.sign_in).toEqual(EMAIL);
    expect([...bench.ledger.entries()].find(({kind}) => kind === 'sso.code_issued')?.data).toMatchObject({
      identified_by: 'I know the voice',
      username: 'person001',
    });
  });

  test('a second code does not switch again, and kills the first', async () => {
    const first = await bench.sso.letIn(voice('person001'), ADA);
    bench.world.claim('person001');
    const second = await bench.sso.letIn(voice('person001'), ADA);
    expect(second.switched_now).toBe(false);
    expect(bench.world.get('person001')?.has_password).toBe(true);
    await expect(claim(first.code)).rejects.toMatchObject({code: 'CLAIM_CODE_WRONG'});
    expect((await claim(second.code)).username).toBe('person001');
  });

  test.each([
    ['nobody', 'ACCOUNT_NOT_FOUND'],
    ['local', 'ACCOUNT_EXCLUDED'],
    ['glass', 'ACCOUNT_EXCLUDED'],
    ['robot', 'ACCOUNT_EXCLUDED'],
    ['gone', 'ACCOUNT_EXCLUDED'],
  ])('%s is refused as %s, and nothing changes', async (user, code) => {
    bench.world.put({id: 'local', sign_in: EMAIL, has_password: true});
    bench.world.put({id: 'glass'});
    bench.world.put({id: 'robot', is_bot: true});
    bench.world.put({id: 'gone', deleted_at: 1});
    await expect(bench.sso.letIn(voice(user), ADA)).rejects.toMatchObject({code});
    expect(bench.world.log.writes).toEqual([]);
  });

  test('mail that is down does not keep the code from being read out', async () => {
    bench.mailFails = true;
    const answer = await bench.sso.letIn(voice('person001', {mail: true}), ADA);
    expect(answer).toMatchObject({mailed: false, warnings: [expect.stringContaining('Read it out')]});
    expect((await claim(answer.code)).username).toBe('person001');
  });

  test('mail carries the code and the page, never a link with the code in it', async () => {
    const {code} = await bench.sso.letIn(voice('person001', {mail: true}), ADA);
    expect(bench.mails[0]?.to).toBe('person001@corp.test');
    expect(bench.mails[0]?.html).toContain(code);
    expect(bench.mails[0]?.html).not.toMatch(new RegExp(`href="[^"]*${code}`));
  });
});

describe('a code', () => {
  let code: string;

  beforeEach(async () => {
    code = (await bench.sso.letIn(voice('person001'), ADA)).code;
  });

  test('is taken in any case, with or without dashes, and with O for 0 and I for 1', async () => {
    const asTyped = code.toLowerCase().replaceAll('-', ' ').replaceAll('0', 'o').replaceAll('1', 'l');
    expect(await claim(asTyped)).toMatchObject({username: 'person001', mfa: 'off', password: {minimum_length: 8}});
  });

  test('is good once', async () => {
    await claim(code);
    await expect(claim(code)).rejects.toMatchObject({code: 'CLAIM_CODE_WRONG'});
  });

  test('is good for fifteen minutes', async () => {
    bench.pass(15 * MINUTE_MS);
    await expect(claim(code)).rejects.toMatchObject({code: 'CLAIM_CODE_WRONG'});
  });

  test('works after any number of typing mistakes, and whatever others of the same office typed', async () => {
    const wrong = `${code.slice(0, -1)}${code.endsWith('0') ? '2' : '0'}`;
    for (let attempt = 0; attempt < 40; attempt += 1) {
      await expect(claim(wrong)).rejects.toMatchObject({code: 'CLAIM_CODE_WRONG'});
      await expect(claim(`nonsense-${attempt}`)).rejects.toMatchObject({code: 'CLAIM_CODE_WRONG'});
    }
    expect((await claim(code)).username).toBe('person001');
  });

  test('dies when it is guessed at, long before it could be hit', async () => {
    const wrong = `${code.slice(0, -1)}${code.endsWith('0') ? '2' : '0'}`;
    for (let attempt = 0; attempt < 50; attempt += 1) {
      await expect(claim(wrong, `192.0.2.${attempt}`)).rejects.toMatchObject({code: 'CLAIM_CODE_WRONG'});
    }
    await expect(claim(code)).rejects.toMatchObject({code: 'CLAIM_CODE_WRONG'});
  });

  test.each([
    ['read out', {valid_minutes: 15, mail: false}, 16],
    ['mailed', {valid_minutes: 15, mail: true}, 32],
    ['good for hours', {valid_minutes: 120, mail: false}, 32],
  ])('that is %s has the length for it: %j → %d characters', async (_name, how, length) => {
    const answer = await bench.sso.letIn({user: 'person001', identified_by: 'known by voice', ...how}, ROOT);
    expect(normaliseCode(answer.code)).toHaveLength(length);
    expect(answer.code).toMatch(/^([0-9A-HJKMNP-TV-Z]{4}-)+[0-9A-HJKMNP-TV-Z]{4}$/);
  });

  test('that is printed is long', async () => {
    const sheet = await bench.sso.claimSheet({users: ['person001'], identified_by: 'desk', valid_minutes: 15}, ADA);
    expect(sheet.codes.map(({code: printed}) => normaliseCode(printed).length)).toEqual([32]);
  });

  test('of somebody who was switched back or deactivated is as good as a wrong one', async () => {
    bench.world.put({id: 'person001', sign_in: {service: 'gitlab', data: '1001'}});
    await expect(claim(code)).rejects.toMatchObject({code: 'CLAIM_CODE_WRONG', message: 'This code is not valid.'});
  });

  test('of somebody who was switched back does not come to life when they are switched again', async () => {
    await bench.run(bench.sso.startSwitchBack({without_provider_check: true, resume_sync: false}, ROOT));
    await bench.run(bench.sso.startSwitch({users: ['person001'], dormant_days: 90}, ROOT));
    await expect(claim(code)).rejects.toMatchObject({code: 'CLAIM_CODE_WRONG'});
  });

  test.each([
    '',
    '-',
    '\0',
    '%00',
    '<script>',
    '../..',
    `'; DROP TABLE sso_codes; --`,
    'é'.repeat(90),
    '0'.repeat(100),
  ])('%j is just a wrong code', async (hostile) => {
    await expect(claim(hostile)).rejects.toMatchObject({code: 'CLAIM_CODE_WRONG'});
    expect((await claim(code, '198.51.100.7')).username).toBe('person001');
  });

  test('is kept nowhere: not in the state, not in the ledger', () => {
    const state = JSON.stringify(bench.state.db.prepare('SELECT selector, hex(hash) AS hash FROM sso_codes').all());
    const kept = (state + JSON.stringify([...bench.ledger.entries()])).toUpperCase();
    expect(kept).not.toContain(normaliseCode(code).slice(6));
    expect(kept).not.toContain(code.toUpperCase());
  });
});

describe('a sheet of codes', () => {
  test('has everybody who is switched and has not claimed, each with a code of their own', async () => {
    await bench.run(bench.sso.startSwitch({users: ['person001', 'person002', 'person003'], dormant_days: 90}, ROOT));
    bench.world.claim('person002');
    const sheet = await bench.sso.claimSheet({identified_by: 'handed out at the desk', valid_minutes: 120}, ADA);
    expect(sheet.codes.map(({person}) => person.username)).toEqual(['person001', 'person003']);
    expect(new Set(sheet.codes.map(({code}) => code)).size).toBe(2);
    bench.pass(HOUR_MS);
    expect((await claim(sheet.codes[1]?.code ?? '')).username).toBe('person003');
  });

  test('leaves out those who are not switched, and says so', async () => {
    const sheet = await bench.sso.claimSheet({users: ['person001'], identified_by: 'desk', valid_minutes: 15}, ADA);
    expect(sheet).toMatchObject({
      codes: [],
      skipped: [{person: {username: 'person001'}, message: 'is not switched; switch first'}],
    });
  });
});

describe('a locked-out administrator', () => {
  beforeEach(() => {
    bench.world.put({
      id: 'carol',
      username: 'carol',
      roles: ['system_user', 'system_admin'],
      sign_in: {service: 'saml', data: 'carol@corp.test'},
    });
  });

  test('gets a password at once, is on the return list, and is brought back like everybody', async () => {
    const fresh = bench.withoutMemory();
    const answer = await fresh.sso.adminAccess({user: 'carol', password: null}, ROOT);
    expect(answer).toMatchObject({way: 'mattermost', was: {service: 'saml'}, warnings: []});
    expect(fresh.passwords.reset).toEqual([answer.password]);
    expect((await fresh.sso.returnList()).entries.map(({person}) => person.username)).toEqual(['carol']);
    await fresh.run(fresh.sso.startSwitchBack({without_provider_check: true, resume_sync: false}, ROOT));
    expect(bench.world.get('carol')?.sign_in).toEqual({service: 'saml', data: 'carol@corp.test'});
  });

  test('gets it by the database when Mattermost is down', async () => {
    bench.mattermostAnswers = false;
    expect(await bench.sso.adminAccess({user: 'carol', password: 'Correct-Horse-9'}, ROOT)).toMatchObject({
      way: 'database',
      password: null,
    });
    expect(bench.passwords).toEqual({reset: [], written: ['Correct-Horse-9']});
  });

  test('must choose a password that Mattermost takes', async () => {
    await expect(bench.sso.adminAccess({user: 'carol', password: 'short'}, ROOT)).rejects.toMatchObject({
      code: 'PASSWORD_REFUSED',
    });
    expect(bench.passwords.written).toEqual([]);
  });

  test('is an administrator: nobody else gets in this way', async () => {
    await expect(bench.sso.adminAccess({user: 'person001', password: null}, ROOT)).rejects.toMatchObject({
      code: 'ACCOUNT_EXCLUDED',
    });
    expect(bench.world.log.writes).toEqual([]);
  });

  test('gets in although the settings cannot be reached, and is told to look at them', async () => {
    const blind = bench.beside({
      signInSettings: async () => {
        throw new Error('no plugin, no socket, no file');
      },
    });
    const {warnings} = await blind.sso.adminAccess({user: 'carol', password: null}, ROOT);
    expect(warnings).toEqual([expect.stringContaining('EnableSignInWithEmail')]);
  });

  test('never sees the password in the ledger', async () => {
    const {password} = await bench.sso.adminAccess({user: 'carol', password: null}, ROOT);
    expect(JSON.stringify([...bench.ledger.entries()])).not.toContain(password);
  });

  test('gets a made password that fits any rules', () => {
    for (let round = 0; round < 200; round += 1) {
      expect(newPassword()).toMatch(/^(?=.*[a-z])(?=.*[A-Z])(?=.*[0-9])(?=.*[!#%+=?-])[^\s0O1lI]{24}$/);
    }
  });
});
