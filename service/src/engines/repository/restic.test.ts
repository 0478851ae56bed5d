import {execFileSync} from 'node:child_process';
import {randomBytes} from 'node:crypto';
import {
  closeSync,
  cpSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
  chmodSync,
  rmSync,
  mkdirSync,
} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, jest, test} from '@jest/globals';
import {cached} from '../../testkit/cached.ts';
import {conformance, copiesKeepTheirNames} from './conformance.ts';
import type {Repository} from './port.ts';
import {createRestic} from './restic.ts';

// Where restic made the key of a repository itself, each call derives it anew, which is slow on purpose.
jest.setTimeout(60_000);

const restic = cached('restic');
const prepared = cached('repository');
const shown = (location: string): string => location.replace('secret', '***');

function place(key = 'key'): {url: string; passwordFile: string; open: (key?: string) => Repository} {
  const directory = mkdtempSync(join(tmpdir(), 'restic-'));
  const url = join(directory, 'repository-secret');
  const open = (with_ = key): Repository => {
    const passwordFile = join(directory, `password-${with_}`);
    writeFileSync(passwordFile, `${with_}\n`);
    return createRestic(restic, shown).open({
      url,
      passwordFile,
      environment: {RESTIC_CACHE_DIR: join(directory, 'cache')},
    });
  };
  return {url, passwordFile: join(directory, `password-${key}`), open};
}

/** A repository that is there already and quick to open. */
function quickPlace(): ReturnType<typeof place> {
  const quick = place(readFileSync(join(prepared, 'key'), 'utf8').trim());
  cpSync(join(prepared, 'repository'), quick.url, {recursive: true});
  return quick;
}

conformance(
  'restic',
  async () => place().open(),
  async () => quickPlace().open(),
);

