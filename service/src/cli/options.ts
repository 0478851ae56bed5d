import {Option as CommandOption, type Command} from 'commander';
import {optionsOf, presetOf, type Option, type Verb} from '@disaster-recovery/contract';
import {readRequest, type Typed} from '../verbs/index.ts';
import {readNames} from './name_file.ts';

/** Subject, options and examples of a verb, as its declaration has them. */
export function describeVerb(command: Command, verb: Verb): Command {
  command.description(verb.says);
  if (verb.subject) {
    const {name, says, optional} = verb.subject;
    command.argument(optional ? `[${name}]` : `<${name}>`, says);
  }
  for (const [name, option] of optionsOf(verb, 'cli')) {
    command.addOption(commandOption(verb, name, option));
  }
  if (verb.examples) {
    command.addHelpText('after', `\nFor example:\n${verb.examples.map((it) => `  drctl ${it}`).join('\n')}`);
  }
  return command;
}

function commandOption(verb: Verb, name: string, option: Option): CommandOption {
  const {value, reads, says, required} = option;
  const many = reads === 'accounts' ? '...' : '';
  const made = new CommandOption(value === undefined ? `--${name}` : `--${name} <${value}${many}>`, says);
  const preset = presetOf(verb, option);
  if (preset !== undefined) {
    made.default(preset);
  }
  if (reads === 'list') {
    made.argParser((text) => text.split(','));
  }
  return made.makeOptionMandatory(required === true);
}

/** Reads the request of a verb out of the options of commander. Files are read then, not before. */
export function requestReader(
  verb: Verb,
  {options, subject}: {options: Readonly<Record<string, unknown>>; subject: string | undefined},
  now: number,
): () => Promise<unknown> {
  return async () => {
    const typed: Record<string, Typed['options'][string]> = {};
    for (const [name, option] of optionsOf(verb, 'cli')) {
      typed[name] = await typedOption(name, option, options);
    }
    return readRequest(verb, {subject, options: typed}, {way: 'cli', now});
  };
}

async function typedOption(
  name: string,
  {value, reads}: Option,
  options: Readonly<Record<string, unknown>>,
): Promise<Typed['options'][string]> {
  const made = new CommandOption(`--${name}`);
  const given = options[made.attributeName()];
  if (value === undefined) {
    // `--no-tell` is `tell: false` for commander, and `tell: true` when it is not typed.
    return given === !made.negate ? true : undefined;
  }
  if (reads === 'account_file') {
    return typeof given === 'string' ? readNames(given) : undefined;
  }
  return typeof given === 'string' ? given : (given as readonly string[] | undefined);
}
