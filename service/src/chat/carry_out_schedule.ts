import type {ChatVerb, Schedule} from '@disaster-recovery/contract';
import {lastWords, nextWords, NO_SCHEDULES, plannedWords} from '../words/schedule.ts';
import {announce, reply} from './answer_in_time.ts';
import type {Answers} from './answer.ts';
import type {ChatParts} from './chat.ts';
import {code, plain} from '../words/markdown.ts';

const RUNS_SHOWN = 20;

/** What is answered to the verbs of schedules. */
export function scheduleAnswers(parts: ChatParts): Answers<Extract<ChatVerb, `schedule ${string}`>> {
  const {schedules} = parts;
  return {
    'schedule list': () => reply(listAnswer(schedules.list())),
    'schedule preview': ({request}) => {
      const {runs} = schedules.preview(request);
      const shown = runs.slice(0, RUNS_SHOWN).map((run) => `- ${plannedWords(run)}`);
      return reply(
        [
          ...(shown.length === 0 ? ['Nothing runs in that time.'] : shown),
          ...(runs.length > RUNS_SHOWN ? [`and more: ${code('drctl schedule preview')}`] : []),
        ].join('\n'),
      );
    },
    'schedule run': ({request: {schedule}, by}) =>
      announce(parts, schedules.run(schedule, by.actor, by.origin), {
        origin: by.origin,
        says: `The backup of ${code(schedule)} started. The post below shows how it goes.`,
      }),
    'schedule pause': ({request: {schedule}, by}) => {
      schedules.pause(schedule, by.actor);
      return reply(`${code(schedule)} begins nothing until ${code(`/dr schedule resume ${schedule}`)}.`);
    },
    'schedule resume': ({request: {schedule}, by}) => {
      const resumed = schedules.resume(schedule, by.actor);
      return reply(`${code(schedule)} runs again. Next: ${nextWords(resumed)}.`);
    },
  };
}

function listAnswer(found: readonly Schedule[]): string {
  if (found.length === 0) {
    return NO_SCHEDULES;
  }
  return [
    '| Schedule | Parts | Next | Last |',
    '|:--|:--|:--|:--|',
    ...found.map(
      (schedule) =>
        `| ${code(schedule.name)} | ${schedule.scope.join(', ')} | ${nextWords(schedule)} | ${plain(lastWords(schedule))} |`,
    ),
  ].join('\n');
}
