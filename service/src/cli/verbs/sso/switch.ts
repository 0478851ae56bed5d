import {SwitchBackResult, SwitchResult} from '@disaster-recovery/contract';
import {Failure} from '../../../kernel/failure.ts';
import {requireConfirmation} from '../../confirmation.ts';
import {followJob} from '../../follow_job.ts';
import {
  renderSwitchBackPlan,
  renderSwitchBackResult,
  renderSwitchPlan,
  renderSwitchResult,
} from '../../render_sso_plan.ts';
import type {RunOf} from '../../verb.ts';
import {byShell, type SsoRuns, type WithSso} from './parts.ts';
import {people} from '../../../words/plural.ts';

/** To email and password, and back: the plan is shown, then confirmed, then carried out. */
export function switchVerbs(withSso: WithSso): SsoRuns<'sso switch' | 'sso switch-back'> {
  return {'sso switch': switchPeople(withSso), 'sso switch-back': switchBack(withSso)};
}

const switchPeople =
  (withSso: WithSso): RunOf<'sso switch'> =>
  async ({options, request, output}) => {
    const asked = await request();
    return withSso(options, async ({sso, jobs}) => {
      const plan = await sso.planSwitch(asked, byShell());
      output.say(renderSwitchPlan(plan));
      if (options['dryRun']) {
        return {value: {plan}};
      }
      await requireConfirmation(output, options, `Switch ${people(plan.count)} to email and password?`);
      const job = await followJob({jobs, output, lane: 'accounts'}, () => sso.startSwitch(asked, byShell()));
      const result = SwitchResult.parse(job.result);
      output.say(renderSwitchResult(result));
      const failure = incomplete(result, 'switched');
      return {value: {switch: result, job: job.id}, ...(failure && {failure})};
    });
  };

const switchBack =
  (withSso: WithSso): RunOf<'sso switch-back'> =>
  async ({options, request, output}) => {
    const asked = await request();
    return withSso(options, async ({sso, jobs}) => {
      const plan = await sso.planSwitchBack(asked, byShell());
      output.say(renderSwitchBackPlan(plan));
      if (options['dryRun']) {
        return {value: {plan}};
      }
      await requireConfirmation(output, options, `Switch ${people(plan.count)} back to single sign-on?`);
      const job = await followJob({jobs, output, lane: 'accounts'}, () => sso.startSwitchBack(asked, byShell()));
      const result = SwitchBackResult.parse(job.result);
      output.say(renderSwitchBackResult(result));
      const failure = incomplete(result, 'switched back');
      return {value: {switch_back: result, job: job.id}, ...(failure && {failure})};
    });
  };

type Counted = {
  conflicts: number;
  failed: number;
  people: readonly {outcome: string; username: string; message: string | null}[];
};

/** Not everybody who was meant: the answer is there, and it is not the one that was wanted. */
function incomplete({conflicts, failed, people}: Counted, what: string): Failure | undefined {
  const first = people.find(({outcome}) => outcome === (failed > 0 ? 'failed' : 'conflict'));
  const example = first ? `, such as ${first.username}${first.message === null ? '' : `: ${first.message}`}` : '';
  if (failed > 0) {
    return new Failure('SWITCH_NOT_PROVEN', `${failed} of the accounts could not be ${what}${example}`);
  }
  return conflicts > 0
    ? new Failure('ACCOUNT_CONFLICT', `${conflicts} of the accounts are in conflict and were left alone${example}`)
    : undefined;
}
