import type {Command} from 'commander';
import {accountName, readNames} from '../../name_file.ts';

const FORM = 'first column of CSV, or one a line';

/** Options that name people, on a command line and in a file. */
export function peopleOptions(command: Command): Command {
  return command
    .option('--user <name...>', 'username, e-mail address or id; may be repeated')
    .option('--file <csv>', `file of people: ${FORM}`);
}

/** Both together, each once; undefined when neither was given. @throws Failure USAGE_INVALID */
export async function peopleOf({user, file}: Record<string, unknown>): Promise<string[] | undefined> {
  const named = (user as string[] | undefined)
    ?.flatMap((text) => text.split(','))
    .map((text) => accountName(text.trim()))
    .filter((text) => text !== '');
  const listed = typeof file === 'string' ? await readNames(file) : undefined;
  return named === undefined && listed === undefined ? undefined : [...new Set([...(named ?? []), ...(listed ?? [])])];
}

export function denyOption(command: Command): Command {
  return command.option('--deny-file <csv>', `file of people who are never switched: ${FORM}`);
}

export async function deniedBy({denyFile}: Record<string, unknown>): Promise<string[] | undefined> {
  return typeof denyFile === 'string' ? readNames(denyFile) : undefined;
}
