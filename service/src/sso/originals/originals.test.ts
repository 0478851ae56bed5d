import {beforeEach, describe, expect, test} from '@jest/globals';
import {addPeople, createBench, ROOT, type Bench} from '../fixtures.ts';

const EMAIL = {service: '', data: null};

let bench: Bench;

beforeEach(async () => {
  bench = createBench();
  addPeople(bench.world, 2);
  await bench.sso.snapshot(ROOT);
  await bench.sso.declare({reason: 'down', tell: false}, ROOT);
});

const entries = async () => (await bench.sso.returnList()).entries;
const switchOnly = (user: string) => bench.run(bench.sso.startSwitch({users: [user], dormant_days: 90}, ROOT));
const switchBack = () => bench.run(bench.sso.startSwitchBack({without_provider_check: true, resume_sync: false}, ROOT));

describe('what an account is given back', () => {
  test('is never longer than Mattermost can be given: such an account is not switched in the first place', async () => {
    bench.world.put({id: 'person001', sign_in: {service: 'saml', data: 'ü'.repeat(64)}});
    bench.world.put({id: 'person002', sign_in: {service: 'saml', data: `${'ü'.repeat(64)}x`}});
    const plan = await bench.sso.planSwitch({users: ['person001', 'person002'], dormant_days: 90}, ROOT);
    expect(plan).toMatchObject({count: 1, excluded: [{person: {id: 'person002'}, reason: 'no_auth_data'}]});
  });

  test('is what it had last, when it was moved to another provider after an older outage', async () => {
    await switchOnly('person001');
    await switchBack();
    await bench.sso.close(ROOT);
    bench.pass(1000);
    bench.world.put({id: 'person001', sign_in: {service: 'saml', data: 'moved@corp.test'}});
    await bench.sso.snapshot(ROOT);
    bench.world.put({id: 'person001', sign_in: EMAIL});
    expect(await entries()).toMatchObject([{state: 'outside', original: {service: 'saml', data: 'moved@corp.test'}}]);

    await bench.sso.declare({reason: 'switched by hand', tell: false}, ROOT);
    await switchBack();
    const [account] = await bench.world.accounts.byId(['person001']);
    expect(account?.sign_in).toEqual({service: 'saml', data: 'moved@corp.test'});
  });

  test('is never what it had before that outage, when it was moved to another provider in between', async () => {
    bench.world.put({id: 'person001', sign_in: {service: 'saml', data: 'moved@corp.test'}});
    bench.pass(1000);
    await switchOnly('person001');
    await switchBack();
    bench.world.put({id: 'person001', sign_in: EMAIL});
    expect(await entries()).toMatchObject([{original: {service: 'saml', data: 'moved@corp.test'}}]);
  });

  test('is known again when somebody who was left with a password has gone to a provider since', async () => {
    await switchOnly('person001');
    await bench.sso.resolve({user: 'person001', choice: 'leave', reason: 'wants a password'}, ROOT);
    expect(await entries()).toEqual([]);
    bench.pass(1000);
    bench.world.put({id: 'person001', sign_in: {service: 'gitlab', data: '1001'}});
    await bench.sso.snapshot(ROOT);
    bench.world.put({id: 'person001', sign_in: EMAIL});
    expect(await entries()).toMatchObject([{state: 'outside', original: {service: 'gitlab', data: '1001'}}]);
  });
});

test('a job to switch back keeps no sign-in data in clear, not even of conflicts', async () => {
  bench.world.put({id: 'person001', sign_in: {service: 'saml', data: 'canary-data-7'}});
  await switchOnly('person001');
  await switchOnly('person002');
  bench.world.put({id: 'person001', deleted_at: bench.now()});
  await switchBack();
  expect(await entries()).toMatchObject([{conflict: {kind: 'deactivated'}, original: {data: 'canary-data-7'}}]);
  for (const table of ['jobs', 'journal', 'events', 'ledger']) {
    expect(JSON.stringify(bench.state.db.prepare(`SELECT * FROM ${table}`).all())).not.toContain('canary-data');
  }
});

test('a twin that lost the sign-in data to its owner is not asked to come back, although a snapshot has seen it with them', async () => {
  await switchOnly('person001');
  bench.pass(1000);
  bench.world.put({id: 'twin', sign_in: {service: 'gitlab', data: '1001'}, created_at: bench.now()});
  await bench.sso.snapshot(ROOT);
  expect(await entries()).toMatchObject([{person: {id: 'person001'}, conflict: {kind: 'duplicate_born'}}]);
  await bench.sso.resolve({user: 'person001', choice: 'restore', reason: 'the twin is empty'}, ROOT);
  expect(await entries()).toEqual([]);
  await bench.sso.close(ROOT);
});

test('who was identified and claims need not prove an email address as well', async () => {
  const verified: string[] = [];
  bench = bench.beside({
    rest: {
      ...bench.engines.rest,
      verifyEmail: async (token) => {
        verified.push(token);
      },
    },
  });
  bench.world.put({id: 'person001', email_verified: false});
  bench.world.put({id: 'person002', email_verified: true});
  for (const user of ['person001', 'person002']) {
    const {code} = await bench.sso.letIn(
      {user, identified_by: 'seen at the desk', valid_minutes: 15, mail: false},
      ROOT,
    );
    await bench.sso.claim({code, address: '192.0.2.1'});
  }
  expect(verified).toHaveLength(1);
});
