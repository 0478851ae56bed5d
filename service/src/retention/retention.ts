import type {Actor, KeepPreview} from '@disaster-recovery/contract';
import {need, type Jobs, type Origin, type Procedure, type StartedJob} from '../jobs/index.ts';
import {Failure} from '../kernel/failure.ts';
import type {RetentionEngines} from './engines.ts';
import {look, previewOf} from './look.ts';
import {keepSteps, type KeepFound, type KeepPlan} from './steps.ts';

/** Which sets of one repository stay. */
export type Retention = {
  /** Changes nothing. @throws Failure REPOSITORY_* */
  preview(): Promise<KeepPreview>;
  /**
   * Removes what no rule keeps. Result of the job: KeepResult.
   * @throws Failure JOB_ALREADY_RUNNING; the job ends with KEEP_HELD_BACK, REPOSITORY_*
   */
  apply(by: {actor: Actor; origin?: Origin}): Promise<StartedJob>;
};

export function createRetention(engines: RetentionEngines, jobs: Pick<Jobs, 'start' | 'running'>): Retention {
  const steps = keepSteps(engines);
  const {name: repository} = engines;
  const procedure: Procedure<KeepPlan, KeepFound> = {
    kind: 'keep',
    steps,
    subject: () => repository,
    conclude: (_plan, found) => ({result: need(found, 'result'), status: 'success'}),
    clean: async () => undefined,
  };
  return {
    preview: async () => previewOf(engines, await look(engines)),
    apply: async ({actor, origin}) => {
      requireNoCopying(jobs);
      return jobs.start(procedure, async () => ({repository, steps: steps.map(({name}) => name)}), {
        actor,
        reason: '',
        request: {repository},
        ...(origin && {origin}),
      });
    },
  };
}

/** What is read to be sent elsewhere is locked against removal, for as long as that takes. @throws Failure JOB_ALREADY_RUNNING */
function requireNoCopying(jobs: Pick<Jobs, 'running'>): void {
  const copying = jobs.running('copies');
  if (copying) {
    throw new Failure(
      'JOB_ALREADY_RUNNING',
      `Job ${copying.id} is sending sets to a copy; none is removed meanwhile.`,
      {details: {job: copying.id}},
    );
  }
}
