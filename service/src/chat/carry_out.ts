import {refusesClones, type CommandReply, type Verb} from '@disaster-recovery/contract';
import type {Clock} from '../kernel/clock.ts';
import {reply} from './answer_in_time.ts';
import type {Answer, By} from './answer.ts';
import {parseCommand} from './commands.ts';
import {groupHelpAnswer, helpAnswer, unknownAnswer} from './render_answers.ts';

export type CarryOutParts = {
  clock: Clock;
  /** @throws Failure COMPANION_READ_ONLY */
  requireWritable: () => void;
};

/** The bridge refuses more than 16,000 characters. */
const ANSWER_LIMIT = 15_500;

/** What is answered to each verb. `verbs`: the declared ones, when left out. */
export type Declared = {answers: Readonly<Record<string, Answer>>; verbs?: Readonly<Record<string, Verb>> | undefined};

/** Carries out what was typed after `/dr`. @throws Failure of the verb, and USAGE_INVALID */
export async function carryOut(
  parts: CarryOutParts,
  {answers, verbs}: Declared,
  {typed, by}: {typed: string; by: By},
): Promise<CommandReply> {
  const command = parseCommand(typed, parts.clock.now(), verbs);
  if (command.kind === 'help') {
    return reply(command.group === null ? helpAnswer(verbs) : groupHelpAnswer(command.group, verbs));
  }
  const answer = command.kind === 'verb' ? answers[command.name] : undefined;
  if (command.kind === 'unknown' || answer === undefined) {
    return command.kind === 'unknown'
      ? reply(unknownAnswer(command.typed, command.suggestion))
      : reply(unknownAnswer(command.name, null));
  }
  if (command.mode === 'run' && refusesClones(command.verb)) {
    parts.requireWritable();
  }
  const {subject, request, mode} = command;
  const said = await answer({subject, request, mode, by, typed});
  return said.message.length <= ANSWER_LIMIT ? said : {...said, message: `${said.message.slice(0, ANSWER_LIMIT)}\n…`};
}
