import {expect, test} from '@jest/globals';
import type {SignInSettings} from '../../engines/settings/port.ts';
import {addPeople, createBench, ROOT, SIGN_IN_SETTINGS} from '../fixtures.ts';

test('while Mattermost runs and its plugin is away, settings are not called put back: Mattermost would write over its file', async () => {
  const bench = createBench();
  const {signInSettings} = bench.engines;
  let through: SignInSettings['through'] = 'plugin';
  bench.engines.signInSettings = async () => ({...(await signInSettings()), through});
  addPeople(bench.world, 2);
  await bench.sso.declare({reason: 'GitLab is down', tell: true}, ROOT);
  await bench.run(bench.sso.startSwitch({users: ['person001'], dormant_days: 90}, ROOT));
  through = 'file';
  expect(
    (await bench.run(bench.sso.startSwitchBack({without_provider_check: true, resume_sync: false}, ROOT))).result,
  ).toMatchObject({returned: 1});
  expect((await bench.sso.returnList()).settings).not.toEqual([]);
  await expect(bench.sso.close(ROOT)).rejects.toMatchObject({
    code: 'RETURN_LIST_NOT_EMPTY',
    message: expect.stringContaining('plugin'),
  });
  through = 'plugin';
  await bench.sso.close(ROOT);
  expect(bench.settings).toEqual(SIGN_IN_SETTINGS);
});

test('while Mattermost runs and its plugin is away, an incident is closed when no setting of it is left to put back', async () => {
  const bench = createBench();
  const {signInSettings} = bench.engines;
  addPeople(bench.world, 2);
  await bench.sso.declare({reason: 'GitLab is down', tell: true}, ROOT);
  await bench.switched(['person001']);
  await bench.returned();
  bench.engines.signInSettings = async () => ({...(await signInSettings()), through: 'file'});
  expect((await bench.sso.close(ROOT)).state).toBe('closed');
  expect(bench.settings).toEqual(SIGN_IN_SETTINGS);
});

test('with Mattermost stopped they are put back in its file', async () => {
  const bench = createBench();
  const {signInSettings} = bench.engines;
  await bench.sso.declare({reason: 'GitLab is down', tell: true}, ROOT);
  bench.engines.signInSettings = async () => ({...(await signInSettings()), through: 'file'});
  bench.mattermostAnswers = false;
  await bench.sso.close(ROOT);
  expect(bench.settings).toEqual(SIGN_IN_SETTINGS);
});

test('whoever is let in or switched while settings can only be changed in the file, the restart that they need is told', async () => {
  const bench = createBench();
  const {signInSettings} = bench.engines;
  bench.engines.signInSettings = async () => ({...(await signInSettings()), through: 'file', needsRestart: true});
  addPeople(bench.world, 2);
  await bench.sso.declare({reason: 'GitLab is down', tell: false}, ROOT);
  const {warnings} = await bench.sso.letIn(
    {user: 'person001', identified_by: 'voice', valid_minutes: 15, mail: false},
    ROOT,
  );
  expect(warnings).toEqual([expect.stringContaining('restart it')]);
  const after = bench.jobs.lastEventSeq();
  await bench.run(bench.sso.startSwitch({users: ['person002'], dormant_days: 90}, ROOT));
  const stop = new AbortController();
  for await (const event of bench.jobs.follow(after, stop.signal)) {
    if (event.type === 'note') {
      expect(event).toMatchObject({level: 'warning', text: expect.stringContaining('restart it')});
      stop.abort();
    }
  }
});
