import {execFileSync} from 'node:child_process';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  renameSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {beforeEach, expect, test} from '@jest/globals';
import {createMemoryRepository, type MemoryRepository} from '../../repository/memory.ts';
import {discardStaged, inArea, makeArea} from './area.ts';
import type {Pass} from '../port.ts';
import {moveIn, stage, swapIn, swapOut, type Staged} from './stage.ts';
import {layOver, makeHarmless} from './staged_tree.ts';

let home = '';
let repository: MemoryRepository;
let part: Pass;
const at = (...path: string[]): string => join(home, ...path);
const write = (path: string, content: string): string => {
  mkdirSync(at(path, '..'), {recursive: true});
  writeFileSync(at(path), content);
  return at(path);
};
const filesIn = (directory: string): Record<string, string> =>
  Object.fromEntries(
    readdirSync(directory, {recursive: true, encoding: 'utf8'})
      .filter((path) => lstatSync(join(directory, path)).isFile())
      .map((path) => [path, readFileSync(join(directory, path), 'utf8')]),
  );
const staged = (): Promise<Staged> => stage(at('live'), 'abc', [part]);
const passOf = (snapshot: string, root: string): Pass => ({
  write: async (into) => {
    await repository.restore({snapshot, path: root}, into, {existing: 'replace'});
  },
  top: () => repository.directoryAt(snapshot, root),
});

beforeEach(async () => {
  home = realpathSync(mkdtempSync(join(tmpdir(), 'stage-')));
  repository = createMemoryRepository();
  await repository.create();
  write('old/a.png', 'of the set');
  chmodSync(at('old'), 0o751);
  const {snapshot} = await repository.store(at('old'), {tags: ['x']});
  part = passOf(snapshot, at('old'));
  write('live/a.png', 'former');
  // What no restore may touch.
  write('foreign/secret', 'of root');
  write('foreign/new/planted', 'planted');
});

const untouched = (): void => {
  expect(filesIn(at('foreign'))).toEqual({secret: 'of root', 'new/planted': 'planted'});
};

test('the area is beside the directory, inside it where a rename does not reach, and the directory is made where there is none', async () => {
  const {area} = await makeArea(at('deep/data'), 'abc');
  expect([area, statSync(area).mode & 0o777]).toEqual([at('deep/.drctl-abc-data'), 0o700]);
  expect(readdirSync(at('deep')).sort()).toEqual(['.drctl-abc-data', 'data']);
});

test('what was staged is thrown away before a swap, and never after one has begun', async () => {
  const {area} = await staged();
  await swapIn(at('live'), {area, owner: null});
  await discardStaged(area);
  expect(filesIn(join(area, 'former'))).toEqual({'a.png': 'former'});
  const other = await stage(at('live'), 'def', [part]);
  await discardStaged(other.area);
  await discardStaged(other.area);
  expect(existsSync(other.area)).toBe(false);
});

test('an area is made anew: what a killed attempt left in it does not come back', async () => {
  const {area, inode} = await makeArea(at('live'), 'abc');
  write('.drctl-abc-live/new/left', 'half');
  const again = await staged();
  expect([again.area, filesIn(join(area, 'new'))]).toEqual([area, {'a.png': 'of the set'}]);
  await inArea(again, async () => undefined);
  expect(typeof inode).toBe('string');
});

test.each<[string, () => void]>([
  ['a link', () => symlinkSync(at('foreign'), at('.drctl-abc-live'))],
  ['a file', () => write('.drctl-abc-live', '')],
  ['a directory open to others', () => mkdirSync(at('.drctl-abc-live'), {mode: 0o755})],
])('%s under the name of the area is nothing to work in', async (_name, plant) => {
  plant();
  await expect(staged()).rejects.toMatchObject({code: 'TARGET_CHANGED'});
  untouched();
});

/** Whoever owns the parent moves names away and puts others in their place, while the restore runs. */
test.each<[string, (area: string) => void]>([
  [
    'the area is replaced by a link',
    (area) => {
      renameSync(area, `${area}-moved`);
      symlinkSync(at('foreign'), area);
    },
  ],
  [
    'the area is replaced by another directory',
    (area) => {
      renameSync(area, `${area}-moved`);
      mkdirSync(area, {mode: 0o700});
      mkdirSync(join(area, 'new'));
      symlinkSync(at('foreign'), join(area, 'former'));
    },
  ],
  [
    'the directory is replaced by a link',
    () => {
      renameSync(at('live'), at('live-moved'));
      symlinkSync(at('foreign'), at('live'));
    },
  ],
])('when %s, nothing is swapped and nothing foreign is touched', async (_name, attack) => {
  const ready = await staged();
  attack(ready.area);
  await expect(swapIn(at('live'), ready)).rejects.toMatchObject({code: 'TARGET_CHANGED'});
  untouched();
  expect(filesIn(existsSync(at('live-moved')) ? at('live-moved') : at('live'))).toEqual({'a.png': 'former'});
});

test('a swap in a directory that is replaced by a link in the middle stays in the one that was opened', async () => {
  const ready = await staged();
  await inArea(ready, async (area) => {
    renameSync(ready.area, `${ready.area}-moved`);
    symlinkSync(at('foreign'), ready.area);
    expect(readFileSync(join(area.path, 'new/a.png'), 'utf8')).toBe('of the set');
  });
  untouched();
});

