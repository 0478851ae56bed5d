import {readFile} from 'node:fs/promises';
import {dirname, resolve} from 'node:path';
import {z} from 'zod';
import {Failure} from '../kernel/failure.ts';

/** The few of Mattermost's own settings that decide what a backup reads. */
const MattermostConfig = z.object({
  SqlSettings: z.object({DriverName: z.string().default('postgres'), DataSource: z.string().default('')}).prefault({}),
  FileSettings: z
    .object({DriverName: z.string().default('local'), Directory: z.string().default('./data/')})
    .prefault({}),
  ServiceSettings: z.object({SiteURL: z.string().default(''), ListenAddress: z.string().default(':8065')}).prefault({}),
});

export type MattermostFacts = {
  databaseUrl: string;
  databaseDriver: string;
  filesDriver: 'local' | 'amazons3' | 'azureblob';
  filesDirectory: string;
  url: string;
};

export const isDatabaseUrl = (text: string): boolean => /^postgres(ql)?:\/\//.test(text);

/** @throws Failure MATTERMOST_CONFIG_UNREADABLE, MATTERMOST_CONFIG_INVALID */
export async function readMattermostConfig(path: string): Promise<MattermostFacts> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw new Failure('MATTERMOST_CONFIG_UNREADABLE', `${path}: ${(error as Error).message}`, {cause: error});
  });
  // A relative Directory is relative to Mattermost's own directory, which is the parent of `config`.
  return mattermostFacts(text, path, dirname(dirname(resolve(path))));
}

/** What decides about a backup, from the text of a configuration. @throws Failure MATTERMOST_CONFIG_INVALID */
export function mattermostFacts(text: string, where: string, home: string): MattermostFacts {
  try {
    const {SqlSettings, FileSettings, ServiceSettings} = MattermostConfig.parse(JSON.parse(text));
    const port = ServiceSettings.ListenAddress.split(':').at(-1) ?? '8065';
    return {
      databaseUrl: SqlSettings.DataSource,
      databaseDriver: SqlSettings.DriverName,
      filesDriver: z.enum(['local', 'amazons3', 'azureblob']).parse(FileSettings.DriverName),
      filesDirectory: resolve(home, FileSettings.Directory),
      url: ServiceSettings.SiteURL || `http://127.0.0.1:${port}`,
    };
  } catch (error) {
    // The parser's own words quote the text around the mistake, which may be a password.
    const says = error instanceof SyntaxError ? 'it is not valid JSON.' : (error as Error).message;
    throw new Failure('MATTERMOST_CONFIG_INVALID', `${where}: ${says}`, {cause: error});
  }
}

/**
 * The address of a database that this product can protect. `place`: where the configuration was read.
 * @throws Failure MATTERMOST_DATABASE_UNNAMED, MATTERMOST_DATABASE_UNSUPPORTED
 */
export function requireDatabaseUrl(
  {databaseUrl, databaseDriver}: Pick<MattermostFacts, 'databaseUrl' | 'databaseDriver'>,
  place: string,
  given?: string,
): string {
  // An address that was given stands for the one in the environment, and so does its kind.
  const url = given ?? databaseUrl;
  if (isMysql(url) || (given === undefined && url !== '' && databaseDriver !== 'postgres')) {
    const kind = isMysql(url) ? 'MySQL' : databaseDriver;
    throw new Failure('MATTERMOST_DATABASE_UNSUPPORTED', `${place} names a database of ${kind}.`);
  }
  if (url === '') {
    throw new Failure('MATTERMOST_DATABASE_UNNAMED', `${place} names no database.`);
  }
  return url;
}

/** A URL, or the form of Go's driver: `user:password@tcp(host:3306)/name`. */
const isMysql = (text: string): boolean => /^(mysql|mariadb):\/\//.test(text) || /@(tcp|unix)\(/.test(text);
