import {readFile} from 'node:fs/promises';
import {dirname, resolve} from 'node:path';
import {z} from 'zod';
import {Failure} from '../kernel/failure.ts';

/** The few of Mattermost's own settings that decide what a backup reads. */
const MattermostConfig = z.object({
  SqlSettings: z.object({DriverName: z.string().default('postgres'), DataSource: z.string().default('')}).prefault({}),
  FileSettings: z.object({DriverName: z.string().default('local'), Directory: z.string().default('./data/')}).prefault({}),
  ServiceSettings: z.object({SiteURL: z.string().default(''), ListenAddress: z.string().default(':8065')}).prefault({}),
});

export type MattermostFacts = {
  databaseUrl: string;
  databaseDriver: string;
  filesDriver: 'local' | 'amazons3' | 'azureblob';
  filesDirectory: string;
  configDirectory: string;
  url: string;
};

/**
 * Reads Mattermost's config.json. A relative Directory is relative to Mattermost's own directory, which is the parent of `config`.
 * @throws Failure MATTERMOST_CONFIG_UNREADABLE
 */
export async function readMattermostConfig(path: string): Promise<MattermostFacts> {
  try {
    const {SqlSettings, FileSettings, ServiceSettings} = MattermostConfig.parse(JSON.parse(await readFile(path, 'utf8')));
    const configDirectory = dirname(resolve(path));
    const port = ServiceSettings.ListenAddress.split(':').at(-1) ?? '8065';
    return {
      databaseUrl: SqlSettings.DataSource,
      databaseDriver: SqlSettings.DriverName,
      filesDriver: z.enum(['local', 'amazons3', 'azureblob']).parse(FileSettings.DriverName),
      filesDirectory: resolve(dirname(configDirectory), FileSettings.Directory),
      configDirectory,
      url: ServiceSettings.SiteURL || `http://127.0.0.1:${port}`,
    };
  } catch (error) {
    throw new Failure('MATTERMOST_CONFIG_UNREADABLE', `${path}: ${(error as Error).message}`, {cause: error});
  }
}
