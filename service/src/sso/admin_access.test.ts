import {beforeEach, describe, expect, test} from '@jest/globals';
import {passwordRules, requireFitting} from './password_rules.ts';
import {addPeople, ADA, createBench, ROOT, type Bench} from './fixtures.ts';

const SAML = {service: 'saml', data: 'carol@corp.test'};

let bench: Bench;

beforeEach(() => {
  bench = createBench();
  addPeople(bench.world, 1);
  bench.world.put({id: 'carol', username: 'carol', roles: ['system_user', 'system_admin'], sign_in: SAML});
  bench.world.put({id: 'local', username: 'local', roles: ['system_user', 'system_admin'], sign_in: {service: '', data: null}, has_password: true});
});

describe('what is refused declares no outage and changes nobody', () => {
  test.each([
    ['no administrator', 'person001', null, 'ACCOUNT_EXCLUDED'], ['nobody', 'person002', null, 'ACCOUNT_NOT_FOUND'],
    ['a password that is too short', 'carol', 'short', 'PASSWORD_REFUSED'], ['one that is too long', 'carol', 'ä'.repeat(40), 'PASSWORD_REFUSED'],
  ])('a password for %s', async (_name, user, password, code) => {
    await expect(bench.sso.adminAccess({user, password}, ROOT)).rejects.toMatchObject({code});
  });

  test.each([['no administrator', 'person001', 'ACCOUNT_EXCLUDED'], ['nobody', 'person002', 'ACCOUNT_NOT_FOUND'], ['one who has a password', 'local', 'ACCOUNT_EXCLUDED']])(
    'a code for %s', async (_name, user, code) => {
      await expect(bench.sso.administratorCode({user, identified_by: 'voice'}, ADA)).rejects.toMatchObject({code});
    });

});
