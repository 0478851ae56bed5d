import {mkdirSync, mkdtempSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, test} from '@jest/globals';
import {createLocalFileStore} from './local.ts';

const directory = mkdtempSync(join(tmpdir(), 'files-'));
mkdirSync(join(directory, '20261124/teams'), {recursive: true});
writeFileSync(join(directory, '20261124/teams/a.png'), 'abc');
writeFileSync(join(directory, "20261124/„Grüße“\n'x'.txt"), '');
const {sizeOf} = createLocalFileStore(directory);

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
