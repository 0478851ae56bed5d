import {
  providerName,
  type Actor,
  type Gate,
  type Person,
  type SwitchBackPlan,
  type SwitchBackResult,
  type SwitchState,
} from '@disaster-recovery/contract';
import type {AccountWriter} from '../../engines/accounts/port.ts';
import {Failure} from '../../kernel/failure.ts';
import {need, type Procedure, type StepContext} from '../../jobs/index.ts';
import type {Codes} from '../codes/codes.ts';
import type {SsoEngines} from '../engines.ts';
import {isSameSignIn} from '../people/identity.ts';
import {returnPeople, type Returning, type ReturnOutcome, type ReturnParts} from './return_people.ts';
import {putSettingsBack, SYNC_KEYS, WAIT_FOR_PLUGIN, wouldBeLost} from '../settings/sign_in_settings.ts';
import type {SsoStore} from '../store/store.ts';
import {newHolder} from '../store/people.ts';
import {throttle} from '../switch/switch_procedure.ts';
import {count, emptyTally, merge, type Tally} from './tally.ts';
import {counted} from '../../words/plural.ts';
import {asSentence} from '../../words/sentence.ts';

const BATCH = 50;
const LOGIN_POLL_MS = 1000;
const CLOCK_LEEWAY_MS = 5000;
const FAILURES_IN_A_ROW = 5;
/** A login can also undo the change before it was read back; that is a failure at first sight. */
const LOOKED_AT_AGAIN: readonly SwitchState[] = ['returned', 'failed'];

/** The plan as the job keeps it: ids in the order of the way back. Originals stay encrypted in the store. */
export type PrivateReturnPlan = SwitchBackPlan & {
  ids: string[];
  canary_id: string | null;
  declared_at: number;
  without_provider_check: boolean;
  resume_sync: boolean;
};

export type ReturnFound = {
  started_at: number;
  canary_since: number;
  canary_tally: Tally;
  tally: Tally;
  second: {again: number; outcomes: ReturnOutcome[]};
  settings: SwitchBackResult['settings'];
  duration_ms: number;
};

export const RETURN_STEPS = [
  'gates',
  'canary',
  'await_login',
  'switch_back',
  'second_look',
  'put_back',
  'record',
] as const;

export type ReturnTools = {
  engines: SsoEngines;
  store: SsoStore;
  codes: Codes;
  gates(): Gate[];
  /** Originals of these accounts as they are known now. */
  returning(ids: readonly string[]): Returning[];
  /** Whether anybody is still on the return list. */
  isListEmpty(): Promise<boolean>;
  /** Accounts of a directory that it does not know any more: a sync would deactivate them. */
  missingInDirectory(ids: readonly string[]): Promise<Person[]>;
};

/** Brings people back to single sign-on, a few first. */
export function returnProcedure(tools: ReturnTools): Procedure<PrivateReturnPlan, ReturnFound> {
  const {engines, store} = tools;
  return {
    kind: 'sso_switch_back',
    steps: [
      {
        name: 'gates',
        run: async (plan, _found, {actor}) => {
          passGates(tools, plan, actor);
          store.moveIncident(plan.incident, 'switching_back', actor);
          return {started_at: engines.clock.now()};
        },
      },
      {
        name: 'canary',
        skip: ({canary_id}) => canary_id === null,
        run: async (plan, _found, context) => {
          // From before the change: who signs in the moment after it has proven it, and the clock of Mattermost may be a little behind.
          const since = engines.clock.now() - CLOCK_LEEWAY_MS;
          const ids = [plan.canary_id ?? ''];
          return {canary_tally: await returnAll(tools, {...plan, ids}, context), canary_since: since};
        },
      },
      {
        name: 'await_login',
        skip: ({canary_id, without_provider_check: isOverridden}) => canary_id === null || isOverridden,
        run: (plan, found, context) => awaitLogin(tools, {...plan, since: need(found, 'canary_since')}, context),
      },
      {
        name: 'switch_back',
        run: async (plan, _found, context) => {
          const ids = plan.ids.filter((id) => id !== plan.canary_id);
          return {tally: await returnAll(tools, {...plan, ids}, context)};
        },
      },
      {name: 'second_look', run: async (plan, _found, context) => ({second: await lookAgain(tools, plan, context)})},
      {name: 'put_back', run: async (plan, _found, context) => ({settings: await putBack(tools, plan, context)})},
      {
        name: 'record',
        run: async (plan, found, {actor}) => {
          const {people: _people, drift: _drift, ...numbers} = tallyOf(found);
          engines.ledger.append('sso.switch_back_done', actor, {
            incident: plan.incident,
            count: plan.count,
            ...numbers,
            reverted_and_repeated: need(found, 'second').again,
          });
          return {duration_ms: engines.clock.now() - need(found, 'started_at')};
        },
      },
    ],
    subject: ({incident}) => incident,
    conclude: ({incident, without_provider_check: isOverridden}, found) => {
      const tally = tallyOf(found);
      const result: SwitchBackResult = {
        incident,
        ...tally,
        settings: need(found, 'settings'),
        provider_check: isOverridden ? 'overridden' : 'passed',
        duration_ms: need(found, 'duration_ms'),
      };
      const isWhole =
        tally.returned > 0 &&
        tally.failed + tally.conflicts === 0 &&
        tally.people.every(({message}) => message === null);
      return {result, status: isWhole ? 'success' : 'warning'};
    },
    clean: async () => undefined,
  };
}

