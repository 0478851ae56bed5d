import {VerifyRequest, VerifyResult} from '@disaster-recovery/contract';
import {Failure} from '../../kernel/failure.ts';
import {cliActor, withRecovery} from '../companion.ts';
import {followJob} from '../follow_job.ts';
import type {Verb} from '../verb.ts';
import {parseOption} from '../parse_option.ts';
import {renderVerify} from '../render_set.ts';
import {repositoryOptions} from './repository_options.ts';

/** Prove that a set is what it was. */
export const verify: Verb = {
  describe: (command) =>
    repositoryOptions(
      command
        .description('prove that a set is whole: L0 sealed, L1 structure, L2 every byte, L3 rows against files')
        .argument('<set>', 'id of a set, or latest')
        .option('--level <level>', 'L0, L1, L2 or L3', 'L1'),
    ),
  run: ({options, arguments: [set], output}) =>
    withRecovery(options, async (parts) => {
      const request = parseOption(VerifyRequest, {set, level: options['level']});
      const job = await followJob(parts.jobs, output, () => parts.verify.start(request, {actor: cliActor()}));
      const result = VerifyResult.parse(job.result);
      output.say(renderVerify(result));
      const [first] = result.findings.filter(({severity}) => severity === 'error');
      return {
        value: {
          level: result.level,
          passed: result.passed,
          findings: result.findings,
          set: result.set,
          duration_ms: result.duration_ms,
        },
        ...(first && {
          failure: new Failure(
            'VERIFY_NOT_PASSED',
            `Set ${result.set} did not pass ${result.level}: ${first.what}${first.where ? ` (${first.where})` : ''}`,
          ),
        }),
      };
    }),
};
