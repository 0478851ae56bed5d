import {execFileSync} from 'node:child_process';
import {mkdirSync, mkdtempSync, symlinkSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, test} from '@jest/globals';
import {createLocalFileStore} from './local.ts';

const directory = mkdtempSync(join(tmpdir(), 'files-'));
mkdirSync(join(directory, '20261124/teams'), {recursive: true});
writeFileSync(join(directory, '20261124/teams/a.png'), 'abc');
writeFileSync(join(directory, "20261124/„Grüße“\n'x'.txt"), '');
const {sizeOf, leadsTo} = createLocalFileStore(directory);

test.each([
  ['a file', '20261124/teams/a.png', 3],
  ['an empty file with a strange name', "20261124/„Grüße“\n'x'.txt", 0],
  ['a file that is not there', '20261124/b.png', null],
  ['a path through a file', '20261124/teams/a.png/b', null],
  ['a name that no disk can hold', 'x'.repeat(5000), null],
  ['a path that leads out', '../../../../etc/hostname', null],
])('%s', async (_name, path, bytes) => {
  expect(await sizeOf(path)).toBe(bytes);
});

test('what cannot be looked at is not called missing', async () => {
  await expect(sizeOf('a\0b')).rejects.toMatchObject({code: 'FILES_UNREADABLE'});
});

/** Each of them would be followed on this machine today. */
test('of a link that leads on over other names, each of them decides whether it comes back', async () => {
  const at = (path: string): string => join(directory, path);
  mkdirSync(at('.drctl-abc'));
  symlinkSync('20261124', at('day'));
  symlinkSync(at('20261124'), at('absolute'));
  symlinkSync('20261124/../../..', at('up'));
  execFileSync('mkfifo', [at('pipe')]);
  for (const [name, target] of [
    ['by a link', 'day/teams/a.png'],
    ['by an absolute link', 'absolute/teams/a.png'],
    ['out and in again', `../${directory.split('/').at(-1) ?? ''}/20261124`],
    ['by a link out', 'up/etc'],
    ['to a pipe', 'pipe'],
    ['to what restores left', '.drctl-abc'],
    ['through a file', '20261124/teams/a.png/b'],
  ] as const) {
    symlinkSync(target, at(name));
  }
  symlinkSync('day/teams/../teams', at('20261124/far'));
  const found = async (path: string) => [path, await leadsTo(path)];
  expect(
    await Promise.all(['by a link', '20261124/far', 'by an absolute link', 'out and in again', 'to a pipe'].map(found)),
  ).toEqual([
    ['by a link', 'inside'],
    ['20261124/far', 'nothing'],
    ['by an absolute link', 'outside'],
    ['out and in again', 'outside'],
    ['to a pipe', 'outside'],
  ]);
  expect(
    await Promise.all(['to what restores left', 'through a file', '../../by a link', 'day/teams'].map(found)),
  ).toEqual([
    ['to what restores left', 'outside'],
    ['through a file', 'nothing'],
    ['../../by a link', 'inside'],
    ['day/teams', null],
  ]);
});
