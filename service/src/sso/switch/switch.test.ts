import {beforeEach, describe, expect, test} from '@jest/globals';
import {SwitchBackResult, SwitchResult, type SwitchRequest} from '@disaster-recovery/contract';
import {Failure} from '../../kernel/failure.ts';
import {addPeople, ADA, BOB, createBench, HOUR_MS, NOON, ROOT, SIGN_IN_SETTINGS, type Bench} from '../fixtures.ts';

const EMAIL = {service: '', data: null};
const everyone = {everyone: true as const, dormant_days: 90};
const these = (...users: string[]) => ({users, dormant_days: 90});
const back = (users?: string[]) => ({...(users && {users}), without_provider_check: true, resume_sync: false});

let bench: Bench;
let people: string[];

beforeEach(async () => {
  bench = createBench();
  people = addPeople(bench.world, 12);
  bench.world.put({
    id: 'ada',
    username: 'ada',
    roles: ['system_user', 'system_admin'],
    sign_in: EMAIL,
    has_password: true,
  });
  await bench.sso.declare({reason: 'GitLab is down', tell: true}, ROOT);
});

async function switched(users: string[] = people): Promise<SwitchResult> {
  return SwitchResult.parse((await bench.run(bench.sso.startSwitch(these(...users), ROOT))).result);
}

async function returned(users?: string[]): Promise<SwitchBackResult> {
  return SwitchBackResult.parse((await bench.run(bench.sso.startSwitchBack(back(users), ROOT))).result);
}

const signIn = (id: string) => bench.world.get(id)?.sign_in;
const kinds = (kind: string) => [...bench.ledger.entries()].filter((entry) => entry.kind === kind);

