import {z} from 'zod';
import {VERB_GROUPS, VERBS} from './index.ts';
import type {Option, Verb, Way} from './verb.ts';

type Verbs = Readonly<Record<string, Verb>>;

/** The program that is typed there. */
export const PROGRAM = {cli: 'drctl', chat: '/dr'} as const satisfies Record<Way, string>;

/** The options that a verb has there, by name. */
export function optionsOf(verb: Verb, way: Way): [string, Option][] {
  return Object.entries(verb.options ?? {}).filter(([, {ways}]) => (ways ?? verb.ways).includes(way));
}

/** The verbs that can be typed there, by name. */
export function verbsOf(way: Way, verbs: Verbs = VERBS): [string, Verb][] {
  return Object.entries(verbs).filter(([, {ways}]) => ways.includes(way));
}

/** What an option is when it is not typed, as people read it: its own preset, or the default of the contract. */
export function presetOf(verb: Verb, {field, preset}: Option): string | undefined {
  const shape = verb.request instanceof z.ZodObject ? (verb.request.shape as Record<string, unknown>) : {};
  const schema = field === undefined ? undefined : shape[field];
  const value = schema instanceof z.ZodDefault ? schema.def.defaultValue : undefined;
  return preset ?? (typeof value === 'number' || typeof value === 'string' ? String(value) : undefined);
}

/** A verb's words as typed: `sso` and `let-in`, or null and `backup`. */
export function splitName(name: string): {group: string | null; word: string} {
  const [first = '', second] = name.split(' ');
  return second === undefined ? {group: null, word: first} : {group: first, word: second};
}

/** Whether a clone of the enrolled server is refused what the verb does. */
export function refusesClones({routes = {}}: Verb): boolean {
  return Object.values(routes).some((route) => route.refuses_clones === true);
}

/** What a verb does, as a sentence for the chat. */
export function chatSays({says, says_in_chat}: {says: string; says_in_chat?: string}): string {
  const text = says_in_chat ?? says;
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** `USER --identified-by "text" [--mail]`: what may follow a verb. */
export function hintOf(verb: Verb, way: Way = 'chat'): string {
  const {subject, exactly_one = []} = verb;
  const options = optionsOf(verb, way).filter(([, {required}]) => required || !verb.chat_points_to_shell);
  const choice = options.filter(([name]) => exactly_one.includes(name)).map(([name, option]) => shown(name, option));
  const others = options.filter(([name]) => !exactly_one.includes(name));
  const named = others.map(([name]) => name);
  return [
    ...(subject ? [bracketed(subject.example ?? subject.name.toUpperCase(), !subject.optional)] : []),
    ...(choice.length > 0 ? [choice.join('|')] : []),
    ...others
      .filter(([name]) => name !== 'yes' || !named.includes('dry-run'))
      .map(([name, option]) =>
        name === 'dry-run' && named.includes('yes')
          ? '[--dry-run|--yes]'
          : bracketed(shown(name, option), option.required === true),
      ),
  ].join(' ');
}

/** `/dr sso let-in USER --identified-by "text" [--mail]`. */
export function chatUsage(name: string, verb: Verb): string {
  const way = verb.chat_points_to_shell ? 'cli' : 'chat';
  return `${PROGRAM[way]} ${name} ${hintOf(verb, way)}`.trim();
}

/** Help of the chat: usage and what it does. Without `group`: the verbs of one word, and one line a group. */
export function chatHelp(group: string | null = null, verbs: Verbs = VERBS): {usage: string; says: string}[] {
  const found = verbsOf('chat', verbs).filter(([name]) => splitName(name).group === group);
  const prefix = group === null ? PROGRAM.chat : `${PROGRAM.chat} ${group}`;
  return [
    {usage: `${prefix} help`, says: 'What can be typed here'},
    ...found.map(([name, verb]) => ({usage: chatUsage(name, verb), says: chatSays(verb)})),
    ...(group === null ? [...bridgeHelp(verbs), ...groupHelp()] : []),
  ];
}

function bridgeHelp(verbs: Verbs): {usage: string; says: string}[] {
  return Object.entries(verbs).flatMap(([name, {bridge_form: form}]) =>
    form ? [{usage: [PROGRAM.chat, name, ...form.words.map((word) => word.name)].join(' '), says: chatSays(form)}] : [],
  );
}

function groupHelp(): {usage: string; says: string}[] {
  return Object.entries(VERB_GROUPS).map(([name, group]) => ({
    usage: `${PROGRAM.chat} ${name} …`,
    says: `${chatSays(group)}: \`${PROGRAM.chat} ${name} help\` lists the steps`,
  }));
}

function shown(name: string, option: Option): string {
  return option.value === undefined ? `--${name}` : `--${name} ${placeholder(option, option.value)}`;
}

function placeholder({reads, choices, example}: Option, value: string): string {
  const isList = reads === 'list' || reads === 'accounts';
  if (choices) {
    return Object.keys(choices).join(isList ? ',' : '|');
  }
  return value === 'text' ? '"text"' : `${example ?? value.toUpperCase()}${isList ? ' …' : ''}`;
}

function bracketed(text: string, isNeeded: boolean): string {
  return isNeeded ? text : `[${text}]`;
}
