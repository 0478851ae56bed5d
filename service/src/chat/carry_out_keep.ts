import type {ChatVerb, KeepPreview} from '@disaster-recovery/contract';
import {holdWords, keepVerdict, reasonWords} from '../words/keep.ts';
import {code, plain} from '../words/markdown.ts';
import type {Answers} from './answer.ts';
import {announce, inTime, reply} from './answer_in_time.ts';
import type {ChatParts} from './chat.ts';

const SETS_SHOWN = 40;

/** What is answered to the verbs of what stays. */
export function keepAnswers(parts: ChatParts): Answers<Extract<ChatVerb, `keep ${string}` | 'hold' | 'release'>> {
  const {keeping} = parts;
  return {
    'keep preview': async ({request}) => reply(previewAnswer(await inTime(parts, keeping.preview(request)), null)),
    'keep apply': async ({request, mode, by}) =>
      mode === 'run'
        ? announce(parts, keeping.apply(request, by), {
            origin: by.origin,
            says: 'Removal of sets that no rule keeps started. The post below shows how it goes.',
          })
        : reply(
            previewAnswer(
              await inTime(parts, keeping.preview(request)),
              `/dr keep apply${request.repository === undefined ? '' : ` --from ${request.repository}`} --yes`,
            ),
          ),
    hold: async ({request, by}) => {
      const held = await inTime(parts, keeping.hold(request, by.actor));
      return reply(
        `Set ${code(held.set)} is ${plain(holdWords(held))}. To let it go: ${code(`/dr release ${held.set}`)}`,
      );
    },
    release: ({request: {set}, by}) =>
      reply(`Set ${code(set)} is held no more. It was ${plain(holdWords(keeping.release(set, by.actor)))}.`),
  };
}

/** `then`: the command that does it. */
function previewAnswer(plan: KeepPreview, then: string | null): string {
  // What goes is what somebody has to see.
  const sets = plan.sets.toSorted((a, b) => Number(b.goes) - Number(a.goes));
  const shown = sets.slice(0, SETS_SHOWN);
  return [
    plain(keepVerdict(plan)),
    ...(shown.length === 0 ? [] : ['', '| Set | Stays because |', '|:--|:--|']),
    ...shown.map((set) => `| ${code(set.set)} | ${set.goes ? '**goes**' : plain(reasonWords(set))} |`),
    ...(sets.length > shown.length
      ? ['', `and ${sets.length - shown.length} more: ${code('drctl keep preview')}`]
      : []),
    ...(then === null || plan.held_back ? [] : ['', `To do it: ${code(then)}`]),
  ].join('\n');
}
