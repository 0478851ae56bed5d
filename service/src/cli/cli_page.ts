import type {Command, Option} from 'commander';
import type {Verb} from '@disaster-recovery/contract';
import {buildProgram} from './program.ts';

/** docs/cli.md, without its first line: what commander was told of the verbs. */
export function cliPage(verbs: Readonly<Record<string, Verb>>): string {
  const program = buildProgram(async () => undefined, verbs);
  return `# drctl

${program.description()}

Options of every verb, before or after its name:

${optionList(program.options)}

With \`--json\`, stdout holds JSON lines only: events while a job runs, and last
\`{"type":"result","ok":true|false,"value":{…},"error":{"code","message","remedy",…}|null}\`. Exit codes: [errors.md](errors.md).

${visible(program)
  .map((command) => page(command, '', verbs))
  .join('\n')}`;
}

/** One verb, or a group with each of its verbs. */
function page(command: Command, group: string, verbs: Readonly<Record<string, Verb>>): string {
  const name = `${group}${command.name()}`;
  const usage = `drctl ${name} ${command.usage()}`.trim();
  const operands = command.registeredArguments.map((argument) => `- \`${argument.name()}\` — ${argument.description}`);
  const list = [...operands, ...(command.options.length > 0 ? [optionList(command.options)] : [])].join('\n');
  const examples = verbs[name]?.examples ?? [];
  const shown = examples.length === 0 ? '' : `\nFor example:\n\n${examples.map((it) => `    drctl ${it}\n`).join('')}`;
  const text = `## ${name}\n\n${capital(command.description()).replace(/([^?])$/, '$1.')}\n\n    ${usage}\n${list === '' ? '' : `\n${list}\n`}${shown}`;
  return [text, ...visible(command).map((sub) => page(sub, `${name} `, verbs))].join('\n');
}

/** Without the names that verbs had, and the help of commander. */
function visible(command: Command): readonly Command[] {
  const shown: readonly Command[] = command.createHelp().visibleCommands(command);
  return shown.filter((sub) => sub.name() !== 'help');
}

function optionList(options: readonly Option[]): string {
  return options
    .map(
      ({flags, description, defaultValue}) =>
        `- \`${flags}\` — ${description}${typeof defaultValue === 'string' ? ` (default: ${defaultValue})` : ''}`,
    )
    .join('\n');
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
