import {mkdir, rm, writeFile} from 'node:fs/promises';
import {basename, join} from 'node:path';
import {Failure} from '../../kernel/failure.ts';
import {locationOf, parseConnection, withClient} from '../database/postgres/connection.ts';
import type {ConfigSource} from './port.ts';

type Stored = {config: string; files: {name: string; data: string}[]};

/** Mattermost's tables Configurations (one row is active) and ConfigurationFiles (certificates and the like). */
export function createDatabaseConfig(url: string): ConfigSource {
  return {
    kind: 'database',
    location: locationOf(parseConnection(url)),
    directory: null,
    file: 'config.json',
    async copyTo(scratch) {
      const {config, files} = await readStoredConfig(url);
      await rm(scratch, {recursive: true, force: true});
      await mkdir(scratch, {recursive: true, mode: 0o700});
      await writeFile(join(scratch, 'config.json'), config, {mode: 0o600});
      for (const {name, data} of files) {
        await writeFile(join(scratch, basename(name)), data, {mode: 0o600});
      }
      return {directory: scratch, left_out: []};
    },
  };
}

/** @throws Failure MATTERMOST_CONFIG_INVALID, DATABASE_* */
export async function readStoredConfig(url: string): Promise<Stored> {
  const connection = parseConnection(url);
  return withClient(connection, async (client) => {
    const {
      rows: [found],
    } = await client.query<{exists: boolean}>(`SELECT to_regclass('configurations') IS NOT NULL AS exists`);
    const {
      rows: [active],
    } = found?.exists
      ? await client.query<{value: string}>('SELECT value FROM configurations WHERE active')
      : {rows: []};
    if (!active) {
      throw new Failure(
        'MATTERMOST_CONFIG_INVALID',
        `${locationOf(connection)} holds no active configuration of Mattermost.`,
      );
    }
    const {rows: files} = await client.query<{name: string; data: string}>(
      'SELECT name, data FROM configurationfiles ORDER BY name',
    );
    return {config: active.value, files};
  });
}
