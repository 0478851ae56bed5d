import {describe, expect, test} from '@jest/globals';
import {createMemoryAccounts, type AccountSeed} from '../../engines/accounts/memory.ts';
import {exclusionOf, type Policy} from './eligibility.ts';

const MONDAY = Date.UTC(2026, 10, 23);
const POLICY: Policy = {
  guestsMaySignIn: false,
  breakGlass: new Set(['glass']),
  denied: new Set(['denied.name', 'denied@corp.test', 'denied-id']),
  dormantBefore: MONDAY,
};
const EMAIL = {service: '', data: null};

/** Somebody who may be switched, but for `changes`. */
function reasonFor(changes: Partial<AccountSeed>, policy: Partial<Policy> = {}, lastSeenAt?: number) {
  const id = changes.id ?? 'anna';
  const world = createMemoryAccounts([{last_login_at: MONDAY, ...changes, id}]);
  return exclusionOf(world.get(id)!, {...POLICY, ...policy}, lastSeenAt);
}

describe('left as they are', () => {
  test.each<[string, Partial<AccountSeed>, string]>([
    ['a bot, also one that signs in like a person', {is_bot: true}, 'bot'],
    ['somebody of another server', {is_remote: true}, 'remote'],
    ['somebody deactivated: the next sign-in through the provider would let them in', {deleted_at: 1}, 'deactivated'],
    ['a guest with a link by mail', {sign_in: {service: 'magic_link', data: null}}, 'magic_link'],
    ['somebody with email and password', {sign_in: EMAIL}, 'local'],
    ['a service that Mattermost does not know', {sign_in: {service: 'smal', data: '1'}}, 'unknown_service'],
    ['sign-in data that is missing', {sign_in: {service: 'gitlab', data: null}}, 'no_auth_data'],
    ['sign-in data that is empty', {sign_in: {service: 'gitlab', data: ''}}, 'no_auth_data'],
    ['no address, for who has a password needs one', {email: ''}, 'no_email'],
    ['half an address', {email: 'anna@'}, 'no_email'],
    ['two addresses in one', {email: 'anna@corp.test, ben@corp.test'}, 'no_email'],
    ['a guest without a licence for guests', {roles: ['system_guest']}, 'guest_without_licence'],
    ['the account for emergencies', {username: 'glass'}, 'break_glass'],
    ['the account for emergencies, written otherwise', {username: 'Glass'}, 'break_glass'],
    ['who must not get in, by name', {username: 'denied.name'}, 'denied'],
    ['who must not get in, by a name written otherwise', {username: 'Denied.Name'}, 'denied'],
    ['who must not get in, by address', {email: 'Denied@Corp.Test'}, 'denied'],
    ['who must not get in, by id', {id: 'denied-id', username: 'anna'}, 'denied'],
    ['who was not seen for long', {last_login_at: MONDAY - 1}, 'dormant'],
  ])('%s', (_name, changes, reason) => {
    expect(reasonFor(changes)).toBe(reason);
  });

  test('with the first reason that holds, and that is the one nobody can argue with', () => {
    expect(reasonFor({is_bot: true, deleted_at: 1, sign_in: EMAIL})).toBe('bot');
    expect(reasonFor({deleted_at: 1, username: 'glass'})).toBe('deactivated');
    expect(reasonFor({username: 'glass', last_login_at: 1})).toBe('break_glass');
  });
});

describe('switched', () => {
  test.each<[string, Partial<AccountSeed>, Partial<Policy>?, number?]>([
    ['who signs in through a provider', {}],
    ['a guest where guests may sign in', {roles: ['system_guest']}, {guestsMaySignIn: true}],
    ['a member where guests may not', {roles: ['system_user']}],
    ['an administrator', {roles: ['system_user', 'system_admin']}],
    ['who was last seen at that very moment', {last_login_at: MONDAY}],
    ['who has not signed in for long, and was seen since', {last_login_at: 1}, {}, MONDAY + 1],
    ['who is new, and has not signed in yet', {last_login_at: 0, created_at: MONDAY}],
    ['who was named, however long away', {last_login_at: 1}, {dormantBefore: null}],
    ['whose name only begins as that of the account for emergencies', {username: 'glass.two'}],
    // Rest parameters: a named one would be taken for jest's `done` where a row is shorter.
  ])('%s', (...[, changes, policy, lastSeenAt]) => {
    expect(reasonFor(changes, policy, lastSeenAt)).toBeNull();
  });
});
