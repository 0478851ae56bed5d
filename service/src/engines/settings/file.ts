import {readFile, realpath, stat} from 'node:fs/promises';
import {isDeepStrictEqual} from 'node:util';
import {z} from 'zod';
import {writeFileAtomic} from '../../kernel/atomic_file.ts';
import {Failure, systemErrorCode} from '../../kernel/failure.ts';
import type {ConfigSource} from '../configsource/port.ts';
import type {SignInSettings} from './port.ts';
import {isRecord, patchOf, settingValues, stillTrue, type Config} from './values.ts';

const Configuration = z.record(z.string(), z.unknown());
const PERMISSIONS = 0o7777;

/**
 * config.json itself, for the day when Mattermost is down. A running server neither reads it again nor keeps it: it writes its own over it at
 * the next change, so stop Mattermost first and start it afterwards. What the environment locks is not known here.
 * @throws Failure MATTERMOST_CONFIG_IN_DATABASE, MATTERMOST_CONFIG_UNREADABLE, MATTERMOST_CONFIG_INVALID, MATTERMOST_CONFIG_CHANGING,
 * MATTERMOST_CONFIG_NOT_WRITABLE
 */
export function createFileSettings({kind, location}: Pick<ConfigSource, 'kind' | 'location'>): SignInSettings {
  const load = async (): Promise<Loaded> => {
    if (kind === 'database') {
      throw new Failure(
        'MATTERMOST_CONFIG_IN_DATABASE',
        `Mattermost keeps its configuration in ${location}, where only Mattermost itself changes it.`,
      );
    }
    return loadFile(location);
  };
  return {
    through: 'file',
    needsRestart: true,
    read: async () => settingValues((await load()).config),
    change: async (changes) => {
      const before = await load();
      const wanted = stillTrue(before.config, changes);
      if (wanted.length > 0) {
        await replace(before, merged(before.config, patchOf(wanted)));
      }
      return settingValues((await load()).config);
    },
  };
}

type Loaded = {path: string; text: string; config: Config};

async function loadFile(location: string): Promise<Loaded> {
  // A link stays a link: what it points to is replaced.
  const {path, text} = await textOf(location);
  try {
    return {path, text, config: Configuration.parse(JSON.parse(text, refuseLossyNumber))};
  } catch (error) {
    if (error instanceof Failure) {
      throw error;
    }
    // Not the error itself: a parser quotes what it read, and this file is full of secrets.
    throw new Failure('MATTERMOST_CONFIG_INVALID', `${location} does not hold the JSON of a config.json.`);
  }
}

async function textOf(location: string): Promise<{path: string; text: string}> {
  try {
    const path = await realpath(location);
    return {path, text: await readFile(path, 'utf8')};
  } catch (error) {
    throw new Failure(
      'MATTERMOST_CONFIG_UNREADABLE',
      `${location} could not be read (${systemErrorCode(error) ?? 'no reason given'}).`,
    );
  }
}

/** A number that JavaScript would write back as another one must not be touched. */
function refuseLossyNumber(_key: string, value: unknown, context?: {source?: string}): unknown {
  if (typeof value === 'number' && /^-?\d+$/.test(context?.source ?? '') && String(value) !== context?.source) {
    throw new Failure(
      'MATTERMOST_CONFIG_INVALID',
      'The config.json holds a number that could not be written back as it is.',
      {remedy: 'Start Mattermost and change the settings in the System Console, or make the number smaller.'},
    );
  }
  return value;
}

function merged(config: Config, patch: Record<string, Config>): Config {
  const sections = Object.entries(patch).map(([section, settings]) => {
    const old = config[section];
    return [section, {...(isRecord(old) ? old : {}), ...settings}];
  });
  return {...config, ...(Object.fromEntries(sections) as Config)};
}

async function replace({path, text}: Loaded, config: Config): Promise<void> {
  const {mode, uid, gid} = await stat(path);
  const indentation = /^\{\r?\n([ \t]+)"/.exec(text)?.[1] ?? '    ';
  const written = JSON.stringify(config, null, indentation) + (text.endsWith('\n') ? '\n' : '');
  if ((await readFile(path, 'utf8')) !== text) {
    throw new Failure(
      'MATTERMOST_CONFIG_CHANGING',
      `${path} was changed by somebody else at this moment; nothing was written.`,
    );
  }
  try {
    await writeFileAtomic(path, written, {mode: mode & PERMISSIONS, owner: {uid, gid}});
  } catch (error) {
    throw new Failure(
      'MATTERMOST_CONFIG_NOT_WRITABLE',
      `${path} could not be written for its owner (${systemErrorCode(error) ?? 'no reason given'}).`,
    );
  }
  if (!isDeepStrictEqual((await loadFile(path)).config, config)) {
    throw new Failure(
      'MATTERMOST_CONFIG_CHANGING',
      `${path} is not what was written: somebody else wrote it at the same moment.`,
    );
  }
}
