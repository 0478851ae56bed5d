import type {GoingSet, KeepResult} from '@disaster-recovery/contract';
import {need, type Step, type StepContext} from '../jobs/index.ts';
import {Failure} from '../kernel/failure.ts';
import type {RetentionEngines} from './engines.ts';
import {look, previewOf, type Look} from './look.ts';

export type KeepPlan = {repository: string; steps: string[]};

export type KeepFound = {
  going: GoingSet[];
  /** Snapshots that belong to no set. */
  unclaimed: string[];
  /** Sets that stay and were whole when it was decided. */
  staying: string[];
  /** A run before this one has removed sets, and not come to free their space. */
  unfinished: boolean;
  removed: GoingSet[];
  loose: number;
  freed_bytes: number;
  result: KeepResult;
};

type Found = Readonly<Partial<KeepFound>>;

/**
 * Manifests go first: a set without one does not exist, so nobody takes a set that is half gone for one. Each step can be done again, and
 * what is left between two is found by the next run.
 */
export function keepSteps(engines: RetentionEngines): readonly Step<KeepPlan, KeepFound>[] {
  const {repository} = engines;
  return [
    {name: 'decide', run: (_plan, _found, context) => decideNow(engines, context)},
    {name: 'forget_sets', run: (_plan, found, context) => forgetSets(engines, found, context)},
    {name: 'forget_parts', run: (_plan, found, context) => forgetParts(engines, found, context)},
    {
      name: 'forget_loose',
      run: async (_plan, found, {signal}) => {
        const {needed} = await look(engines, signal);
        // As decided: whoever was killed here may have removed some, and they count all the same.
        const loose = need(found, 'unclaimed').filter((id) => !needed.has(id));
        await repository.forget(loose, signal);
        return {loose: loose.length};
      },
    },
    {
      name: 'free_space',
      run: async (_plan, found, {signal}) => {
        const isNeeded = need(found, 'removed').length + need(found, 'loose') > 0 || need(found, 'unfinished');
        return {freed_bytes: isNeeded ? (await repository.prune(signal)).freed_bytes : 0};
      },
    },
    {name: 'look_again', run: (_plan, found, context) => lookAgain(engines, found, context)},
    {
      name: 'record',
      run: async (_plan, found, {job, actor}) => {
        const {name, ledger} = engines;
        const {removed, loose, freed_bytes} = need(found, 'result');
        ledger.append('keep.finished', actor, {repository: name, job, removed, loose, freed_bytes});
        return {};
      },
    },
  ];
}

/** @throws Failure KEEP_HELD_BACK */
async function decideNow(engines: RetentionEngines, {job, actor, signal}: StepContext): Promise<Partial<KeepFound>> {
  const {name, ledger} = engines;
  const seen = await look(engines, signal);
  const {decisions, going, loose} = seen;
  if (seen.held) {
    ledger.append('keep.held_back', actor, {repository: name, job, ...seen.held});
    throw refusal(name, seen.held);
  }
  const unfinished = isUnfinished(engines);
  ledger.append('keep.decided', actor, {
    repository: name,
    job,
    rules: previewOf(engines, seen).rules,
    goes: going.map(({set}) => set),
    stays: Object.fromEntries(
      decisions.filter(({goes}) => !goes).map(({set, reasons}) => [set.id, reasons.map(({code}) => code)]),
    ),
    loose: loose.length,
  });
  const staying = decisions.filter(({set, goes}) => !goes && set.good).map(({set}) => set.id);
  return {going, unclaimed: loose, staying, unfinished};
}

const refusal = (name: string, {message, remedy}: NonNullable<Look['held']>): Failure =>
  new Failure('KEEP_HELD_BACK', `Nothing is removed from ${name}: ${message}`, {remedy});

function isUnfinished({name, ledger}: RetentionEngines): boolean {
  const here = ledger.of('keep.decided', 'keep.finished').filter(({data}) => data['repository'] === name);
  return here.at(-1)?.kind === 'keep.decided';
}

/** Decided once more, as late as can be: what somebody holds since, or what is needed since, stays. @throws Failure KEEP_HELD_BACK */
async function forgetSets(engines: RetentionEngines, found: Found, context: StepContext): Promise<Partial<KeepFound>> {
  const {decisions, held} = await look(engines, context.signal);
  if (held) {
    throw refusal(engines.name, held);
  }
  const spared = new Set(decisions.filter(({goes}) => !goes).map(({set}) => set.id));
  const decided = need(found, 'going');
  for (const {set} of decided.filter((going) => spared.has(going.set))) {
    context.note('info', `Set ${set} stays after all: ${reasonsFor(decisions, set)}`);
  }
  const removed = decided.filter(({set}) => !spared.has(set));
  await engines.repository.forget(
    removed.flatMap(({manifests}) => manifests),
    context.signal,
  );
  return {removed};
}

const reasonsFor = (decisions: Look['decisions'], id: string): string =>
  decisions
    .find(({set}) => set.id === id)
    ?.reasons.map(({message}) => message)
    .join(' ') ?? '';

async function forgetParts(
  engines: RetentionEngines,
  found: Found,
  {signal}: StepContext,
): Promise<Partial<KeepFound>> {
  const {needed} = await look(engines, signal);
  const parts = need(found, 'removed').flatMap((set) => set.parts);
  await engines.repository.forget(
    parts.filter((part) => !needed.has(part)),
    signal,
  );
  return {};
}

/** @throws Failure REPOSITORY_DAMAGED */
async function lookAgain(engines: RetentionEngines, found: Found, {signal}: StepContext): Promise<Partial<KeepFound>> {
  const {decisions} = await look(engines, signal);
  const good = new Set(decisions.filter(({set}) => set.good).map(({set}) => set.id));
  const lost = need(found, 'staying').filter((set) => !good.has(set));
  if (lost.length > 0) {
    throw new Failure(
      'REPOSITORY_DAMAGED',
      `Sets that were to stay in ${engines.name} are not whole: ${lost.join(', ')}.`,
    );
  }
  return {
    result: {
      repository: engines.name,
      removed: need(found, 'removed').map(({set}) => set),
      loose: need(found, 'loose'),
      freed_bytes: need(found, 'freed_bytes'),
      stay: decisions.length,
    },
  };
}
