import {open, realpath, stat} from 'node:fs/promises';
import {parse} from 'yaml';
import {sha256} from '../kernel/canonical_json.ts';
import {Failure, systemErrorCode} from '../kernel/failure.ts';
import {configFields} from './fields.ts';
import {placeOf} from './repository_location.ts';
import {Config} from './schema.ts';

export const DEFAULT_CONFIG_FILE = '/etc/drctl/drctl.yaml';

/** The file that a verb reads: --config, then DRCTL_CONFIG, then /etc/drctl/drctl.yaml. */
export function configFile(option: string | undefined): string {
  return option ?? process.env['DRCTL_CONFIG'] ?? DEFAULT_CONFIG_FILE;
}

/** A configuration as it stands in its file. `revision` changes with every byte of it. */
export type ConfigText = {text: string; revision: string};

/**
 * Reads, overlays the environment, validates.
 * @throws Failure CONFIG_NOT_FOUND, CONFIG_EXPOSED, CONFIG_OF_ANOTHER_USER, CONFIG_INVALID (all problems at once)
 */
export async function loadConfig(path: string, environment: NodeJS.ProcessEnv = process.env): Promise<Config> {
  const {text} = await readConfigText(path);
  return parseConfig(path, text, environment);
}

/** @throws Failure CONFIG_NOT_FOUND, CONFIG_EXPOSED, CONFIG_OF_ANOTHER_USER */
export async function readConfigText(path: string): Promise<ConfigText> {
  const text = await readOwnFile(path);
  return {text, revision: revisionOf(text)};
}

export const revisionOf = (text: string): string => sha256(text).slice(0, 16);

/** `path`: how messages call it. @throws Failure CONFIG_INVALID (all problems at once), CONFIG_EXPOSED */
export async function parseConfig(path: string, text: string, environment: NodeJS.ProcessEnv): Promise<Config> {
  const overlaid = overlayEnvironment(parseYaml(path, text), environment);
  const parsed = Config.safeParse(overlaid);
  if (!parsed.success) {
    const problems = parsed.error.issues.map((issue) => `${issue.path.join('.') || '(top)'}: ${issue.message}`);
    throw new Failure(
      'CONFIG_INVALID',
      `${path} has ${problems.length} problem${problems.length === 1 ? '' : 's'}: ${problems.join('; ')}`,
      {details: {problems}},
    );
  }
  const {repositories} = parsed.data;
  const secrets = [...repositories.map(({password_file: key}) => key), parsed.data.notify.smtp?.password_file];
  for (const secret of secrets.filter((path) => path !== undefined)) {
    await requirePrivateIfThere(secret);
  }
  await requireOwnPlaces(path, repositories);
  return parsed.data;
}

/** Two names of one directory, through a link, are one place. @throws Failure CONFIG_INVALID */
async function requireOwnPlaces(path: string, repositories: Config['repositories']): Promise<void> {
  const places = await Promise.all(repositories.map(async ({url}) => realpath(placeOf(url)).catch(() => placeOf(url))));
  const index = places.findIndex((place, at) => places.indexOf(place) < at);
  if (index > 0) {
    const twin = repositories[places.indexOf(places[index] ?? '')];
    const problem = `copies.${index - 1}.url: is where ${twin?.name ?? ''} is, through a link; a copy there is lost with it`;
    throw new Failure('CONFIG_INVALID', `${path} has 1 problem: ${problem}`, {details: {problems: [problem]}});
  }
}

/** What is judged and what is read is one open file, whatever happens to its name meanwhile. */
async function readOwnFile(path: string): Promise<string> {
  try {
    await using file = await open(path);
    const {mode, uid} = await file.stat();
    requirePrivateMode(path, mode);
    requireTrustedOwner(path, uid);
    return await file.readFile('utf8');
  } catch (error) {
    if (error instanceof Failure) {
      throw error;
    }
    throw new Failure('CONFIG_NOT_FOUND', `${path} cannot be read (${systemErrorCode(error) ?? 'unknown reason'}).`, {
      cause: error,
    });
  }
}

/** @throws Failure CONFIG_EXPOSED when group or others may read or write a file that holds secrets */
export async function requirePrivate(path: string): Promise<void> {
  const {mode} = await stat(path);
  requirePrivateMode(path, mode);
}

/** A key that is not there, or out of reach, is named by who needs it. @throws Failure CONFIG_EXPOSED */
async function requirePrivateIfThere(path: string): Promise<void> {
  const found = await stat(path).catch(() => null);
  if (found !== null) {
    requirePrivateMode(path, found.mode);
  }
}

function requirePrivateMode(path: string, mode: number): void {
  if ((mode & 0o077) !== 0) {
    throw new Failure(
      'CONFIG_EXPOSED',
      `${path} has mode ${(mode & 0o777).toString(8).padStart(4, '0')}; it must be 0600.`,
    );
  }
}

/**
 * The configuration names programs that run as whoever calls drctl, so its owner must be that user or root.
 * @throws Failure CONFIG_OF_ANOTHER_USER
 */
function requireTrustedOwner(path: string, owner: number): void {
  const caller = process.geteuid?.() ?? 0;
  if (owner === 0 || owner === caller) {
    return;
  }
  const asOwner = `Run drctl as that user: \`sudo -u '#${owner}' drctl …\`.`;
  throw new Failure('CONFIG_OF_ANOTHER_USER', `${path} belongs to user ${owner}, and drctl runs as user ${caller}.`, {
    remedy:
      caller === 0
        ? `${asOwner} Or, when you have read it and root alone shall run drctl: \`chown root ${path}\`.`
        : asOwner,
  });
}

/** @throws Failure CONFIG_INVALID */
export function parseYaml(path: string, text: string): Record<string, unknown> {
  try {
    const value: unknown = parse(text);
    if (value !== null && typeof value === 'object' && !Array.isArray(value)) {
      return value as Record<string, unknown>;
    }
  } catch (error) {
    throw new Failure('CONFIG_INVALID', `${path} is not YAML: ${(error as Error).message.split('\n')[0] ?? ''}`, {
      cause: error,
    });
  }
  throw new Failure('CONFIG_INVALID', `${path} must hold a map of settings.`);
}

function overlayEnvironment(file: Record<string, unknown>, environment: NodeJS.ProcessEnv): Record<string, unknown> {
  const result = structuredClone(file);
  for (const {path, env, type} of configFields()) {
    const value = env === null ? undefined : environment[env];
    if (value !== undefined) {
      setAt(result, path, type === 'integer' || type === 'number' ? Number(value) : value);
    }
  }
  return result;
}

function setAt(target: Record<string, unknown>, path: readonly string[], value: unknown): void {
  const [key = '', ...rest] = path;
  if (rest.length === 0) {
    target[key] = value;
    return;
  }
  const child = target[key];
  const next = child !== null && typeof child === 'object' ? (child as Record<string, unknown>) : {};
  target[key] = next;
  setAt(next, rest, value);
}