/** Asked again by the job itself: between plan and start the provider may have gone. @throws Failure PROVIDER_NOT_HEALTHY */
function passGates(
  {engines, gates}: ReturnTools,
  {incident, without_provider_check: isOverridden}: PrivateReturnPlan,
  actor: Actor,
): void {
  if (!isOverridden) {
    requireOpen(gates());
    return;
  }
  engines.ledger.append('sso.provider_check_overridden', actor, {
    incident,
    gates: closedOf(gates()).map(({name, message}) => ({name, message})),
  });
}

const closedOf = (gates: readonly Gate[]): Gate[] => gates.filter(({passed}) => !passed);

/** @throws Failure PROVIDER_NOT_HEALTHY naming the gates that are closed */
export function requireOpen(gates: readonly Gate[]): void {
  const closed = closedOf(gates);
  if (closed.length > 0) {
    throw new Failure('PROVIDER_NOT_HEALTHY', closed.map(({message}) => message).join(' '), {details: {gates: closed}});
  }
}

/** A provider that answers probes can still refuse everybody; only a login proves it. @throws Failure CANARY_NOT_PROVEN */
async function awaitLogin(
  {engines}: ReturnTools,
  {canary, canary_id, people, since}: PrivateReturnPlan & {since: number},
  context: StepContext,
): Promise<object> {
  const until = engines.clock.now() + engines.settings.canary_minutes * 60_000;
  const name = canary?.username ?? '';
  const provider = people.find(({id}) => id === canary_id)?.service ?? 'the provider';
  const message = `Waiting for @${name} to sign in through ${providerName(provider)}`;
  context.note('info', `@${name} is switched back first. ${message}; ask @${name} to do so now.`);
  if (canary) {
    const {id, username, email} = canary;
    context.progress({done: 0, total: null, unit: 'people', waiting: {person: {id, username, email}, until, message}});
  }
  for (;;) {
    const login =
      (await engines.accounts.newestSsoLogin(since, canary_id === null ? undefined : [canary_id])) ??
      (await engines.accounts.newestSsoLogin(since));
    if (login) {
      engines.ledger.append('sso.canary_proven', context.actor, {user: login.user, at: login.created_at});
      return {};
    }
    if (engines.clock.now() > until) {
      throw new Failure(
        'CANARY_NOT_PROVEN',
        `Nobody has signed in through the provider within ${engines.settings.canary_minutes} minutes after @${name} was switched back.`,
      );
    }
    await engines.clock.sleep(LOGIN_POLL_MS, context.signal);
  }
}

