import {Failure} from '../kernel/failure.ts';
import {nearest} from './nearest.ts';

/** `value`: one word follows, the last one counts. `list`: may be repeated, hold commas, or be followed by several words. `flag`: nothing follows. */
export type OptionKind = 'value' | 'list' | 'flag';

export type VerbForm = {
  usage: string;
  says: string;
  /** What the word without a name is, as it is called when it is missing: `The set`. Left out: there is none. */
  subject?: string;
  options: Readonly<Record<string, OptionKind>>;
};

export type Arguments = {
  subject: string;
  values: Partial<Record<string, string>>;
  lists: Partial<Record<string, string[]>>;
  flags: ReadonlySet<string>;
};

/** Reads the words after a verb. @throws Failure USAGE_INVALID with the usage of the verb */
export function readArguments(verb: VerbForm, words: readonly string[]): Arguments {
  const flags = new Set<string>();
  const result: Arguments = {subject: '', values: {}, lists: {}, flags};
  const addTo = (list: string, text: string): void => {
    result.lists[list] = [...(result.lists[list] ?? []), ...text.split(/[\s,]+/).filter((part) => part !== '')];
  };
  let openList: string | null = null;
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index] ?? '';
    if (word.startsWith('--')) {
      const {option, kind, value, isInline} = readOption(verb, word, words[index + 1]);
      index += isInline || kind === 'flag' ? 0 : 1;
      openList = kind === 'list' ? option : null;
      if (kind === 'flag') {
        flags.add(option);
      } else if (kind === 'list') {
        addTo(option, value);
      } else {
        result.values[option] = value;
      }
    } else if (verb.subject !== undefined && result.subject === '') {
      result.subject = word;
    } else if (openList !== null) {
      addTo(openList, word);
    } else {
      throw misuse(verb, `“${word}” is one word too many. Put text with spaces in quotes.`);
    }
  }
  if (verb.subject !== undefined && result.subject === '') {
    throw misuse(verb, `${verb.subject} is missing.`);
  }
  return result;
}

function readOption(
  verb: VerbForm,
  word: string,
  next: string | undefined,
): {option: string; kind: OptionKind; value: string; isInline: boolean} {
  const [option = '', ...inline] = word.slice(2).split('=');
  const kind = Object.hasOwn(verb.options, option) ? verb.options[option] : undefined;
  if (kind === undefined) {
    const meant = nearest(option, Object.keys(verb.options));
    throw misuse(verb, `There is no option --${option}.${meant ? ` Did you mean --${meant}?` : ''}`);
  }
  const isInline = inline.length > 0;
  if (kind === 'flag') {
    if (isInline) {
      throw misuse(verb, `--${option} takes no value.`);
    }
    return {option, kind, value: '', isInline};
  }
  const value = isInline ? inline.join('=') : next;
  if (value === undefined || value === '' || value.startsWith('--')) {
    throw misuse(verb, `--${option} needs a value.`);
  }
  return {option, kind, value, isInline};
}

type Parsed<Value> =
  {success: true; data: Value} | {success: false; error: {issues: readonly {path: readonly PropertyKey[]}[]}};

/** The request, or what is wrong with it by its first field: `says` holds the words for each field, and for `''`. @throws Failure USAGE_INVALID */
export function checkedRequest<Value>(
  verb: VerbForm,
  says: Readonly<Record<string, string>>,
  parsed: Parsed<Value>,
): Value {
  if (parsed.success) {
    return parsed.data;
  }
  const field = String(parsed.error.issues[0]?.path[0] ?? '');
  throw misuse(verb, (Object.hasOwn(says, field) ? says[field] : undefined) ?? 'That cannot be understood.');
}

export function misuse({usage}: VerbForm, message: string): Failure {
  return new Failure('USAGE_INVALID', message, {details: {usage}});
}
