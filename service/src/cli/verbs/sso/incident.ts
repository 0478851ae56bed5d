import {DeclareRequest, ExtendRequest, ExtendResult, ResolveRequest} from '@disaster-recovery/contract';
import {Failure} from '../../../kernel/failure.ts';
import {followJob} from '../../follow_job.ts';
import {accountName} from '../../name_file.ts';
import {parseOption} from '../../parse_option.ts';
import {renderApproval, renderIncident} from '../../render_sso.ts';
import {renderExtendResult, renderResolved, renderSetAgain} from '../../render_sso_plan.ts';
import type {Verb} from '../../verb.ts';
import {byShell, given, numberOf, type WithSso} from './parts.ts';

/** Verbs that begin, lead and end an incident. */
export function incidentVerbs(
  withSso: WithSso,
): Record<'declare' | 'setAgain' | 'extend' | 'approve' | 'resolve' | 'close', Verb> {
  return {
    declare: declare(withSso),
    setAgain: setAgain(withSso),
    extend: extend(withSso),
    approve: approve(withSso),
    resolve: resolve(withSso),
    close: close(withSso),
  };
}

const declare = (withSso: WithSso): Verb => ({
  describe: (command) =>
    command
      .description('declare an SSO outage; nothing is switched by it')
      .requiredOption('--reason <text>', 'what is down; kept in the ledger')
      .option('--no-tell', 'do not say it on the sign-in page'),
  run: ({options, output}) =>
    withSso(options, async ({sso}) => {
      const incident = await sso.declare(
        parseOption(DeclareRequest, {reason: options['reason'], tell: options['tell'] !== false}),
        byShell(),
      );
      output.say(renderIncident(incident));
      return {value: incident};
    }),
});

const setAgain = (withSso: WithSso): Verb => ({
  describe: (command) => command.description('set the settings of the outage again that somebody wrote over'),
  run: ({options, output}) =>
    withSso(options, async ({sso}) => {
      const result = await sso.setAgain(byShell());
      output.say(renderSetAgain(result));
      const failure =
        result.left.length > 0
          ? new Failure(
              'SETTING_LOCKED',
              `Not in force: ${result.left.map(({key, says}) => `${key}. ${says}`).join(' ')}`,
            )
          : undefined;
      return {value: result, ...(failure && {failure})};
    }),
});

const extend = (withSso: WithSso): Verb => ({
  describe: (command) =>
    command
      .description('extend live sessions, so that fewer people are locked out')
      .option('--hours <n>', 'sessions that end sooner than this from now are extended to it', '72'),
  run: ({options, output}) =>
    withSso(options, async ({sso, jobs}) => {
      const request = parseOption(ExtendRequest, given({hours: numberOf(options['hours'])}));
      const job = await followJob(jobs, output, () => sso.extend(request, byShell()), 'accounts');
      const result = ExtendResult.parse(job.result);
      output.say(renderExtendResult(result));
      return {
        value: {extend: result, job: job.id},
        ...(result.failed > 0 && {
          failure: new Failure(
            'MATTERMOST_REFUSED',
            `${result.failed} sessions could not be extended; the others are. Run it again.`,
          ),
        }),
      };
    }),
});

const approve = (withSso: WithSso): Verb => ({
  describe: (command) =>
    command
      .description('approve a switch of everyone that was asked for in Mattermost')
      .argument('<id>', 'id of the approval'),
  run: ({options, arguments: [id = ''], output}) =>
    withSso(options, async ({sso}) => {
      const approval = sso.approve(id, byShell());
      output.say(renderApproval(approval));
      return {value: approval};
    }),
});

const resolve = (withSso: WithSso): Verb => ({
  describe: (command) =>
    command
      .description('decide about a conflict of the return list')
      .argument('<user>', 'username, e-mail address or id')
      .requiredOption(
        '--choice <choice>',
        'restore: free the sign-in data from whoever holds it, then give it back; leave: the account stays as it is now',
      )
      .requiredOption('--reason <text>', 'why; kept in the ledger'),
  run: ({options, arguments: [user = ''], output}) =>
    withSso(options, async ({sso}) => {
      const entry = await sso.resolve(
        parseOption(ResolveRequest, {user: accountName(user), choice: options['choice'], reason: options['reason']}),
        byShell(),
      );
      output.say(renderResolved(entry));
      return {value: entry};
    }),
});

const close = (withSso: WithSso): Verb => ({
  describe: (command) => command.description('close the incident; its return list must be empty'),
  run: ({options, output}) =>
    withSso(options, async ({sso}) => {
      const incident = await sso.close(byShell());
      output.say(renderIncident(incident));
      return {value: incident};
    }),
});
