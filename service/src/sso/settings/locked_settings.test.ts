import {expect, test} from '@jest/globals';
import {addPeople, createBench, ROOT} from '../fixtures.ts';

test('with both ways to sign in by password locked off, a let-in is refused and the incident stays as it was', async () => {
  const bench = createBench();
  addPeople(bench.world, 1);
  for (const setting of bench.settings.filter(({key}) => key.startsWith('EmailSettings.EnableSignInWith'))) {
    Object.assign(setting, {value: false, locked: true});
  }
  await bench.sso.declare({reason: 'GitLab is down', tell: false}, ROOT);
  await expect(
    bench.sso.letIn({user: 'person001', identified_by: 'by voice', valid_minutes: 15, mail: false}, ROOT),
  ).rejects.toMatchObject({code: 'SETTING_LOCKED'});
  expect(await bench.sso.status()).toMatchObject({state: 'declared', counts: {switched: 0}});
});
