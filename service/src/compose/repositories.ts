import {join} from 'node:path';
import type {Config} from '../config/schema.ts';
import type {Clock} from '../kernel/clock.ts';
import {createRepositories, createSets, type NamedRepository, type Repositories} from '../sets/index.ts';
import {addressOf, composeRepository} from './core.ts';

/** All that the configuration names. None is opened before something is asked of it. */
export function composeRepositories(config: Config, clock: Clock): Repositories {
  const cache = join(config.state_directory, 'cache');
  const named = (entry: Config['repositories'][number]): NamedRepository => {
    const repository = composeRepository(addressOf(config, entry), {
      index: join(cache, 'restic'),
      listing: join(cache, 'listings', `${entry.name}.json`),
    });
    return {
      name: entry.name,
      repository,
      sets: createSets(repository, {name: entry.name, cacheDirectory: join(cache, 'manifests'), clock}),
    };
  };
  const [inUse, ...others] = config.repositories;
  return createRepositories([named(inUse), ...others.map(named)], clock);
}
