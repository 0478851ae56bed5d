import {createProbes, type Probes} from '../append_only/index.ts';
import type {Config} from '../config/schema.ts';
import {createCopies, wasThere, type Copies, type CopySetting} from '../copies/index.ts';
import {asFailure, Failure} from '../kernel/failure.ts';
import type {Logger} from '../kernel/log.ts';
import type {Ledger} from '../ledger/index.ts';
import type {Repositories} from '../sets/index.ts';
import {composeCopier, type Core} from './core.ts';

const HOUR_MS = 3_600_000;

type Parts = {
  config: Config;
  core: Core;
  repositories: Repositories;
  probes: Probes;
  log: Logger;
  /** @throws Failure COMPANION_READ_ONLY */
  requireWritable(): void;
};

/** What gets the sets elsewhere. */
export function composeCopies({config, core, repositories, probes, log, requireWritable}: Parts): Copies {
  const {inUse} = repositories;
  const [from, ...entries] = config.repositories;
  return createCopies({
    ...core,
    log,
    requireWritable,
    probed: () => probes.last(),
    settings: entries.map((entry) => settingOf(entry, config)),
    targets: entries.map((entry) => ({
      ...repositories.named(entry.name),
      copier: () => composeCopier(config, from, entry),
    })),
    ask: () => repositories.ask(),
    listsFor: async (name) => ({
      here: await inUse.sets.list(),
      there: await repositories.named(name).sets.list().catch(nothingYet),
    }),
    whole: (set) => inUse.sets.whole(set),
    manifestOf: async (set) => (await inUse.sets.list()).find(({id}) => id === set)?.in[0]?.snapshot ?? '',
    unknown: (name) => {
      const names = entries.map((entry) => entry.name).join(', ');
      throw new Failure('REPOSITORY_UNKNOWN', `There is no copy ${name}. The configuration names ${names || 'none'}.`);
    },
  });
}

type Place = {name: string; location: string; inUse: boolean};

/** The first copy makes the repository of a copy; until then an empty place is no fault. */
export function isToBeMade(ledger: Ledger, {inUse, ...place}: Place): boolean {
  return !inUse && !wasThere(ledger, place);
}

/** A copy that is to be made is told as one that holds nothing yet. */
export function withCopiesToBe(repositories: Repositories, ledger: Ledger): Repositories {
  return {
    ...repositories,
    ask: async (what) =>
      (await repositories.ask(what)).map((each) =>
        each.failure?.code === 'REPOSITORY_NOT_FOUND' && isToBeMade(ledger, each)
          ? {...each, failure: null, sets: [], unreadable: []}
          : each,
      ),
  };
}

/** Asks repositories to delete. */
export function composeProbes({config, core, repositories}: Pick<Parts, 'config' | 'core' | 'repositories'>): Probes {
  return createProbes({
    ...core,
    all: config.repositories.map(({name, append_only: declared}) => ({
      name,
      declared,
      repository: repositories.named(name).repository,
    })),
    requireKnown: (name) => {
      repositories.named(name);
    },
  });
}

/** The first copy makes the repository. */
function nothingYet(error: unknown): [] {
  if (asFailure(error).code === 'REPOSITORY_NOT_FOUND') {
    return [];
  }
  throw error;
}

type Entry = Config['repositories'][number];

/** How old the newest good set of a copy may be. */
export function copyObjectiveMs({rpo_hours: hours}: Entry, {objectives}: Config): number {
  return (hours ?? 2 * objectives.rpo_hours) * HOUR_MS;
}

function settingOf(entry: Entry, config: Config): CopySetting {
  const {name, window} = entry;
  return {
    name,
    appendOnly: entry.append_only,
    objectiveMs: copyObjectiveMs(entry, config),
    window: window ?? null,
    notFrom: config.schedules
      .filter(({copies}) => copies !== undefined && !copies.includes(name))
      .map((schedule) => schedule.name),
  };
}