test('an undo is not led elsewhere either', async () => {
  const ready = await staged();
  await swapIn(at('live'), ready);
  renameSync(ready.area, `${ready.area}-moved`);
  symlinkSync(at('foreign'), ready.area);
  await expect(swapOut(at('live'), ready)).rejects.toMatchObject({code: 'TARGET_CHANGED'});
  untouched();
  expect(filesIn(at('live'))).toEqual({'a.png': 'of the set'});
});

test('areas of restores from before inodes were kept can be undone, also by the path of a link', async () => {
  const ready = await staged();
  await swapIn(at('live'), ready);
  symlinkSync(at('live'), at('link'));
  await swapOut(at('link'), {area: ready.area});
  expect(filesIn(at('live'))).toEqual({'a.png': 'former'});
});

test('a directory that was made for the restore becomes what the stored one was; any other keeps its own', async () => {
  const fresh = await stage(at('fresh'), 'abc', [part]);
  await moveIn(at('fresh'), fresh);
  await moveIn(at('fresh'), fresh);
  expect([
    statSync(at('fresh')).mode & 0o777,
    filesIn(at('fresh')),
    readdirSync(home).filter((name) => name.startsWith('.')),
  ]).toEqual([0o751, {'a.png': 'of the set'}, []]);
  chmodSync(at('live'), 0o710);
  await swapIn(at('live'), await staged());
  expect(statSync(at('live')).mode & 0o777).toBe(0o710);
});

const isRoot = process.getuid?.() === 0;
(isRoot ? test : test.skip)(
  'run by root, a fresh directory also gets its owner, and one that was given to somebody stays theirs',
  async () => {
    execFileSync('chown', ['33:33', at('old')]);
    const {snapshot} = await repository.store(at('old'), {tags: ['x']});
    part = passOf(snapshot, at('old'));
    await moveIn(at('fresh'), await stage(at('fresh'), 'abc', [part]));
    mkdirSync(at('given'), {mode: 0o700});
    execFileSync('chown', ['34:34', at('given')]);
    await moveIn(at('given'), await stage(at('given'), 'abc', [part]));
    expect([statSync(at('fresh')), statSync(at('given'))].map(({uid, mode}) => [uid, mode & 0o777])).toEqual([
      [33, 0o751],
      [34, 0o700],
    ]);
  },
);

test('a tree that was written by somebody else loses what would be dangerous, and is counted as it is', async () => {
  write('tree/20260101/a.png', 'abc');
  chmodSync(write('tree/tool', 'x'), 0o6755);
  symlinkSync('../20260101/a.png', at('tree/one-up'));
  symlinkSync('20260101/a.png', at('tree/inside'));
  symlinkSync(at('foreign'), at('tree/out'));
  symlinkSync('/etc/passwd', at('tree/20260101/absolute'));
  symlinkSync('nothing', at('tree/dangling'));
  execFileSync('mkfifo', [at('tree/pipe')]);
  if (isRoot) {
    execFileSync('mknod', [at('tree/device'), 'b', '7', '0']);
  }
  const tree = await makeHarmless(at('tree'));
  expect(tree).toMatchObject({files: 2, bytes: 4, links: 4, special: isRoot ? 2 : 1, stripped: 1});
  expect(readdirSync(at('tree'), {recursive: true}).sort()).toEqual(['20260101', '20260101/a.png', 'inside', 'tool']);
  expect([readlinkSync(at('tree/inside')), statSync(at('tree/tool')).mode & 0o7777]).toEqual(['20260101/a.png', 0o755]);
  untouched();
});

(isRoot ? test : test.skip)('capabilities of a file do not come back', async () => {
  const tool = write('tree/tool', 'x');
  chmodSync(tool, 0o755);
  try {
    execFileSync('setcap', ['cap_setuid+ep', tool], {stdio: 'ignore'});
  } catch {
    execFileSync('python3', [
      '-c',
      `import os; os.setxattr(${JSON.stringify(tool)}, 'security.capability', bytes.fromhex('0100000280000000000000000000000000000000'))`,
    ]);
  }
  await makeHarmless(at('tree'));
  expect(
    execFileSync('python3', ['-c', `import os; print(os.listxattr(${JSON.stringify(tool)}))`], {
      encoding: 'utf8',
    }).trim(),
  ).toBe('[]');
});

test('a later pass lies over an earlier one, whatever kind each entry is, and the sum is of what lies there', async () => {
  write('base/same', 'old');
  write('base/kept', 'kept');
  write('base/dir to file/x', 'xx');
  write('base/dir to file/y/z', 'z');
  write('base/file to dir', 'f');
  write('base/both/one', '1');
  write('over/same', 'newer');
  write('over/dir to file', 'file');
  write('over/file to dir/n', 'n');
  write('over/both/two', '2');
  const gone = await layOver(Buffer.from(at('base')), Buffer.from(at('over')));
  expect(filesIn(at('base'))).toEqual({
    same: 'newer',
    kept: 'kept',
    'dir to file': 'file',
    'file to dir/n': 'n',
    'both/one': '1',
    'both/two': '2',
  });
  expect(gone).toEqual({files: 4, bytes: 7});
  expect(readdirSync(at('over'))).toEqual(['both']);
});
