import {expect, test} from '@jest/globals';
import type {ListedSet} from '@disaster-recovery/contract';
import {listed, summary} from '../testkit/answers.ts';
import {wantedSets} from './wanted.ts';

const DAY = 86_400_000;

function set(day: number, changes: Partial<ListedSet> = {}): ListedSet {
  return {...listed(summary), id: `2026110${day}T020000Z-aaaaaa`, t0: day * DAY, ...changes};
}
const ids = (sets: readonly ListedSet[]): number[] => sets.map(({t0}) => t0 / DAY);
const wanted = (here: ListedSet[], there: ListedSet[], once: ListedSet[] = [], notFrom: string[] = []): number[] =>
  ids(wantedSets({here, there, once: new Set(once.map(({id}) => id))}, {notFrom}));

const half = (of: ListedSet): ListedSet => ({...of, in: of.in.map((place) => ({...place, complete: false}))});
const week = [1, 2, 3, 4, 5].map((day) => set(day));

test.each<[string, number[], number[]]>([
  ['an empty copy begins with the newest set, not with the years before it', wanted(week, []), [5]],
  ['what was made since is wanted, the newest first', wanted(week, [set(3)]), [5, 4]],
  ['a gap is filled', wanted(week, [set(2), set(5)]), [4, 3]],
  ['a copy that has all wants nothing', wanted(week, week), []],
  ['what was there once and was removed is not sent again', wanted(week, [set(5)], [set(2), set(3), set(4)]), []],
  ['a copy that was emptied gets what came after what it had', wanted(week, [], [set(3), set(4)]), [5]],
  ['what is there in part is sent again', wanted(week, [set(4), half(set(5))]), [5]],
  ['what lost parts here cannot be sent', wanted([set(4), half(set(5))], []), [4]],
  [
    'a restore point, and a set whose files do not fit, stay here',
    wanted([set(3), set(4, {kind: 'restore_point'}), set(5, {standing: {...summary.standing, kind: 'damaged'}})], []),
    [3],
  ],
  [
    'a schedule whose sets do not go there',
    wanted([set(4, {reason: 'schedule nightly'}), set(5, {reason: 'schedule hourly'})], [], [], ['hourly']),
    [4],
  ],
])('%s', (_name, found, expected) => {
  expect(found).toEqual(expected);
});