/** restic itself, at work in `to` and reading from `from`. */
function resticIn(to: ReturnType<typeof place>, words: readonly string[], from?: ReturnType<typeof place>): string {
  return execFileSync(restic, [...words, '--no-cache', ...(from ? ['--from-repo', from.url] : [])], {
    env: {
      ...process.env,
      RESTIC_REPOSITORY: to.url,
      RESTIC_PASSWORD_FILE: to.passwordFile,
      ...(from && {RESTIC_FROM_PASSWORD_FILE: from.passwordFile}),
    },
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

copiesKeepTheirNames('restic', async () => {
  const [from, to] = [quickPlace(), quickPlace()];
  const [source, target] = [from.open(), to.open()];
  return {from: source, to: target, copy: async () => void resticIn(to, ['copy'], from)};
});

test('restic: damage in a copy is told by the name that the snapshot has everywhere', async () => {
  const [from, to] = [quickPlace(), quickPlace()];
  const source = from.open();
  const directory = mkdtempSync(join(tmpdir(), 'tree-'));
  writeFileSync(join(directory, 'a.bin'), randomBytes(200_000));
  const {snapshot} = await source.store(directory, {tags: ['a']});
  const copied = to.open();
  resticIn(to, ['copy'], from);
  flipByte([...packsOf(to.url)].sort((a, b) => statSync(b).size - statSync(a).size)[0] ?? '');
  const damages = await copied.check('data', {});
  expect(damages.length).toBeGreaterThan(0);
  expect(new Set(damages.flatMap(({snapshots}) => snapshots))).toEqual(new Set([snapshot]));
});

test('restic: a snapshot that was changed has the name of what it was and another content; beside it, one of its own', async () => {
  const at = quickPlace();
  const repository = at.open();
  const directory = mkdtempSync(join(tmpdir(), 'tree-'));
  ['keep', 'drop'].forEach((name) => writeFileSync(join(directory, name), name));
  const {snapshot} = await repository.store(directory, {tags: ['a']});
  const [before] = await repository.snapshots([]);
  resticIn(at, ['rewrite', '--exclude', join(directory, 'drop'), snapshot]);
  const both = await repository.snapshots([]);
  expect(both).toContainEqual(before);
  expect(new Set(both.map(({id}) => id)).size).toBe(2);
  resticIn(at, ['forget', snapshot]);
  const [after, ...others] = await at.open().snapshots([]);
  expect([after?.id, others]).toEqual([snapshot, []]);
  expect(after?.content).not.toBe(before?.content);
});

test('restic: a lock is seen, of whichever program, and what is left of one that was never written is none', async () => {
  const at = quickPlace();
  const repository = at.open();
  expect(await repository.isLocked()).toBe(false);
  mkdirSync(join(at.url, 'locks'), {recursive: true});
  writeFileSync(join(at.url, 'locks', `${'b'.repeat(64)}-tmp-1`), 'x');
  expect(await repository.isLocked()).toBe(false);
  writeFileSync(join(at.url, 'locks', 'a'.repeat(64)), 'x');
  expect(await repository.isLocked()).toBe(true);
});

test('restic: the last list is given again only while every byte that it follows from is the same', async () => {
  const at = quickPlace();
  const calls = join(mkdtempSync(join(tmpdir(), 'calls-')), 'calls');
  const counting = `${calls}-restic`;
  writeFileSync(counting, `#!/bin/sh\necho "$*" >> '${calls}'\nexec '${restic}' "$@"\n`, {mode: 0o700});
  writeFileSync(calls, '');
  at.open();
  const settings = {url: at.url, passwordFile: at.passwordFile, environment: {}, listing: `${calls}-listing`};
  const repository = createRestic(counting, shown).open(settings);
  const asked = (): number => readFileSync(calls, 'utf8').match(/snapshots/g)?.length ?? 0;
  const list = async (): Promise<[number, number]> => [(await repository.snapshots([])).length, asked()];
  await repository.storeText('a', 'a', {tags: ['a']});
  expect([await list(), await list()]).toEqual([
    [1, 1],
    [1, 1],
  ]);
  await at.open().storeText('b', 'b', {tags: ['b']});
  expect([await list(), await list()]).toEqual([
    [2, 2],
    [2, 2],
  ]);
  writeFileSync(settings.listing, 'spoilt');
  expect([await list(), await list()]).toEqual([
    [2, 3],
    [2, 3],
  ]);
  writeFileSync(at.passwordFile, 'another key');
  await expect(list()).rejects.toMatchObject({code: 'REPOSITORY_KEY_WRONG'});
  at.open();
  await list();
  const [name = ''] = readdirSync(join(at.url, 'snapshots'));
  flipByte(join(at.url, 'snapshots', name));
  // restic has a copy of its own; what counts is that it is asked.
  const before = asked();
  await Promise.all([list(), list()]);
  expect(asked()).toBe(before + 2);
  rmSync(join(at.url, 'snapshots', name));
  expect((await list())[0]).toBe(1);
  rmSync(join(at.url, 'config'));
  await expect(list()).rejects.toMatchObject({code: 'REPOSITORY_NOT_FOUND'});
});

test('restic: where it is, is told without credentials', () => {
  expect(place().open().location).toMatch(/repository-\*\*\*$/);
});

test('restic: a repository of somebody else is never made over', async () => {
  const {open} = place();
  await open().create();
  await expect(open('another').create()).rejects.toMatchObject({code: 'REPOSITORY_EXISTS'});
  await expect(open('another').snapshots(['a'])).rejects.toMatchObject({code: 'REPOSITORY_KEY_WRONG'});
  await expect(open('another').check('data', {})).rejects.toMatchObject({code: 'REPOSITORY_KEY_WRONG'});
});

test('restic: a program that is too old, or another one, is a missing tool', async () => {
  const program = join(mkdtempSync(join(tmpdir(), 'old-')), 'restic');
  for (const words of ['restic 0.16.5 compiled with go1.21', 'something else']) {
    writeFileSync(program, `#!/bin/sh\necho "${words}"\n`);
    chmodSync(program, 0o755);
    await expect(
      createRestic(program, shown).open({url: '/nowhere', passwordFile: '/nowhere', environment: {}}).open(),
    ).rejects.toMatchObject({code: 'TOOL_MISSING'});
  }
});

function flipByte(path: string): void {
  chmodSync(path, 0o600);
  const file = openSync(path, 'r+');
  const [byte, at] = [Buffer.alloc(1), Math.floor(statSync(path).size / 4)];
  readSync(file, byte, 0, 1, at);
  writeSync(file, Buffer.from([(byte[0] ?? 0) ^ 0xff]), 0, 1, at);
  closeSync(file);
}

const packsOf = (url: string): string[] =>
  readdirSync(join(url, 'data'), {recursive: true, encoding: 'utf8'})
    .map((name) => join(url, 'data', name))
    .filter((path) => statSync(path).isFile());

async function twoSets() {
  const {url, open} = quickPlace();
  const repository = open();
  const stored = [];
  const packs: string[][] = [];
  for (const name of ['one', 'two']) {
    const directory = mkdtempSync(join(tmpdir(), `${name}-`));
    writeFileSync(join(directory, `${name}.bin`), randomBytes(200_000));
    mkdirSync(join(directory, 'sub'));
    writeFileSync(join(directory, 'sub/x'), name);
    const before = new Set(packsOf(url));
    stored.push({...(await repository.store(directory, {tags: ['dr', `set=${name}`]})), directory});
    packs.push(packsOf(url).filter((path) => !before.has(path)));
  }
  const largest = (paths: string[]): string => [...paths].sort((a, b) => statSync(b).size - statSync(a).size)[0] ?? '';
  return {url, repository, stored, dataPack: largest(packs[0] ?? []), packs};
}

test('restic: one flipped byte is found by reading every byte, and only the set that needs it is named', async () => {
  const {repository, stored, dataPack} = await twoSets();
  flipByte(dataPack);
  const damages = await repository.check('data', {});
  expect(damages.length).toBeGreaterThan(0);
  const named = new Set(damages.flatMap(({snapshots}) => snapshots));
  expect(named).toEqual(new Set([stored[0]?.snapshot]));
  expect(damages.every(({says}) => says !== '' && !/restic repair/.test(says))).toBe(true);
});

test('restic: damaged data is never written into a target as if it were whole', async () => {
  const {repository, stored, dataPack} = await twoSets();
  flipByte(dataPack);
  const target = mkdtempSync(join(tmpdir(), 'target-'));
  await expect(
    repository.restore({snapshot: stored[0]!.snapshot, path: stored[0]!.directory}, target, {existing: 'replace'}),
  ).rejects.toMatchObject({code: 'REPOSITORY_DAMAGED'});
  const other = mkdtempSync(join(tmpdir(), 'target-'));
  await repository.restore({snapshot: stored[1]!.snapshot, path: stored[1]!.directory}, other, {existing: 'replace'});
  expect(readdirSync(other).sort()).toEqual(['sub', 'two.bin']);
});

test.each<[string, (pack: string) => void]>([
  ['has a flipped byte', flipByte],
  ['is cut short', (pack) => truncateSync(pack, 100_000)],
  ['is gone', rmSync],
])(
  'restic: where a pack %s, the files that need it can be named and left out, and the rest comes back',
  async (_name, spoil) => {
    const {repository, stored, dataPack} = await twoSets();
    chmodSync(dataPack, 0o600);
    spoil(dataPack);
    const {snapshot, directory} = stored[0]!;
    const target = mkdtempSync(join(tmpdir(), 'target-'));
    const lost: string[] = [];
    await repository.restore({snapshot, path: directory}, target, {
      existing: 'replace',
      onLost: (path) => lost.push(path),
    });
    // What is small enough lies in the same pack.
    expect(lost).toContain('one.bin');
    expect(readdirSync(target)).not.toContain('one.bin');
    const other = mkdtempSync(join(tmpdir(), 'target-'));
    const onLost = (path: string) => lost.push(path);
    lost.length = 0;
    await repository.restore({snapshot: stored[1]!.snapshot, path: stored[1]!.directory}, other, {
      existing: 'replace',
      onLost,
    });
    expect([lost, readdirSync(other).sort()]).toEqual([[], ['sub', 'two.bin']]);
  },
);

test('restic: of a file whose name is not UTF-8, and that cannot be read, nothing stays either', async () => {
  const {url, open} = quickPlace();
  const repository = open();
  const directory = mkdtempSync(join(tmpdir(), 'names-'));
  const name = Buffer.from([0x61, 0xff, 0xe2, 0x82, 0x2e, 0xfe]);
  mkdirSync(Buffer.concat([Buffer.from(`${directory}/`), name]));
  writeFileSync(Buffer.concat([Buffer.from(`${directory}/`), name, Buffer.from('/'), name]), randomBytes(3_000_000));
  writeFileSync(join(directory, 'empty'), '');
  const {snapshot} = await repository.store(directory, {tags: ['a']});
  const pack = packsOf(url).sort((a, b) => statSync(b).size - statSync(a).size)[0] ?? '';
  flipByte(pack);
  const target = mkdtempSync(join(tmpdir(), 'target-'));
  const lost: string[] = [];
  await repository.restore({snapshot, path: directory}, target, {
    existing: 'replace',
    onLost: (path) => lost.push(path),
  });
  expect(lost).toEqual([expect.stringMatching(/^a\u{FFFD}+\.\u{FFFD}\/a\u{FFFD}+\.\u{FFFD}$/u)]);
  expect(execFileSync('find', [target, '-type', 'f'], {encoding: 'utf8'})).toBe(`${join(target, 'empty')}\n`);
});

test('restic: what goes wrong in the target is no loss of the repository, and ends the restore', async () => {
  const {repository, stored} = await twoSets();
  const {snapshot, directory} = stored[0]!;
  const target = join(mkdtempSync(join(tmpdir(), 'target-')), 'file');
  writeFileSync(target, 'in the way');
  const lost: string[] = [];
  await expect(
    repository.restore({snapshot, path: directory}, target, {existing: 'replace', onLost: (path) => lost.push(path)}),
  ).rejects.toHaveProperty('code');
  expect(lost).toEqual([]);
});

test('restic: a data file that is gone is found by looking at the structure', async () => {
  const {repository, stored, dataPack} = await twoSets();
  rmSync(dataPack);
  const damages = await repository.check('structure', {});
  expect(damages.length).toBeGreaterThan(0);
  expect(new Set(damages.flatMap(({snapshots}) => snapshots))).toEqual(new Set([stored[0]?.snapshot]));
});
