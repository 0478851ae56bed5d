import {Failure} from '../kernel/failure.ts';

/**
 * A command line in its parts. Programs take whatever begins with a dash for an option, so what comes from outside (a repository, a dump,
 * a configuration, a person) may stand in two places only: as the value of an option that the code names, or as an operand after `--`.
 */
export type CommandLine = {
  /** Words of the program's own language: `['cat', 'config']`. Never data. */
  readonly command?: readonly string[];
  /** By name without dashes; the names are written in code. True: a switch. A list: the option once for each. Left out: undefined or false. */
  readonly options?: Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>;
  /** What the program works on; it cannot be taken for an option. */
  readonly operands?: readonly string[];
};

const WORD = /^[a-z]+$/;
const OPTION_NAME = /^[a-z][a-z0-9-]*$/;

/**
 * The argument array: command, `--name=value` for each option, then `--` and the operands.
 * @throws Failure USAGE_INVALID for a NUL character, which ends a text for every program; Error for a word or an option's name that can only be data
 */
export function argumentsOf({command = [], options = {}, operands = []}: CommandLine): string[] {
  const noWord = command.find((word) => !WORD.test(word));
  if (noWord !== undefined) {
    throw new Error(`${JSON.stringify(noWord)} is not a word of a command.`);
  }
  const given = Object.entries(options).flatMap(([name, value]) => optionsOf(name, value));
  const all = [...command, ...given, ...(operands.length > 0 ? ['--', ...operands] : [])];
  const spoilt = all.find((argument) => argument.includes('\0'));
  if (spoilt !== undefined) {
    throw new Failure('USAGE_INVALID', `${JSON.stringify(spoilt.slice(0, 200))} holds a NUL character.`);
  }
  return all;
}

function optionsOf(name: string, value: NonNullable<CommandLine['options']>[string]): string[] {
  if (!OPTION_NAME.test(name)) {
    throw new Error(`${JSON.stringify(name)} is not the name of an option.`);
  }
  if (value === undefined || value === false) {
    return [];
  }
  if (value === true) {
    return [`--${name}`];
  }
  return (typeof value === 'object' ? value : [value]).map((one) => `--${name}=${one}`);
}
