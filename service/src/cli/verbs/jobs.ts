import {withCompanion} from '../companion.ts';
import type {RunOf} from '../verb.ts';
import {renderJobs} from '../render_status.ts';

/** What was done and what runs. */
export const jobs: RunOf<'jobs'> = ({options, subject: id, output}) =>
  withCompanion(options, async (companion) => {
    const found = id === undefined ? companion.jobs.newest(Number(options['limit']) || 20) : [companion.jobs.get(id)];
    output.say(renderJobs(found));
    return {value: id === undefined ? {jobs: found} : found[0]};
  });

/** Stop a job. */
export const cancel: RunOf<'cancel'> = ({options, subject: id = '', output}) =>
  withCompanion(options, async (companion) => {
    const job = companion.jobs.cancel(id);
    output.say(`Job ${job.id}: ${job.status}.`);
    return {value: job};
  });
