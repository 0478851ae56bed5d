import {expect} from '@jest/globals';
import {FAILURES} from '../../contract/src/errors.ts';
import type {FailureCode} from '../../contract/src/errors.ts';
import type {Ending} from './drctl.ts';

/** It ended under this name: well-formed last line, right exit code, nothing but JSON on stdout. */
export function expectRefusal(ending: Ending, code: FailureCode): string {
  expect({code: ending.result?.error?.code, exit: ending.exitCode, says: ending.result?.error?.message}).toEqual({
    code,
    exit: FAILURES[code].exit,
    says: expect.any(String),
  });
  expect(ending.result).toMatchObject({
    ok: false,
    error: {meaning: expect.any(String), remedy: expect.any(String), retryable: FAILURES[code].retryable},
  });
  expect(ending.stdout.trimEnd().split('\n').at(-1)).toContain('"type":"result"');
  return ending.result?.error?.message ?? '';
}
