import {stringify} from 'yaml';
import type {ChatVerb, Policy} from '@disaster-recovery/contract';
import {code, plain} from '../words/markdown.ts';
import {afterChangeWords, changeLines} from '../words/policy.ts';
import type {Answers} from './answer.ts';
import {reply} from './answer_in_time.ts';
import type {ChatParts} from './chat.ts';

/** What is answered to the verbs of the policy. */
export function policyAnswers({policy}: ChatParts): Answers<Extract<ChatVerb, `policy ${string}`>> {
  return {
    'policy show': async () => reply(showAnswer(await policy.show())),
    'policy set': async ({request, by}) => {
      const changed = await policy.assign(request, by.actor);
      return reply([...changeLines(changed).map((line) => `- ${code(line)}`), afterChangeWords(changed)].join('\n'));
    },
  };
}

/** What can be changed here; the rest is for the machine where it is changed. */
function showAnswer({
  in_effect: all,
  from_anywhere: names,
  not_writable: noWrite,
  not_in_effect: notYet,
}: Policy): string {
  const shown = Object.fromEntries(names.map((name) => [name, all[name]]));
  const problems = [noWrite, notYet].flatMap((problem) =>
    problem ? [`:warning: ${plain(problem.message)} ${plain(problem.remedy)}`] : [],
  );
  return [
    ...problems,
    `\`\`\`yaml\n${stringify(shown).trimEnd()}\n\`\`\``,
    `Change one with ${code('/dr policy set SETTING=VALUE')}. Everything else is shown by ${code('drctl policy show')}.`,
  ].join('\n');
}
