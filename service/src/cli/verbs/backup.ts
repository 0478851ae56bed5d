import {SetManifest, type BackupPlan} from '@disaster-recovery/contract';
import {Failure} from '../../kernel/failure.ts';
import {cliActor, withCompanion} from '../companion.ts';
import {followJob} from '../follow_job.ts';
import type {RunOf} from '../verb.ts';
import {renderPlan, renderSet} from '../render_set.ts';

/** Take a backup now. */
export const backup: RunOf<'backup'> = async ({options, request, output}) => {
  const asked = await request();
  return withCompanion(options, async (companion) => {
    if (options['dryRun']) {
      const plan: BackupPlan = await companion.backup.plan(asked);
      output.say(renderPlan(plan));
      return {value: {plan}};
    }
    const job = await followJob({jobs: companion.jobs, output}, () =>
      companion.backup.start(asked, {actor: cliActor()}),
    );
    const set = SetManifest.parse(job.result);
    output.say(renderSet(set));
    const failure =
      set.cross_check.outcome === 'failed'
        ? new Failure(
            'VERIFY_NOT_PASSED',
            `Set ${set.id} is sealed, but ${set.cross_check.missing + set.cross_check.size_differs} rows name a file that it does not hold as it should.`,
          )
        : undefined;
    return {value: {set, job: job.id}, ...(failure && {failure})};
  });
};
