import {expect, test} from '@jest/globals';
import type {SetManifest} from '@disaster-recovery/contract';
import {aManifest} from '../testkit/answers.ts';
import {createMemoryRepository, type MemoryRepository} from '../engines/repository/memory.ts';
import {systemClock} from '../kernel/clock.ts';
import {Failure} from '../kernel/failure.ts';
import {
  createRepositories,
  createSets,
  everywhere,
  MANIFEST_FILE,
  sealManifest,
  setTags,
  type NamedRepository,
} from './index.ts';

const IDS = ['20261121T110000Z-aaaaaa', '20261122T110000Z-bbbbbb', '20261123T110000Z-cccccc'] as const;

type Place = NamedRepository & {repository: MemoryRepository};

async function place(name: string): Promise<Place> {
  const repository = createMemoryRepository(`/srv/${name}`);
  await repository.create();
  return {name, repository, sets: createSets(repository, {name, cacheDirectory: null, clock: systemClock})};
}

/** A set with one part, as a backup seals it. Gives its snapshots, the manifest last. */
async function sealInto({repository}: Place, id: string, changes: Partial<SetManifest> = {}): Promise<string[]> {
  const part = await repository.storeText('part', `files of ${id}`, {tags: setTags(id, 'files')});
  const content = (await repository.snapshots([])).find((snapshot) => snapshot.id === part.snapshot)?.content;
  const {sha256, ...body} = aManifest({
    id,
    t0: Number(id.slice(0, 8)),
    snapshots: [{part: 'files', id: part.snapshot, content, root: '/part'}],
    ...changes,
  });
  const text = JSON.stringify(sealManifest(body));
  const manifest = await repository.storeText(MANIFEST_FILE, text, {tags: setTags(id, 'manifest')});
  return [part.snapshot, manifest.snapshot];
}

const copy = (from: Place, to: Place, snapshots: readonly string[]): void =>
  snapshots.forEach((snapshot) => {
    to.repository.copyFrom(from.repository, snapshot);
  });

const seen = async (...places: [Place, ...Place[]]) => everywhere(await createRepositories(places, systemClock).ask());
const whereOf = ({sets}: Awaited<ReturnType<typeof seen>>) =>
  sets.map(({id, in: places}) => [
    id,
    places.map(({repository, complete}) => repository + (complete ? '' : ' in part')),
  ]);

test('a set is listed once, newest first, with every repository that it is in, and whether it is there whole', async () => {
  const [main, offsite] = [await place('main'), await place('offsite')];
  const first = await sealInto(main, IDS[0]);
  const second = await sealInto(main, IDS[1]);
  await sealInto(offsite, IDS[2]);
  copy(main, offsite, first);
  copy(main, offsite, second.slice(1));
  const all = await seen(main, offsite);
  expect(whereOf(all)).toEqual([
    [IDS[2], ['offsite']],
    [IDS[1], ['main', 'offsite in part']],
    [IDS[0], ['main', 'offsite']],
  ]);
  expect(all.sets[1]?.in[1]?.lost).toEqual(['files']);
  expect([all.findings, all.failure, all.unreadable]).toEqual([[], null, []]);
});

test('in a copy that is half made `latest` is the newest that is whole; alone, it is shown and not restored', async () => {
  const [main, offsite] = [await place('main'), await place('offsite')];
  const snapshots = [await sealInto(main, IDS[0]), await sealInto(main, IDS[1])];
  copy(main, offsite, snapshots[1]!.slice(1));
  expect((await offsite.sets.show('latest')).id).toBe(IDS[1]);
  await expect(offsite.sets.whole('latest')).rejects.toMatchObject({code: 'REPOSITORY_DAMAGED'});
  copy(main, offsite, snapshots[0]!);
  expect((await offsite.sets.whole('latest')).id).toBe(IDS[0]);
});

test.each([
  ['does not answer', 'REPOSITORY_UNREACHABLE'],
  ['has another key', 'REPOSITORY_KEY_WRONG'],
] as const)('one that %s is named, and keeps no other from being told', async (_name, code) => {
  const [main, offsite] = [await place('main'), await place('offsite')];
  await sealInto(main, IDS[0]);
  offsite.repository.failWith(new Failure(code, 'it failed'));
  expect(await seen(main, offsite)).toMatchObject({
    sets: [{id: IDS[0]}],
    failure: null,
    findings: [{code, repository: 'offsite', set: null, message: 'The repository offsite: it failed'}],
  });
  expect(await seen(offsite, main)).toMatchObject({sets: [{id: IDS[0]}], failure: {code}});
});

test('one that hangs is not waited for, except when it is the one in use', async () => {
  const [main, slow] = [await place('main'), await place('slow')];
  const hung: NamedRepository = {
    ...slow,
    sets: {
      ...slow.sets,
      survey: (signal) =>
        new Promise((_resolve, reject) => {
          signal?.addEventListener('abort', () => {
            reject(signal.reason as Error);
          });
        }),
    },
  };
  const clock = {sleep: async () => undefined};
  const asked = await createRepositories([main, hung], clock).ask();
  expect(asked.map(({failure}) => failure?.code)).toEqual([undefined, 'REPOSITORY_UNREACHABLE']);
  const waits = createRepositories([hung, main], clock).ask();
  expect(await Promise.race([waits, new Promise((resolve) => setTimeout(resolve, 50, 'waits'))])).toBe('waits');
});

test('two sets with one id are both shown, and named', async () => {
  const [main, offsite] = [await place('main'), await place('offsite')];
  await sealInto(main, IDS[0]);
  await sealInto(offsite, IDS[0], {reason: 'another'});
  const all = await seen(main, offsite);
  expect(whereOf(all)).toEqual([
    [IDS[0], ['main']],
    [IDS[0], ['offsite']],
  ]);
  expect(all.findings).toMatchObject([{code: 'SET_DIVERGENT', repository: 'offsite', set: IDS[0]}]);
});

test('a lock is asked for only where somebody wants to know', async () => {
  const main = await place('main');
  main.repository.lock(true);
  const {ask, named} = createRepositories([main], systemClock);
  expect([(await ask())[0]?.locked, (await ask({locks: true}))[0]?.locked]).toEqual([null, true]);
  expect(named('main')).toBe(main);
  expect(() => named('other')).toThrow(
    expect.objectContaining({code: 'REPOSITORY_UNKNOWN', message: expect.stringContaining('names main')}),
  );
});