describe('a switch', () => {
  test('makes people sign in with email and password, and says so in the ledger before it does', async () => {
    const result = await switched();
    expect(result).toMatchObject({switched: 12, already: 0, conflicts: 0, failed: 0});
    expect(people.map(signIn)).toEqual(people.map(() => EMAIL));
    expect(kinds('sso.switching')).toHaveLength(12);
    expect(kinds('sso.switched')).toHaveLength(12);
    expect((await bench.sso.status()).state).toBe('open');
  });

  test('keeps sign-in data encrypted, in the state and in the ledger', async () => {
    bench.world.put({id: 'person001', sign_in: {service: 'gitlab', data: 'canary-data-7'}});
    await switched(['person001']);
    const rows = bench.state.db.prepare('SELECT original FROM sso_people').all();
    expect(JSON.stringify([...bench.ledger.entries(), ...rows])).not.toContain('canary-data-7');
    await returned();
    expect(signIn('person001')).toEqual({service: 'gitlab', data: 'canary-data-7'});
  });

  test('never writes twice, so that a claimed password is not wiped', async () => {
    await switched();
    bench.world.claim('person003');
    expect((await bench.sso.planSwitch(these(...people), ROOT)).excluded_counts).toEqual({already_switched: 12});
    expect(await switched()).toMatchObject({switched: 0, failed: 0});
    expect(bench.world.get('person003')?.has_password).toBe(true);
    expect(bench.world.writesOf('person003')).toBe(1);
  });

  test('opens the sign-in with a password, stops new accounts and the directory sync, and remembers what was', async () => {
    const {settings} = await switched(['person001']);
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
    bench = createBench(
      {
        writer: async () => ({
          ...writer,
          changeSignIn: async (changes) => {
            bench.world.put({id: 'person001', sign_in: {service: 'saml', data: 'someone@corp.test'}});
            return writer.changeSignIn(changes);
          },
        }),
      },
      {directory: bench.state.directory, world: bench.world, settings: bench.settings, clock: {at: NOON}},
    );
    const result = await switched(['person001', 'person002']);
    expect(result).toMatchObject({switched: 1, conflicts: 1});
    expect(signIn('person001')).toEqual({service: 'saml', data: 'someone@corp.test'});
  });

  test('believes what it reads back, not what the server says', async () => {
    bench.world.lying.add('person002');
    const result = await switched(['person001', 'person002']);
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
    expect(job.error?.code).toBe('ERROR_BUDGET_SPENT');
    expect((await bench.sso.returnList()).entries.map(({person}) => person.username).sort()).toEqual([
      'person001',
      'person002',
    ]);
  });

  test('can be repeated after the plugin died in the middle: nothing is lost, nothing is done twice', async () => {
    bench.world.failWriterWith(new Failure('MATTERMOST_UNREACHABLE', 'gone'));
    expect((await bench.run(bench.sso.startSwitch(these(...people), ROOT))).error?.code).toBe('MATTERMOST_UNREACHABLE');
    bench.world.failWriterWith(null);
    expect(await switched()).toMatchObject({switched: 12, failed: 0});
    expect(people.map((id) => bench.world.writesOf(id))).toEqual(people.map(() => 1));
  });

  test('tells those who are signed in, by the bot, and nobody else', async () => {
    bench.world.put({id: 'absent', sign_in: {service: 'gitlab', data: '7'}});
    await switched(['person001', 'absent']);
    expect(bench.told.flatMap(({users}) => users)).toEqual(['person001']);
    expect(bench.told[0]?.message).toContain('https://chat.corp.test/plugins/disaster-recovery/claim');
  });

  test('leaves bots, remote people, the deactivated, guests, break-glass accounts and those it was told to leave, and says why', async () => {
    bench.world.put({id: 'robot', is_bot: true});
    bench.world.put({id: 'remote', is_remote: true});
    bench.world.put({id: 'gone', deleted_at: 1});
    bench.world.put({id: 'guest', roles: ['system_guest']});
    bench.world.put({id: 'glass', username: 'glass'});
    bench.world.put({id: 'magic', sign_in: {service: 'magic_link', data: null}});
    bench.world.put({id: 'hollow', sign_in: {service: 'gitlab', data: null}});
    bench.world.put({id: 'typo', sign_in: {service: 'smal', data: '1'}});
    const names = [
      'robot',
      'remote',
      'gone',
      'guest',
      'glass',
      'magic',
      'hollow',
      'typo',
      'ada',
      'person002',
      'nobody',
    ];
    const plan = await bench.sso.planSwitch({...these('person001', ...names), deny: ['person002']}, ROOT);
    expect(Object.fromEntries(plan.excluded.map(({person, reason}) => [person.username, reason]))).toEqual({
      robot: 'bot',
      remote: 'remote',
      gone: 'deactivated',
      guest: 'guest_without_licence',
      glass: 'break_glass',
      magic: 'magic_link',
      hollow: 'no_auth_data',
      typo: 'unknown_service',
      ada: 'local',
      person002: 'denied',
      nobody: 'not_found',
    });
    expect(plan.people.map(({username}) => username)).toEqual(['person001']);
  });

  test('without a declared outage changes nothing', async () => {
    const quiet = createBench();
    await expect(quiet.sso.startSwitch(these('person001'), ROOT)).rejects.toMatchObject({code: 'SSO_NOT_DECLARED'});
    await expect(
      quiet.sso.letIn({user: 'person001', identified_by: 'voice', valid_minutes: 15, mail: false}, ROOT),
    ).rejects.toMatchObject({code: 'SSO_NOT_DECLARED'});
  });
});

