import {chatUsage, optionsOf, splitName, VERB_GROUPS, VERBS, verbsOf, type Verb} from '@disaster-recovery/contract';
import {Failure} from '../kernel/failure.ts';
import {readRequest, withUsage, type Typed} from '../verbs/index.ts';
import {nearest} from './nearest.ts';
import {readArguments} from './read_arguments.ts';
import {tokenize} from './tokenizer.ts';

/** `ask`: show the plan and wait for `--yes`. A verb without a plan runs. */
export type Mode = 'dry_run' | 'ask' | 'run';

type Group = keyof typeof VERB_GROUPS;

/** What was typed after `/dr`, ready to be carried out. */
export type Command =
  | {kind: 'help'; group: Group | null}
  | {kind: 'verb'; name: string; verb: Verb; subject: string; request: unknown; mode: Mode}
  | {kind: 'unknown'; typed: string; suggestion: string | null};

/**
 * Reads what follows `/dr`. `now`: for times that count from it.
 * @throws Failure USAGE_INVALID with the usage of the verb
 */
export function parseCommand(text: string, now: number, verbs: Readonly<Record<string, Verb>> = VERBS): Command {
  const [first = 'help', ...rest] = tokenize(text.trim().replace(/^\/dr\b/, ''));
  const group = groupOf(first.toLowerCase());
  const [typed = 'help', words] = group === null ? [first, rest] : [rest[0], rest.slice(1)];
  const word = typed.toLowerCase();
  const prefix = group === null ? '' : `${group} `;
  if (word === 'help') {
    return withUsage(`/dr ${prefix}help`, () => readHelp(group, words));
  }
  const known = verbsOf('chat', verbs);
  const [name, verb] = known.find(([it, {formerly = []}]) => [it, ...formerly].includes(`${prefix}${word}`)) ?? [];
  if (name === undefined || verb === undefined) {
    const near = nearest(word, [...wordsAfter(group, known), ...(group === null ? Object.keys(VERB_GROUPS) : [])]);
    return {kind: 'unknown', typed: `${prefix}${typed}`, suggestion: near && `${prefix}${near}`};
  }
  return withUsage(chatUsage(name, verb), () => readVerb({name, verb}, words, now));
}

function groupOf(word: string): Group | null {
  return Object.hasOwn(VERB_GROUPS, word) ? (word as Group) : null;
}

function readHelp(group: Group | null, words: readonly string[]): Command {
  readArguments({says: '', ways: ['chat']}, words);
  return {kind: 'help', group};
}

function readVerb({name, verb}: {name: string; verb: Verb}, words: readonly string[], now: number): Command {
  if (verb.chat_points_to_shell) {
    // Whatever was typed after it: it does not happen here.
    return {kind: 'verb', name, verb, subject: '', request: undefined, mode: 'ask'};
  }
  const typed = readArguments(verb, words);
  const mode = modeOf(verb, typed);
  return {
    kind: 'verb',
    name,
    verb,
    subject: typed.subject ?? '',
    request: readRequest(verb, typed, {way: 'chat', now}),
    mode,
  };
}

function wordsAfter(group: string | null, known: readonly [string, Verb][]): string[] {
  return ['help', ...known.map(([name]) => splitName(name)).flatMap((it) => (it.group === group ? [it.word] : []))];
}

function modeOf(verb: Verb, {options}: Typed): Mode {
  if (!optionsOf(verb, 'chat').some(([name]) => name === 'yes')) {
    return 'run';
  }
  if (options['dry-run'] && options['yes']) {
    throw new Failure('USAGE_INVALID', '--dry-run and --yes do not go together.');
  }
  return options['dry-run'] ? 'dry_run' : options['yes'] ? 'run' : 'ask';
}
