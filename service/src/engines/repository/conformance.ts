import {randomBytes} from 'node:crypto';
import {chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, symlinkSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, test} from '@jest/globals';
import {run} from '../../process/run.ts';
import type {Repository, StoredFile, StoredOther} from './port.ts';

/** Names that people give to files. */
const NAMES = [
  'config.json',
  'teams/a b/Grüße „x“.png',
  'teams/line\nbreak.txt',
  'teams/quote\'".txt',
  'teams/\u2028separator.txt',
  'teams/back\\slash.txt',
  '.hidden',
  'empty',
];

const tree = (files: Record<string, string>): string => {
  const directory = mkdtempSync(join(tmpdir(), 'tree-'));
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(join(directory, path, '..'), {recursive: true});
    writeFileSync(join(directory, path), content);
  }
  return directory;
};

const whole = (): Record<string, string> =>
  Object.fromEntries(NAMES.map((path, index) => [path, path === 'empty' ? '' : `content ${index}`]));

const listed = async (repository: Repository, snapshot: string, root: string): Promise<StoredFile[]> => {
  const files: StoredFile[] = [];
  await repository.list({snapshot, path: root}, ({path, bytes}) => files.push({path, bytes}));
  return files.sort((a, b) => (a.path < b.path ? -1 : 1));
};

/**
 * What every adapter of the port does.
 * @param make gives a repository that does not exist yet
 * @param created gives an empty one, where there is a quicker way than to make it
 */
export function conformance(
  name: string,
  make: () => Promise<Repository>,
  created = async (): Promise<Repository> => {
    const repository = await make();
    await repository.create();
    return repository;
  },
): void {
  treesComeBack(name, created);
  onlyOneComesBack(name, created);
  linksAreTold(name, created);
  rootsAreTold(name, created);
  textsComeBack(name, created);
  whatIsForgottenGoes(name, created);

  test(`${name}: before it is made it is not found; making it again keeps it`, async () => {
    const repository = await make();
    await expect(repository.open()).rejects.toMatchObject({code: 'REPOSITORY_NOT_FOUND'});
    expect([await repository.create(), await repository.create()]).toEqual(['created', 'already_there']);
    expect((await repository.open()).engine).not.toBe('');
    await repository.releaseStaleLocks();
  });
}

