import {readFile} from 'node:fs/promises';
import {join} from 'node:path';
import type {BackupPlan, ConfigRecord, EffectiveConfig, SetManifest} from '@disaster-recovery/contract';
import {z} from 'zod';
import {writeFileAtomic} from '../kernel/atomic_file.ts';
import {asFailure, Failure} from '../kernel/failure.ts';
import {hashOfTree, hashTree, type HashedFile} from '../kernel/hash_tree.ts';
import type {StepContext} from '../jobs/index.ts';
import type {BackupEngines} from './engines.ts';
import type {BackupFound, StoredPart} from './found.ts';
import {EFFECTIVE_CONFIG, pluginBundle, recordDirectory} from './work.ts';

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
  const {files, facts, stored, omitted} = await storeUnchanged(engines, plan, context);
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
    config: {
      record,
      stored,
      omitted,
      plugins,
      site_url: facts.ServiceSettings.SiteURL || null,
      server_version: serverVersion,
    },
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

/** Mattermost rewrites config.json in place: two copies, one after the other, that are the same tell that what is stored is whole. */
async function storeUnchanged(
  engines: BackupEngines,
  plan: BackupPlan,
  context: StepContext,
): Promise<{
  files: HashedFile[];
  facts: z.infer<typeof ConfigFacts>;
  stored: StoredPart;
  omitted: SetManifest['omitted'];
}> {
  const {config} = engines;
  const place = (name: string): string => join(engines.workDirectory, context.job, name);
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    const {directory, left_out} = await config.copyTo(place('config'));
    const files = await readTree(directory, config.location);
    const again = await config.copyTo(place('config-again'));
    if (hashOfTree(files) === hashOfTree(await readTree(again.directory, config.location))) {
      const facts = await readConfigFacts(join(directory, config.file), config.location);
      const {
        snapshot,
        files: count,
        bytes,
        bytes_added,
      } = await engines.repository.store(directory, {
        tags: engines.sets.tags(plan.set, 'config'),
        signal: context.signal,
      });
      return {
        files,
        facts,
        stored: {snapshot, root: directory, files: count, bytes, bytes_added},
        omitted: left_out.map(({path, reason}) => ({part: 'config', what: path, reason})),
      };
    }
    context.note('info', 'The configuration changed while it was read; reading it again.');
    await engines.clock.sleep(500, context.signal);
  }
  throw new Failure(
    'MATTERMOST_CONFIG_CHANGING',
    `${config.location} changed each time it was read, ${ATTEMPTS} times.`,
  );
}

/** `location`: what was copied; nobody knows the copy. */
async function readTree(directory: string, location: string): Promise<HashedFile[]> {
  try {
    return await hashTree(directory);
  } catch (error) {
    throw new Failure('MATTERMOST_CONFIG_UNREADABLE', `${location}: ${(error as Error).message}`, {cause: error});
  }
}

async function readConfigFacts(path: string, location: string): Promise<z.infer<typeof ConfigFacts>> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw new Failure('MATTERMOST_CONFIG_UNREADABLE', `${location}: ${(error as Error).message}`, {cause: error});
  });
  try {
    return ConfigFacts.parse(JSON.parse(text));
  } catch (error) {
    // The parser's own words quote the text around the mistake, which may be a password.
    const says = error instanceof SyntaxError ? 'it is not valid JSON.' : (error as Error).message;
    throw new Failure('MATTERMOST_CONFIG_INVALID', `${location}: ${says}`, {cause: error});
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
