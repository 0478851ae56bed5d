import {beforeEach, describe, expect, test} from '@jest/globals';
import {addPeople, createBench, ROOT, type Bench} from '../fixtures.ts';

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
    const fresh = bench.withoutMemory();
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