function treesComeBack(name: string, created: () => Promise<Repository>): void {
  test(`${name}: files of any name come back whole, and own names are left out`, async () => {
    const repository = await created();
    const files = whole();
    const directory = tree({...files, '.drctl-abc/left': 'x'});
    const {
      snapshot,
      files: count,
      bytes,
      vanished,
    } = await repository.store(directory, {tags: ['a'], excludes: [join(directory, '.drctl-*')]});
    const expected = Object.entries(files)
      .map(([path, content]) => ({path, bytes: content.length}))
      .sort((a, b) => (a.path < b.path ? -1 : 1));
    expect([count, bytes, vanished]).toEqual([NAMES.length, expected.reduce((sum, file) => sum + file.bytes, 0), []]);
    expect(await listed(repository, snapshot, directory)).toEqual(expected);
    const target = mkdtempSync(join(tmpdir(), 'target-'));
    await repository.restore({snapshot, path: directory}, target, {existing: 'replace'});
    expect(Object.fromEntries(NAMES.map((path) => [path, readFileSync(join(target, path), 'utf8')]))).toEqual(files);
  });

  test(`${name}: of a list only what is there is stored, directories whole, and a restore of it lies over another`, async () => {
    const repository = await created();
    const directory = tree({'20260101/a': 'one', '20260102/b': 'two', 'users/x/profile.png': 'old', 'li\nne': 'break'});
    const first = await repository.store(directory, {tags: ['a']});
    writeFileSync(join(directory, 'users/x/profile.png'), 'newer');
    const second = await repository.store(directory, {
      tags: ['a'],
      only: ['users', 'li\nne', 'gone'],
      parent: first.snapshot,
    });
    expect(await listed(repository, second.snapshot, directory)).toEqual([
      {path: 'li\nne', bytes: 5},
      {path: 'users/x/profile.png', bytes: 5},
    ]);
    const target = mkdtempSync(join(tmpdir(), 'target-'));
    for (const {snapshot} of [first, second]) {
      await repository.restore({snapshot, path: directory}, target, {existing: 'replace'});
    }
    expect([
      readFileSync(join(target, '20260101/a'), 'utf8'),
      readFileSync(join(target, 'users/x/profile.png'), 'utf8'),
    ]).toEqual(['one', 'newer']);
    await expect(repository.store(directory, {tags: ['a'], only: ['gone', 'gone too']})).rejects.toMatchObject({
      code: 'FILES_UNREADABLE',
    });
  });

  test(`${name}: what is stored twice is added once`, async () => {
    const repository = await created();
    const directory = tree({'big.bin': 'x'.repeat(100_000)});
    const first = await repository.store(directory, {tags: ['a']});
    const second = await repository.store(directory, {tags: ['a']});
    expect(first.bytes_added).toBeGreaterThan(0);
    expect(second.bytes_added).toBeLessThan(first.bytes_added);
    expect(second.snapshot).not.toBe(first.snapshot);
  });

  test(`${name}: a directory that is not there makes no snapshot`, async () => {
    const repository = await created();
    await expect(repository.store('/nonexistent/files', {tags: ['a']})).rejects.toMatchObject({
      code: expect.stringMatching(/^(FILES_UNREADABLE|REPOSITORY_UNREACHABLE)$/),
    });
    expect(await repository.snapshots(['a'])).toEqual([]);
  });

  test(`${name}: keep leaves files that exist, replace does not`, async () => {
    const repository = await created();
    const directory = tree({a: 'stored', b: 'stored'});
    const {snapshot} = await repository.store(directory, {tags: ['a']});
    const target = tree({a: 'newer'});
    await repository.restore({snapshot, path: directory}, target, {existing: 'keep'});
    expect([readFileSync(join(target, 'a'), 'utf8'), readFileSync(join(target, 'b'), 'utf8')]).toEqual([
      'newer',
      'stored',
    ]);
    await repository.restore({snapshot, path: directory}, target, {existing: 'replace'});
    expect(readFileSync(join(target, 'a'), 'utf8')).toBe('stored');
  });
}

function onlyOneComesBack(name: string, created: () => Promise<Repository>): void {
  test(`${name}: of a tree one file comes back alone, whatever else has its name`, async () => {
    const repository = await created();
    const directory = tree({'toc.dat': 'one', 'sub/toc.dat': 'two', 'toc.da*': 'three', '4.dat': 'four'});
    const {snapshot} = await repository.store(directory, {tags: ['a']});
    for (const [only, content] of [
      ['toc.dat', 'one'],
      ['toc.da*', 'three'],
    ] as const) {
      const target = mkdtempSync(join(tmpdir(), 'target-'));
      await repository.restore({snapshot, path: directory}, target, {existing: 'replace', only});
      expect([readdirSync(target), readFileSync(join(target, only), 'utf8')]).toEqual([[only], content]);
    }
  });
}

function linksAreTold(name: string, created: () => Promise<Repository>): void {
  test(`${name}: links and pipes are told apart from files, and only to whoever asks`, async () => {
    const repository = await created();
    const directory = tree({'a/file': 'one', 'a/"type":"dir"': 'two'});
    symlinkSync('file', join(directory, 'a/in'));
    symlinkSync('nothing', join(directory, 'to "type":"dir"'));
    await run('mkfifo', {operands: [join(directory, 'pipe')]});
    const {snapshot} = await repository.store(directory, {tags: ['a']});
    const files = [
      {path: 'a/"type":"dir"', bytes: 3},
      {path: 'a/file', bytes: 3},
    ];
    expect(await listed(repository, snapshot, directory)).toEqual(files);
    const [seen, others]: [string[], StoredOther[]] = [[], []];
    await repository.list(
      {snapshot, path: directory},
      ({path}) => seen.push(path),
      (other) => others.push(other),
    );
    expect(seen.sort()).toEqual(files.map(({path}) => path));
    expect(others.sort((a, b) => (a.path < b.path ? -1 : 1))).toEqual([
      {path: 'a/in', kind: 'link'},
      {path: 'pipe', kind: 'special'},
      {path: 'to "type":"dir"', kind: 'link'},
    ]);
  });
}

