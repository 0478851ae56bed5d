import {beforeEach, describe, expect, test} from '@jest/globals';
import {createOutage, HOUR_MS, NOON, ROOT, SIGN_IN_SETTINGS, type Bench} from '../fixtures.ts';
import {EMAIL} from '../people/identity.ts';

let bench: Bench;
let people: string[];

beforeEach(async () => {
  ({bench, people} = await createOutage());
});

describe('a switch back', () => {
  test('gives everybody exactly what they had, in small groups, and puts the settings back', async () => {
    await bench.switched(people);
    const result = await bench.returned();
    expect(result).toMatchObject({returned: 12, conflicts: 0, failed: 0, provider_check: 'overridden'});
    expect(people.map(bench.signIn)).toEqual(
      people.map((_, index) => ({service: 'gitlab', data: String(1001 + index)})),
    );
    await bench.sso.close(ROOT);
    expect(bench.settings).toEqual(SIGN_IN_SETTINGS);
    expect((await bench.sso.status()).state).toBe('watching');
    expect(bench.entriesOf('sso.provider_check_overridden')).toHaveLength(1);
    bench.ledger.verify();
  });

  test.each([
    ['backslashes', 'ldap', '\\1e\\bc\\30'],
    ['128 bytes', 'saml', 'x'.repeat(128)],
    ['a leading zero', 'gitlab', '0042'],
    ['upper case and accents', 'openid', 'ÄRGER@Corp.Test'],
  ])('keeps sign-in data with %s byte for byte', async (_name, service, data) => {
    bench.world.put({id: 'odd', sign_in: {service, data}});
    await bench.switched(['odd']);
    await bench.returned();
    expect(bench.signIn('odd')).toEqual({service, data});
  });

  test('ends the sessions that were born of the password, and keeps all others', async () => {
    await bench.switched(['person001']);
    bench.pass(1000);
    bench.world.addSession({id: 'born', user: 'person001', kind: 'password', created_at: bench.now()});
    bench.world.addSession({id: 'token', user: 'person001', kind: 'access_token', created_at: bench.now()});
    bench.world.addSession({id: 'old', user: 'person001', kind: 'password', created_at: NOON - HOUR_MS});
    const result = await bench.returned();
    expect(bench.world.log.revoked).toEqual(['born']);
    expect(result).toMatchObject({sessions_revoked: 1, sessions_kept: 3});
    expect(bench.world.log.purged).toContain('person001');
  });

  test('is refused while nobody has seen the provider well, and the override is recorded', async () => {
    await bench.switched(['person001']);
    await expect(
      bench.sso.startSwitchBack({without_provider_check: false, resume_sync: false}, ROOT),
    ).rejects.toMatchObject({code: 'PROVIDER_NOT_HEALTHY'});
    expect(bench.signIn('person001')).toEqual(EMAIL);
  });

  test('looks a second time, and repeats what a login under way had undone', async () => {
    bench = bench.beside({policy: {second_look_seconds: 60}});
    await bench.switched(['person001', 'person002']);
    const {sleep} = bench.engines.clock;
    bench.engines.clock.sleep = async (ms, signal) => {
      if (ms === 60_000) {
        bench.world.put({id: 'person002', sign_in: EMAIL, has_password: true});
      }
      return sleep(ms, signal);
    };
    await bench.returned();
    expect(bench.signIn('person002')).toEqual({service: 'gitlab', data: '1002'});
    expect(bench.entriesOf('sso.switch_back_done').at(-1)?.data).toMatchObject({reverted_and_repeated: 1});
  });

  test('leaves settings alone that somebody else has changed since', async () => {
    await bench.switched(['person001']);
    const setting = bench.settings.find(({key}) => key === 'AnnouncementSettings.BannerText')!;
    setting.value = 'Cake at four';
    await bench.returned();
    const incident = await bench.sso.close(ROOT);
    expect(setting.value).toBe('Cake at four');
    expect(incident.state).toBe('closed');
  });

  test('of some keeps the sign-in with a password open for the others', async () => {
    await bench.switched(['person001', 'person002']);
    await bench.returned(['person001']);
    expect(bench.settings.find(({key}) => key === 'EmailSettings.EnableSignInWithEmail')?.value).toBe(true);
    await expect(bench.sso.close(ROOT)).rejects.toMatchObject({
      code: 'RETURN_LIST_NOT_EMPTY',
      message: expect.stringContaining('@person002'),
    });
  });

  test('keeps the sync paused when the directory does not know somebody', async () => {
    bench = bench.beside({missingInDirectory: async () => ['uid=lost']});
    bench.world.put({id: 'lost', sign_in: {service: 'ldap', data: 'uid=lost'}});
    await bench.switched(['lost']);
    await bench.returned();
    expect(bench.settings.find(({key}) => key === 'LdapSettings.EnableSync')?.value).toBe(false);
    expect(bench.settings.find(({key}) => key === 'EmailSettings.EnableSignInWithEmail')?.value).toBe(false);
  });
});
