import {describe, expect, test} from '@jest/globals';
import type {Failure} from '../kernel/failure.ts';
import {parseCommand} from './commands.ts';
import {SET, START} from '../testkit/answers.ts';
import {tokenize} from './tokenizer.ts';

test.each<[string, string[]]>([
  ['', []],
  ['  backup   --scope  database ', ['backup', '--scope', 'database']],
  ['backup --reason "before the upgrade"', ['backup', '--reason', 'before the upgrade']],
  ['backup --reason \'it is "now"\'', ['backup', '--reason', 'it is "now"']],
  ['backup --reason “before the upgrade”', ['backup', '--reason', 'before the upgrade']],
  ['backup --reason „vor dem Update“', ['backup', '--reason', 'vor dem Update']],
  ['backup --reason «avant la mise à jour»', ['backup', '--reason', 'avant la mise à jour']],
  ["backup —reason don't", ['backup', '--reason', "don't"]],
  ['backup –scope=files', ['backup', '--scope=files']],
  ['backup --reason="a b" x', ['backup', '--reason=a b', 'x']],
  ['x "a \\"b\\" \\\\"', ['x', 'a "b" \\']],
  ['x ""', ['x', '']],
  ['x 5"6', ['x', '5"6']],
  ['x\n“emoji 😀 here”', ['x', 'emoji 😀 here']],
])('%j is split into %j', (text, words) => {
  expect(tokenize(text)).toEqual(words);
});

test('a quote that is not closed is named', () => {
  expect(() => tokenize('backup --reason “before')).toThrow('The quote “ is not closed.');
});

describe('a command', () => {
  test.each<[string, unknown]>([
    ['', {verb: 'help'}],
    ['/dr status', {verb: 'status'}],
    ['STATUS', {verb: 'status'}],
    ['backup', {verb: 'backup', request: {}}],
    [
      'backup --scope database,files --reason "x y"',
      {verb: 'backup', request: {scope: ['database', 'files'], reason: 'x y'}},
    ],
    ['backup --scope database --scope Config', {verb: 'backup', request: {scope: ['database', 'config']}}],
    ['show latest', {verb: 'show', subject: 'latest'}],
    ['verify latest', {verb: 'verify', request: {set: 'latest', level: 'L1'}}],
    [`verify ${SET} --level=l3`, {verb: 'verify', request: {set: SET, level: 'L3'}}],
    [`verify --level L0 ${SET}`, {verb: 'verify', request: {set: SET, level: 'L0'}}],
    ['cancel abc', {verb: 'cancel', subject: 'abc'}],
    ['bakup', {verb: 'unknown', typed: 'bakup', suggestion: 'backup'}],
    ['stat', {verb: 'unknown', typed: 'stat', suggestion: 'status'}],
    ['restore latest', {verb: 'unknown', typed: 'restore', suggestion: null}],
    ['constructor', {verb: 'unknown', typed: 'constructor', suggestion: null}],
  ])('%j means %j', (text, command) => {
    const {verb, ...meant} = command as {verb: string};
    expect(parseCommand(text, START)).toMatchObject(
      ['help', 'unknown'].includes(verb) ? {kind: verb, ...meant} : {kind: 'verb', name: verb, mode: 'run', ...meant},
    );
  });

  test.each([
    ['backup now', '“now” is one word too many. Put text with spaces in quotes.'],
    ['backup --scope', '--scope needs a value.'],
    ['backup --scope --reason x', '--scope needs a value.'],
    ['backup --scop database', 'There is no option --scop. Did you mean --scope?'],
    ['backup --scope everything', '--scope takes database, config and files, with commas between them.'],
    ['backup --scope ,', '--scope takes database, config and files, with commas between them.'],
    ['verify', 'The set is missing.'],
    ['verify yesterday', 'A set is named like 20261124T120301Z-k3v9qa, or latest. `/dr list` shows them.'],
    ['verify latest --level L9', '--level takes L0, L1, L2 or L3.'],
    ['cancel', 'The job is missing.'],
  ])('%j is refused: %s', (text, message) => {
    let failure: Failure | null = null;
    try {
      parseCommand(text, START);
    } catch (error) {
      failure = error as Failure;
    }
    expect(failure).toMatchObject({code: 'USAGE_INVALID', message, details: {usage: expect.stringContaining('/dr ')}});
  });
});
