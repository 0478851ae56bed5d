import {createReadStream} from 'node:fs';
import {CsvError, parse} from 'csv-parse';
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
  for await (const {name, line} of rowsOf(path)) {
    const isHeader = isFirst && HEADERS.has(name.toLowerCase());
    isFirst = false;
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

type Row = {name: string; line: number};

/** The first column of each line; in quotes a separator belongs to it. Comments and empty lines are left out. */
async function* rowsOf(path: string): AsyncGenerator<Row> {
  const rows = parse({
    bom: true,
    delimiter: [',', ';', '\t'],
    record_delimiter: ['\r\n', '\n', '\r'],
    comment: '#',
    comment_no_infix: true,
    skip_empty_lines: true,
    trim: true,
    relax_column_count: true,
    max_record_size: LINE_LIMIT,
    info: true,
    raw: true,
  });
  try {
    for await (const row of createReadStream(path, {encoding: 'utf8'}).compose(rows)) {
      const {raw, record, info} = row as {raw: string; record: string[]; info: {lines: number}};
      if (raw.includes('\u0000') || raw.includes('\uFFFD')) {
        throw wrong(path, info.lines, 'is not UTF-8 text; save the file as CSV UTF-8');
      }
      yield {name: accountName(record[0] ?? ''), line: info.lines};
    }
  } catch (error) {
    throw error instanceof Failure ? error : unreadable(path, error);
  }
}

function unreadable(path: string, error: unknown): Failure {
  if (error instanceof CsvError) {
    const line = Number(error['lines']);
    return error.code === 'CSV_MAX_RECORD_SIZE'
      ? wrong(path, line, 'is too long for a list of people')
      : wrong(path, line, 'has a quote that is not closed, or where none belongs');
  }
  return new Failure('USAGE_INVALID', `${path} cannot be read (${systemErrorCode(error) ?? 'unknown error'}).`, {
    cause: error,
  });
}

/** The content is not quoted: it may be any file that somebody named by mistake. */
function wrong(path: string, line: number, says: string): Failure {
  return new Failure('USAGE_INVALID', `Line ${line} of ${path} ${says}.`, {
    remedy: `Give a file with one username, email address or id a line, or in the first column of CSV. A first line of column names may begin with ${[...HEADERS].slice(0, 5).join(', ')} and the like.`,
  });
}
