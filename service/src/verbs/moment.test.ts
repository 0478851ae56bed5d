import {expect, test} from '@jest/globals';
import {parseMoment} from './moment.ts';

const NOW = Date.UTC(2026, 10, 24, 12, 0, 0);

test.each<[string, number]>([
  ['90m', NOW + 90 * 60_000],
  ['8h', NOW + 8 * 3_600_000],
  ['3D', NOW + 3 * 86_400_000],
  [' 0h ', NOW],
  ['2026-11-25', Date.UTC(2026, 10, 25)],
  ['2026-11-25T08:00', Date.UTC(2026, 10, 25, 8)],
  ['2026-11-25 08:00', Date.UTC(2026, 10, 25, 8)],
  ['2026-11-25T08:00:30Z', Date.UTC(2026, 10, 25, 8, 0, 30)],
  ['2026-11-25T08:00:30.5z', Date.UTC(2026, 10, 25, 8, 0, 30, 500)],
  ['2026-11-25T08:00+02:00', Date.UTC(2026, 10, 25, 6)],
])('%j is %d', (text, at) => {
  expect(parseMoment(text, NOW)).toBe(at);
});

test.each([
  '',
  '1',
  '8',
  '8 hours',
  'tomorrow',
  '-8h',
  '1.5h',
  '2026-13-01',
  '2026-11-25T25:00',
  '11/25/2026',
  '999999d',
  '0001-01-01',
  '8h; reboot',
])('%j is not a time', (text) => {
  expect(() => parseMoment(text, NOW)).toThrow(
    expect.objectContaining({code: 'USAGE_INVALID', message: expect.stringContaining('is not a time')}),
  );
});
