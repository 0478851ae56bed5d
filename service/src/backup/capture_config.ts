import {readFile} from 'node:fs/promises';
import {basename, join} from 'node:path';
import type {BackupPlan, ConfigRecord, EffectiveConfig, SetManifest} from '@disaster-recovery/contract';
import {z} from 'zod';
import {writeFileAtomic} from '../kernel/atomic_file.ts';
import {asFailure, Failure} from '../kernel/failure.ts';
import {hashOfTree, hashTree, type HashedFile} from '../kernel/hash_tree.ts';
import type {StepContext} from '../jobs/index.ts';
import type {BackupEngines} from './engines.ts';
import type {BackupFound, StoredPart} from './found.ts';
import {EFFECTIVE_CONFIG, isOwnName, OWN_NAMES, pluginBundle, recordDirectory} from './work.ts';

const ATTEMPTS = 4;

/** The few fields of config.json that a manifest shows. */
const ConfigFacts = z.object({
  ServiceSettings: z.object({SiteURL: z.string().default('')}).prefault({}),
  PluginSettings: z
    .object({PluginStates: z.record(z.string(), z.object({Enable: z.boolean()})).default({})})
    .prefault({}),
});

/** The config directory as it is on disk, and the configuration in force, which knows what the environment overrides. */
export async function captureConfig(
  engines: BackupEngines,
  plan: BackupPlan,
  context: StepContext,
): Promise<Pick<BackupFound, 'config'>> {
  const directory = await engines.config.bringToDisk(join(engines.workDirectory, context.job, 'config'));
  const {files, facts, stored} = await storeUnchanged(engines, plan, directory, context);
  const {effective, envNames} = await captureEffective(engines, context);
  const serverVersion = await engines.serverVersion(context.signal);
  const record: ConfigRecord = {
    source: engines.config.kind,
    directory: engines.config.directory,
    files,
    sha256: hashOfTree(files),
    env_names: envNames,
    effective,
  };
  const plugins = await pluginsOf(engines, facts);
  return {
    config: {record, stored, plugins, site_url: facts.ServiceSettings.SiteURL || null, server_version: serverVersion},
  };
}

async function pluginsOf(
  {files}: BackupEngines,
  {PluginSettings}: z.infer<typeof ConfigFacts>,
): Promise<SetManifest['plugins']> {
  return Promise.all(
    Object.entries(PluginSettings.PluginStates).map(async ([id, {Enable}]) => ({
      id,
      enabled: Enable,
      bundle: (await files.sizeOf(pluginBundle(id))) !== null,
    })),
  );
}

/** Mattermost rewrites config.json in place; hashes before and after tell that the stored one is whole. */
async function storeUnchanged(
  engines: BackupEngines,
  plan: BackupPlan,
  directory: string,
  context: StepContext,
): Promise<{files: HashedFile[]; facts: z.infer<typeof ConfigFacts>; stored: StoredPart}> {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    const before = await readTree(directory);
    const facts = await readConfigFacts(join(directory, configFileName(engines)));
    const {snapshot, files, bytes, bytes_added} = await engines.repository.store(directory, {
      tags: engines.sets.tags(plan.set, 'config'),
      excludes: [join(directory, OWN_NAMES)],
      signal: context.signal,
    });
    const after = await readTree(directory);
    if (hashOfTree(before) === hashOfTree(after)) {
      return {files: after, facts, stored: {snapshot, root: directory, files, bytes, bytes_added}};
    }
    context.note('info', 'The configuration changed while it was read; reading it again.');
    await engines.clock.sleep(500, context.signal);
  }
  throw new Failure('MATTERMOST_CONFIG_CHANGING', `${directory} changed each time it was read, ${ATTEMPTS} times.`);
}

/** Mattermost can be told to use another name than config.json. */
function configFileName({config}: BackupEngines): string {
  return config.kind === 'file' ? basename(config.location) : 'config.json';
}

async function readTree(directory: string): Promise<HashedFile[]> {
  try {
    return await hashTree(directory, isOwnName);
  } catch (error) {
    throw new Failure('MATTERMOST_CONFIG_UNREADABLE', `${directory}: ${(error as Error).message}`, {cause: error});
  }
}

async function readConfigFacts(path: string): Promise<z.infer<typeof ConfigFacts>> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw new Failure('MATTERMOST_CONFIG_UNREADABLE', `${path}: ${(error as Error).message}`, {cause: error});
  });
  try {
    return ConfigFacts.parse(JSON.parse(text));
  } catch (error) {
    // The parser's own words quote the text around the mistake, which may be a password.
    const says = error instanceof SyntaxError ? 'it is not valid JSON.' : (error as Error).message;
    throw new Failure('MATTERMOST_CONFIG_INVALID', `${path}: ${says}`, {cause: error});
  }
}

async function captureEffective(
  engines: BackupEngines,
  context: StepContext,
): Promise<{effective: ConfigRecord['effective']; envNames: string[]}> {
  const bridge = engines.bridge();
  if (bridge === null) {
    context.note(
      'warning',
      "No plugin is enrolled: values that exist only in Mattermost's environment are not in this set.",
    );
    return {effective: 'not_enrolled', envNames: []};
  }
  let config: EffectiveConfig;
  try {
    config = await bridge.effectiveConfig(context.signal);
  } catch (error) {
    context.signal.throwIfAborted();
    context.note(
      'warning',
      `The configuration in force could not be asked for, so values of the environment are not in this set: ${asFailure(error).message}`,
    );
    return {effective: 'unreachable', envNames: []};
  }
  const directory = await recordDirectory(engines.workDirectory, context.job);
  await writeFileAtomic(join(directory, EFFECTIVE_CONFIG), JSON.stringify(config));
  return {effective: 'captured', envNames: Object.keys(config.env).sort()};
}
