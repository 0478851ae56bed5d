import {beforeEach, describe, expect, test} from '@jest/globals';
import {back, createOutage, ROOT, type Bench} from '../fixtures.ts';
import {EMAIL} from '../people/identity.ts';

let bench: Bench;

beforeEach(async () => {
  ({bench} = await createOutage());
});

describe('whoever is on the return list', () => {
  test('is there also when something else switched them, and can be brought back', async () => {
    await bench.sso.snapshot(ROOT);
    bench.world.put({id: 'person005', sign_in: EMAIL, has_password: true});
    expect((await bench.sso.returnList()).entries).toEqual([
      expect.objectContaining({person: expect.objectContaining({id: 'person005'}), state: 'outside'}),
    ]);
    await bench.returned();
    expect(bench.signIn('person005')).toEqual({service: 'gitlab', data: '1005'});
  });

  test('never has email and password as an original: a snapshot keeps what was there before', async () => {
    await bench.sso.snapshot(ROOT);
    await bench.switched(['person001']);
    await bench.sso.snapshot(ROOT);
    await bench.returned();
    expect(bench.signIn('person001')).toEqual({service: 'gitlab', data: '1001'});
  });

  test('is found again when the ledger is lost, from the snapshot in the repository', async () => {
    await bench.sso.snapshot(ROOT);
    await bench.switched(['person001', 'person002']);
    const other = bench.withoutMemory();
    await other.sso.declare({reason: 'the ledger was lost', tell: false}, ROOT);
    expect((await other.sso.returnList()).entries.map(({person, state}) => [person.id, state])).toEqual([
      ['person001', 'outside'],
      ['person002', 'outside'],
    ]);
    await other.run(other.sso.startSwitchBack(back(), ROOT));
    expect([bench.signIn('person001'), bench.signIn('person002')]).toEqual([
      {service: 'gitlab', data: '1001'},
      {service: 'gitlab', data: '1002'},
    ]);
  });

  test('is there again when a database from the middle of the outage comes back after everyone was back', async () => {
    await bench.switched(['person001']);
    await bench.returned();
    bench.world.put({id: 'person001', sign_in: EMAIL, has_password: true});
    expect((await bench.sso.returnList()).entries).toEqual([expect.objectContaining({state: 'claimed'})]);
    await bench.returned();
    expect(bench.signIn('person001')).toEqual({service: 'gitlab', data: '1001'});
  });

  test('is not there when a database from before the outage comes back', async () => {
    await bench.switched(['person001']);
    bench.world.put({id: 'person001', sign_in: {service: 'gitlab', data: '1001'}, has_password: false});
    expect(await bench.sso.returnList()).toMatchObject({empty: true, count: 0});
    await bench.sso.close(ROOT);
  });
});
