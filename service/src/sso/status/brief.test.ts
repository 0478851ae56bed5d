import {beforeEach, expect, test} from '@jest/globals';
import {addPeople, createBench, HOUR_MS, ROOT, type Bench} from '../fixtures.ts';

const DAY_MS = 24 * HOUR_MS;
const EMAIL = {service: '', data: null};

let bench: Bench;

beforeEach(async () => {
  bench = createBench();
  addPeople(bench.world, 3);
  await snapshot();
});

async function snapshot(): Promise<void> {
  bench.pass(1000);
  await bench.sso.snapshot(ROOT);
  bench.pass(1000);
}

test('while all is well there is nothing to say, and no account is read', async () => {
  await snapshot();
  const {accounts} = bench.engines;
  accounts.byId = () => {
    throw new Error('read');
  };
  accounts.stream = () => {
    throw new Error('read');
  };
  expect(await bench.sso.brief()).toBeNull();
});

test('an open incident is told by how many are not back', async () => {
  await bench.sso.declare({reason: 'GitLab is down', tell: false}, ROOT);
  expect((await bench.sso.brief())?.message).toContain('0 people are not switched back yet.');
  await bench.run(bench.sso.startSwitch({users: ['person001', 'person002'], dormant_days: 90}, ROOT));
  expect((await bench.sso.brief())?.message).toContain('2 people are not switched back yet.');
  bench.pass(15 * DAY_MS);
  expect((await bench.sso.brief())?.message).toContain('and should have been');
  await bench.run(
    bench.sso.startSwitchBack({users: ['person001'], without_provider_check: true, resume_sync: false}, ROOT),
  );
  expect((await bench.sso.brief())?.message).toContain('1 person is not switched back yet');
  await bench.run(bench.sso.startSwitchBack({without_provider_check: true, resume_sync: false}, ROOT));
  await bench.sso.close(ROOT);
  expect(await bench.sso.brief()).toBeNull();
});

test('a switch by something else is told once a snapshot has missed the person', async () => {
  bench.world.put({id: 'person002', sign_in: EMAIL, has_password: true});
  expect(await bench.sso.brief()).toBeNull();
  await snapshot();
  expect(await bench.sso.brief()).toEqual({
    message: '1 account was switched to email and password by something else.',
    remedy: 'drctl sso return-list',
    shell: 'drctl sso return-list',
    chat: '/dr sso return-list',
  });
});

test('a person who is gone, or stays as they are by decision, is not told', async () => {
  bench.world.put({id: 'person002', sign_in: EMAIL, has_password: true});
  await snapshot();
  await bench.sso.declare({reason: 'by hand', tell: false}, ROOT);
  await bench.sso.resolve({user: 'person002', choice: 'leave', reason: 'wanted so'}, ROOT);
  await bench.sso.close(ROOT);
  expect(await bench.sso.brief()).toBeNull();
});
