import {BackupRequest, SetManifest, type BackupPlan} from '@disaster-recovery/contract';
import {Failure} from '../../kernel/failure.ts';
import {cliActor, withCompanion} from '../companion.ts';
import {followJob} from '../follow_job.ts';
import type {Verb} from '../verb.ts';
import {renderPlan, renderSet} from '../render_set.ts';
import {parseOption} from '../parse_option.ts';

/** Take a backup now. */
export const backup: Verb = {
  describe: (command) =>
    command
      .description('take a backup now, while Mattermost runs')
      .option('--scope <parts>', 'parts to take, of database,config,files (default: all)', (text) => text.split(','))
      .option('--reason <text>', 'why; kept in the set and in the ledger')
      .option('--dry-run', 'print the plan and change nothing'),
  run: ({options, output}) =>
    withCompanion(options, async (companion) => {
      const {scope, reason} = options;
      const request = parseOption(BackupRequest, {
        ...(scope !== undefined && {scope}),
        ...(reason !== undefined && {reason}),
      });
      if (options['dryRun']) {
        const plan: BackupPlan = await companion.backup.plan(request);
        output.say(renderPlan(plan));
        return {value: {plan}};
      }
      const job = await followJob(companion.jobs, output, () => companion.backup.start(request, {actor: cliActor()}));
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
    }),
};
