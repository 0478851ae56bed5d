import {expect, test} from '@jest/globals';
import {createIntl} from 'react-intl';
import english from './en.json';
import {formatBytes, formatDuration, formatMoment, formatSince} from './format.ts';

const intl = createIntl({locale: 'en', timeZone: 'UTC', messages: english});
const NOW = Date.UTC(2026, 10, 24, 12, 3);

test.each([
  [0, '0 B'],
  [999, '999 B'],
  [1000, '1.0 kB'],
  [99_500, '100 kB'],
  [2_300_000_000, '2.3 GB'],
  [999_600_000, '1.0 GB'],
  [5e18, '5,000 PB'],
])('%d bytes read %s', (bytes, text) => expect(formatBytes(intl, bytes)).toBe(text));

test.each([
  [200, 'less than a second'],
  [45_000, '45 s'],
  [250_000, '4 min 10 s'],
  [240_000, '4 min'],
  [2_400_000, '40 min'],
  [8_040_000, '2 h 14 min'],
  [86_400_000, '24 h'],
  [262_800_000, '3 d 1 h'],
  [259_200_000, '3 d'],
])('%d ms read %s', (ms, text) => expect(formatDuration(intl, ms)).toBe(text));

test('moments say no more than is needed', () => {
  expect(formatMoment(intl, NOW - 60_000, NOW)).toBe('Today 12:02');
  expect(formatMoment(intl, NOW - 24 * 3_600_000, NOW)).toBe('Yesterday 12:03');
  expect(formatMoment(intl, Date.UTC(2025, 5, 1, 2, 0), NOW)).toBe('Jun 1, 2025, 02:00');
  expect(formatSince(intl, NOW, NOW)).toBe('12:03');
  expect(formatSince(intl, NOW - 24 * 3_600_000, NOW)).toBe('yesterday 12:03');
});
