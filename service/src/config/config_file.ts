import {constants, readFileSync, renameSync} from 'node:fs';
import {access, realpath, rm} from 'node:fs/promises';
import {dirname} from 'node:path';
import {writeFileAtomic} from '../kernel/atomic_file.ts';
import {Failure, systemErrorCode} from '../kernel/failure.ts';
import {randomToken} from '../kernel/ids.ts';
import {differences, withAssignments, type Assignment} from './document.ts';
import {configFields} from './fields.ts';
import {parseConfig, parseYaml, readConfigText, revisionOf, type ConfigText} from './load.ts';
import type {Config} from './schema.ts';
import {shownSettings} from './show.ts';

type Values = Record<string, unknown>;

/** A new text beside the file, in the end to take its place. */
type StagedText = {
  revision: string;
  /** Takes the place of the text of this revision, or of none. @throws Failure POLICY_CHANGED, POLICY_NOT_WRITABLE */
  commit(expected: string): void;
  discard(): Promise<void>;
};

/** The companion's configuration as a file that is edited, by hand or by us. */
export type ConfigFile = {
  path: string;
  /** @throws Failure CONFIG_NOT_FOUND, CONFIG_EXPOSED, CONFIG_OF_ANOTHER_USER */
  read(): Promise<ConfigText>;
  /** What a companion would make of this text. @throws Failure CONFIG_INVALID, CONFIG_EXPOSED */
  parse(text: string): Promise<Config>;
  /** The settings that stand in a text. @throws Failure CONFIG_INVALID */
  values(text: string): Values;
  /** The same, passwords and credentials replaced. @throws Failure CONFIG_INVALID */
  written(text: string): Values;
  /** @throws Failure POLICY_INVALID, POLICY_NOT_EDITABLE */
  withAssignments(text: string, assignments: readonly Assignment[]): string;
  differences: typeof differences;
  /** The name of the environment variable that sets this, whatever the file says. */
  setByEnvironment(path: readonly string[]): string | null;
  /** Null when it can be written. */
  obstacle(): Promise<Failure | null>;
  /** @throws Failure POLICY_NOT_WRITABLE */
  stage(text: string): Promise<StagedText>;
};

export function openConfigFile(path: string, environment: NodeJS.ProcessEnv = process.env): ConfigFile {
  const file: ConfigFile = {
    path,
    read: () => readConfigText(path),
    parse: (text) => parseConfig(path, text, environment),
    values: (text) => parseYaml(path, text),
    written: (text) => shownSettings(parseYaml(path, text)),
    withAssignments: (text, assignments) => withAssignments(text, assignments, listSections()),
    differences,
    setByEnvironment: (setting) => variableFor(setting, environment),
    obstacle: async () => {
      try {
        // The file is replaced, so that its directory is what must be writable.
        await access(dirname(await realpath(path)), constants.W_OK);
        return null;
      } catch (error) {
        return notWritable(path, error);
      }
    },
    stage: async (text) => {
      const obstacle = await file.obstacle();
      if (obstacle) {
        throw obstacle;
      }
      return stageText(path, text);
    },
  };
  return file;
}

async function stageText(path: string, text: string): Promise<StagedText> {
  // A link stays a link: what it points to is replaced.
  const real = await realpath(path);
  const staged = `${real}.${randomToken(6)}.new`;
  try {
    await writeFileAtomic(staged, text);
  } catch (error) {
    throw notWritable(path, error);
  }
  return {
    revision: revisionOf(text),
    commit: (expected) => {
      if (revisionOf(readFileSync(real, 'utf8')) !== expected) {
        throw new Failure('POLICY_CHANGED', `${path} was changed by somebody else since it was read.`);
      }
      try {
        renameSync(staged, real);
      } catch (error) {
        throw notWritable(path, error);
      }
    },
    discard: () => rm(staged, {force: true}),
  };
}

/** A file that is mounted by itself, as into a container, cannot be replaced: EBUSY. */
function notWritable(path: string, cause: unknown): Failure {
  const reason = systemErrorCode(cause) ?? 'unknown reason';
  return new Failure('POLICY_NOT_WRITABLE', `${path} cannot be replaced from here (${reason}).`, {cause});
}

/** Sections that hold entries with names. */
function listSections(): ReadonlySet<string> {
  return new Set(
    configFields().flatMap(({path: [section = '']}) => (section.endsWith('[]') ? [section.slice(0, -2)] : [])),
  );
}

function variableFor(path: readonly string[], environment: NodeJS.ProcessEnv): string | null {
  const name = path.join('.');
  const found = configFields().find(({path: field, env}) => {
    const known = field.join('.');
    return env !== null && environment[env] !== undefined && (known === name || known.startsWith(`${name}.`));
  });
  return found?.env ?? null;
}
