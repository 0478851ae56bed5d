import {RestoreResult} from '@disaster-recovery/contract';
import {isoTime} from '../../kernel/clock.ts';
import {Failure} from '../../kernel/failure.ts';
import {cliActor, withRecovery} from '../companion.ts';
import {requireConfirmation} from '../confirmation.ts';
import {followJob} from '../follow_job.ts';
import type {RunOf} from '../verb.ts';
import {renderRestorePlan, renderRestoreResult} from '../render_restore.ts';
import type {RecoveryParts} from '../../compose/recovery.ts';
import type {Output} from '../output.ts';

/** Bring a set back. */
export const restore: RunOf<'restore'> = ({options, subject: set, request, output}) =>
  withRecovery(options, async (parts) => {
    if (options['undo']) {
      return undo(parts, {output, options}, set);
    }
    if (set === undefined) {
      throw new Failure('USAGE_INVALID', 'Name a set, or latest.');
    }
    const asked = await request();
    const plan = await parts.restore.plan(asked);
    output.say(renderRestorePlan(plan));
    if (options['dryRun']) {
      return {value: {plan}};
    }
    if (plan.overwrites.length > 0 || plan.accept_incomplete) {
      const [where, without] = [
        plan.mode === 'in_place' ? ' in place' : '',
        plan.accept_incomplete ? ', without the files that cannot be read' : '',
      ];
      await requireConfirmation(output, options, `Restore ${plan.set}${where}${without}?`);
    }
    const job = await followJob({jobs: parts.jobs, output}, () => parts.restore.start(asked, {actor: cliActor()}));
    const result = RestoreResult.parse(job.result);
    output.say(renderRestoreResult(result));
    return {value: {restore: result, job: job.id}};
  });

async function undo(
  {restore: verb, jobs}: RecoveryParts,
  {output, options}: {output: Output; options: Record<string, unknown>},
  named: string | undefined,
) {
  const plan = await verb.planUndo(named);
  output.say(
    `Undoes restore ${plan.restore} of set ${plan.set}, swapped at ${isoTime(plan.swapped_at)}.\nPuts back:\n${plan.puts_back.map((line) => `  ${line}`).join('\n')}`,
  );
  if (options['dryRun']) {
    return {value: plan};
  }
  await requireConfirmation(output, options, `Go back to the state before restore ${plan.restore}?`);
  const job = await followJob({jobs, output}, () =>
    verb.undo({actor: cliActor(), restore: named, approval: options['approval'] as string | undefined}),
  );
  const result = RestoreResult.parse(job.result);
  output.say(renderRestoreResult(result));
  return {value: {restore: result, job: job.id}};
}
