import {expect, test} from '@jest/globals';
import {aSet, listed, summary} from '../testkit/answers.ts';
import {goodSets} from './sets.ts';

const partial = aSet({id: '20261124T113000Z-part00', scope: ['database']});
const damaged = aSet({id: '20261124T114500Z-damage', cross_check: 'failed'});

test('of a list only the sets that give everything back are left, in their order', () => {
  const older = {...summary, id: '20261123T110000Z-older0'};
  expect(goodSets([damaged, partial, summary, older])).toEqual({sets: [summary, older], says: null});
});

test('a good set of which parts are lost in every place gives not everything back', () => {
  const {in: places, ...set} = listed(summary, 'main', 'offsite');
  const [main, offsite] = places.map((place) => ({...place, complete: false}));
  expect(goodSets([{...set, in: [main!, offsite!]}]).sets).toEqual([]);
  expect(goodSets([{...set, in: [main!, places[1]!]}]).sets).toHaveLength(1);
});

test('a list without a good set says so, and is never taken for an empty repository', () => {
  expect(goodSets([damaged, partial]).says).toContain('None of the 2 sets gives everything back');
  expect(goodSets([])).toEqual({sets: [], says: null});
});
