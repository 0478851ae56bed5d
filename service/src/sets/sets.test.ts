import {mkdtempSync, readdirSync, readFileSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, test} from '@jest/globals';
import type {SetManifest} from '@disaster-recovery/contract';
import {aManifest, listed, summary} from '../testkit/answers.ts';
import {createMemoryRepository, type MemoryRepository} from '../engines/repository/memory.ts';
import {systemClock} from '../kernel/clock.ts';
import {Failure} from '../kernel/failure.ts';
import {createSets, MANIFEST_FILE, openManifest, sealManifest, setTags, summaryOf, withMarks} from './index.ts';

function sealed(changes: Partial<SetManifest> = {}): SetManifest {
  const {sha256, ...body} = aManifest(changes);
  return sealManifest(body);
}

const clock = {...systemClock, now: () => Date.parse('2026-11-24T12:00:00Z')};
const IDS = ['20261121T110000Z-aaaaaa', '20261122T110000Z-bbbbbb', '20261123T110000Z-cccccc'] as const;

async function repositoryWith(
  ...manifests: SetManifest[]
): Promise<{repository: MemoryRepository; snapshots: string[]}> {
  const repository = createMemoryRepository('/srv/repository');
  await repository.create();
  const snapshots = [];
  for (const manifest of manifests) {
    snapshots.push(
      (await repository.storeText(MANIFEST_FILE, JSON.stringify(manifest), {tags: setTags(manifest.id, 'manifest')}))
        .snapshot,
    );
  }
  return {repository, snapshots};
}

test('a manifest opens as it was sealed', () => {
  const manifest = sealed();
  expect(openManifest(JSON.stringify(manifest), 'abc')).toEqual(manifest);
});

test('a manifest of before, when its position was called lsn, opens under the present name; its seal covers what it says', () => {
  const {sha256, position, ...body} = aManifest();
  const old = sealManifest({...body, lsn: '0/1A'} as never);
  expect(openManifest(JSON.stringify(old), 'abc')).toEqual({...body, position: '0/1A', sha256: old.sha256});
  const changed = JSON.stringify(old).replace('0/1A', '0/1B');
  expect(() => openManifest(changed, 'abc')).toThrow('The seal');
  expect(() => openManifest(JSON.stringify(sealManifest(body as never)), 'abc')).toThrow('schema (position');
});

test.each<[string, (manifest: SetManifest) => unknown, string]>([
  [
    'a number of rows that was changed',
    (manifest) => {
      manifest.database!.tables[0]!.rows -= 1;
      return manifest;
    },
    'seal',
  ],
  [
    'a cross-check made good',
    (manifest) => ({...manifest, cross_check: {...manifest.cross_check, missing: 5}}),
    'seal',
  ],
  ['an omission taken out', (manifest) => ({...manifest, omitted: []}), 'seal'],
  ['a seal of something else', (manifest) => ({...manifest, sha256: 'c'.repeat(64)}), 'seal'],
  ['a format that there never was', (manifest) => ({...manifest, format: 0}), 'schema (format'],
  ['a part that is missing', ({database, ...manifest}) => manifest, 'schema (database'],
  ["a name that is no set's", (manifest) => ({...manifest, id: '../../etc'}), 'schema (id'],
])('%s is damage, and says which', (_name, change, says) => {
  const text = JSON.stringify(change(sealed({omitted: [{part: 'config', what: 'x', reason: 'y'}]})));
  expect(() => openManifest(text, 'snapshot-1')).toThrow(
    expect.objectContaining({code: 'REPOSITORY_DAMAGED', message: expect.stringContaining(says)}),
  );
  expect(() => openManifest(text, 'snapshot-1')).toThrow('snapshot-1');
});

test.each(['', 'not json', '{"format":1', 'null', '[]'])('the text %j is no manifest', (text) => {
  expect(() => openManifest(text, 's')).toThrow(expect.objectContaining({code: 'REPOSITORY_DAMAGED'}));
});

test('the order in which a manifest was written does not matter to its seal', () => {
  const manifest = sealed();
  const turned = Object.fromEntries(Object.entries(manifest).reverse());
  expect(openManifest(JSON.stringify(turned), 's')).toEqual(manifest);
});

test('sets are listed newest first, whatever their order in the repository', async () => {
  const {repository} = await repositoryWith(
    sealed({id: IDS[1], t0: 2}),
    sealed({id: IDS[2], t0: 3}),
    sealed({id: IDS[0], t0: 1}),
  );
  const sets = createSets(repository, {name: 'main', cacheDirectory: null, clock: clock});
  expect((await sets.list()).map(({id}) => id)).toEqual([IDS[2], IDS[1], IDS[0]]);
  expect((await sets.show('latest')).id).toBe(IDS[2]);
  expect((await sets.show(IDS[0])).id).toBe(IDS[0]);
  expect((await sets.survey()).unreadable).toEqual([]);
});

