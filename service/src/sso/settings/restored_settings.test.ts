import {expect, test} from '@jest/globals';
import {addPeople, createBench, ROOT, SIGN_IN_SETTINGS, type Bench} from '../fixtures.ts';

const valueOf = (bench: Bench, key: string): unknown => bench.settings.find((setting) => setting.key === key)?.value;

/** An incident that is over, and what the settings were in its middle. */
async function incidentOfBefore(tell = true): Promise<{bench: Bench; middle: Bench['settings']}> {
  const bench = createBench();
  addPeople(bench.world, 3);
  bench.world.put({
    id: 'root',
    sign_in: {service: '', data: null},
    has_password: true,
    roles: ['system_user', 'system_admin'],
  });
  await bench.sso.declare({reason: 'GitLab is down', tell}, ROOT);
  await bench.run(bench.sso.startSwitch({users: ['person001'], dormant_days: 90}, ROOT));
  const middle = structuredClone(bench.settings);
  await bench.run(bench.sso.startSwitchBack({without_provider_check: true, resume_sync: false}, ROOT));
  await bench.sso.close(ROOT);
  expect(bench.settings).toEqual(SIGN_IN_SETTINGS);
  bench.pass(1000);
  return {bench, middle};
}

test('settings restored from the middle of an incident long closed are put back by the next one', async () => {
  const {bench, middle} = await incidentOfBefore();
  bench.settings.splice(0, bench.settings.length, ...middle);
  await bench.sso.declare({reason: 'restored from its middle', tell: true}, ROOT);
  expect((await bench.sso.returnList()).settings.map(({key}) => key)).toContain('TeamSettings.EnableUserCreation');
  await bench.sso.close(ROOT);
  expect(bench.settings).toEqual(SIGN_IN_SETTINGS);
});

test('a setting that an administrator chose since stays, because the words on the sign-in page are not those of the incident', async () => {
  const {bench} = await incidentOfBefore();
  bench.settings.find(({key}) => key === 'TeamSettings.EnableUserCreation')!.value = false;
  await bench.sso.declare({reason: 'GitLab is down again', tell: true}, ROOT);
  await bench.run(bench.sso.startSwitch({users: ['person001'], dormant_days: 90}, ROOT));
  await bench.run(bench.sso.startSwitchBack({without_provider_check: true, resume_sync: false}, ROOT));
  await bench.sso.close(ROOT);
  expect(valueOf(bench, 'TeamSettings.EnableUserCreation')).toBe(false);
  expect(valueOf(bench, 'TeamSettings.CustomDescriptionText')).toBe('Chat of the works');
});