describe('a switch of many', () => {
  const NAMES = Array.from({length: 12}, (_, index) => `person${String(index + 1).padStart(3, '0')}`);
  const asked = (request: SwitchRequest) =>
    bench.sso.startSwitch(request, ADA).then(
      () => null,
      (error: Failure) => error.code,
    );

  test.each<[string, Partial<SwitchRequest>]>([
    ['everyone', {everyone: true}],
    ['by the end of sessions, in the far future', {sessions_ending_before: NOON + 10_000 * HOUR_MS}],
    ['by a list of all names', {users: NAMES}],
    ['by a list with a quarter of them, and more than a handful', {users: NAMES.slice(0, 6)}],
    ['by a list that holds another administrator', {users: ['person001', 'carol']}],
  ])('needs a second administrator, however they are chosen: %s', async (_name, choice) => {
    bench.world.put({id: 'carol', username: 'carol', roles: ['system_admin'], last_login_at: NOON});
    const request = {dormant_days: 90, ...choice} as SwitchRequest;
    expect((await bench.sso.planSwitch(request, ADA)).needs_second_administrator).toBe(true);
    expect((await bench.sso.planSwitch(request, ROOT)).needs_second_administrator).toBe(false);
    expect(await asked(request)).toBe('SECOND_ADMINISTRATOR_NEEDED');
    expect(signIn('person001')).not.toEqual(EMAIL);
    expect(bench.jobs.newest(10)).toEqual([]);
  });

  test('in small steps needs one as soon as the steps are many together', async () => {
    const first = await bench.run(bench.sso.startSwitch(these('person001', 'person002', 'person003'), ADA));
    expect(first.status).toBe('success');
    expect(
      (await bench.sso.planSwitch(these('person004', 'person005', 'person006'), ADA)).needs_second_administrator,
    ).toBe(true);
  });
});

describe('a switch of everyone', () => {
  test('waits for a second administrator, once, for exactly this', async () => {
    const refusal = await bench.sso.startSwitch(everyone, ADA).then(
      () => null,
      (error: Failure) => error,
    );
    expect(refusal?.code).toBe('SECOND_ADMINISTRATOR_NEEDED');
    const approval = String(refusal?.details?.['approval']);
    expect(() => bench.approvals.approve(approval, ADA.actor)).toThrow(
      expect.objectContaining({code: 'SECOND_ADMINISTRATOR_NEEDED'}),
    );
    bench.approvals.approve(approval, BOB.actor);
    await expect(bench.sso.startSwitch({...everyone, dormant_days: 1, approval}, ADA)).rejects.toMatchObject({
      code: 'SECOND_ADMINISTRATOR_NEEDED',
    });
    expect((await bench.run(bench.sso.startSwitch({...everyone, approval}, ADA))).status).toBe('success');
    await expect(bench.sso.startSwitch({...everyone, approval}, ADA)).rejects.toMatchObject({
      code: 'SECOND_ADMINISTRATOR_NEEDED',
    });
  });

  test('on a shell of the host needs no second one', async () => {
    expect((await bench.run(bench.sso.startSwitch(everyone, ROOT))).status).toBe('success');
    expect(people.map(signIn)).toEqual(people.map(() => EMAIL));
  });

  test('is refused when no administrator has a password', async () => {
    bench.world.put({id: 'ada', has_password: false});
    await expect(bench.sso.startSwitch(everyone, ROOT)).rejects.toMatchObject({code: 'NO_LOCAL_ADMINISTRATOR'});
  });

  test('takes administrators after all others, and the one who asks last', async () => {
    bench.world.put({id: 'bob', username: 'bob', roles: ['system_admin'], last_login_at: NOON});
    bench.world.put({id: 'aadmin', username: 'aadmin', roles: ['system_admin'], last_login_at: NOON});
    const plan = await bench.sso.planSwitch(everyone, BOB);
    expect(plan.people.slice(-2).map(({username}) => username)).toEqual(['aadmin', 'bob']);
  });

  test('leaves people who were not seen for long', async () => {
    bench.world.put({id: 'sleeper', last_login_at: NOON - 91 * 24 * HOUR_MS});
    const plan = await bench.sso.planSwitch(everyone, ROOT);
    expect(plan.excluded_counts).toEqual({dormant: 1});
  });
});

