import type {ChatVerb} from '@disaster-recovery/contract';
import {plain} from '../words/markdown.ts';
import {testLines} from '../words/notify.ts';
import type {Answers} from './answer.ts';
import {inTime, reply} from './answer_in_time.ts';
import type {ChatParts} from './chat.ts';

/** What is answered to the verbs of messages. */
export function notifyAnswers(parts: ChatParts): Answers<Extract<ChatVerb, `notify ${string}`>> {
  return {
    'notify test': async () => {
      const lines = testLines(await inTime(parts, parts.notify.test()));
      return reply(lines.map((line) => `- ${plain(line)}`).join('\n'));
    },
  };
}