function rootsAreTold(name: string, created: () => Promise<Repository>): void {
  test(`${name}: a root is a directory in the snapshot, or a restore cannot take it: the path of a link has nothing below it`, async () => {
    const repository = await created();
    const directory = tree({'users/x': 'content'});
    chmodSync(directory, 0o751);
    const link = `${directory}-link`;
    symlinkSync(directory, link);
    const [plain, linked, below] = [
      await repository.store(directory, {tags: ['a']}),
      await repository.store(link, {tags: ['a']}),
      await repository.store(link, {tags: ['a'], only: ['users']}),
    ];
    expect(await repository.directoryAt(plain.snapshot, directory)).toMatchObject({mode: 0o751});
    expect(await repository.directoryAt(below.snapshot, link)).toMatchObject({mode: 0o751});
    expect(await repository.directoryAt(linked.snapshot, link)).toBeNull();
    expect(await repository.directoryAt(plain.snapshot, join(directory, 'users/x'))).toBeNull();
    expect(await repository.directoryAt(plain.snapshot, `${directory}-elsewhere`)).toBeNull();
    const target = mkdtempSync(join(tmpdir(), 'target-'));
    await expect(
      repository.restore({snapshot: linked.snapshot, path: link}, target, {existing: 'replace'}),
    ).rejects.toThrow('not a directory');
    await expect(repository.directoryAt('f'.repeat(64), directory)).rejects.toHaveProperty('code');
  });
}

function textsComeBack(name: string, created: () => Promise<Repository>): void {
  test(`${name}: a text reads back, whole and by lines`, async () => {
    const repository = await created();
    const text = '{"path":"a\u2028b"}\n{"path":"Grüße"}\n';
    const {snapshot} = await repository.storeText('manifest.json', text, {tags: ['a']});
    expect(await repository.readText(snapshot, '/manifest.json')).toBe(text);
    const lines: string[] = [];
    await repository.readLines({snapshot, path: '/manifest.json'}, (line) => lines.push(line));
    expect(lines).toEqual(['{"path":"a\u2028b"}', '{"path":"Grüße"}']);
    await expect(repository.readText(snapshot, '/other.json')).rejects.toHaveProperty('code');
  });

  test(`${name}: snapshots are found by all their tags, oldest first`, async () => {
    const repository = await created();
    const one = await repository.storeText('m', '1', {tags: ['dr', 'set=1']});
    const two = await repository.storeText('m', '2', {tags: ['dr', 'set=2']});
    expect((await repository.snapshots(['dr'])).map(({id}) => id)).toEqual([one.snapshot, two.snapshot]);
    expect((await repository.snapshots(['dr', 'set=2'])).map(({id, tags}) => [id, tags])).toEqual([
      [two.snapshot, ['dr', 'set=2']],
    ]);
    expect(await repository.snapshots(['set=1', 'set=2'])).toEqual([]);
  });

  test(`${name}: a healthy repository has no damage, at either depth`, async () => {
    const repository = await created();
    await repository.store(tree({a: 'x'}), {tags: ['a']});
    expect([await repository.check('structure', {}), await repository.check('data', {})]).toEqual([[], []]);
  });

  test(`${name}: an abort stops with its reason and leaves no snapshot`, async () => {
    const repository = await created();
    const stopped = AbortSignal.abort(new Error('enough'));
    await expect(repository.store(tree({a: 'x'}), {tags: ['a'], signal: stopped})).rejects.toThrow('enough');
    expect(await repository.snapshots(['a'])).toEqual([]);
  });
}