test('`latest` is the newest whole set: a newer one of the configuration alone does not take its place', async () => {
  const partial = sealed({id: IDS[2], t0: 3, scope: ['config'], database: null, files: null});
  const {repository} = await repositoryWith(sealed({id: IDS[0], t0: 1}), sealed({id: IDS[1], t0: 2}), partial);
  const sets = createSets(repository, {name: 'main', cacheDirectory: null, clock: clock});
  expect((await sets.show('latest')).id).toBe(IDS[1]);
  expect((await sets.newest())?.id).toBe(IDS[2]);
});

test('snapshots of an unfinished backup are no set', async () => {
  const {repository} = await repositoryWith(sealed({id: IDS[0]}));
  await repository.storeText('x', 'x', {tags: setTags(IDS[1], 'files')});
  expect(
    (await createSets(repository, {name: 'main', cacheDirectory: null, clock: clock}).list()).map(({id}) => id),
  ).toEqual([IDS[0]]);
  await expect(
    createSets(repository, {name: 'main', cacheDirectory: null, clock: clock}).show(IDS[1]),
  ).rejects.toMatchObject({code: 'SET_NOT_FOUND'});
});

test('a damaged manifest hides no other set, and is not hidden itself', async () => {
  const {repository, snapshots} = await repositoryWith(sealed({id: IDS[0], t0: 1}), sealed({id: IDS[1], t0: 2}));
  repository.damage(snapshots[1] ?? '', `/${MANIFEST_FILE}`);
  const sets = createSets(repository, {name: 'main', cacheDirectory: null, clock: clock});
  expect((await sets.list()).map(({id}) => id)).toEqual([IDS[0]]);
  expect((await sets.survey()).unreadable).toEqual([
    {
      set: IDS[1],
      snapshot: snapshots[1],
      code: 'REPOSITORY_DAMAGED',
      message: expect.stringContaining('wrong hash'),
      remedy: expect.any(String),
    },
  ]);
  await expect(sets.show(IDS[1])).rejects.toMatchObject({code: 'REPOSITORY_DAMAGED'});
});

test('a repository that is away is a failure, not an empty list', async () => {
  const {repository} = await repositoryWith(sealed());
  repository.failWith(new Failure('REPOSITORY_UNREACHABLE', 'away'));
  await expect(createSets(repository, {name: 'main', cacheDirectory: null, clock: clock}).list()).rejects.toMatchObject(
    {code: 'REPOSITORY_UNREACHABLE'},
  );
  await expect(
    createSets(repository, {name: 'main', cacheDirectory: null, clock: clock}).show('latest'),
  ).rejects.toMatchObject({code: 'REPOSITORY_UNREACHABLE'});
});

test('a manifest that cannot be reached is not called damaged', async () => {
  const {repository} = await repositoryWith(sealed());
  const away = {
    ...repository,
    readText: async () => {
      throw new Failure('REPOSITORY_UNREACHABLE', 'away');
    },
  };
  await expect(createSets(away, {name: 'main', cacheDirectory: null, clock: clock}).survey()).rejects.toMatchObject({
    code: 'REPOSITORY_UNREACHABLE',
  });
});

test('without a set there is no latest one', async () => {
  const {repository} = await repositoryWith();
  await expect(
    createSets(repository, {name: 'main', cacheDirectory: null, clock: clock}).show('latest'),
  ).rejects.toMatchObject({code: 'SET_NOT_FOUND', message: '/srv/repository holds no set yet.'});
});

test('a set of the future is not `latest` without a word, and nothing is built on it', async () => {
  const now = clock.now();
  const {repository} = await repositoryWith(
    sealed({id: IDS[0], t0: now - 60_000}),
    sealed({id: IDS[1], t0: now + 9 * 60_000}),
    sealed({id: IDS[2], t0: now + 86_400_000}),
  );
  const sets = createSets(repository, {name: 'main', cacheDirectory: null, clock: clock});
  await expect(sets.show('latest')).rejects.toMatchObject({
    code: 'SET_IN_FUTURE',
    message: expect.stringMatching(
      new RegExp(
        `^The newest set, ${IDS[2]}, says that it is of 2026-11-25T12:00:00Z, .* newest before now is ${IDS[1]}`,
      ),
    ),
  });
  expect((await sets.newest())?.id).toBe(IDS[1]);
  expect((await sets.show(IDS[2])).id).toBe(IDS[2]);
});

test.each(['ID,other', `${IDS[0]},other`, '../x', '', `${IDS[0]}\0`])('%j names no set', async (name) => {
  const {repository} = await repositoryWith(sealed({id: IDS[0]}));
  await expect(
    createSets(repository, {name: 'main', cacheDirectory: null, clock: clock}).show(name),
  ).rejects.toMatchObject({code: 'SET_NOT_FOUND'});
});

test('a manifest is fetched once and kept private, and comes back the same', async () => {
  const {repository, snapshots} = await repositoryWith(sealed());
  const cache = join(mkdtempSync(join(tmpdir(), 'sets-')), 'manifests');
  const first = await createSets(repository, {name: 'main', cacheDirectory: cache, clock: clock}).show('latest');
  repository.damage(snapshots[0] ?? '', `/${MANIFEST_FILE}`);
  expect(await createSets(repository, {name: 'main', cacheDirectory: cache, clock: clock}).show('latest')).toEqual(
    first,
  );
  expect(readdirSync(cache)).toEqual([`${(await repository.snapshots([]))[0]?.content ?? ''}.json`]);
});

