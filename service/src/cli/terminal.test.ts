import {afterEach, expect, jest, test} from '@jest/globals';
import {Failure} from '../kernel/failure.ts';
import {createOutput, finish} from './output.ts';
import {forTerminal, jsonLine} from './terminal.ts';

const HOSTILE = 'a\x1b]0;title\x07b\x1b[2Jc\x9b31md\re\u202ef\x1b[8mg\x7f';
const SHOWN = 'a\\u001b]0;title\\u0007b\\u001b[2Jc\\u009b31md\\u000de\\u202ef\\u001b[8mg\\u007f';

afterEach(() => {
  jest.restoreAllMocks();
});

test('escape sequences are shown, not sent; lines, tabs, scripts and our own bold stay', () => {
  expect(forTerminal(HOSTILE)).toBe(SHOWN);
  const plain = 'Grüße\tעברית 日本語 👍🏽\n\x1b[1mcode\x1b[22m';
  expect(forTerminal(plain)).toBe(plain);
});

test('JSON keeps its value and sends nothing that a terminal obeys', () => {
  expect(JSON.parse(jsonLine({text: HOSTILE}))).toEqual({text: HOSTILE});
  expect(jsonLine(HOSTILE)).toBe(`"${SHOWN.replace('\\u000d', '\\r')}"`);
});

test('whatever a verb says goes through it: words, errors and JSON', () => {
  const written: string[] = [];
  const keep = (text: string | Uint8Array): boolean => written.push(String(text)) > 0;
  jest.spyOn(process.stdout, 'write').mockImplementation(keep);
  jest.spyOn(process.stderr, 'write').mockImplementation(keep);
  const failure = new Failure('SET_NOT_FOUND', HOSTILE);
  createOutput(false).say(HOSTILE);
  finish(createOutput(false), {value: null, failure});
  finish(createOutput(true), {value: HOSTILE, failure});
  expect(written).toHaveLength(3);
  expect(written.join('')).not.toMatch(/[\0-\x08\x0b-\x1f\x7f-\x9f\u202e]/);
});