function whatIsForgottenGoes(name: string, created: () => Promise<Repository>): void {
  const noise = (bytes: number): string => randomBytes(bytes / 2).toString('hex');

  test(`${name}: what is forgotten is gone, the rest is whole, and its space comes back with prune`, async () => {
    const repository = await created();
    const [shared, own] = [noise(40_000), noise(80_000)];
    const [goes, stays] = [tree({shared, own}), tree({shared})];
    const [first, second] = [await repository.store(goes, {tags: ['a']}), await repository.store(stays, {tags: ['a']})];
    expect(await repository.prune()).toEqual({freed_bytes: 0});
    await repository.forget([first.snapshot]);
    expect((await repository.snapshots([])).map(({id}) => id)).toEqual([second.snapshot]);
    const {freed_bytes: freed} = await repository.prune();
    expect(freed).toBeGreaterThan(35_000);
    expect(freed).toBeLessThan(110_000);
    expect(await repository.check('data', {})).toEqual([]);
    const target = mkdtempSync(join(tmpdir(), 'target-'));
    await repository.restore({snapshot: second.snapshot, path: stays}, target, {existing: 'replace'});
    expect(readFileSync(join(target, 'shared'), 'utf8')).toBe(shared);
  });

  test(`${name}: to forget what is not there, or nothing, changes nothing`, async () => {
    const repository = await created();
    const {snapshot} = await repository.storeText('m', '1', {tags: ['a']});
    await repository.forget([]);
    await repository.forget(['f'.repeat(64)]);
    expect((await repository.snapshots([])).map(({id}) => id)).toEqual([snapshot]);
    await repository.forget([snapshot]);
    await repository.forget([snapshot]);
    expect(await repository.snapshots([])).toEqual([]);
  });
}

/** A copy of some of what is in one repository, made in another by the engine's own means. */
export type Pair = {from: Repository; to: Repository; copy(): Promise<void>};

/** What every adapter does with what was copied into it. */
export function copiesKeepTheirNames(name: string, pair: () => Promise<Pair>): void {
  test(`${name}: a copy in another repository has the name and the content of the original, and is read by that name`, async () => {
    const {from, to, copy} = await pair();
    const directory = tree({'sub/a': 'content'});
    await to.storeText('own.txt', 'own', {tags: ['own']});
    const stored = await from.store(directory, {tags: ['dr', 'set=1']});
    const text = await from.storeText('manifest.json', '{}', {tags: ['dr', 'set=1']});
    await copy();
    await copy();
    const told = (repository: Repository) =>
      repository
        .snapshots(['dr'])
        .then((snapshots) => snapshots.map(({id, tags, paths, content}) => ({id, tags, paths, content})));
    expect(await told(to)).toEqual(await told(from));
    expect((await told(to)).map(({id}) => id)).toEqual([stored.snapshot, text.snapshot]);
    expect(await to.readText(text.snapshot, '/manifest.json')).toBe('{}');
    expect(await listed(to, stored.snapshot, directory)).toEqual([{path: 'sub/a', bytes: 7}]);
    expect(await to.directoryAt(stored.snapshot, directory)).not.toBeNull();
    const target = mkdtempSync(join(tmpdir(), 'target-'));
    await to.restore({snapshot: stored.snapshot, path: directory}, target, {existing: 'replace'});
    expect(readFileSync(join(target, 'sub/a'), 'utf8')).toBe('content');
    await to.forget([stored.snapshot]);
    expect((await to.snapshots(['dr'])).map(({id}) => id)).toEqual([text.snapshot]);
    expect(await from.snapshots(['dr'])).toHaveLength(2);
  });
}
