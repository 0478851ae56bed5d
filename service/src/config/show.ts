import {writtenForm, type NamedRepository} from './repositories.ts';
import type {Config} from './schema.ts';

/** A connection string or repository location with its password out. */
export function withoutPassword(location: string): string {
  return (
    location
      // Greedy up to the last @: an @, a colon or a space inside the password must not survive, nor an @ in the user end the search.
      .replace(/(:\/\/[^:/\s]*):[\s\S]*@/, '$1:***@')
      .replace(/(password\s*=\s*)('(?:[^'\\]|\\[\s\S]|'')*(?:'|$)|(?:[^\s\\]|\\[\s\S])+)/gi, '$1***')
  );
}

/** The configuration as it is written and as it may be shown: passwords and credentials replaced. */
export function shownConfig({
  repositories,
  ...config
}: Config): Omit<Config, 'repositories'> & ReturnType<typeof writtenForm> {
  const [inUse, ...others] = repositories;
  return {
    ...config,
    mattermost: {...config.mattermost, config: withoutPassword(config.mattermost.config)},
    database: {...config.database, url: withoutPassword(config.database.url)},
    ...writtenForm([shownRepository(inUse), ...others.map(shownRepository)]),
  };
}

function shownRepository(repository: NamedRepository): NamedRepository {
  return {
    ...repository,
    url: withoutPassword(repository.url),
    environment: Object.fromEntries(Object.keys(repository.environment).map((name) => [name, '***'])),
  };
}
