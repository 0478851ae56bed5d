import {beforeEach, describe, expect, test} from '@jest/globals';
import {every} from '../../daemon/every.ts';
import {addPeople, createBench, HOUR_MS, NOON, ROOT, type Bench} from '../fixtures.ts';

let bench: Bench;

beforeEach(() => {
  bench = createBench();
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