/** Gives the accounts `ids` of a plan back. */
async function returnAll(tools: ReturnTools, plan: PrivateReturnPlan, context: StepContext): Promise<Tally> {
  const {engines} = tools;
  const {ids} = plan;
  const tally = emptyTally();
  const writer = await engines.writer();
  let inARow = 0;
  for (let start = 0; start < ids.length;) {
    context.signal.throwIfAborted();
    const startedAt = engines.clock.now();
    // 5, then 50, then the rest in batches: a mistake shows while it is small.
    const batch = ids.slice(start, start + (start === 0 ? 5 : BATCH));
    const parts = partsOf(tools, plan, {writer, by: context.actor});
    for (const outcome of await returnPeople(parts, tools.returning(batch), context.signal)) {
      count(tally, outcome);
      inARow = outcome.outcome === 'failed' ? inARow + 1 : 0;
    }
    start += batch.length;
    context.progress({done: start, total: ids.length, unit: 'people'});
    if (inARow >= FAILURES_IN_A_ROW) {
      throw new Failure(
        'ERROR_BUDGET_SPENT',
        `${inARow} accounts in a row could not be switched back; the last one: ${asSentence(tally.people.at(-1)?.message ?? 'no reason given')}`,
      );
    }
    await throttle(engines, {done: batch.length, startedAt}, context.signal);
  }
  return tally;
}

function partsOf(
  {engines, store, codes}: ReturnTools,
  {incident, declared_at: declaredAt}: PrivateReturnPlan,
  {writer, by}: {writer: AccountWriter; by: Actor},
): ReturnParts {
  return {
    accounts: engines.accounts,
    tokens: engines.tokens,
    codes,
    store,
    writer,
    incident,
    by,
    holder: newHolder(),
    declaredAt,
  };
}

/** A login under way at the moment of the switch rewrites the password hash, and that makes the account one with a password again. */
async function lookAgain(
  tools: ReturnTools,
  plan: PrivateReturnPlan,
  context: StepContext,
): Promise<ReturnFound['second']> {
  const {engines, store} = tools;
  await engines.clock.sleep(engines.settings.second_look_seconds * 1000, context.signal);
  const found: ReturnFound['second'] = {again: 0, outcomes: []};
  for (let start = 0; start < plan.ids.length; start += BATCH) {
    const ids = plan.ids
      .slice(start, start + BATCH)
      .filter((id) => LOOKED_AT_AGAIN.includes(store.person(plan.incident, id)?.state ?? 'planned'));
    const live = new Map((await engines.accounts.byId(ids)).map((account) => [account.id, account]));
    const reverted = tools.returning(ids).filter(({user, original}) => {
      const now = live.get(user);
      return now !== undefined && (!isSameSignIn(now.sign_in, original.sign_in) || now.has_password);
    });
    if (reverted.length > 0) {
      found.again += reverted.length;
      context.note(
        'warning',
        `${counted(reverted.length, 'account')} had a password again after the switch back: ${reverted
          .map(({username}) => `@${username}`)
          .join(', ')
          .slice(0, 300)}. This is repeated.`,
      );
      const parts = partsOf(tools, plan, {writer: await engines.writer(), by: context.actor});
      found.outcomes.push(...(await returnPeople(parts, reverted, context.signal)));
    }
  }
  return found;
}

/** Settings wait until nobody needs them any more; the sync also waits for a look into the directory. */
async function putBack(
  tools: ReturnTools,
  plan: PrivateReturnPlan,
  context: StepContext,
): Promise<SwitchBackResult['settings']> {
  const {engines, store} = tools;
  if (!(await tools.isListEmpty())) {
    context.note('info', 'Sign-in with a password stays open, because not everybody is back yet.');
    return store.changedSettings(plan.incident);
  }
  const settings = await engines.signInSettings();
  if (await wouldBeLost(engines, settings)) {
    context.note('warning', WAIT_FOR_PLUGIN);
    return store.changedSettings(plan.incident);
  }
  const missing = plan.resume_sync ? [] : await tools.missingInDirectory(plan.ids);
  if (missing.length > 0) {
    context.note(
      'warning',
      `The directory does not know ${missing.length} of the returned people (${missing
        .slice(0, 5)
        .map(({username}) => `@${username}`)
        .join(
          ', ',
        )}…). A sync would deactivate them, so it stays paused. Repeat with --resume-sync when that is right.`,
    );
  }
  const parts = {store, settings, incident: plan.incident, by: context.actor};
  return putSettingsBack(parts, (key) => missing.length === 0 || !SYNC_KEYS.includes(key));
}

/** A step that was skipped has found nothing. */
function tallyOf({canary_tally: first, tally: rest, second}: Readonly<Partial<ReturnFound>>): Tally {
  return merge(first ?? emptyTally(), rest ?? emptyTally(), second?.outcomes ?? []);
}
