import {execFileSync} from 'node:child_process';
import {mkdirSync, mkdtempSync, symlinkSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, test} from '@jest/globals';
import {requireOnlyFiles} from './dump_files.ts';

test.each<[string, (path: string) => void]>([
  ['a link', (path) => symlinkSync('/etc/passwd', path)],
  ['a directory', (path) => mkdirSync(path)],
  ['a device, pipe or socket', (path) => execFileSync('mkfifo', [path])],
])('a dump with %s in it is refused', async (kind, plant) => {
  const dump = mkdtempSync(join(tmpdir(), 'dump-'));
  writeFileSync(join(dump, 'toc.dat'), 'x');
  await requireOnlyFiles(dump);
  plant(join(dump, '4321.dat'));
  await expect(requireOnlyFiles(dump)).rejects.toMatchObject({
    code: 'SET_NOT_RESTORABLE',
    message: expect.stringContaining(`4321.dat, which is ${kind}`),
  });
});
