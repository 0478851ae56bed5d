import {mkdirSync, mkdtempSync, realpathSync, symlinkSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, test} from '@jest/globals';
import {formerStates} from './leavings.ts';

test('former states are found on disk without any memory of them, beside a directory and inside it, also by a link', async () => {
  const home = realpathSync(mkdtempSync(join(tmpdir(), 'leavings-')));
  for (const path of [
    'data/.drctl-in/former',
    '.drctl-abc-data/former',
    '.drctl-def-data/new',
    '.drctl-abc-other/former',
    'config',
  ]) {
    mkdirSync(join(home, path), {recursive: true});
  }
  symlinkSync(join(home, 'data'), join(home, 'link'));
  expect(await formerStates(join(home, 'link'))).toEqual([
    join(home, '.drctl-abc-data/former'),
    join(home, 'data/.drctl-in/former'),
  ]);
  expect(await formerStates(join(home, 'config'))).toEqual([]);
  expect(await formerStates(join(home, 'gone'))).toEqual([]);
});
