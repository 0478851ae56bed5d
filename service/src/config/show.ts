import type {Config} from './schema.ts';

/** A connection string or repository location with its password out. */
export function withoutPassword(location: string): string {
  return location
    // Greedy up to the last @ before a slash or the end: an unescaped @ inside the password must not survive.
    .replace(/(:\/\/[^:/@\s]*):[^\s]*@(?=[^@\s]*$)/, '$1:***@')
    .replace(/(password\s*=\s*)('(?:[^'\\]|\\.)*'|\S+)/i, '$1***');
}

/** The configuration as it may be shown: passwords and credentials replaced. */
export function shownConfig(config: Config): Record<string, unknown> {
  return {
    ...config,
    database: {...config.database, url: withoutPassword(config.database.url)},
    repository: {
      ...config.repository,
      url: withoutPassword(config.repository.url),
      environment: Object.fromEntries(Object.keys(config.repository.environment).map((name) => [name, '***'])),
    },
  };
}
