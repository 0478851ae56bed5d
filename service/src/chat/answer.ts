import type {Actor, ChatVerb, CommandReply, RequestOf} from '@disaster-recovery/contract';
import {stringify} from 'yaml';
import type {Origin} from '../jobs/index.ts';
import {Failure} from '../kernel/failure.ts';
import {logged, patiently, PATIENCE_MS, reply, type AnswerParts} from './answer_in_time.ts';
import type {Mode} from './commands.ts';

/** Who asks, and where the answer goes. */
export type By = {actor: Actor; origin: Origin};

/** One command, as its verb reads it. `typed`: as it came after `/dr`. */
export type Asking<Request = unknown> = {subject: string; request: Request; mode: Mode; by: By; typed: string};

/** Carries a command out and says what came of it. */
export type Answer<Request = unknown> = (asking: Asking<Request>) => Promise<CommandReply> | CommandReply;
export type Answers<Names extends ChatVerb = ChatVerb> = {readonly [Name in Names]: Answer<RequestOf<Name>>};

/** The answer of a verb that has no words of its own yet: what it came to, as YAML. */
export function plainAnswer(parts: AnswerParts, act: (asking: Asking) => Promise<unknown>): Answer {
  return (asking) => write(parts, act(asking), (value) => `\`\`\`yaml\n${stringify(value).trimEnd()}\n\`\`\``);
}

/** @throws Failure DATABASE_UNREACHABLE when the answer would come after the bridge stopped waiting */
export async function read<Value>(
  parts: AnswerParts,
  value: Promise<Value>,
  render: (value: Value) => string,
): Promise<CommandReply> {
  const answer = await inTime(parts, value);
  if (answer === 'late') {
    throw new Failure(
      'DATABASE_UNREACHABLE',
      `Mattermost's database has not answered within ${PATIENCE_MS / 1000} seconds. Try again in a moment.`,
    );
  }
  return reply(render(answer));
}

/** As `read`; but what changes something may come after the wait, so nobody is told that it failed. */
export async function write<Value>(
  parts: AnswerParts,
  value: Promise<Value>,
  render: (value: Value) => string,
): Promise<CommandReply> {
  const answer = await inTime(parts, value);
  if (answer === 'late') {
    return reply(
      `⏳ It takes longer than ${PATIENCE_MS / 1000} seconds and may still be done. Look at \`/dr sso status\`, then say it again if it was not; a code that you did not see is replaced by the next one.`,
    );
  }
  return reply(render(answer));
}

/** The value, or `late` when the bridge would no longer wait for it; what becomes of it then is in the log. */
async function inTime<Value>(parts: AnswerParts, value: Promise<Value>): Promise<Value | 'late'> {
  const answer = await patiently(parts.clock, value);
  if (answer === 'late') {
    value.catch((error: unknown) => {
      logged(parts, error);
    });
  }
  return answer;
}
