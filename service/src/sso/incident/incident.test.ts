import {beforeEach, describe, expect, test} from '@jest/globals';
import {every} from '../../daemon/every.ts';
import {addPeople, createBench, HOUR_MS, NOON, ROOT, SIGN_IN_SETTINGS, these, type Bench} from '../fixtures.ts';
import {createSsoStore} from '../store/store.ts';

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

  test('is told to nobody when that was not wanted', async () => {
    const before = structuredClone(bench.settings);
    expect((await bench.sso.declare({reason: 'down', tell: false}, ROOT)).warnings).toEqual([]);
    expect(bench.settings).toEqual(before);
  });

  test('is declared although neither the settings of an earlier one nor the words on the sign-in page can be reached', async () => {
    bench = bench.beside({
      signInSettings: async () => {
        throw new Error('no plugin, no socket, no file');
      },
    });
    expect(await bench.sso.declare({reason: 'down', tell: true}, ROOT)).toMatchObject({
      state: 'declared',
      warnings: [
        expect.stringMatching(/^The words on the sign-in page could not be set: .*no plugin, no socket, no file/),
      ],
    });
    expect((await bench.sso.status()).state).toBe('declared');
  });

  test('that is declared already is not declared again for an administrator who gets a password', async () => {
    bench.world.put({id: 'carol', roles: ['system_admin'], sign_in: {service: 'saml', data: 'carol@corp.test'}});
    await bench.sso.declare({reason: 'down', tell: false}, ROOT);
    await bench.sso.adminAccess({user: 'carol', password: null}, ROOT);
    expect(bench.entriesOf('sso.declared')).toHaveLength(1);
  });

  test('names who declared it, and which it is, to whoever declares another', async () => {
    const {id} = await bench.sso.declare({reason: 'down', tell: false}, ROOT);
    await expect(bench.sso.declare({reason: 'again', tell: false}, ROOT)).rejects.toMatchObject({
      message: 'The outage “down” was declared by root.',
      details: {incident: id},
    });
  });

  test('has its beginning and its end in the ledger, each once', async () => {
    const {id} = await bench.sso.declare({reason: 'down', tell: false}, ROOT);
    addPeople(bench.world, 2);
    await bench.switched(['person001']);
    await bench.switched(['person002']);
    await bench.returned();
    bench.pass(HOUR_MS);
    const closed = await bench.sso.close(ROOT);
    expect(closed).toMatchObject({id, state: 'closed', closed_at: bench.now()});
    expect(
      ['declared', 'open', 'switching_back', 'closed'].map((kind) =>
        bench.entriesOf(`sso.${kind}`).map(({data}) => data['incident']),
      ),
    ).toEqual([[id], [id], [id], [id]]);
  });

  test('has no end before it has one', async () => {
    await bench.sso.declare({reason: 'down', tell: false}, ROOT);
    addPeople(bench.world, 1);
    await bench.switched(['person001']);
    expect((await bench.sso.status()).incident).toMatchObject({state: 'open', closed_at: null});
  });

  test('of before is not moved by a job that outlived it', async () => {
    const store = createSsoStore(bench.engines);
    const {id} = await bench.sso.declare({reason: 'down', tell: false}, ROOT);
    await bench.sso.close(ROOT);
    bench.pass(1000);
    await bench.sso.declare({reason: 'again', tell: false}, ROOT);
    store.moveIncident(id, 'open', ROOT.actor);
    expect(store.incident()).toMatchObject({reason: 'again', state: 'declared'});
    expect(bench.entriesOf('sso.open')).toEqual([]);
  });
});

describe('an incident is closed only', () => {
  test('when one is declared', async () => {
    await expect(bench.sso.close(ROOT)).rejects.toMatchObject({code: 'SSO_NOT_DECLARED'});
    await bench.sso.declare({reason: 'down', tell: false}, ROOT);
    await bench.sso.close(ROOT);
    await expect(bench.sso.close(ROOT)).rejects.toMatchObject({code: 'SSO_NOT_DECLARED'});
    expect(bench.entriesOf('sso.closed')).toHaveLength(1);
  });

  test('when no job changes accounts; which one does is named', async () => {
    await bench.sso.declare({reason: 'down', tell: false}, ROOT);
    addPeople(bench.world, 1);
    const [isWriting, mayWrite] = [Promise.withResolvers<undefined>(), Promise.withResolvers<undefined>()];
    const slow = bench.beside({
      writer: async () => ({
        ...bench.world.writer,
        changeSignIn: async (changes) => {
          isWriting.resolve(undefined);
          await mayWrite.promise;
          return bench.world.writer.changeSignIn(changes);
        },
      }),
    });
    const started = await slow.sso.startSwitch(these('person001'), ROOT);
    await isWriting.promise;
    await expect(bench.sso.close(ROOT)).rejects.toMatchObject({
      code: 'JOB_ALREADY_RUNNING',
      message: expect.stringContaining(`Job ${started.job.id} still changes accounts`),
      details: {job: started.job.id},
    });
    mayWrite.resolve(undefined);
    await started.done;
  });

  test.each([
    [1, /^1 person is not back yet: @person001\.$/],
    [7, /^7 people are not back yet: @person001, @person002, @person003, @person004, @person005\.$/],
  ])('when everybody is back; of %d who are not, it names the first', async (count, message) => {
    await bench.sso.declare({reason: 'down', tell: false}, ROOT);
    await bench.switched(addPeople(bench.world, count));
    await expect(bench.sso.close(ROOT)).rejects.toMatchObject({
      code: 'RETURN_LIST_NOT_EMPTY',
      message: expect.stringMatching(message),
    });
    expect((await bench.sso.status()).state).toBe('open');
  });

  test('when every setting is back; which one is not is named, and the next try goes on there', async () => {
    const settings = await bench.engines.signInSettings();
    await bench.sso.declare({reason: 'down', tell: true}, ROOT);
    const stuck = 'TeamSettings.CustomBrandText';
    const stubborn = bench.beside({
      signInSettings: async () => ({
        ...settings,
        change: (changes) => settings.change(changes.filter(({key}) => key !== stuck)),
      }),
    });
    await expect(stubborn.sso.close(ROOT)).rejects.toMatchObject({
      code: 'RETURN_LIST_NOT_EMPTY',
      message: `These settings could not be put back: ${stuck}.`,
    });
    await bench.sso.close(ROOT);
    expect(bench.settings).toEqual(SIGN_IN_SETTINGS);
  });

  test('when every extended session is back; how many are not is told, and the next try goes on there', async () => {
    await bench.sso.declare({reason: 'down', tell: false}, ROOT);
    bench.world.put({id: 'anna'});
    bench.world.addSession({id: 'session-anna', user: 'anna', expires_at: NOON + HOUR_MS});
    await bench.run(bench.sso.extend({hours: 72}, ROOT));
    bench.world.failing.add('session-anna');
    await expect(bench.sso.close(ROOT)).rejects.toMatchObject({
      code: 'RETURN_LIST_NOT_EMPTY',
      message: '1 extended session could not be put back.',
    });
    bench.world.failing.clear();
    await bench.sso.close(ROOT);
    expect(bench.entriesOf('sso.sessions_put_back').map(({data}) => [data['put_back'], data['failed']])).toEqual([
      [0, 1],
      [1, 0],
    ]);
  });

  test('and then says nothing of sessions when none was extended', async () => {
    await bench.sso.declare({reason: 'down', tell: false}, ROOT);
    await bench.sso.close(ROOT);
    expect(bench.entriesOf('sso.sessions_put_back')).toEqual([]);
  });
});
