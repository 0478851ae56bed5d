import {beforeEach, describe, expect, test} from '@jest/globals';
import {Failure} from '../../kernel/failure.ts';
import {createBench, createOutage, ROOT, these, type Bench} from '../fixtures.ts';
import {EMAIL} from '../people/identity.ts';

let bench: Bench;
let people: string[];

beforeEach(async () => {
  ({bench, people} = await createOutage());
});

describe('a switch', () => {
  test('makes people sign in with email and password, and says so in the ledger before it does', async () => {
    const result = await bench.switched(people);
    expect(result).toMatchObject({switched: 12, already: 0, conflicts: 0, failed: 0});
    expect(people.map(bench.signIn)).toEqual(people.map(() => EMAIL));
    expect(bench.entriesOf('sso.switching')).toHaveLength(12);
    expect(bench.entriesOf('sso.switched')).toHaveLength(12);
    expect((await bench.sso.status()).state).toBe('open');
  });

  test('keeps sign-in data encrypted, in the state and in the ledger', async () => {
    bench.world.put({id: 'person001', sign_in: {service: 'gitlab', data: 'canary-data-7'}});
    await bench.switched(['person001']);
    const rows = bench.state.db.prepare('SELECT original FROM sso_people').all();
    expect(JSON.stringify([...bench.ledger.entries(), ...rows])).not.toContain('canary-data-7');
    await bench.returned();
    expect(bench.signIn('person001')).toEqual({service: 'gitlab', data: 'canary-data-7'});
  });

  test('never writes twice, so that a claimed password is not wiped', async () => {
    await bench.switched(people);
    bench.world.claim('person003');
    expect((await bench.sso.planSwitch(these(...people), ROOT)).excluded_counts).toEqual({already_switched: 12});
    expect(await bench.switched(people)).toMatchObject({switched: 0, failed: 0});
    expect(bench.world.get('person003')?.has_password).toBe(true);
    expect(bench.world.writesOf('person003')).toBe(1);
  });

  test('opens the sign-in with a password, stops new accounts and the directory sync, and remembers what was', async () => {
    const {settings} = await bench.switched(['person001']);
    expect(Object.fromEntries(bench.settings.map(({key, value}) => [key, value]))).toMatchObject({
      'EmailSettings.EnableSignInWithEmail': true,
      'EmailSettings.EnableSignInWithUsername': true,
      'TeamSettings.EnableUserCreation': false,
      'LdapSettings.EnableSync': false,
    });
    expect(settings.find(({key}) => key === 'TeamSettings.EnableUserCreation')).toMatchObject({
      from: true,
      to: false,
      state: 'changed',
    });
  });

  test('is refused before anything changes when the environment keeps the sign-in with a password shut', async () => {
    for (const setting of bench.settings) {
      if (setting.key.startsWith('EmailSettings')) {
        Object.assign(setting, {value: false, locked: true});
      }
    }
    await expect(bench.sso.startSwitch(these('person001'), ROOT)).rejects.toMatchObject({code: 'SETTING_LOCKED'});
    expect(bench.world.log.writes).toEqual([]);
  });

  test('says of an account that was changed behind its back that it is a conflict, and leaves it', async () => {
    const {writer} = bench.world;
    bench = bench.beside({
      writer: async () => ({
        ...writer,
        changeSignIn: async (changes) => {
          bench.world.put({id: 'person001', sign_in: {service: 'saml', data: 'someone@corp.test'}});
          return writer.changeSignIn(changes);
        },
      }),
    });
    const result = await bench.switched(['person001', 'person002']);
    expect(result).toMatchObject({switched: 1, conflicts: 1});
    expect(bench.signIn('person001')).toEqual({service: 'saml', data: 'someone@corp.test'});
  });

  test('believes what it reads back, not what the server says', async () => {
    bench.world.lying.add('person002');
    const result = await bench.switched(['person001', 'person002']);
    expect(result).toMatchObject({switched: 1, failed: 1});
    expect(result.people[0]).toMatchObject({
      username: 'person002',
      outcome: 'failed',
      message: 'It was written, but reads as before.',
    });
  });

  test('stops when too many fail one after the other, and those switched before are on the return list', async () => {
    people.slice(2).forEach((id) => bench.world.failing.add(id));
    const job = await bench.run(bench.sso.startSwitch(these(...people), ROOT));
    expect(job.error).toMatchObject({
      code: 'ERROR_BUDGET_SPENT',
      message: expect.stringContaining('failed so far; the last one: It was made to fail. Those already switched'),
    });
    expect((await bench.sso.returnList()).entries.map(({person}) => person.username).sort()).toEqual([
      'person001',
      'person002',
    ]);
  });

  test('can be repeated after the plugin died in the middle: nothing is lost, nothing is done twice', async () => {
    bench.world.failWriterWith(new Failure('MATTERMOST_UNREACHABLE', 'gone'));
    expect((await bench.run(bench.sso.startSwitch(these(...people), ROOT))).error?.code).toBe('MATTERMOST_UNREACHABLE');
    bench.world.failWriterWith(null);
    expect(await bench.switched(people)).toMatchObject({switched: 12, failed: 0});
    expect(people.map((id) => bench.world.writesOf(id))).toEqual(people.map(() => 1));
  });

  test('tells those who are signed in, by the bot, and nobody else', async () => {
    bench.world.put({id: 'absent', sign_in: {service: 'gitlab', data: '7'}});
    await bench.switched(['person001', 'absent']);
    expect(bench.told.flatMap(({users}) => users)).toEqual(['person001']);
    expect(bench.told[0]?.message).toContain('https://chat.corp.test/plugins/disaster-recovery/claim');
  });

  test('without a declared outage changes nothing', async () => {
    const quiet = createBench();
    await expect(quiet.sso.startSwitch(these('person001'), ROOT)).rejects.toMatchObject({code: 'SSO_NOT_DECLARED'});
    await expect(
      quiet.sso.letIn({user: 'person001', identified_by: 'voice', valid_minutes: 15, mail: false}, ROOT),
    ).rejects.toMatchObject({code: 'SSO_NOT_DECLARED'});
  });
});