describe('a switch back', () => {
  test('gives everybody exactly what they had, in small groups, and puts the settings back', async () => {
    await switched();
    const result = await returned();
    expect(result).toMatchObject({returned: 12, conflicts: 0, failed: 0, provider_check: 'overridden'});
    expect(people.map(signIn)).toEqual(people.map((_, index) => ({service: 'gitlab', data: String(1001 + index)})));
    await bench.sso.close(ROOT);
    expect(bench.settings).toEqual(SIGN_IN_SETTINGS);
    expect((await bench.sso.status()).state).toBe('watching');
    expect(kinds('sso.provider_check_overridden')).toHaveLength(1);
    bench.ledger.verify();
  });

  test.each([
    ['backslashes', 'ldap', '\\1e\\bc\\30'],
    ['128 bytes', 'saml', 'x'.repeat(128)],
    ['a leading zero', 'gitlab', '0042'],
    ['upper case and accents', 'openid', 'ÄRGER@Corp.Test'],
  ])('keeps sign-in data with %s byte for byte', async (_name, service, data) => {
    bench.world.put({id: 'odd', sign_in: {service, data}});
    await switched(['odd']);
    await returned();
    expect(signIn('odd')).toEqual({service, data});
  });

  test('ends the sessions that were born of the password, and keeps all others', async () => {
    await switched(['person001']);
    bench.pass(1000);
    bench.world.addSession({id: 'born', user: 'person001', kind: 'password', created_at: bench.now()});
    bench.world.addSession({id: 'token', user: 'person001', kind: 'access_token', created_at: bench.now()});
    bench.world.addSession({id: 'old', user: 'person001', kind: 'password', created_at: NOON - HOUR_MS});
    const result = await returned();
    expect(bench.world.log.revoked).toEqual(['born']);
    expect(result).toMatchObject({sessions_revoked: 1, sessions_kept: 3});
    expect(bench.world.log.purged).toContain('person001');
  });

  test('is refused while nobody has seen the provider well, and the override is recorded', async () => {
    await switched(['person001']);
    await expect(
      bench.sso.startSwitchBack({without_provider_check: false, resume_sync: false}, ROOT),
    ).rejects.toMatchObject({code: 'PROVIDER_NOT_HEALTHY'});
    expect(signIn('person001')).toEqual(EMAIL);
  });

  test('looks a second time, and repeats what a login under way had undone', async () => {
    bench = createBench(
      {policy: {second_look_seconds: 60}},
      {directory: bench.state.directory, world: bench.world, settings: bench.settings, clock: {at: NOON}},
    );
    await switched(['person001', 'person002']);
    const {sleep} = bench.engines.clock;
    bench.engines.clock.sleep = async (ms, signal) => {
      if (ms === 60_000) {
        bench.world.put({id: 'person002', sign_in: EMAIL, has_password: true});
      }
      return sleep(ms, signal);
    };
    await returned();
    expect(signIn('person002')).toEqual({service: 'gitlab', data: '1002'});
    expect(kinds('sso.switch_back_done').at(-1)?.data).toMatchObject({reverted_and_repeated: 1});
  });

  test('leaves settings alone that somebody else has changed since', async () => {
    await switched(['person001']);
    const setting = bench.settings.find(({key}) => key === 'AnnouncementSettings.BannerText')!;
    setting.value = 'Cake at four';
    await returned();
    const incident = await bench.sso.close(ROOT);
    expect(setting.value).toBe('Cake at four');
    expect(incident.state).toBe('closed');
  });

  test('of some keeps the sign-in with a password open for the others', async () => {
    await switched(['person001', 'person002']);
    await returned(['person001']);
    expect(bench.settings.find(({key}) => key === 'EmailSettings.EnableSignInWithEmail')?.value).toBe(true);
    await expect(bench.sso.close(ROOT)).rejects.toMatchObject({
      code: 'RETURN_LIST_NOT_EMPTY',
      message: expect.stringContaining('@person002'),
    });
  });

  test('keeps the sync paused when the directory does not know somebody', async () => {
    bench = createBench(
      {missingInDirectory: async () => ['uid=lost']},
      {directory: bench.state.directory, world: bench.world, settings: bench.settings, clock: {at: NOON}},
    );
    bench.world.put({id: 'lost', sign_in: {service: 'ldap', data: 'uid=lost'}});
    await switched(['lost']);
    await returned();
    expect(bench.settings.find(({key}) => key === 'LdapSettings.EnableSync')?.value).toBe(false);
    expect(bench.settings.find(({key}) => key === 'EmailSettings.EnableSignInWithEmail')?.value).toBe(false);
  });
});

