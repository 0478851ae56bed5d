import {expect, test} from '@jest/globals';
import {differencesOf} from './differences.ts';

test('what of a tree was left out or changed is told, and nothing when all came as it was stored', () => {
  const tree = {files: 2, bytes: 4, links: 4, special: 1, stripped: 1, first: 'tree/out'};
  expect(differencesOf(tree)).toEqual([
    'Not restored: 4 links that lead out of the tree or to nothing, 1 device, pipe or socket; first tree/out.',
    '1 file has lost the set-user-ID or set-group-ID bit.',
  ]);
  expect(differencesOf({...tree, links: 0, special: 0, stripped: 0})).toEqual([]);
});
