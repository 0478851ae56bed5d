import type {Config} from '../config/schema.ts';
import {asFailure, Failure} from '../kernel/failure.ts';
import {createHolds, createKeeping, createRetention, type Keeping, type KeepRules} from '../retention/index.ts';
import {everywhere, isAhead, verifications, type NamedRepository, type Repositories} from '../sets/index.ts';
import {copyObjectiveMs} from './copies.ts';
import type {Core} from './core.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

type Parts = {config(): Config; core: Core; repositories: Repositories};

/** What stays in each repository that the configuration names. */
export function composeKeeping({config, core, repositories}: Parts): Keeping {
  const {clock, ledger, jobs} = core;
  const holds = createHolds(core);
  const of = ({name, repository, sets}: NamedRepository) =>
    createRetention(
      {
        clock,
        ledger,
        name,
        repository,
        holds,
        isAhead,
        inventory: (signal) => sets.inventory(signal),
        divergent: () => divergentIn(repositories, name),
        verifications: () =>
          verifications(ledger.of('verify.finished'), {repository: name, inUse: repositories.inUse.name}),
        rules: () => rulesOf(config(), name),
        objectiveMs: () => objectiveIn(config(), name),
      },
      jobs,
    );
  return createKeeping({
    holds,
    of: (name) => of(name === undefined ? repositories.inUse : repositories.named(name)),
    find: (set) => findSet(repositories, set),
  });
}

/** Sets come to a copy later, and it may be older. */
function objectiveIn(config: Config, repository: string): number {
  const copy = config.repositories.slice(1).find(({name}) => name === repository);
  return copy ? copyObjectiveMs(copy, config) : config.objectives.rpo_hours * HOUR_MS;
}

/** The repositories from which the configuration lets sets be removed. */
export const thinnedOut = ({repositories}: Config): string[] =>
  repositories.filter(({keep}) => keep !== undefined).map(({name}) => name);

function rulesOf({repositories}: Config, repository: string): KeepRules | null {
  const keep = repositories.find(({name}) => name === repository)?.keep;
  if (keep === undefined) {
    return null;
  }
  const {last = 0, hourly = 0, daily = 0, weekly = 0, monthly = 0, yearly = 0} = keep;
  return {
    last,
    hourly,
    daily,
    weekly,
    monthly,
    yearly,
    withinMs: (keep.within_hours ?? 0) * HOUR_MS,
    minimumSets: keep.minimum_sets ?? 0,
    minimumVerified: keep.minimum_verified ?? 1,
    restorePointsMs: keep.restore_points_days * DAY_MS,
    timeZone: keep.time_zone ?? null,
  };
}

/** One that is away now says nothing: what differs there is found when it is back. */
async function divergentIn({all, ask}: Repositories, name: string): Promise<string[]> {
  if (all.length === 1) {
    return [];
  }
  const asked = await ask();
  const here = new Set(asked.find((each) => each.name === name)?.sets.map(({id}) => id));
  return everywhere(asked).findings.flatMap(({code, set, message}) =>
    code === 'SET_DIVERGENT' && set !== null && here.has(set) ? [message] : [],
  );
}

async function findSet({inUse, all}: Repositories, set: string): Promise<string> {
  if (set === 'latest') {
    return (await inUse.sets.show(set)).id;
  }
  const failures = [];
  for (const {sets} of all) {
    try {
      return (await sets.show(set)).id;
    } catch (error) {
      failures.push(asFailure(error));
    }
  }
  // One that could not be asked may have it.
  throw (
    failures.find(({code}) => code !== 'SET_NOT_FOUND') ??
    new Failure('SET_NOT_FOUND', `None of the repositories holds a set ${set}.`)
  );
}