describe('a conflict is for a human', () => {
  const conflict = async () => (await bench.sso.returnList()).entries.find(({person}) => person.id === 'person001');

  beforeEach(async () => {
    await switched(['person001', 'person002']);
  });

  test.each([
    [
      'self_switched',
      () => {
        bench.world.put({id: 'person001', sign_in: {service: 'saml', data: 'new@corp.test'}});
      },
    ],
    [
      'deleted',
      () => {
        bench.world.remove('person001');
      },
    ],
    [
      'deactivated',
      () => {
        bench.world.put({id: 'person001', deleted_at: NOON});
      },
    ],
    [
      'email_changed',
      () => {
        bench.world.put({id: 'person001', email: 'other@corp.test'});
      },
    ],
    [
      'duplicate_born',
      () => {
        bench.world.put({id: 'twin', sign_in: {service: 'gitlab', data: '1001'}, created_at: NOON + 1});
      },
    ],
    [
      'data_in_use',
      () => {
        bench.world.put({id: 'twin', sign_in: {service: 'saml', data: '1001'}, created_at: 1});
      },
    ],
  ])('%s: shown with both sides, never overwritten, and the others go back', async (kind, happen) => {
    happen();
    const entry = await conflict();
    expect(entry).toMatchObject({state: 'conflict', conflict: {kind}, original: {service: 'gitlab', data: '1001'}});
    const writes = bench.world.writesOf('person001');
    await returned();
    expect(bench.world.writesOf('person001')).toBe(writes);
    expect(signIn('person002')).toEqual({service: 'gitlab', data: '1002'});
    await expect(bench.sso.close(ROOT)).rejects.toMatchObject({code: 'RETURN_LIST_NOT_EMPTY'});
  });

  test('restore takes the data from the twin that was born meanwhile', async () => {
    bench.world.put({id: 'twin', sign_in: {service: 'gitlab', data: '1001'}, created_at: NOON + 1});
    await bench.sso.resolve({user: 'person001', choice: 'restore', reason: 'it is the same person'}, ADA);
    expect(signIn('person001')).toEqual({service: 'gitlab', data: '1001'});
    expect(signIn('twin')).toEqual(EMAIL);
    expect(kinds('sso.resolved')[0]?.data).toMatchObject({choice: 'restore', reason: 'it is the same person'});
  });

  test('restore overwrites a self-made switch, leave accepts it', async () => {
    bench.world.put({id: 'person001', sign_in: {service: 'saml', data: 'a'}});
    bench.world.put({id: 'person002', sign_in: {service: 'saml', data: 'b'}});
    await bench.sso.resolve({user: 'person001', choice: 'restore', reason: 'was a mistake'}, ADA);
    await bench.sso.resolve({user: 'person002', choice: 'leave', reason: 'moved to SAML'}, ADA);
    expect([signIn('person001'), signIn('person002')]).toEqual([
      {service: 'gitlab', data: '1001'},
      {service: 'saml', data: 'b'},
    ]);
    expect((await bench.sso.returnList()).empty).toBe(true);
    await bench.sso.close(ROOT);
  });

  test('what else changed is told: username, roles, MFA', async () => {
    bench.world.put({id: 'person001', username: 'renamed', roles: ['system_user', 'system_admin'], mfa_active: true});
    expect((await conflict())?.changes).toEqual([
      'username was person001, is renamed',
      'roles were “system_user”, are “system_admin system_user”',
      'MFA was set up since',
    ]);
  });
});

