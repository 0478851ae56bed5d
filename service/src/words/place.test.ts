import {expect, test} from '@jest/globals';
import {FAILURES} from '@disaster-recovery/contract';
import {inPlace, onTerminal} from './place.ts';

test.each([
  ['chat', 'Look with `drctl sso status`.', 'Look with `/dr sso status`.'],
  ['chat', 'drctl verify SET --level L2', '/dr verify SET --level L2'],
  ['chat', 'then `drctl sso switch-back`', 'then `/dr sso switch-back`'],
  ['chat', '`drctl restore SET` works on a shell', '`drctl restore SET` works on a shell'],
  ['chat', 'Run `drctl enroll` again', 'Run `drctl enroll` again'],
  ['chat', '/opt/drctl list', '/opt/drctl list'],
  ['cli', 'To try again: /dr backup', 'To try again: drctl backup'],
  ['cli', 'Say `/dr sso close`.', 'Say `drctl sso close`.'],
  ['cli', 'drctl itself works without it', 'drctl itself works without it'],
] as const)('in %s, “%s” reads “%s”', (place, text, words) => {
  expect(inPlace(text, place)).toBe(words);
});

test('no remedy of the catalog sends a reader on a shell to a slash command that drctl has', () => {
  const remedies = Object.values(FAILURES).map(({remedy}) => onTerminal(remedy));
  expect(remedies.filter((remedy) => /\/dr (?!enroll|approve)/.test(remedy) || remedy.includes('`'))).toEqual([]);
});

test('no remedy sends a reader to the message that it stands under', () => {
  const empty = Object.entries(FAILURES).filter(([, {remedy}]) => /^The message says|^$/.test(remedy));
  expect(empty).toEqual([]);
});
