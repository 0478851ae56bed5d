import {SwitchBackRequest, SwitchBackResult, SwitchRequest, SwitchResult} from '@disaster-recovery/contract';
import {Failure} from '../../../kernel/failure.ts';
import {requireConfirmation} from '../../confirmation.ts';
import {followJob} from '../../follow_job.ts';
import {parseMoment} from '../../moment.ts';
import {accountName} from '../../name_file.ts';
import {parseOption} from '../../parse_option.ts';
import {
  renderSwitchBackPlan,
  renderSwitchBackResult,
  renderSwitchPlan,
  renderSwitchResult,
} from '../../render_sso_plan.ts';
import type {Verb} from '../../verb.ts';
import {byShell, given, type WithSso} from './parts.ts';
import {deniedBy, denyOption, peopleOf, peopleOptions} from './people.ts';

/** To email and password, and back: the plan is shown, then confirmed, then carried out. */
export function switchVerbs(withSso: WithSso): Record<'switch' | 'switchBack', Verb> {
  return {switch: switchPeople(withSso), switchBack: switchBack(withSso)};
}

const switchPeople = (withSso: WithSso): Verb => ({
  describe: (command) =>
    denyOption(
      peopleOptions(command.description('switch people to email and password'))
        .option('--team <name>', 'everybody in this team')
        .option('--group <name>', 'everybody in this group')
        .option(
          '--sessions-ending-before <time>',
          'everybody whose last session ends before then, and everybody without one: 8h or 3d from now, or 2026-11-25T08:00Z',
        )
        .option('--everyone', 'everybody who signs in through a provider'),
    )
      .option('--approval <id>', 'id of the approval by a second administrator')
      .option('--dry-run', 'print the plan and change nothing')
      .option('--yes', 'do not ask; the plan was read'),
  run: ({options, output}) =>
    withSso(options, async ({sso, jobs, clock}) => {
      const request = await switchRequest(options, clock.now());
      const plan = await sso.planSwitch(request, byShell());
      output.say(renderSwitchPlan(plan));
      if (options['dryRun']) {
        return {value: {plan}};
      }
      await requireConfirmation(
        output,
        options,
        `Switch ${plan.count === 1 ? '1 person' : `${plan.count} people`} to email and password?`,
      );
      const job = await followJob(jobs, output, () => sso.startSwitch(request, byShell()), 'accounts');
      const result = SwitchResult.parse(job.result);
      output.say(renderSwitchResult(result));
      const failure = incomplete(result, 'switched');
      return {value: {switch: result, job: job.id}, ...(failure && {failure})};
    }),
});

async function switchRequest(options: Record<string, unknown>, now: number): Promise<SwitchRequest> {
  const {team, group, sessionsEndingBefore: before, everyone, approval} = options;
  const choices = [options['user'] ?? options['file'], team, group, before, everyone].filter(
    (choice) => choice !== undefined,
  );
  if (choices.length !== 1) {
    throw new Failure(
      'USAGE_INVALID',
      'Say exactly one of --user (with --file or without), --file, --team, --group, --sessions-ending-before and --everyone.',
    );
  }
  return parseOption(
    SwitchRequest,
    given({
      users: await peopleOf(options),
      team,
      group,
      sessions_ending_before: typeof before === 'string' ? parseMoment(before, now) : undefined,
      everyone,
      deny: await deniedBy(options),
      approval,
    }),
  );
}

const switchBack = (withSso: WithSso): Verb => ({
  describe: (command) =>
    command
      .description('switch people back to single sign-on: first one who proves it, then the others')
      .option('--user <name...>', 'only these: username, e-mail address or id (default: everybody on the return list)')
      .option('--canary <name>', 'who goes first and signs in through the provider (default: chosen)')
      .option(
        '--without-provider-check',
        'although the provider was not seen healthy, and without a first person; recorded',
      )
      .option('--resume-sync', 'resume the directory sync although accounts were not found in the directory')
      .option('--dry-run', 'print the plan and change nothing')
      .option('--yes', 'do not ask; the plan was read'),
  run: ({options, output}) =>
    withSso(options, async ({sso, jobs}) => {
      const {canary} = options;
      const request = parseOption(
        SwitchBackRequest,
        given({
          users: await peopleOf({user: options['user']}),
          canary: typeof canary === 'string' ? accountName(canary) : undefined,
          without_provider_check: options['withoutProviderCheck'],
          resume_sync: options['resumeSync'],
        }),
      );
      const plan = await sso.planSwitchBack(request, byShell());
      output.say(renderSwitchBackPlan(plan));
      if (options['dryRun']) {
        return {value: {plan}};
      }
      await requireConfirmation(
        output,
        options,
        `Switch ${plan.count === 1 ? '1 person' : `${plan.count} people`} back to single sign-on?`,
      );
      const job = await followJob(jobs, output, () => sso.startSwitchBack(request, byShell()), 'accounts');
      const result = SwitchBackResult.parse(job.result);
      output.say(renderSwitchBackResult(result));
      const failure = incomplete(result, 'switched back');
      return {value: {switch_back: result, job: job.id}, ...(failure && {failure})};
    }),
});

type Counted = {
  conflicts: number;
  failed: number;
  people: readonly {outcome: string; username: string; says: string | null}[];
};

/** Not everybody who was meant: the answer is there, and it is not the one that was wanted. */
function incomplete({conflicts, failed, people}: Counted, what: string): Failure | undefined {
  const first = people.find(({outcome}) => outcome === (failed > 0 ? 'failed' : 'conflict'));
  const example = first ? `, such as ${first.username}${first.says === null ? '' : `: ${first.says}`}` : '';
  if (failed > 0) {
    return new Failure('SWITCH_NOT_PROVEN', `${failed} of the accounts could not be ${what}${example}`);
  }
  return conflicts > 0
    ? new Failure('ACCOUNT_CONFLICT', `${conflicts} of the accounts are in conflict and were left alone${example}`)
    : undefined;
}
