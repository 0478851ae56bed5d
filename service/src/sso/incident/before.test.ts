import {beforeEach, describe, expect, test} from '@jest/globals';
import {ExtendResult} from '@disaster-recovery/contract';
import {every} from '../../daemon/every.ts';
import {addPeople, createBench, HOUR_MS, NOON, ROOT, type Bench} from '../fixtures.ts';

let bench: Bench;

beforeEach(() => {
  bench = createBench();
});

describe('an identity snapshot', () => {
  test('is stored in the repository only when something changed', async () => {
    addPeople(bench.world, 3);
    expect(await bench.sso.snapshot(ROOT)).toMatchObject({accounts: 3, changed: 3, stored: 'repository', warnings: []});
    expect(await bench.sso.snapshot(ROOT)).toMatchObject({accounts: 3, changed: 0, stored: 'repository'});
    expect(await bench.engines.repository.snapshots(['disaster-recovery-identity'])).toHaveLength(1);
    bench.world.put({id: 'person002', email: 'new@corp.test'});
    expect(await bench.sso.snapshot(ROOT)).toMatchObject({changed: 1});
    expect(await bench.engines.repository.snapshots(['disaster-recovery-identity'])).toHaveLength(2);
  });

  test('that could not be stored is said to be here only, and is stored the next time', async () => {
    addPeople(bench.world, 1);
    const {store} = bench.engines.repository;
    bench.engines.repository.store = async () => {
      throw new Error('the repository is away');
    };
    expect(await bench.sso.snapshot(ROOT)).toMatchObject({
      stored: 'here_only',
      warnings: [expect.stringContaining('the repository is away')],
    });
    bench.engines.repository.store = store;
    // The second bench would have its own engines; here the part was handed on by reference.
    expect(await bench.sso.snapshot(ROOT)).toMatchObject({accounts: 1});
  });

  test('of a memory that was lost does not hide the one before it, however late the repository is back', async () => {
    addPeople(bench.world, 2);
    await bench.sso.snapshot(ROOT);
    bench.world.put({id: 'person001', sign_in: {service: '', data: null}, has_password: true});
    const {repository} = bench.engines;
    const {snapshots} = repository;
    const fresh = createBench(
      {repository},
      {directory: `${bench.state.directory}-fresh`, world: bench.world, settings: bench.settings, clock: {at: NOON}},
    );
    repository.snapshots = async () => {
      throw new Error('the repository is away');
    };
    expect(await fresh.sso.snapshot(ROOT)).toMatchObject({
      stored: 'here_only',
      warnings: [expect.stringContaining('the repository is away')],
    });
    repository.snapshots = snapshots;
    expect(await fresh.sso.snapshot(ROOT)).toMatchObject({stored: 'repository', warnings: []});
    expect((await fresh.sso.returnList()).entries.map(({person, original}) => [person.id, original.data])).toEqual([
      ['person001', '1001'],
    ]);
  });

  test('once it was stored, nobody asks the repository again only because no account signs in through a provider', async () => {
    await bench.sso.snapshot(ROOT);
    bench.engines.repository.snapshots = async () => {
      throw new Error('asked again');
    };
    expect((await bench.sso.returnList()).empty).toBe(true);
    expect(await bench.sso.snapshot(ROOT)).toMatchObject({warnings: []});
  });

  test('counts accounts that could not be put back, and takes none of them for an original', async () => {
    addPeople(bench.world, 1);
    bench.world.put({id: 'hollow', sign_in: {service: 'gitlab', data: null}});
    expect(await bench.sso.snapshot(ROOT)).toMatchObject({
      accounts: 2,
      sso_accounts: 1,
      warnings: [expect.stringContaining('1 accounts name a provider')],
    });
  });

  test('is encrypted where it lies', async () => {
    bench.world.put({id: 'one', sign_in: {service: 'saml', data: 'canary-data-7'}, email: 'canary@corp.test'});
    await bench.sso.snapshot(ROOT);
    expect(JSON.stringify(bench.state.db.prepare('SELECT * FROM sso_identities').all())).not.toContain('canary');
  });
});

describe('a forecast', () => {
  test('counts who is locked out now, and by when the others will be', async () => {
    const ends = [2, 2, 10, 50, 500];
    ends.forEach((hours, index) => {
      bench.world.put({id: `p${index}`, last_login_at: NOON - HOUR_MS});
      bench.world.addSession({id: `s${index}`, user: `p${index}`, expires_at: NOON + hours * HOUR_MS});
    });
    bench.world.put({id: 'out', last_login_at: NOON - HOUR_MS, roles: ['system_user', 'system_admin']});
    bench.world.addSession({id: 'ended', user: 'out', expires_at: NOON - 1});
    bench.world.put({id: 'sleeper', last_login_at: 1});
    bench.world.put({id: 'forever', last_login_at: NOON});
    bench.world.addSession({id: 'never-ends', user: 'forever', expires_at: 0});
    const forecast = await bench.sso.forecast();
    expect(forecast).toMatchObject({
      sso_accounts: 8,
      dormant: 1,
      locked_out_now: 1,
      administrators: {total: 1, sso: 1, local: 0, locked_out: 1},
    });
    expect(forecast.curve.map(({locked_out: people}) => people)).toEqual([1, 3, 4, 5, 5, 6]);
    expect(forecast.curve.map(({with_extension: people}) => people)).toEqual([1, 1, 1, 5, 5, 6]);
    expect(forecast.next.map(({username}) => username)).toEqual(['out', 'p0', 'p1', 'p2', 'p3', 'p4']);
    expect(forecast.by_role).toEqual([
      {name: 'member', people: 6, locked_out: 0},
      {name: 'administrator', people: 1, locked_out: 1},
    ]);
  });
});

