import {expect, test} from '@jest/globals';
import {createMemoryAccounts} from './memory.ts';
import {chooseWriter, keepsSessions} from './writer_choice.ts';

test.each([
  ['10.11.4', true],
  ['11.1.0', true],
  ['11.9.9', true],
  ['11.10.0', false],
  ['11.12.1', false],
  ['12.0.0', false],
])('Mattermost %s leaves people signed in when a plugin switches them: %s', (version, keeps) => {
  expect(keepsSessions(version)).toBe(keeps);
});

test('where the plugin would end sessions the database changes accounts, and the plugin still handles sessions', () => {
  const [plugin, database] = [
    createMemoryAccounts().writer,
    {...createMemoryAccounts().writer, through: 'database' as const, extendSessions: null},
  ];
  expect(chooseWriter(plugin, database, '11.1.0')).toBe(plugin);
  const chosen = chooseWriter(plugin, database, '11.10.0');
  expect(chosen).toMatchObject({
    through: 'database',
    changeSignIn: database.changeSignIn,
    revokeSessions: plugin.revokeSessions,
    extendSessions: plugin.extendSessions,
  });
});
