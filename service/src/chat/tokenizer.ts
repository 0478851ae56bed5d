import {Failure} from '../kernel/failure.ts';

/** Closing quote by opening quote. Phones turn straight quotes into the others on their own. */
const QUOTES: Readonly<Record<string, string>> = {
  '"': '"”',
  "'": "'’",
  '“': '”“"',
  '”': '”"',
  '„': '“”"',
  '‘': "’'",
  '’': "’'",
  '«': '»',
  '»': '«»',
  '‹': '›',
};

/**
 * Splits a command into words. Quotes group only at the start of a word or after `=`, so that `don't` stays a word.
 * @throws Failure USAGE_INVALID when a quote is not closed
 */
export function tokenize(text: string): string[] {
  const words: string[] = [];
  const characters = Array.from(text);
  let word: string | null = null;
  let resumeAt = 0;
  // The space at the end closes the last word.
  for (const [index, character] of [...characters, ' '].entries()) {
    const closing = QUOTES[character];
    if (index < resumeAt) {
      continue;
    }
    if (isSpace(character)) {
      words.push(...(word === null ? [] : [word]));
      word = null;
    } else if (closing !== undefined && (word === null || word.endsWith('='))) {
      const quoted = readQuoted(characters, index, closing);
      word = `${word ?? ''}${quoted.content}`;
      resumeAt = quoted.end + 1;
    } else {
      word = `${word ?? ''}${character}`;
    }
  }
  return words.map(straightDashes);
}

function readQuoted(characters: readonly string[], start: number, closing: string): {content: string; end: number} {
  let content = '';
  for (let index = start + 1; index < characters.length; index += 1) {
    const character = characters[index] ?? '';
    const next = characters[index + 1] ?? ' ';
    if (character === '\\' && `${closing}\\`.includes(next)) {
      content += next;
      index += 1;
    } else if (closing.includes(character) && isSpace(next)) {
      return {content, end: index};
    } else {
      content += character;
    }
  }
  throw new Failure('USAGE_INVALID', `The quote ${characters[start] ?? ''} is not closed.`);
}

function isSpace(character: string): boolean {
  return /\s/.test(character);
}

/** `—scope` is what a phone makes of `--scope`. */
function straightDashes(word: string): string {
  return word.replace(/^[—–](?=[a-z])/i, '--');
}
