import {BackupRequest, VerifyRequest, type Part} from '@disaster-recovery/contract';
import {Failure} from '../kernel/failure.ts';
import {nearest} from './nearest.ts';
import {tokenize} from './tokenizer.ts';

/** As on the command line; L2 reads the whole repository. */
const DEFAULT_LEVEL = 'L1';

type Verb = {
  usage: string;
  says: string;
  /** Whether a word without a name is expected. */
  subject: boolean;
  options: readonly string[];
};

export const VERBS = {
  help: {usage: '/dr help', says: 'What can be typed here', subject: false, options: []},
  status: {usage: '/dr status', says: 'Is everything in order, and what to do next', subject: false, options: []},
  backup: {usage: '/dr backup [--scope database,config,files] [--reason "text"]', says: 'Back up now, while the server runs', subject: false, options: ['scope', 'reason']},
  list: {usage: '/dr list', says: 'The sets that exist, newest first', subject: false, options: []},
  show: {usage: '/dr show SET|latest', says: 'What a set holds', subject: true, options: []},
  verify: {usage: '/dr verify SET|latest [--level L0|L1|L2|L3]', says: 'Prove that a set is whole', subject: true, options: ['level']},
  cancel: {usage: '/dr cancel JOB', says: 'Ask a job to stop', subject: true, options: []},
} as const satisfies Record<string, Verb>;

export type VerbName = keyof typeof VERBS;

/** A command that is ready to be carried out. */
export type Command =
  | {verb: 'help' | 'status' | 'list'}
  | {verb: 'backup'; request: BackupRequest}
  | {verb: 'show'; set: string}
  | {verb: 'verify'; request: VerifyRequest}
  | {verb: 'cancel'; job: string}
  | {verb: 'unknown'; typed: string; suggestion: VerbName | null};

/**
 * Reads what follows `/dr`.
 * @throws Failure USAGE_INVALID with the usage of the verb
 */
export function parseCommand(text: string): Command {
  const [first = 'help', ...rest] = tokenize(text.trim().replace(/^\/dr\b/, ''));
  const name = first.toLowerCase();
  return isVerb(name)
    ? READERS[name](readArguments(name, rest))
    : {verb: 'unknown', typed: first, suggestion: nearest(name, Object.keys(VERBS) as VerbName[])};
}

function isVerb(name: string): name is VerbName {
  return Object.hasOwn(VERBS, name);
}

type Arguments = {subject: string; options: Partial<Record<string, string>>};

const READERS = {
  help: () => ({verb: 'help'}),
  status: () => ({verb: 'status'}),
  list: () => ({verb: 'list'}),
  backup: ({options: {scope, reason}}) => ({verb: 'backup', request: checked('backup', BackupRequest.safeParse({
    ...(scope !== undefined && {scope: scopeOf(scope)}),
    ...(reason !== undefined && {reason}),
  }))}),
  show: ({subject}) => ({verb: 'show', set: subject}),
  verify: ({subject, options: {level = DEFAULT_LEVEL}}) => ({verb: 'verify', request: checked('verify', VerifyRequest.safeParse({set: subject, level: level.toUpperCase()}))}),
  cancel: ({subject}) => ({verb: 'cancel', job: subject}),
} as const satisfies Record<VerbName, (given: Arguments) => Command>;

function readArguments(name: VerbName, words: readonly string[]): Arguments {
  const verb: Verb = VERBS[name];
  const result: Arguments = {subject: '', options: {}};
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index] ?? '';
    if (word.startsWith('--')) {
      const {option, value, isInline} = readOption(name, word, words[index + 1]);
      index += isInline ? 0 : 1;
      result.options[option] = joined(option, result.options[option], value);
    } else if (verb.subject && result.subject === '') {
      result.subject = word;
    } else {
      throw misuse(name, `“${word}” is one word too many. Put text with spaces in quotes.`);
    }
  }
  return needSubject(name, result);
}

/** `--scope database --scope files` is as good as one with a comma. */
function joined(option: string, before: string | undefined, value: string): string {
  return option === 'scope' && before !== undefined ? `${before},${value}` : value;
}

function needSubject(name: VerbName, given: Arguments): Arguments {
  if (VERBS[name].subject && given.subject === '') {
    throw misuse(name, `${name === 'cancel' ? 'The job' : 'The set'} is missing.`);
  }
  return given;
}

function readOption(name: VerbName, word: string, next: string | undefined): {option: string; value: string; isInline: boolean} {
  const {options}: Verb = VERBS[name];
  const [option = '', ...inline] = word.slice(2).split('=');
  if (!options.includes(option)) {
    const meant = nearest(option, options);
    throw misuse(name, `There is no option --${option}.${meant ? ` Did you mean --${meant}?` : ''}`);
  }
  const isInline = inline.length > 0;
  const value = isInline ? inline.join('=') : next;
  if (value === undefined || value === '' || value.startsWith('--')) {
    throw misuse(name, `--${option} needs a value.`);
  }
  return {option, value, isInline};
}

function scopeOf(text: string): Part[] {
  return [...new Set(text.toLowerCase().split(/[\s,]+/).filter((part) => part !== ''))] as Part[];
}

type Parsed<Value> = {success: true; data: Value} | {success: false; error: {issues: {path: PropertyKey[]; message: string}[]}};

function checked<Value>(name: VerbName, parsed: Parsed<Value>): Value {
  if (!parsed.success) {
    const field = String(parsed.error.issues[0]?.path[0] ?? '');
    const says: Record<string, string> = {
      scope: '--scope takes database, config and files, with commas between them.',
      reason: '--reason takes up to 500 characters.',
      level: '--level takes L0, L1, L2 or L3.',
      set: 'A set is named like 20261124T120301Z-k3v9qa, or latest. `/dr list` shows them.',
    };
    throw misuse(name, says[field] ?? 'That cannot be understood.');
  }
  return parsed.data;
}

function misuse(name: VerbName, message: string): Failure {
  return new Failure('USAGE_INVALID', message, {details: {usage: VERBS[name].usage}});
}
