import {expect, test} from '@jest/globals';
import {argumentsOf} from './command_line.ts';

test('a command line is put together in one way', () => {
  expect(
    argumentsOf({
      command: ['cat', 'config'],
      options: {'no-lock': true, json: false, parent: undefined, jobs: 2, tag: 'a,b', exclude: ['x', '--y']},
      operands: ['one', 'two'],
    }),
  ).toEqual([
    'cat',
    'config',
    '--no-lock',
    '--jobs=2',
    '--tag=a,b',
    '--exclude=x',
    '--exclude=--y',
    '--',
    'one',
    'two',
  ]);
  expect(argumentsOf({})).toEqual([]);
});

test.each(['--password-command=touch /tmp/x', '-o', '--', '-', ''])('%j as an operand stays one', (hostile) => {
  const all = argumentsOf({command: ['dump'], options: {}, operands: [hostile, 'path']});
  expect(all).toEqual(['dump', '--', hostile, 'path']);
});

test.each(['--password-command=x', '-c', 'a b', ''])('the word %j is refused: it can only be data', (word) => {
  expect(() => argumentsOf({command: [word]})).toThrow('is not a word of a command');
});

test.each(['--json', 'a=b', '', '-x'])('the option name %j is refused', (name) => {
  expect(() => argumentsOf({options: {[name]: true}})).toThrow('is not the name of an option');
});

test.each([{operands: ['a\0b']}, {options: {tag: 'a\0b'}}])('a NUL is named, not an unforeseen error: %j', (line) => {
  expect(() => argumentsOf(line)).toThrow(
    expect.objectContaining({
      code: 'USAGE_INVALID',
      message: expect.stringMatching(/a\\u0000b" holds a NUL character.$/),
    }),
  );
});
