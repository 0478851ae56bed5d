/** What moves a cursor, colors, rings, hides, or turns the direction of writing. Line ends and tabs stay; so does bold, which drctl itself writes. */
const BOLD = '\\x1b\\[(?:1|22)m';
const UNSAFE = new RegExp(
  `(${BOLD})|[\\0-\\x08\\x0b-\\x1f\\x7f-\\x9f\\u2028\\u2029\\u202a-\\u202e\\u2066-\\u2069\\ufeff]`,
  'g',
);
const UNSAFE_IN_JSON = /[\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]/g;

/** Words for a terminal: text of a repository, a server or a person shows its escape sequences instead of sending them. */
export function forTerminal(text: string): string {
  return text.replaceAll(UNSAFE, (found, bold?: string) => bold ?? escaped(found));
}

/** One line of JSON with the same value; what JSON leaves unescaped and a terminal obeys is escaped too. */
export function jsonLine(value: unknown): string {
  return JSON.stringify(value).replaceAll(UNSAFE_IN_JSON, escaped);
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
