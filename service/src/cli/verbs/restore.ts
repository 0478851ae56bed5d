import {RestoreRequest, RestoreResult} from '@disaster-recovery/contract';
import {Failure} from '../../kernel/failure.ts';
import {cliActor, withRecovery} from '../companion.ts';
import {requireConfirmation} from '../confirmation.ts';
import {followJob} from '../follow_job.ts';
import {parseOption} from '../parse_option.ts';
import type {Verb} from '../verb.ts';
import {renderRestorePlan, renderRestoreResult} from '../render_restore.ts';
import type {RecoveryParts} from '../../compose.ts';
import type {Output} from '../output.ts';
import {repositoryOptions} from './repository_options.ts';

/** Bring a set back. */
export const restore: Verb = {
  describe: (command) =>
    repositoryOptions(
      command
        .description('bring a set back: in place, or side by side into named targets')
        .argument('[set]', 'id of a set, or latest')
        .option(
          '--into-database <url>',
          'PostgreSQL URL of a database that does not exist or has no tables; leave its password to PGPASSWORD where others can list processes',
        )
        .option('--into-files <directory>', 'empty directory for what the file store held')
        .option('--into-config <directory>', 'empty directory for what the config directory held')
        .option('--without-restore-point', 'in place: do not save the present state first')
        .option('--undo', 'go back to the state before the last restore in place')
        .option('--dry-run', 'print the plan and change nothing')
        .option('--yes', 'do not ask; the plan was read'),
    ),
  run: ({options, arguments: [set], output}) =>
    withRecovery(options, async (parts) => {
      if (options['undo']) {
        return undo(parts, output, options);
      }
      if (set === undefined) {
        throw new Failure('USAGE_INVALID', 'Name a set, or latest.');
      }
      const request = parseOption(RestoreRequest, {
        set,
        ...intoOf(options),
        ...(options['withoutRestorePoint'] === true && {without_restore_point: true}),
      });
      const plan = await parts.restore.plan(request);
      output.say(renderRestorePlan(plan));
      if (options['dryRun']) {
        return {value: {plan}};
      }
      if (plan.overwrites.length > 0) {
        await requireConfirmation(output, options, `Restore ${plan.set} in place?`);
      }
      const job = await followJob(parts.jobs, output, () => parts.restore.start(request, {actor: cliActor()}));
      const result = RestoreResult.parse(job.result);
      output.say(renderRestoreResult(result));
      return {value: {restore: result, job: job.id}};
    }),
};

async function undo({restore: verb, jobs}: RecoveryParts, output: Output, options: Record<string, unknown>) {
  const {puts_back} = await verb.planUndo();
  output.say(`Puts back:\n${puts_back.map((line) => `  ${line}`).join('\n')}`);
  if (options['dryRun']) {
    return {value: {puts_back}};
  }
  await requireConfirmation(output, options, 'Go back to the state before the restore?');
  const job = await followJob(jobs, output, () => verb.undo({actor: cliActor()}));
  const result = RestoreResult.parse(job.result);
  output.say(renderRestoreResult(result));
  return {value: {restore: result, job: job.id}};
}

function intoOf(options: Record<string, unknown>): {into?: Record<string, unknown>} {
  const into = Object.fromEntries(
    Object.entries({
      database: options['intoDatabase'],
      files: options['intoFiles'],
      config: options['intoConfig'],
    }).filter(([, value]) => value !== undefined),
  );
  return Object.keys(into).length > 0 ? {into} : {};
}
