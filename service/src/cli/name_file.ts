import {createReadStream} from 'node:fs';
import {Failure, systemErrorCode} from '../kernel/failure.ts';
import {accountName} from '../verbs/index.ts';

const NAMES_LIMIT = 10_000;
/** Mattermost's own limits: of an e-mail address, and of a username; an id is shorter. The key of a repository is longer than a username. */
const ADDRESS_LIMIT = 128;
const USERNAME_LIMIT = 64;
/** Letters of every script: an address may have them, and a username that does is told as unknown with its name. */
const USERNAME = /^[\p{L}\p{M}\p{N}._-]+$/u;
const ADDRESS = /^[\p{L}\p{M}\p{N}!#$%&'*+/=?^_`{|}~.-]+@[\p{L}\p{M}\p{N}.-]+$/u;
/** A row of an export with many columns; longer is no list of people. */
const LINE_LIMIT = 64 * 1024;
const HEADERS = new Set([
  'username',
  'user name',
  'user_name',
  'user',
  'email',
  'e-mail',
  'mail',
  'email address',
  'e-mail address',
  'id',
  'user id',
  'user_id',
  'userid',
]);

/**
 * People from a file: the first column of CSV (`,`, `;` or tab), or one name a line; `#` begins a comment, a first line of column names is skipped. Each name once.
 * @throws Failure USAGE_INVALID naming the line
 */
export async function readNames(path: string): Promise<string[]> {
  const names = new Set<string>();
  let isFirst = true;
  for await (const {text, line} of linesOf(path)) {
    const name = firstColumn(text, path, line);
    const isHeader = isFirst && HEADERS.has(name.toLowerCase());
    isFirst &&= name === '';
    if (name === '' || isHeader) {
      continue;
    }
    requireName(name, path, line);
    names.add(name);
    if (names.size > NAMES_LIMIT) {
      throw new Failure(
        'USAGE_INVALID',
        `${path} names more than ${NAMES_LIMIT.toLocaleString('en-US')} people. Split it, or choose by team, group or sessions.`,
      );
    }
  }
  if (names.size === 0) {
    throw new Failure('USAGE_INVALID', `${path} names nobody.`);
  }
  return [...names];
}

/** Names are told to whoever asked and are kept; a line of a file that was named by mistake may be a secret. */
function requireName(name: string, path: string, line: number): void {
  const limit = name.includes('@') ? ADDRESS_LIMIT : USERNAME_LIMIT;
  if (name.length > limit) {
    throw wrong(path, line, `is longer than the ${limit} characters that it may have`);
  }
  if (!USERNAME.test(name) && !ADDRESS.test(name)) {
    throw wrong(path, line, 'does not begin with a username, an email address or an id');
  }
}

type Line = {text: string; line: number};

async function* linesOf(path: string): AsyncGenerator<Line> {
  let pending = '';
  let line = 0;
  for await (const chunk of chunksOf(path)) {
    pending += line === 0 && pending === '' ? chunk.replace(/^\uFEFF/, '') : chunk;
    const ended = pending.split(/\r\n|\n|\r(?!$)/);
    pending = ended.pop() ?? '';
    for (const text of ended) {
      line += 1;
      yield {text: checked(text, path, line), line};
    }
    checked(pending, path, line + 1);
  }
  yield {text: checked(pending.replace(/\r$/, ''), path, line + 1), line: line + 1};
}

async function* chunksOf(path: string): AsyncGenerator<string> {
  try {
    for await (const chunk of createReadStream(path, {encoding: 'utf8'})) {
      yield chunk as string;
    }
  } catch (error) {
    throw error instanceof Failure
      ? error
      : new Failure('USAGE_INVALID', `${path} cannot be read (${systemErrorCode(error) ?? 'unknown error'}).`, {
          cause: error,
        });
  }
}

function checked(text: string, path: string, line: number): string {
  if (text.length > LINE_LIMIT) {
    throw wrong(path, line, 'is too long for a list of people');
  }
  if (text.includes('\u0000') || text.includes('\uFFFD')) {
    throw wrong(path, line, 'is not UTF-8 text; save the file as CSV UTF-8');
  }
  return text;
}

/** Empty for an empty line and a comment. In quotes a separator belongs to the name, and `""` is a quote. */
function firstColumn(text: string, path: string, line: number): string {
  const trimmed = text.trim();
  if (trimmed.startsWith('#')) {
    return '';
  }
  const quoted = /^"((?:[^"]|"")*)"\s*(?:[,;\t]|$)/.exec(trimmed)?.[1];
  if (trimmed.startsWith('"') && quoted === undefined) {
    throw wrong(path, line, 'has a quote that is not closed');
  }
  const column = quoted?.replaceAll('""', '"') ?? trimmed.split(/[,;\t]/, 1)[0] ?? '';
  return accountName(column.trim());
}

/** The content is not quoted: it may be any file that somebody named by mistake. */
function wrong(path: string, line: number, says: string): Failure {
  return new Failure('USAGE_INVALID', `Line ${line} of ${path} ${says}.`, {
    remedy: `Give a file with one username, email address or id a line, or in the first column of CSV. A first line of column names may begin with ${[...HEADERS].slice(0, 5).join(', ')} and the like.`,
  });
}
