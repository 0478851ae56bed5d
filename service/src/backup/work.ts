import {mkdir} from 'node:fs/promises';
import {join} from 'node:path';

/** Files of the part `record`. */
export const EXPECTED_FILES = 'expected-files.jsonl';
export const LEDGER_COPY = 'ledger.jsonl';
export const EFFECTIVE_CONFIG = 'effective-config.json';

/** Where Mattermost keeps the bundle of a plugin in its file store. */
export const pluginBundle = (id: string): string => `plugins/${id}.tar.gz`;

/** The captured files of a job, between its second pass and its cross-check. */
export const fileIndexPath = (workDirectory: string, job: string): string => join(workDirectory, job, 'files.db');

export async function recordDirectory(workDirectory: string, job: string): Promise<string> {
  const directory = join(workDirectory, job, 'record');
  await mkdir(directory, {recursive: true, mode: 0o700});
  return directory;
}