test.each([
  ['empty', ''],
  ['cut', '{"cut'],
  ['changed', JSON.stringify(aManifest())],
])('a kept copy that is %s is fetched anew, not called damage of the repository', async (_name, spoilt) => {
  const {repository} = await repositoryWith(sealed());
  const cache = mkdtempSync(join(tmpdir(), 'sets-'));
  const kept = join(cache, `${(await repository.snapshots([]))[0]?.content ?? ''}.json`);
  writeFileSync(kept, spoilt);
  expect(
    (await createSets(repository, {name: 'main', cacheDirectory: cache, clock: clock}).survey()).unreadable,
  ).toEqual([]);
  expect(openManifest(readFileSync(kept, 'utf8'), 'cache')).toEqual(sealed());
});

test('a part is only what was sealed: one that somebody changed since is lost, also under its old name', async () => {
  const {repository} = await repositoryWith();
  const {snapshot: id} = await repository.storeText('x', 'x', {tags: setTags(IDS[0], 'files')});
  const [{content} = {content: ''}] = await repository.snapshots([]);
  const part = {part: 'files' as const, id, root: '/data'};
  const sets = createSets(repository, {name: 'main', cacheDirectory: null, clock: clock});
  const lost = async (snapshots: SetManifest['snapshots']) =>
    (await sets.lost(sealed({id: IDS[0], snapshots}))).map((snapshot) => snapshot.part);
  expect(await lost([{...part, content}])).toEqual([]);
  expect(await lost([part])).toEqual([]);
  expect(await lost([{...part, content: 'f'.repeat(64)}])).toEqual(['files']);
});

test('a summary adds up what a restore writes', () => {
  expect(summaryOf(sealed())).toMatchObject({
    bytes: 512_000_000 + 3_400_000_000 + 9000,
    rows: 1_234_567,
    files: 12_345,
    server_version: '11.1.0',
    cross_check: 'passed',
    standing: {kind: 'good', missing: [], incomplete: [], elsewhere: []},
  });
  expect(summaryOf(sealed({database: null, files: null, config: null, server: null}))).toMatchObject({
    bytes: 0,
    rows: 0,
    files: 0,
    server_version: null,
    standing: {kind: 'good', elsewhere: ['files']},
  });
});

test('a set of a newer version is not called damaged, hides no other set and names what reads it', async () => {
  const {repository} = await repositoryWith(sealed({id: IDS[0], t0: 1}));
  const text = JSON.stringify({format: 2, id: IDS[1], parts: 'in another way'});
  await repository.storeText(MANIFEST_FILE, text, {tags: setTags(IDS[1], 'manifest')});
  const sets = createSets(repository, {name: 'main', cacheDirectory: null, clock: clock});
  const {sets: readable, unreadable} = await sets.survey();
  expect([readable.map(({id}) => id), unreadable]).toEqual([
    [IDS[0]],
    [expect.objectContaining({set: IDS[1], code: 'SET_NEWER', message: expect.stringContaining('format 2')})],
  ]);
  await expect(sets.show(IDS[1])).rejects.toMatchObject({code: 'SET_NEWER'});
});

const placesOf = (...repositories: string[]) => listed(summary, ...repositories).in;

const finished = (set: string, passed: boolean, at: number, repository?: string) => ({
  kind: 'verify.finished',
  at,
  data: {set, level: 'L2', passed, findings: 0, ...(repository !== undefined && {repository})},
});

test('the marks of a list: of the future, and the last verification that is known', () => {
  const now = clock.now();
  const entries = [
    finished(IDS[0], true, 1),
    finished(IDS[0], false, 2),
    {kind: 'backup.finished', at: 3, data: {set: IDS[0]}},
    {kind: 'verify.finished', at: 4, data: {set: IDS[1]}},
  ];
  const [first, second] = withMarks(
    [
      {id: IDS[0], t0: now, in: placesOf('main')},
      {id: IDS[1], t0: now + 86_400_000, in: placesOf('main')},
    ],
    {now, inUse: 'main', entries},
  );
  expect(first).toMatchObject({in_future: false, verified: {level: 'L2', passed: false, checked_at: 2}});
  expect(second).toMatchObject({in_future: true, verified: null});
});

test('a copy that did not pass marks the set in that copy, and nowhere else', () => {
  const entries = [
    finished(IDS[0], true, 1),
    finished(IDS[0], false, 2, 'offsite'),
    finished(IDS[1], false, 3, 'offsite'),
  ];
  const marked = withMarks(
    [
      {id: IDS[0], t0: 0, in: placesOf('main', 'offsite')},
      {id: IDS[0], t0: 0, in: placesOf('offsite')},
      {id: IDS[1], t0: 0, in: placesOf('main')},
      {id: IDS[1], t0: 0, in: placesOf('offsite')},
    ],
    {now: 0, inUse: 'main', entries},
  );
  expect(marked.map(({verified}) => verified?.passed)).toEqual([true, false, undefined, false]);
});
