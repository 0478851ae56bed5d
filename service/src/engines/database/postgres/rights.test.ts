import {afterAll, beforeAll, expect, jest, test} from '@jest/globals';
import {startFixture, type Fixture} from './postgres_fixture.ts';

jest.setTimeout(60_000);

let fixture: Fixture;
const url = (): string => fixture.urlAs('mmuser', 'mattermost');
beforeAll(async () => {
  fixture = await startFixture();
  await fixture.reset();
});
afterAll(async () => {
  await fixture.server.stop();
});

const T0 = 1000;
const roles = async () =>
  Object.fromEntries(
    (
      await fixture.sql<{id: string; roles: string; deleteat: string}>(
        url(),
        'SELECT id, roles, deleteat FROM users ORDER BY 1',
      )
    ).map((row) => [row.id, `${row.roles}${row.deleteat === '0' ? '' : ', deactivated'}`]),
  );

test('a database without Mattermost has nobody in it', async () => {
  expect(await fixture.source().rights(T0)).toBeNull();
  expect((await fixture.backUp()).record.privileged).toEqual([]);
});

test('the record names who may more than others, and of today who may less since', async () => {
  await fixture.sql(
    url(),
    'CREATE TABLE users (id text, username text, roles text, createat bigint, updateat bigint, deleteat bigint)',
    'CREATE TABLE sessions (id text, userid text)',
    `INSERT INTO users VALUES ('a', 'anna', 'system_user system_admin', 1, 1, 0), ('b', 'ben', 'system_user', 1, 1, 0),
      ('g', 'guest', 'system_guest', 1, 1, 0), ('m', 'maria', 'system_user system_manager', 1, 1, 0), ('x', 'ex', 'system_user system_admin', 1, 1, 900),
      ('d', 'dan', 'system_user', 1, 1, 2000), ('n', 'new', 'system_user', 1500, 1, 2000)`,
    `INSERT INTO sessions SELECT 's' || id, id FROM users`,
  );
  const privileged = [
    {id: 'a', username: 'anna', roles: ['system_admin']},
    {id: 'm', username: 'maria', roles: ['system_manager']},
  ];
  expect((await fixture.backUp()).record.privileged).toEqual(privileged);
  const deactivated = [{id: 'd', username: 'dan'}];
  expect(await fixture.source().rights(T0)).toEqual({active: 4, privileged, deactivated});
});

test('rights that are gone today are taken from the restored database, and their sessions with them', async () => {
  const target = fixture.engine.target(url());
  const people = [
    {id: 'a', roles: ['system_manager'], is_deactivated: false},
    {id: 'b', roles: 'unchanged' as const, is_deactivated: true},
    {id: 'm', roles: [], is_deactivated: true},
  ];
  await fixture.sql(url(), `UPDATE users SET roles = 'system_user system_admin system_manager' WHERE id = 'a'`);
  const attempt = {id: 'abc123', beside: false, exists: true};
  expect(await target.takeRights(attempt, people, 5000)).toBe(3);
  expect(await roles()).toMatchObject({
    a: 'system_user system_manager',
    b: 'system_user, deactivated',
    m: 'system_user, deactivated',
    g: 'system_guest',
  });
  const left = await fixture.sql<{userid: string}>(url(), 'SELECT userid FROM sessions ORDER BY 1');
  expect(left.map(({userid}) => userid)).toEqual(['d', 'g', 'n', 'x']);
});
