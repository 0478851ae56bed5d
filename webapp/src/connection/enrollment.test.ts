import {describe, expect, test} from '@jest/globals';
import {needsPin, problemsOf, toEnrollment} from './enrollment.ts';

const CODE = '7K2M-9QXD-4ABC-W0ZT-7K2M-9QXD-4ABC';
const PIN = `sha256/${'A'.repeat(43)}=`;

describe('the address', () => {
  test.each([
    ['http://127.0.0.1:8066', undefined],
    ['http://localhost:8066/', undefined],
    ['http://[::1]:8066', undefined],
    [' http://127.0.0.1:8066 ', undefined],
    ['', 'enroll.url.missing'],
    ['127.0.0.1', 'enroll.url.malformed'],
    ['localhost:8066', 'enroll.url.scheme'],
    ['javascript:alert(1)', 'enroll.url.scheme'],
    ['ftp://127.0.0.1', 'enroll.url.scheme'],
    ['http://user:word@127.0.0.1', 'enroll.url.credentials'],
    ['http://127.0.0.1/?a=b', 'enroll.url.extra'],
    ['http://127.0.0.1/dr', 'enroll.url.extra'],
    ['http://dr.example.org:8066', 'enroll.url.insecure'],
    ['http://127.0.0.1.example.org', 'enroll.url.insecure'],
  ])('%s', (url, problem) => {
    expect(problemsOf({url, code: CODE, pin: ''}).url?.id).toBe(problem);
  });
});

describe('the code', () => {
  test.each([
    [CODE, undefined],
    [CODE.replaceAll('-', ' ').toLowerCase(), undefined],
    ['', 'enroll.code.missing'],
    [' - ', 'enroll.code.missing'],
    ['7K2M', 'enroll.code.short'],
  ])('%s', (code, problem) => {
    expect(problemsOf({url: 'http://127.0.0.1', code, pin: ''}).code?.id).toBe(problem);
  });
});

describe('the pin', () => {
  test.each([
    ['https://dr.example.org', '', 'enroll.pin.missing'],
    ['https://dr.example.org', PIN, undefined],
    ['https://dr.example.org', 'sha256/abc', 'enroll.pin.malformed'],
    ['https://dr.example.org', 'a'.repeat(64), 'enroll.pin.malformed'],
    ['https://127.0.0.1', '', undefined],
  ])('%s %s', (url, pin, problem) => {
    expect(problemsOf({url, code: CODE, pin}).pin?.id).toBe(problem);
  });

  test('is asked for beyond this machine only', () => {
    expect(['https://dr.example.org', 'http://10.0.0.1', 'http://127.0.0.1', 'x'].map(needsPin)).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });
});

test('what is sent is trimmed and names no empty pin', () => {
  expect(toEnrollment({url: ' http://127.0.0.1:8066/ ', code: ` ${CODE}\n`, pin: ' '})).toEqual({
    url: 'http://127.0.0.1:8066',
    code: CODE,
  });
});
