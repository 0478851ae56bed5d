import {expect, test} from '@jest/globals';
import type {Rights} from '../engines/database/port.ts';
import {regainedShown, whoRegains} from './regained.ts';

const ADMIN = {id: 'a', username: 'anna', roles: ['system_admin']};
const today = (changes: Partial<Rights> = {}): Rights => ({active: 9, privileged: [], deactivated: [], ...changes});

test.each<[string, Rights, string[]]>([
  ['nothing changed', today({privileged: [ADMIN]}), []],
  ['made a member since', today(), ['anna gets system_admin back']],
  [
    'a lesser role since',
    today({privileged: [{...ADMIN, roles: ['system_manager']}]}),
    ['anna gets system_admin back'],
  ],
  ['a further role since', today({privileged: [{...ADMIN, roles: ['system_admin', 'system_manager']}]}), []],
  [
    'deactivated since, an administrator and a member',
    today({deactivated: [ADMIN, {id: 'b', username: 'ben'}]}),
    ['anna gets system_admin back, and is deactivated today', 'ben can sign in again; is deactivated today'],
  ],
])('%s', (_name, rights, expected) => {
  expect(whoRegains([ADMIN], rights).map(({username, says}) => `${username} ${says}`)).toEqual(expected);
});

test('who is a lesser administrator today keeps that role', () => {
  const [anna] = whoRegains([ADMIN], today({privileged: [{...ADMIN, roles: ['system_manager']}]}));
  expect(anna).toMatchObject({roles: ['system_manager'], is_deactivated: false});
});

test('the plan names twenty and counts all', () => {
  const deactivated = Array.from({length: 50}, (_, index) => ({id: String(index), username: `user${index}`}));
  const shown = regainedShown(whoRegains([], today({deactivated})), false);
  expect([shown?.count, shown?.people.length]).toEqual([50, 20]);
});
