import {Command, CommanderError} from 'commander';
import {asFailure, Failure} from '../kernel/failure.ts';
import {VERSION} from '../version.ts';
import {createOutput, finish, type Outcome} from './output.ts';
import type {CommonOptions, Verb, VerbGroup} from './verb.ts';
import {VERBS} from './verbs/index.ts';

/** Runs one command line. Returns the exit code. */
export async function runProgram(argv: readonly string[]): Promise<number> {
  const output = createOutput(argv.includes('--json'));
  let outcome: Outcome | undefined;
  const program = buildProgram(async (verb, call) => {
    outcome = await perform(verb, {...call, output});
  });
  try {
    await program.parseAsync(argv, {from: 'user'});
  } catch (error) {
    if (!(error instanceof CommanderError)) {
      throw error;
    }
    // Help and version are answers, not errors.
    return error.exitCode === 0
      ? 0
      : finish(output, {
          value: null,
          failure: new Failure(
            'USAGE_INVALID',
            error.code === 'commander.help' ? 'Name one of the verbs above.' : error.message.replace(/^error: /, ''),
          ),
        });
  }
  return outcome ? finish(output, outcome) : 0;
}

async function perform(verb: Verb, call: Parameters<Verb['run']>[0]): Promise<Outcome> {
  try {
    return await verb.run(call);
  } catch (error) {
    const failure = asFailure(error);
    if (failure.code === 'INTERNAL' && process.env['DRCTL_DEBUG'] !== undefined) {
      process.stderr.write(`${failure.cause instanceof Error ? (failure.cause.stack ?? '') : ''}\n`);
    }
    return {value: null, failure};
  }
}

/** All verbs as one commander program; also the source of docs/cli.md. */
export function buildProgram(
  perform: (verb: Verb, call: {options: CommonOptions & Record<string, unknown>; arguments: string[]}) => Promise<void>,
): Command {
  const program = new Command('drctl')
    .description('Backup and disaster recovery for Mattermost. Works also when Mattermost is down.')
    .version(VERSION)
    .option('--config <file>', 'companion configuration (default: $DRCTL_CONFIG, then /etc/drctl/drctl.yaml)')
    .option('--json', 'JSON lines on stdout: events first, the result last')
    .showHelpAfterError('Try `drctl help`.')
    .exitOverride()
    .configureOutput({writeErr: (text) => process.stderr.write(text)});
  addVerbs(program, VERBS, perform);
  return program;
}

type Perform = Parameters<typeof buildProgram>[0];

function addVerbs(parent: Command, verbs: Record<string, Verb | VerbGroup>, perform: Perform): void {
  for (const [name, entry] of Object.entries(verbs)) {
    if ('verbs' in entry) {
      addVerbs(parent.command(name).description(entry.says).exitOverride(), entry.verbs, perform);
      continue;
    }
    const command = entry.describe(parent.command(name)).exitOverride();
    command.action(async (...parts: unknown[]) => {
      const self = parts.at(-1) as Command;
      await perform(entry, {options: self.optsWithGlobals(), arguments: self.args});
    });
  }
}
