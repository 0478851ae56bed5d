import type {ClaimSheet} from '@disaster-recovery/contract';
import {isoTime} from '../kernel/clock.ts';
import {printable} from './printable.ts';

const HOW =
  'Open the page, type the code, and choose a password. The code works once. Afterwards sign in to Mattermost with your email address and that password.';

/** A page to print: a slip a person, to be cut apart. No script, nothing is loaded from anywhere. */
export function claimSheetHtml({url, expires_at, codes}: ClaimSheet): string {
  const slips = codes.map(
    ({person, code}) => `<section>
<h2>${escaped(person.username)}</h2>
<p>${escaped(person.email)}</p>
<p class="code">${escaped(code)}</p>
<p>Page: <b>${escaped(url)}</b></p>
<p>Good until ${escaped(isoTime(expires_at))}</p>
<p>${escaped(HOW)}</p>
</section>`,
  );
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>One-time codes</title>
<style>
body { font: 11pt sans-serif; margin: 1cm; }
section { border: 1px dashed #555; padding: 0.5cm; margin-bottom: 0.5cm; break-inside: avoid; }
h2 { margin: 0; }
p { margin: 0.2cm 0; overflow-wrap: anywhere; }
.code { font: bold 18pt monospace; letter-spacing: 0.05em; }
</style>
</head>
<body>
${slips.join('\n')}
</body>
</html>
`;
}

/** The same as plain text. */
export function claimSheetText({url, expires_at, codes}: ClaimSheet): string {
  const slips = codes.map(
    ({person, code}) => `${printable(person.username)}  ${printable(person.email)}

    ${printable(code)}

Page        ${printable(url)}
Good until  ${isoTime(expires_at)}
${HOW}
`,
  );
  return slips.join(`\n${'- '.repeat(36)}\n\n`);
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  '`': '&#96;',
};

function escaped(text: string): string {
  return printable(text).replaceAll(/[&<>"'`]/g, (character) => ENTITIES[character] ?? '');
}
