import {expect, test} from '@jest/globals';
import type {ClaimSheet} from '@disaster-recovery/contract';
import {claimSheetHtml, claimSheetText} from './claim_sheet.ts';

const START = Date.UTC(2026, 10, 24, 12, 0, 0);
const sheet: ClaimSheet = {
  url: 'https://chat.example.org/claim?a=1&b="2"',
  expires_at: START,
  skipped: [],
  codes: [
    {person: {id: '1', username: 'anna', email: 'anna@example.org'}, code: 'AAAA-BBBB'},
    {
      person: {id: '2', username: '</h2><script>alert(1)</script>', email: "\"onload='x'`<img src=x>\u202Egnp"},
      code: 'CCCC-DDDD',
    },
  ],
};

test('the page holds a slip a person, with code, page and end', () => {
  const html = claimSheetHtml(sheet);
  expect(html.match(/<section>/g)).toHaveLength(2);
  for (const part of ['anna@example.org', 'AAAA-BBBB', 'CCCC-DDDD', '2026-11-24T12:00:00Z']) {
    expect(html).toContain(part);
  }
});

test('nothing of a name or an address is HTML, and nothing is loaded or run', () => {
  const html = claimSheetHtml(sheet);
  expect(html).not.toMatch(/<script|<img|<\/h2><|onload='/);
  expect(html).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
  expect(html).toContain('&quot;onload=&#39;x&#39;&#96;&lt;img src=x&gt;gnp');
  expect(html).toContain('claim?a=1&amp;b=&quot;2&quot;');
  expect(html).toContain("default-src 'none'");
  expect(html).not.toMatch(/(src|href)=(?!x&gt;)/);
});

test('as text each slip stands alone, and nothing moves the cursor', () => {
  const text = claimSheetText({
    ...sheet,
    codes: [...sheet.codes, {person: {id: '3', username: 'x\u001B[2J\ny', email: ''}, code: 'EEEE-FFFF'}],
  });
  expect(text.match(/Good until {2}2026-11-24T12:00:00Z/g)).toHaveLength(3);
  expect(text).toContain('\n    AAAA-BBBB\n');
  expect(text).not.toContain('\u001B');
  expect(text).toContain('x [2J y');
});
