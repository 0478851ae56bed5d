import {existsSync, mkdtempSync, statSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {beforeEach, describe, expect, test} from '@jest/globals';
import {addPeople, createBench, ROOT, type Bench} from '../fixtures.ts';
import {EMAIL} from '../people/identity.ts';

let bench: Bench;

beforeEach(() => {
  bench = createBench();
});

const stored = () => bench.engines.repository.snapshots(['disaster-recovery-identity']);
/** With email and password; switched by something that nobody here knows of. */
const switchByHand = (id: string) => {
  bench.world.put({id, sign_in: EMAIL, has_password: true});
};
const originals = async (of: Bench) =>
  (await of.sso.returnList()).entries.map(({person, original}) => [person.id, original.data]);

describe('an identity snapshot', () => {
  test('is stored in the repository only when something changed', async () => {
    addPeople(bench.world, 3);
    expect(await bench.sso.snapshot(ROOT)).toMatchObject({accounts: 3, changed: 3, stored: 'repository', warnings: []});
    expect(await bench.sso.snapshot(ROOT)).toMatchObject({accounts: 3, changed: 0, stored: 'repository'});
    expect(await stored()).toHaveLength(1);
    bench.world.put({id: 'person002', email: 'new@corp.test'});
    expect(await bench.sso.snapshot(ROOT)).toMatchObject({changed: 1});
    expect(await stored()).toHaveLength(2);
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
    bench.pass(1000);
    expect(await bench.sso.snapshot(ROOT)).toMatchObject({changed: 0, stored: 'repository', warnings: []});
    expect(await stored()).toHaveLength(1);
    expect(bench.entriesOf('sso.snapshot').map(({data}) => data['stored'])).toEqual(['here_only', 'repository']);
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
      warnings: [expect.stringContaining('1 account names a provider')],
    });
  });

  test('is encrypted where it lies', async () => {
    bench.world.put({id: 'one', sign_in: {service: 'saml', data: 'canary-data-7'}, email: 'canary@corp.test'});
    await bench.sso.snapshot(ROOT);
    expect(JSON.stringify(bench.state.db.prepare('SELECT * FROM sso_identities').all())).not.toContain('canary');
  });

  test('is stored anew when somebody no longer signs in through a provider', async () => {
    addPeople(bench.world, 2);
    await bench.sso.snapshot(ROOT);
    bench.pass(1000);
    switchByHand('person001');
    expect(await bench.sso.snapshot(ROOT)).toMatchObject({accounts: 1, changed: 0, stored: 'repository'});
    expect(await stored()).toHaveLength(2);
  });

  test('is stored anew when somebody who was to stay with a password is back at the provider', async () => {
    addPeople(bench.world, 1);
    await bench.sso.snapshot(ROOT);
    await bench.sso.declare({reason: 'down', tell: false}, ROOT);
    await bench.switched(['person001']);
    await bench.sso.resolve({user: 'person001', choice: 'leave', reason: 'wants a password'}, ROOT);
    bench.pass(1000);
    bench.world.put({id: 'person001', sign_in: {service: 'gitlab', data: '1001'}});
    expect(await bench.sso.snapshot(ROOT)).toMatchObject({changed: 1});
    expect(await stored()).toHaveLength(2);
  });

  test('of more people than are written at once holds them all, also for a memory that was lost', async () => {
    const people = addPeople(bench.world, 501);
    expect(await bench.sso.snapshot(ROOT)).toMatchObject({accounts: 501, changed: 501, warnings: []});
    people.forEach(switchByHand);
    expect(await bench.withoutMemory().sso.returnList()).toMatchObject({count: 501});
  });

  test('leaves nothing of people in the work directory, stored or not', async () => {
    addPeople(bench.world, 1);
    await bench.sso.snapshot(ROOT);
    expect(existsSync(join(bench.engines.workDirectory, 'identity'))).toBe(false);
    bench.world.put({id: 'person001', email: 'new@corp.test'});
    bench.engines.repository.store = async () => {
      throw new Error('the repository is away');
    };
    await bench.sso.snapshot(ROOT);
    expect(existsSync(join(bench.engines.workDirectory, 'identity'))).toBe(false);
  });

  test('can be read by nobody else while it is written', async () => {
    addPeople(bench.world, 1);
    const modes: number[] = [];
    const {store} = bench.engines.repository;
    bench.engines.repository.store = async (directory, options) => {
      modes.push(statSync(directory).mode & 0o777, statSync(join(directory, 'identity.jsonl')).mode & 0o777);
      return store(directory, options);
    };
    await bench.sso.snapshot(ROOT);
    expect(modes).toEqual([0o700, 0o600]);
  });
});

describe('a memory that was lost', () => {
  beforeEach(async () => {
    addPeople(bench.world, 2);
    await bench.sso.snapshot(ROOT);
    bench.pass(1000);
  });

  test('is made anew from the newest snapshot', async () => {
    bench.world.put({id: 'person001', sign_in: {service: 'saml', data: 'moved@corp.test'}});
    await bench.sso.snapshot(ROOT);
    switchByHand('person001');
    expect(await originals(bench.withoutMemory())).toEqual([['person001', 'moved@corp.test']]);
  });

  test('does not look for people in what else is in the repository', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'other-'));
    writeFileSync(join(directory, 'something'), 'else');
    await bench.engines.repository.store(directory, {tags: ['disaster-recovery', 'part=config']});
    switchByHand('person001');
    expect(await originals(bench.withoutMemory())).toEqual([['person001', '1001']]);
  });

  test('keeps what it has seen itself meanwhile, for that is newer', async () => {
    const fresh = bench.withoutMemory();
    const {snapshots} = fresh.engines.repository;
    fresh.engines.repository.snapshots = async () => {
      throw new Error('the repository is away');
    };
    bench.world.put({id: 'person001', sign_in: {service: 'saml', data: 'moved@corp.test'}});
    await fresh.sso.snapshot(ROOT);
    fresh.engines.repository.snapshots = snapshots;
    switchByHand('person001');
    switchByHand('person002');
    await fresh.sso.snapshot(ROOT);
    expect(await originals(fresh)).toEqual([
      ['person001', 'moved@corp.test'],
      ['person002', '1002'],
    ]);
  });

  test('closes no incident over people whom only the repository knows, although it knows others by now', async () => {
    const fresh = bench.withoutMemory();
    const {snapshots} = fresh.engines.repository;
    fresh.engines.repository.snapshots = async () => {
      throw new Error('the repository is away');
    };
    switchByHand('person001');
    await fresh.sso.snapshot(ROOT);
    await fresh.sso.declare({reason: 'everything was lost', tell: false}, ROOT);
    fresh.engines.repository.snapshots = snapshots;
    await expect(fresh.sso.close(ROOT)).rejects.toMatchObject({
      code: 'RETURN_LIST_NOT_EMPTY',
      message: '1 person is not back yet: @person001.',
    });
  });

  test('takes nobody from a snapshot that it cannot read, and says so', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'other-'));
    writeFileSync(
      join(directory, 'identity.jsonl'),
      '{"user": "person001", "seen_at": 1, "identity": {"sign_in": "gitlab"}}\n',
    );
    await bench.engines.repository.store(directory, {tags: ['disaster-recovery-identity']});
    const fresh = bench.withoutMemory();
    switchByHand('person001');
    expect(await fresh.sso.snapshot(ROOT)).toMatchObject({
      stored: 'here_only',
      warnings: [expect.stringMatching(/^Older snapshots could not be read/)],
    });
    expect(await originals(fresh)).toEqual([]);
  });
});