describe('whoever is on the return list', () => {
  test('is there also when something else switched them, and can be brought back', async () => {
    await bench.sso.snapshot(ROOT);
    bench.world.put({id: 'person005', sign_in: EMAIL, has_password: true});
    expect((await bench.sso.returnList()).entries).toEqual([
      expect.objectContaining({person: expect.objectContaining({id: 'person005'}), state: 'outside'}),
    ]);
    await returned();
    expect(signIn('person005')).toEqual({service: 'gitlab', data: '1005'});
  });

  test('never has email and password as an original: a snapshot keeps what was there before', async () => {
    await bench.sso.snapshot(ROOT);
    await switched(['person001']);
    await bench.sso.snapshot(ROOT);
    await returned();
    expect(signIn('person001')).toEqual({service: 'gitlab', data: '1001'});
  });

  test('is found again when the ledger is lost, from the snapshot in the repository', async () => {
    await bench.sso.snapshot(ROOT);
    await switched(['person001', 'person002']);
    const other = createBench(
      {repository: bench.engines.repository},
      {directory: `${bench.state.directory}-new`, world: bench.world, settings: bench.settings, clock: {at: NOON}},
    );
    await other.sso.declare({reason: 'the ledger was lost', tell: false}, ROOT);
    expect((await other.sso.returnList()).entries.map(({person, state}) => [person.id, state])).toEqual([
      ['person001', 'outside'],
      ['person002', 'outside'],
    ]);
    await other.run(other.sso.startSwitchBack(back(), ROOT));
    expect([signIn('person001'), signIn('person002')]).toEqual([
      {service: 'gitlab', data: '1001'},
      {service: 'gitlab', data: '1002'},
    ]);
  });

  test('is there again when a database from the middle of the outage comes back after everyone was back', async () => {
    await switched(['person001']);
    await returned();
    bench.world.put({id: 'person001', sign_in: EMAIL, has_password: true});
    expect((await bench.sso.returnList()).entries).toEqual([expect.objectContaining({state: 'claimed'})]);
    await returned();
    expect(signIn('person001')).toEqual({service: 'gitlab', data: '1001'});
  });

  test('is not there when a database from before the outage comes back', async () => {
    await switched(['person001']);
    bench.world.put({id: 'person001', sign_in: {service: 'gitlab', data: '1001'}, has_password: false});
    expect(await bench.sso.returnList()).toMatchObject({empty: true, count: 0});
    await bench.sso.close(ROOT);
  });
});

describe('a process that was killed', () => {
  test.each([
    ['after the ledger entry and before the change', false],
    ['after the change and before it was noted', true],
  ])('%s: the next run finishes and writes nothing twice', async (_name, isWritten) => {
    const {writer} = bench.world;
    const dying = createBench(
      {
        writer: async () => ({
          ...writer,
          changeSignIn: async (changes) => {
            if (isWritten) {
              await writer.changeSignIn(changes);
            }
            return new Promise(() => undefined);
          },
        }),
      },
      {directory: bench.state.directory, world: bench.world, settings: bench.settings, clock: {at: NOON}},
    );
    void dying.sso.startSwitch(these('person001', 'person002'), ROOT);
    await new Promise((resolve) => {
      setTimeout(resolve, 100);
    });
    dying.reopen();
    const result = await switched(['person001', 'person002']);
    expect(result).toMatchObject({switched: 2, failed: 0});
    expect([bench.world.writesOf('person001'), bench.world.writesOf('person002')]).toEqual([1, 1]);
    await returned();
    expect(signIn('person001')).toEqual({service: 'gitlab', data: '1001'});
  });

  test('does not keep a living one from letting somebody in, but two never change the same account', async () => {
    const {writer} = bench.world;
    let go: () => void = () => undefined;
    const slow = createBench(
      {
        writer: async () => ({
          ...writer,
          changeSignIn: async (changes) => {
            await new Promise<void>((resolve) => {
              go = resolve;
            });
            return writer.changeSignIn(changes);
          },
        }),
      },
      {directory: bench.state.directory, world: bench.world, settings: bench.settings, clock: {at: NOON}},
    );
    const running = slow.run(slow.sso.startSwitch(these('person001'), ROOT));
    await new Promise((resolve) => {
      setTimeout(resolve, 100);
    });
    await expect(
      bench.sso.letIn({user: 'person001', identified_by: 'voice', valid_minutes: 15, mail: false}, ADA),
    ).rejects.toMatchObject({code: 'SWITCH_NOT_PROVEN'});
    await bench.sso.letIn({user: 'person002', identified_by: 'voice', valid_minutes: 15, mail: false}, ADA);
    go();
    expect((await running).status).toBe('success');
    expect(bench.world.writesOf('person001')).toBe(1);
  });
});
