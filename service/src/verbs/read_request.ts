import {optionsOf, PROGRAM, type Option, type Subject, type Verb, type Way} from '@disaster-recovery/contract';
import {asFailure, Failure} from '../kernel/failure.ts';
import {accountName} from './account_name.ts';
import {parseMoment} from './moment.ts';

/** What was typed, before it is understood: the word after the verb, and by option its text, its texts, or true for a flag. */
export type Typed = {
  subject?: string | undefined;
  options: Readonly<Record<string, string | readonly string[] | true | undefined>>;
};

export type Reader = {
  way: Way;
  /** For times that count from it. */
  now: number;
};

/**
 * The request of a verb out of what was typed, by the declaration of the verb; undefined when the verb has none. What was not typed is left out, so that
 * the contract's own defaults count.
 * @throws Failure USAGE_INVALID in the words of the declaration
 */
export function readRequest(verb: Verb, typed: Typed, reader: Reader): unknown {
  if (!verb.request) {
    return undefined;
  }
  const parsed = verb.request.safeParse(fieldsOf(verb, typed, reader));
  if (parsed.success) {
    return parsed.data;
  }
  const issue = parsed.error.issues[0];
  throw new Failure(
    'USAGE_INVALID',
    refusal(verb, reader.way, {field: String(issue?.path[0] ?? ''), problem: issue?.message ?? ''}),
  );
}

function fieldsOf(verb: Verb, typed: Typed, {way, now}: Reader): Record<string, unknown> {
  const fields: Record<string, unknown> = {};
  if (verb.subject && typed.subject !== undefined) {
    put(fields, verb.subject.field, valueOf(verb.subject, typed.subject, now));
  }
  for (const [name, option] of optionsOf(verb, way)) {
    const given = typed.options[name] ?? option.preset;
    if (given !== undefined) {
      put(fields, option.field, given === true ? (option.sets ?? true) : valueOf(option, given, now));
    }
  }
  return fields;
}

/** Two options of several names fill one field together, each name once. */
function put(fields: Record<string, unknown>, field: string | undefined, value: unknown): void {
  if (field === undefined) {
    return;
  }
  const [first = '', inner] = field.split('.');
  if (inner !== undefined) {
    const whole = (fields[first] ??= {}) as Record<string, unknown>;
    put(whole, inner, value);
    return;
  }
  const former = fields[first];
  fields[first] = Array.isArray(former) && Array.isArray(value) ? [...new Set<unknown>(former.concat(value))] : value;
}

function valueOf({reads = 'text'}: Option | Subject, given: string | readonly string[], now: number): unknown {
  const text = typeof given === 'string' ? given : given.join(',');
  switch (reads) {
    case 'text':
      return text;
    case 'word':
      return text.toLowerCase();
    case 'level':
      return text.toUpperCase();
    case 'account':
      return accountName(text);
    case 'list':
      return partsOf(text.toLowerCase());
    case 'accounts':
      return partsOf(text).map(accountName);
    case 'account_file':
      // A way in that can read files has done so.
      return given;
    case 'number':
      return /^\d{1,6}$/.test(text) ? Number(text) : Number.NaN;
    case 'moment':
      return parseMoment(text, now);
  }
}

function partsOf(text: string): string[] {
  return [...new Set(text.split(/[\s,]+/).filter((part) => part !== ''))];
}

/** What is wrong, in the words that the verb has for this field; without any, in those of the contract's schema. */
function refusal(verb: Verb, way: Way, {field, problem}: {field: string; problem: string}): string {
  if (field === '' && verb.exactly_one) {
    const names = optionsOf(verb, way).map(([name]) => name);
    const choice = verb.exactly_one.filter((name) => names.includes(name)).map((name) => `--${name}`);
    return `Say exactly one of ${choice.slice(0, -1).join(', ')} and ${choice.at(-1) ?? ''}.`;
  }
  const isOf = (words: Option | Subject): boolean => words.field?.split('.')[0] === field;
  const [name, option] = optionsOf(verb, way).find(([, it]) => isOf(it)) ?? [];
  const said = verb.subject && isOf(verb.subject) ? verb.subject.refused : option?.refused;
  return (
    said?.replaceAll('{dr}', PROGRAM[way]) ?? (name === undefined ? `${field}: ${problem}` : `--${name}: ${problem}`)
  );
}

/** A refusal with how the verb is typed, for ways in that show it. */
export function withUsage<Value>(usage: string, read: () => Value): Value {
  try {
    return read();
  } catch (error) {
    const failure = asFailure(error);
    throw failure.code === 'USAGE_INVALID'
      ? new Failure('USAGE_INVALID', failure.message, {cause: failure, details: {usage}})
      : error;
  }
}