describe('live sessions', () => {
  beforeEach(async () => {
    for (const [id, ends] of [
      ['soon', NOON + HOUR_MS],
      ['later', NOON + 200 * HOUR_MS],
      ['ended', NOON - 1],
      ['never', 0],
    ] as const) {
      bench.world.put({id, last_login_at: NOON});
      bench.world.addSession({id: `session-${id}`, user: id, expires_at: ends});
    }
    await bench.sso.declare({reason: 'down', tell: false}, ROOT);
  });

  test('are extended where they end sooner, and those that have ended stay ended', async () => {
    const job = await bench.run(bench.sso.extend({hours: 72}, ROOT));
    expect(ExtendResult.parse(job.result)).toMatchObject({
      extended: 1,
      people: 1,
      failed: 0,
      until: NOON + 72 * HOUR_MS,
      cookie_limit_ms: 720 * HOUR_MS,
    });
    expect(bench.world.log.extended).toEqual([{id: 'session-soon', expires_at: NOON + 72 * HOUR_MS}]);
  });

  test('get the end back that they had when the incident is closed', async () => {
    await bench.run(bench.sso.extend({hours: 72}, ROOT));
    await bench.run(bench.sso.extend({hours: 100}, ROOT));
    bench.world.log.extended.length = 0;
    await bench.sso.close(ROOT);
    expect(bench.world.log.extended).toEqual([{id: 'session-soon', expires_at: NOON + HOUR_MS}]);
  });

  test('whose former end has passed are ended at the close', async () => {
    await bench.run(bench.sso.extend({hours: 72}, ROOT));
    bench.pass(2 * HOUR_MS);
    await bench.sso.close(ROOT);
    expect(bench.world.log.revoked).toEqual(['session-soon']);
  });

  test('can only be extended by the plugin', async () => {
    const without = createBench(
      {writer: async () => ({...bench.world.writer, through: 'database' as const, extendSessions: null})},
      {directory: bench.state.directory, world: bench.world, settings: bench.settings, clock: {at: NOON}},
    );
    expect((await without.run(without.sso.extend({hours: 72}, ROOT))).error?.code).toBe('MATTERMOST_UNREACHABLE');
  });
});

describe('an incident', () => {
  test('is declared once at a time', async () => {
    await bench.sso.declare({reason: 'down', tell: false}, ROOT);
    await expect(bench.sso.declare({reason: 'again', tell: false}, ROOT)).rejects.toMatchObject({
      code: 'SSO_ALREADY_DECLARED',
    });
    await bench.sso.close(ROOT);
    await bench.sso.declare({reason: 'again', tell: false}, ROOT);
  });

  test('tells people on the sign-in page where to get help, and takes it off again', async () => {
    const value = (key: string) => bench.settings.find((setting) => setting.key === key)?.value;
    expect((await bench.sso.declare({reason: 'down', tell: true}, ROOT)).warnings).toEqual([]);
    expect(value('TeamSettings.CustomDescriptionText')).toBe('Single sign-on is not available at the moment.');
    expect(value('TeamSettings.CustomBrandText')).toBe(
      'Your account and your messages are safe. To get in, ask help@corp.test for a one-time code, then choose a password on [this page](https://chat.corp.test/plugins/disaster-recovery/claim).',
    );
    expect(value('AnnouncementSettings.BannerText')).toContain('Stay signed in here.');
    await bench.sso.close(ROOT);
    expect(value('TeamSettings.CustomDescriptionText')).toBe('Chat of the works');
  });

  test('says before and when it is declared whom it will not reach: no contact is set, no banner is shown', async () => {
    const value = (key: string) => bench.settings.find((setting) => setting.key === key)?.value;
    bench.engines.effectiveConfig = async () => ({config: {}, env: {}, banner: false});
    const warnings = [expect.stringMatching(/^No support contact/), expect.stringMatching(/^The announcement banner/)];
    const {declaration} = await bench.sso.status();
    expect(declaration).toEqual({text: expect.stringContaining('ask your administrator for'), warnings});
    expect((await bench.sso.declare({reason: 'down', tell: true}, ROOT)).warnings).toEqual(warnings);
    expect(value('AnnouncementSettings.EnableBanner')).toBe(false);
    expect((await bench.sso.status()).declaration).toBeNull();
  });

  test('says day by day that people are not back, once the deadline has passed', async () => {
    let now = NOON;
    const sleep = (_ms: number, signal?: AbortSignal) =>
      new Promise<void>((resolve, reject) => {
        const timer = setTimeout(resolve, 5);
        signal?.addEventListener('abort', () => {
          clearTimeout(timer);
          reject(signal.reason as Error);
        });
      });
    bench = createBench({clock: {now: () => now, sleep}});
    addPeople(bench.world, 2);
    bench.world.put({id: 'ada', roles: ['system_admin'], sign_in: {service: '', data: null}, has_password: true});
    await bench.sso.declare({reason: 'down', tell: false}, ROOT);
    await bench.run(bench.sso.startSwitch({users: ['person001'], dormant_days: 90}, ROOT));
    bench.told.length = 0;
    const stop = new AbortController();
    const beat = {...bench.engines, signal: stop.signal};
    const watching = Promise.all(bench.sso.watch().map((round) => every(beat, round)));
    const wait = () =>
      new Promise((resolve) => {
        setTimeout(resolve, 50);
      });
    await wait();
    const early = bench.told.splice(0);
    now += 15 * 24 * HOUR_MS;
    await wait();
    // Before anything is expected: a loop that nobody stops keeps the test from ending.
    stop.abort();
    await watching;
    expect(early).toEqual([]);
    expect(bench.told).toHaveLength(1);
    expect(bench.told[0]).toMatchObject({
      users: ['ada'],
      message: expect.stringContaining('1 person is still on email and password'),
    });
  });
});
