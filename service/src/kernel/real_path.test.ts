import {mkdirSync, mkdtempSync, realpathSync, symlinkSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, test} from '@jest/globals';
import {mountsBelow} from './mounts.ts';
import {realDirectory, realPlace} from './real_path.ts';

const home = realpathSync(mkdtempSync(join(tmpdir(), 'real-')));
const at = (...path: string[]): string => join(home, ...path);
mkdirSync(at('disk/app/data'), {recursive: true});
writeFileSync(at('disk/file'), '');
symlinkSync(at('disk'), at('link'));
symlinkSync('link', at('chain'));
symlinkSync(at('disk/file'), at('to a file'));
symlinkSync(at('gone'), at('dangling'));
symlinkSync('round', at('round'));

test.each([
  ['a directory', 'disk', 'disk'],
  ['a link', 'link', 'disk'],
  ['a link with a slash at its end', 'link/', 'disk'],
  ['a link to a link', 'chain', 'disk'],
  ['a path with a link in it', 'chain/app/data', 'disk/app/data'],
])('%s is resolved', async (_name, path, real) => {
  expect(await realDirectory(`${home}/${path}`)).toBe(at(real));
  expect(await realPlace(`${home}/${path}`)).toBe(at(real));
});

test.each([
  ['nothing', 'nothing', /nothing cannot be read \(ENOENT\)/],
  ['a file', 'disk/file', /not a directory/],
  ['a link to a file', 'to a file', /not a directory/],
  ['a link to nothing', 'dangling', /dangling is a link to .*gone, which cannot be read \(ENOENT\)/],
  ['a link to itself', 'round', /round is a link to round, which cannot be read \(ELOOP\)/],
])('%s is no directory, and the message says what it is', async (_name, path, message) => {
  await expect(realDirectory(at(path))).rejects.toMatchObject({
    code: 'FILES_UNREADABLE',
    message: expect.stringMatching(message),
  });
});

test('of a place that is still to be made, what exists is resolved; a link to nothing is no such place', async () => {
  expect(await realPlace(at('chain/new/deep'))).toBe(at('disk/new/deep'));
  await expect(realPlace(at('dangling'))).rejects.toMatchObject({code: 'FILES_UNREADABLE'});
  await expect(realPlace(at('dangling/below'))).rejects.toMatchObject({code: 'FILES_UNREADABLE'});
});

test('mounts below a directory are known, and the directory itself is none of them', async () => {
  expect(await mountsBelow('/')).toContain('/proc');
  expect(await mountsBelow('/proc')).not.toContain('/proc');
  expect(await mountsBelow(home)).toEqual([]);
});
