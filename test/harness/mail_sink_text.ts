/** Subject and plain text of a raw mail: as much of MIME as Mattermost writes. */
export function readMail(raw: Buffer): {subject: string; text: string} {
  const {headers, body} = split(raw.toString('latin1'));
  return {subject: decodedWords(headers.get('subject') ?? ''), text: plainText(headers, body)};
}

type Headers = ReadonlyMap<string, string>;

/** Latin-1 keeps every byte, until the text knows its own encoding. */
function split(part: string): {headers: Headers; body: string} {
  const end = /\r?\n\r?\n/.exec(part);
  const head = end ? part.slice(0, end.index) : part;
  const headers = new Map<string, string>();
  for (const line of head.replaceAll(/\r?\n[ \t]+/g, ' ').split(/\r?\n/)) {
    const colon = line.indexOf(':');
    headers.set(line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim());
  }
  return {headers, body: end ? part.slice(end.index + end[0].length) : ''};
}

function plainText(headers: Headers, body: string): string {
  const type = headers.get('content-type') ?? 'text/plain';
  const boundary = /^multipart\/.*boundary="?([^";]+)/i.exec(type)?.[1];
  if (boundary !== undefined) {
    const parts = body
      .split(`--${boundary}`)
      .slice(1, -1)
      .map((part) => split(part.replace(/^\r?\n/, '')));
    return parts.map((part) => plainText(part.headers, part.body)).find((text) => text !== '') ?? '';
  }
  if (!/^text\/plain/i.test(type)) {
    return '';
  }
  const encoding = headers.get('content-transfer-encoding')?.toLowerCase();
  if (encoding === 'base64') {
    return Buffer.from(body, 'base64').toString('utf8');
  }
  const bytes = encoding === 'quoted-printable' ? unquoted(body.replaceAll(/=\r?\n/g, '')) : body;
  return Buffer.from(bytes, 'latin1').toString('utf8');
}

function unquoted(text: string): string {
  return text.replaceAll(/=([0-9A-F]{2})/gi, (_, hexadecimal: string) =>
    String.fromCharCode(Number.parseInt(hexadecimal, 16)),
  );
}

/** =?UTF-8?q?…?= and =?UTF-8?b?…?= */
function decodedWords(text: string): string {
  return text
    .replaceAll(/\?=\s+=\?/g, '?==?')
    .replaceAll(/=\?utf-8\?([bq])\?([^?]*)\?=/gi, (_, kind: string, word: string) =>
      kind.toLowerCase() === 'b'
        ? Buffer.from(word, 'base64').toString('utf8')
        : Buffer.from(unquoted(word.replaceAll('_', ' ')), 'latin1').toString('utf8'),
    );
}
