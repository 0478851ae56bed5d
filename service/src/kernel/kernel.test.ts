import {mkdtempSync, readFileSync, statSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, test} from '@jest/globals';
import {SetId} from '@disaster-recovery/contract';
import {writeFileAtomic} from './atomic_file.ts';
import {createCipher} from './cipher.ts';
import {canonicalJson, sha256} from './canonical_json.ts';
import {asFailure, errorBody, Failure} from './failure.ts';
import {formatBytes, formatDuration} from './format.ts';
import {newSetId} from './ids.ts';

test('set ids fit the contract and sort by time', () => {
  const earlier = newSetId(Date.UTC(2026, 10, 24, 12, 3, 1));
  const later = newSetId(Date.UTC(2026, 10, 24, 12, 3, 2));
  expect(SetId.safeParse(earlier).success).toBe(true);
  expect(earlier.startsWith('20261124T120301Z-')).toBe(true);
  expect([later, earlier].sort()).toEqual([earlier, later]);
});

test('the hash of what was written years ago stays what it was, keys like numbers included', () => {
  const value = {
    b: 1,
    a: {d: [3, {z: null, y: 'ü\u2028"\\'}], c: 1.5e300},
    10: true,
    9: -0,
    é: undefined,
    Z: 1e21,
    n: 0.1,
  };
  // Recorded, and never to be changed: ledgers and manifests that exist hold such hashes.
  expect(sha256(canonicalJson(value))).toBe('52d45640ea4d78775e3dc5e490273cd55bff9b9394be942c38d8267ed9afca7e');
});

test('canonical JSON does not depend on the order of keys', () => {
  expect(canonicalJson({b: 1, a: {d: [2, {z: 1, y: 2}], c: null}})).toBe(
    '{"a":{"c":null,"d":[2,{"y":2,"z":1}]},"b":1}',
  );
});

test('a file is written with its mode and leaves no temporary file', async () => {
  const path = join(mkdtempSync(join(tmpdir(), 'atomic-')), 'secret');
  await writeFileAtomic(path, 'one');
  await writeFileAtomic(path, 'two');
  expect(readFileSync(path, 'utf8')).toBe('two');
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

test('an unknown error becomes INTERNAL and keeps its cause', () => {
  const cause = new TypeError('x is not a function');
  const failure = asFailure(cause);
  expect(failure.code).toBe('INTERNAL');
  expect(failure.cause).toBe(cause);
});

test('an error body carries meaning and remedy from the catalogue', () => {
  expect(errorBody(new Failure('DISK_FULL', 'no room'))).toMatchObject({
    code: 'DISK_FULL',
    retryable: true,
    remedy: expect.stringContaining('Free'),
  });
});

test.each([
  [0, '0 B'],
  [999, '999 B'],
  [1000, '1.0 kB'],
  [2_345_678, '2.3 MB'],
  [99_960_000, '100 MB'],
  [999_950_000, '1.0 GB'],
])('%d bytes reads %s', (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text);
});

test.each([
  [340, '340 ms'],
  [4200, '4.2 s'],
  [59_600, '1 min 0 s'],
  [250_000, '4 min 10 s'],
  [8_040_000, '2 h 14 min'],
  [200_000_000, '2 d 7 h'],
])('%d ms reads %s', (ms, text) => {
  expect(formatDuration(ms)).toBe(text);
});

test('what was encrypted with the key of another repository opens while that is named, and nothing new is encrypted with it', () => {
  const before = createCipher('old key', 'x').encrypt('text');
  const cipher = createCipher('new key', 'x', ['old key']);
  expect([cipher.decrypt(before), cipher.decrypt(cipher.encrypt('text'))]).toEqual(['text', 'text']);
  expect(cipher.digest('text')).toBe(createCipher('new key', 'x').digest('text'));
  const wrong = expect.objectContaining({code: 'REPOSITORY_KEY_WRONG'});
  expect(() => createCipher('new key', 'x').decrypt(before)).toThrow(wrong);
  expect(() => createCipher('old key', 'x').decrypt(cipher.encrypt('text'))).toThrow(wrong);
});
