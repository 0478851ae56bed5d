import {Command, CommanderError} from 'commander';
import {splitName, VERB_GROUPS, VERBS, verbsOf, type Verb} from '@disaster-recovery/contract';
import {systemClock} from '../kernel/clock.ts';
import {asFailure, Failure} from '../kernel/failure.ts';
import {VERSION} from '../version.ts';
import {describeVerb, requestReader} from './options.ts';
import {createOutput, finish, type Outcome} from './output.ts';
import type {Call, CommonOptions, Run} from './verb.ts';

/** The verb that was called by its words, and what was typed with it. */
export type Called = {
  name: string;
  verb: Verb;
  options: CommonOptions & Record<string, unknown>;
  subject: string | undefined;
};

/** Runs one command line. `runOf`: what a verb does. Returns the exit code. */
export async function runProgram(
  argv: readonly string[],
  runOf: (name: string) => Promise<Run>,
  verbs: Readonly<Record<string, Verb>> = VERBS,
): Promise<number> {
  const output = createOutput(argv.includes('--json'));
  let outcome: Outcome | undefined;
  const program = buildProgram(async (called) => {
    const {verb, options, subject} = called;
    const request = requestReader(verb, called, systemClock.now());
    outcome = await perform(await runOf(called.name), {options, subject, request, output});
  }, verbs);
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

async function perform(run: Run, call: Call): Promise<Outcome> {
  try {
    return await run(call);
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
  perform: (called: Called) => Promise<void>,
  verbs: Readonly<Record<string, Verb>> = VERBS,
): Command {
  const program = new Command('drctl')
    .description('Backup and disaster recovery for Mattermost. Works also when Mattermost is down.')
    .version(VERSION)
    .option('--config <file>', 'companion configuration (default: $DRCTL_CONFIG, then /etc/drctl/drctl.yaml)')
    .option('--json', 'JSON lines on stdout: events first, the result last')
    .showHelpAfterError('Try `drctl help`.')
    .exitOverride()
    .configureOutput({writeErr: (text) => process.stderr.write(text)});
  const groups = new Map<string, Command>();
  for (const [name, verb] of verbsOf('cli', verbs)) {
    for (const typed of [name, ...(verb.formerly ?? [])]) {
      const {group, word} = splitName(typed);
      const parent = group === null ? program : (groups.get(group) ?? addGroup(program, group));
      if (group !== null) {
        groups.set(group, parent);
      }
      const command = describeVerb(parent.command(word, {hidden: typed !== name}), verb).exitOverride();
      command.action(async (...parts: unknown[]) => {
        const self = parts.at(-1) as Command;
        await perform({name, verb, options: self.optsWithGlobals(), subject: self.args[0]});
      });
    }
  }
  return program;
}

function addGroup(program: Command, group: string): Command {
  const words = Object.hasOwn(VERB_GROUPS, group) ? VERB_GROUPS[group as keyof typeof VERB_GROUPS].says : '';
  return program.command(group).description(words).exitOverride();
}
