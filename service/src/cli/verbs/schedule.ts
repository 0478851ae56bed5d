import type {Schedule} from '@disaster-recovery/contract';
import {lastWords, nextWords, NO_SCHEDULES, plannedWords} from '../../words/schedule.ts';
import {cliActor, withCompanion} from '../companion.ts';
import {followJob} from '../follow_job.ts';
import {facts, plainTable} from '../render_set.ts';
import type {RunOf} from '../verb.ts';

/** What the product does by itself, and how it went. */
export const list: RunOf<'schedule list'> = ({options, output}) =>
  withCompanion(options, async ({schedules}) => {
    const found = schedules.list();
    output.say(found.length === 0 ? NO_SCHEDULES : renderSchedules(found));
    return {value: {schedules: found}};
  });

export const preview: RunOf<'schedule preview'> = async ({options, request, output}) => {
  const asked = await request();
  return withCompanion(options, async ({schedules}) => {
    const value = schedules.preview(asked);
    output.say(
      [
        ...(value.runs.length === 0 ? ['Nothing runs in that time.'] : value.runs.map(plannedWords)),
        ...(value.truncated ? ['… and more.'] : []),
      ].join('\n'),
    );
    return {value};
  });
};

export const run: RunOf<'schedule run'> = async ({options, request, output}) => {
  const {schedule} = await request();
  return withCompanion(options, async ({schedules, jobs}) => {
    const job = await followJob({jobs, output}, () => schedules.run(schedule, cliActor()));
    output.say(`Set ${job.subject ?? ''} is made. What follows it in ${schedule} is done by the companion.`);
    return {value: job};
  });
};

export const pause: RunOf<'schedule pause'> = async ({options, request, output}) => {
  const {schedule} = await request();
  return withCompanion(options, async ({schedules}) => {
    const value = schedules.pause(schedule, cliActor());
    output.say(`${renderSchedule(value)}\nIt begins nothing until \`drctl schedule resume ${schedule}\`.`);
    return {value};
  });
};

export const resume: RunOf<'schedule resume'> = async ({options, request, output}) => {
  const {schedule} = await request();
  return withCompanion(options, async ({schedules}) => {
    const value = schedules.resume(schedule, cliActor());
    output.say(renderSchedule(value));
    return {value};
  });
};

function renderSchedules(found: readonly Schedule[]): string {
  const table = plainTable(['Schedule', 'Parts', 'Next', 'Last']);
  for (const schedule of found) {
    table.push([schedule.name, schedule.scope.join(', '), nextWords(schedule), lastWords(schedule)]);
  }
  return table.toString();
}

function renderSchedule(schedule: Schedule): string {
  return facts([
    ['Schedule', `${schedule.name}: ${schedule.cron} (${schedule.time_zone})`],
    ['Next', nextWords(schedule)],
    ['Last', lastWords(schedule)],
  ]);
}
