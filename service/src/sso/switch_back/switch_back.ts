import type {Gate, SwitchBackPlan, SwitchBackRequest} from '@disaster-recovery/contract';
import type {Jobs, StartedJob} from '../../jobs/index.ts';
import {formatDuration} from '../../kernel/format.ts';
import type {Codes} from '../codes/codes.ts';
import type {SsoEngines} from '../engines.ts';
import {personOf} from '../people/identity.ts';
import {planSwitchBack} from './plan_switch_back.ts';
import {firstAway, knownOriginal, type ListParts} from '../return_list/return_list.ts';
import type {Returning} from './return_people.ts';
import {requireOpen, returnProcedure, type ReturnTools} from './return_procedure.ts';
import type {By} from '../sso.ts';
import type {ProviderWatch} from '../detection/watch_providers.ts';

export type SwitchBackParts = {engines: SsoEngines; codes: Codes; list: ListParts; watch: ProviderWatch; jobs: Jobs};

export type SwitchBack = {
  plan(request: SwitchBackRequest): Promise<SwitchBackPlan>;
  start(request: SwitchBackRequest, by: By): Promise<StartedJob>;
};

export function createSwitchBack({engines, codes, list, watch, jobs}: SwitchBackParts): SwitchBack {
  const tools: ReturnTools = {
    engines,
    codes,
    store: list.store,
    gates: () => gates(engines, watch),
    returning: (ids) => ids.flatMap((id) => originalOf(list, id) ?? []),
    isListEmpty: async () => (await firstAway(list)) === null,
    missingInDirectory: (ids) => missingInDirectory(engines, list, ids),
  };
  const procedure = returnProcedure(tools);
  const plan = (request: SwitchBackRequest) => planSwitchBack(list, request, tools.gates());
  return {
    plan: async (request) => {
      const {ids: _ids, canary_id: _canary, declared_at: _at, ...shown} = await plan(request);
      return shown;
    },
    start: async (request, by) => {
      const made = await plan(request);
      if (!request.without_provider_check) {
        requireOpen(made.gates);
      }
      // A job is kept in clear, and conflicts show sign-in data; the job itself needs none of them.
      return jobs.start(procedure, async () => ({...made, conflicts: []}), {
        actor: by.actor,
        reason: 'switch back',
        request,
        ...(by.origin && {origin: by.origin}),
      });
    },
  };
}

function originalOf({store, snapshots}: ListParts, id: string): Returning | null {
  const known = knownOriginal(store, snapshots, id);
  return (
    known && {
      user: id,
      username: known.row?.username ?? known.original.username,
      email: known.row?.email ?? known.original.email,
      original: known.original,
      switched_at: known.switched_at,
    }
  );
}

/** What must be seen before anybody is switched back. */
function gates({clock, settings}: SsoEngines, watch: ProviderWatch): Gate[] {
  const now = clock.now();
  const {running, providers} = watch.detection();
  const since = watch.healthySince(now);
  const needed = settings.probe.healthy_minutes * 60_000;
  const isLong = since !== null && now - since >= needed;
  return [
    {
      name: 'watched',
      passed: running,
      message: running
        ? 'The providers are being watched.'
        : 'Nobody watches the providers: no companion (drctl serve) has probed them lately.',
    },
    {
      name: 'provider healthy',
      passed: isLong,
      message:
        since === null
          ? `Not every provider is up: ${providers.map(({provider, state}) => `${provider} is ${state}`).join(', ') || 'none was seen yet'}.`
          : `Every provider has been up for ${formatDuration(now - since)}${isLong ? '' : `, of ${formatDuration(needed)} that are asked for`}.`,
    },
  ];
}

async function missingInDirectory(
  {accounts, missingInDirectory: ask}: SsoEngines,
  list: ListParts,
  ids: readonly string[],
) {
  const ldap = ids
    .flatMap((id) => originalOf(list, id) ?? [])
    .filter(({original}) => original.sign_in.service === 'ldap');
  const missing = ldap.length === 0 ? [] : await ask(ldap.map(({original}) => original.sign_in.data ?? ''));
  const users = ldap.filter(({original}) => missing?.includes(original.sign_in.data ?? '')).map(({user}) => user);
  return (await accounts.byId(users)).map(personOf);
}
