import {existsSync, mkdirSync, mkdtempSync, readdirSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, test} from '@jest/globals';
import {composeCompanion} from './companion.ts';
import type {z} from 'zod';
import {openConfigFile} from '../config/config_file.ts';
import {Config} from '../config/schema.ts';

const elsewhere = join(mkdtempSync(join(tmpdir(), 'key-')), 'key');
writeFileSync(elsewhere, 'k', {mode: 0o600});

type Written = Partial<z.input<typeof Config>>;

/** Settings of a companion whose state directory is `directory`; nothing in them is reached. */
function settings(directory: string, changes: Written = {}): Config {
  return Config.parse({
    mattermost: {config: '/opt/mattermost/config/config.json'},
    database: {url: 'postgres://nobody@127.0.0.1:1/mattermost'},
    files: {driver: 'amazons3'},
    repository: {url: '/srv/repository', password_file: elsewhere},
    state_directory: directory,
    ...changes,
  });
}

/** Nothing is read again in these tests. */
const FILE = {file: openConfigFile('/nowhere/drctl.yaml'), text: '', revision: ''};

const key = (directory: string) => ({
  repository: {url: '/srv/r', password_file: join(directory, 'repository.key'), environment: {}},
});

test.each<[string, (directory: string) => Written]>([
  ['the configuration names the companion', () => ({companion_id: 'a'.repeat(22)})],
  ['the key of the repository should be in it', key],
])('in an empty mount point nothing is made when %s', async (_name, changes) => {
  const directory = mkdtempSync(join(tmpdir(), 'state-'));
  mkdirSync(join(directory, 'lost+found'));
  await expect(composeCompanion(settings(directory, changes(directory)), FILE)).rejects.toMatchObject({
    code: 'STATE_MISSING',
    message: expect.stringContaining(directory),
  });
  expect(readdirSync(directory)).toEqual(['lost+found']);
});

test.each<[string, (directory: string) => Written, boolean]>([
  ['is new', () => ({}), false],
  ['was removed, and the companion had one', () => ({companion_id: 'a'.repeat(22)}), false],
  ['was lost, and the key was put back', key, true],
])('a state directory that %s is made', async (_name, changes, withKey) => {
  const directory = join(mkdtempSync(join(tmpdir(), 'state-')), 'state');
  if (withKey) {
    mkdirSync(directory, {mode: 0o700});
    writeFileSync(join(directory, 'repository.key'), 'k', {mode: 0o600});
  }
  (await composeCompanion(settings(directory, changes(directory)), FILE)).close();
  expect(existsSync(join(directory, 'state.db'))).toBe(true);
});
