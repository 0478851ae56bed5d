import {withCompanion} from '../companion.ts';
import type {Verb} from '../verb.ts';
import {renderJobs} from '../render_status.ts';

/** What was done and what runs. */
export const jobs: Verb = {
  describe: (command) =>
    command
      .description('list jobs, newest first, or show one')
      .argument('[job]', 'id of a job')
      .option('--limit <n>', 'how many', '20'),
  run: ({options, arguments: [id], output}) =>
    withCompanion(options, async (companion) => {
      const found = id === undefined ? companion.jobs.newest(Number(options['limit']) || 20) : [companion.jobs.get(id)];
      output.say(renderJobs(found));
      return {value: id === undefined ? {jobs: found} : found[0]};
    }),
};

/** Stop a job. */
export const cancel: Verb = {
  describe: (command) => command.description('ask a job to stop').argument('<job>', 'id of a job'),
  run: ({options, arguments: [id = ''], output}) =>
    withCompanion(options, async (companion) => {
      const job = companion.jobs.cancel(id);
      output.say(`Job ${job.id}: ${job.status}.`);
      return {value: job};
    }),
};
