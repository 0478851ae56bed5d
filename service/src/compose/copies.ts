import type {Config} from '../config/schema.ts';
import {createCopies, type Copies, type CopySetting} from '../copies/index.ts';
import {asFailure, Failure} from '../kernel/failure.ts';
import type {Logger} from '../kernel/log.ts';
import type {Repositories} from '../sets/index.ts';
import {composeCopier, type Core} from './core.ts';

const HOUR_MS = 3_600_000;

type Parts = {
  config: Config;
  core: Core;
  repositories: Repositories;
  log: Logger;
  /** @throws Failure COMPANION_READ_ONLY */
  requireWritable(): void;
};

/** What gets the sets elsewhere. */
export function composeCopies({config, core, repositories, log, requireWritable}: Parts): Copies {
  const {inUse} = repositories;
  const [from, ...entries] = config.repositories;
  return createCopies({
    ...core,
    log,
    requireWritable,
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
    objectiveMs: copyObjectiveMs(entry, config),
    window: window ?? null,
    notFrom: config.schedules
      .filter(({copies}) => copies !== undefined && !copies.includes(name))
      .map((schedule) => schedule.name),
  };
}
