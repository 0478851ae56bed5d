import type {SwitchPlan, SwitchResult} from '@disaster-recovery/contract';
import {asFailure, Failure} from '../../kernel/failure.ts';
import {need, type Procedure, type StepContext} from '../../jobs/index.ts';
import {claimUrl} from '../codes/claim_url.ts';
import type {SsoEngines} from '../engines.ts';
import {openSignIn, restartWarning} from '../settings/sign_in_settings.ts';
import type {SsoStore} from '../store/store.ts';
import {asSentence} from '../../words/sentence.ts';
import {switchParts, switchPeople, type SwitchOutcome} from './switch_people.ts';

/** Small enough that a kill leaves few unclear rows, large enough that signing and round trips do not count. */
const BATCH = 50;
const TOLD_AT_ONCE = 50;
const SHOWN = 1000;
/** After so many failures one after the other something is wrong with more than these accounts. */
const FAILURES_IN_A_ROW = 5;
const FAILURES_OF_ALL = 0.02;

/** The plan as the job keeps it: all the ids, in their order. */
export type PrivateSwitchPlan = SwitchPlan & {ids: string[]; tell: string[]};

type Tally = {switched: number; already: number; conflicts: number; failed: number; people: SwitchResult['people']};
export type SwitchFound = {
  started_at: number;
  settings: SwitchResult['settings'];
  tally: Tally;
  told: number;
  duration_ms: number;
};

export const SWITCH_STEPS = ['settings', 'switch', 'tell', 'record'] as const;

/** Switches the people of a plan to email and password. */
export function switchProcedure(engines: SsoEngines, store: SsoStore): Procedure<PrivateSwitchPlan, SwitchFound> {
  return {
    kind: 'sso_switch',
    steps: [
      {
        name: 'settings',
        run: async ({incident}, _found, {actor, note}) => {
          store.moveIncident(incident, 'open', actor);
          const adapter = await engines.signInSettings();
          const settings = await openSignIn({store, settings: adapter, incident, by: actor});
          const restart = restartWarning({store, settings: adapter, incident});
          if (restart !== null) {
            note('warning', restart);
          }
          return {started_at: engines.clock.now(), settings};
        },
      },
      {
        name: 'switch',
        run: async (plan, _found, context) => ({tally: await switchAll({engines, store}, plan, context)}),
      },
      {
        name: 'tell',
        skip: ({tell}) => tell.length === 0,
        run: async ({tell}, _found, context) => ({told: await tellPeople(engines, tell, context)}),
      },
      {
        name: 'record',
        run: async ({incident, count}, found, {actor}) => {
          const {people: _people, ...numbers} = need(found, 'tally');
          engines.ledger.append('sso.switch_done', actor, {incident, count, ...numbers});
          return {duration_ms: engines.clock.now() - need(found, 'started_at')};
        },
      },
    ],
    subject: ({incident}) => incident,
    conclude: ({incident}, found) => {
      const tally = need(found, 'tally');
      const result: SwitchResult = {
        incident,
        ...tally,
        told: found.told ?? 0,
        settings: need(found, 'settings'),
        duration_ms: need(found, 'duration_ms'),
      };
      // Nothing went wrong, and nobody was switched: whoever asked wanted something else.
      const isDone = tally.failed + tally.conflicts === 0 && tally.switched + tally.already > 0;
      return {result, status: isDone ? 'success' : 'warning'};
    },
    clean: async () => undefined,
  };
}

async function switchAll(
  {engines, store}: {engines: SsoEngines; store: SsoStore},
  {ids, incident}: PrivateSwitchPlan,
  context: StepContext,
): Promise<Tally> {
  const tally: Tally = {switched: 0, already: 0, conflicts: 0, failed: 0, people: []};
  const parts = await switchParts({engines, store}, {incident, by: context.actor});
  let inARow = 0;
  for (let start = 0; start < ids.length; start += BATCH) {
    context.signal.throwIfAborted();
    const startedAt = engines.clock.now();
    const batch = ids.slice(start, start + BATCH);
    const outcomes = await switchPeople(parts, batch, context.signal);
    for (const outcome of outcomes) {
      count(tally, outcome);
      inARow = outcome.outcome === 'failed' ? inARow + 1 : 0;
    }
    context.progress({done: Math.min(start + BATCH, ids.length), total: ids.length, unit: 'people'});
    requireBudget(tally, inARow, ids.length);
    await throttle(engines, {done: batch.length, startedAt}, context.signal);
  }
  const wentWrong = ({outcome}: SwitchOutcome): boolean => outcome === 'failed' || outcome === 'conflict';
  tally.people = [...tally.people.filter(wentWrong), ...tally.people.filter((it) => !wentWrong(it))].slice(0, SHOWN);
  return tally;
}

function count(tally: Tally, outcome: SwitchOutcome): void {
  const field = outcome.outcome === 'conflict' ? 'conflicts' : outcome.outcome;
  tally[field] += 1;
  const isWorthIt = outcome.outcome === 'failed' || outcome.outcome === 'conflict';
  if (isWorthIt || tally.people.length < SHOWN) {
    tally.people.push(outcome);
  }
}

/** @throws Failure ERROR_BUDGET_SPENT */
function requireBudget({failed, people}: Tally, inARow: number, total: number): void {
  if (inARow >= FAILURES_IN_A_ROW || failed > Math.max(FAILURES_IN_A_ROW, total * FAILURES_OF_ALL)) {
    const last = people.findLast(({outcome}) => outcome === 'failed');
    throw new Failure(
      'ERROR_BUDGET_SPENT',
      `${asSentence(`${failed} of ${total} accounts failed so far${last?.message ? `; the last one: ${last.message}` : ''}`)} Those already switched stay switched and are on the return list.`,
    );
  }
}

/** Keeps the pace of the settings. `startedAt`: when the `done` accounts were begun. */
export async function throttle(
  {clock, settings}: SsoEngines,
  {done, startedAt}: {done: number; startedAt: number},
  signal: AbortSignal,
): Promise<void> {
  const wait = (done / settings.changes_per_second) * 1000 - (clock.now() - startedAt);
  if (wait > 0) {
    await clock.sleep(wait, signal);
  }
}

/** People who are still signed in learn what happened, from the bot. Never fails a switch: the accounts are what counts. */
async function tellPeople(engines: SsoEngines, ids: readonly string[], context: StepContext): Promise<number> {
  const bridge = engines.bridge();
  const message = switchedMessage(engines);
  let told = 0;
  try {
    for (let start = 0; bridge !== null && start < ids.length; start += TOLD_AT_ONCE) {
      context.signal.throwIfAborted();
      const users = ids.slice(start, start + TOLD_AT_ONCE);
      const {failed} = await bridge.sendDirectMessages({users, message});
      told += users.length - failed.length;
      context.progress({done: start + users.length, total: ids.length, unit: 'people'});
    }
  } catch (error) {
    context.signal.throwIfAborted();
    context.note('warning', `Not everybody could be told: ${asFailure(error).message}`);
  }
  return told;
}

function switchedMessage({siteUrl}: SsoEngines): string {
  return (
    'Single sign-on is not available at the moment, so your account was switched to email and password for a while. You stay signed in here. ' +
    `Before you sign out or use another device, ask your administrator for a one-time code and choose a password at ${claimUrl(siteUrl())}. ` +
    'When single sign-on is back, your account is switched back and that password stops working.'
  );
}
