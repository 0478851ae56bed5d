import {VerifyResult} from '@disaster-recovery/contract';
import {Failure} from '../../kernel/failure.ts';
import {cliActor, withRecovery} from '../companion.ts';
import {followJob} from '../follow_job.ts';
import type {RunOf} from '../verb.ts';
import {renderVerify} from '../render_set.ts';

/** Prove that a set is what it was. */
export const verify: RunOf<'verify'> = async ({options, request, output}) => {
  const asked = await request();
  return withRecovery(options, async (parts) => {
    const job = await followJob({jobs: parts.jobs, output}, () => parts.verify.start(asked, {actor: cliActor()}));
    const result = VerifyResult.parse(job.result);
    output.say(renderVerify(result));
    const [first] = result.findings.filter(({severity}) => severity === 'error');
    return {
      value: {
        level: result.level,
        passed: result.passed,
        findings: result.findings,
        omitted: result.omitted ?? [],
        set: result.set,
        duration_ms: result.duration_ms,
      },
      ...(first && {
        failure: new Failure(
          'VERIFY_NOT_PASSED',
          `Set ${result.set} did not pass ${result.level}: ${first.message}${first.where ? ` (${first.where})` : ''}`,
        ),
      }),
    };
  });
};
