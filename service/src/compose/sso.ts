import {lookup} from 'node:dns/promises';
import {readFile} from 'node:fs/promises';
import {join} from 'node:path';
import type {ProbeResult} from '@disaster-recovery/contract';
import type {Approvals} from '../approvals/index.ts';
import type {Config} from '../config/schema.ts';
import type {ConfigSource} from '../engines/configsource/port.ts';
import {createPostgresAccounts} from '../engines/accounts/postgres.ts';
import {createControls} from '../engines/provider/controls.ts';
import {createDirectory} from '../engines/provider/directory.ts';
import {createEmergencyWriter} from '../engines/accounts/emergency.ts';
import {createProbe} from '../engines/provider/probe.ts';
import {classifyBridgeProbe} from '../engines/provider/probe_classes.ts';
import {certificateExpiry} from '../engines/provider/probe_tls.ts';
import {createMattermostRest} from '../engines/accounts/rest.ts';
import {createFileSettings} from '../engines/settings/file.ts';
import {createPluginSettings} from '../engines/settings/plugin.ts';
import {createSocketSettings, LOCAL_SOCKET} from '../engines/settings/socket.ts';
import {probeTargets} from '../engines/provider/targets.ts';
import {createDatabaseWriter} from '../engines/accounts/writer_database.ts';
import {chooseWriter} from '../engines/accounts/writer_choice.ts';
import {createPluginWriter} from '../engines/accounts/writer_plugin.ts';
import type {SignInSettings} from '../engines/settings/port.ts';
import type {MattermostBridge} from '../engines/mattermost/port.ts';
import type {Repository} from '../engines/repository/port.ts';
import type {Jobs} from '../jobs/index.ts';
import {createCipher, type Cipher} from '../kernel/cipher.ts';
import type {Clock} from '../kernel/clock.ts';
import type {Logger} from '../kernel/log.ts';
import type {State} from '../kernel/state.ts';
import type {Ledger} from '../ledger/index.ts';
import {createReadiness, createSso, type Sso, type SsoConfig, type SsoEngines} from '../sso/index.ts';

const HOUR_MS = 3_600_000;
const SILENT_MS = 3000;

export type SsoSurroundings = {
  config: Config;
  state: State;
  clock: Clock;
  ledger: Ledger;
  log: Logger;
  jobs: Jobs;
  approvals: Approvals;
  repository: Repository;
  workDirectory: string;
  configSource: ConfigSource;
  readStoredConfig(url: string): Promise<string>;
  bridge(): MattermostBridge | null;
  siteUrl(): string | null;
};

/** The part of the only place that builds things which is about an SSO outage. */
export async function composeSso(around: SsoSurroundings): Promise<Sso> {
  const {config, jobs, approvals} = around;
  const engines = await ssoEngines(around);
  const readiness = (snapshot: Parameters<typeof createReadiness>[0]['snapshot']) =>
    createReadiness({
      ...engines,
      snapshot,
      certificateExpiry,
      settings: async () => (await engines.signInSettings()).read(),
      probeOnce: () => probeOnce(around, engines),
      samlCertificate: () => samlCertificate(around, engines.effectiveConfig),
      rtoMs: config.objectives.rto_hours * HOUR_MS,
      neverSwitch: config.sso.never_switch,
    });
  return createSso({engines, jobs, approvals, readiness, classify: classifyBridgeProbe});
}

async function probeOnce({config, clock}: SsoSurroundings, {targets, probe}: SsoEngines): Promise<ProbeResult[]> {
  const options = {slowMs: config.sso.probe.slow_seconds * 1000, timeoutMs: config.sso.probe.timeout_seconds * 1000};
  return Promise.all(
    (await targets()).map(async (target) => ({
      at: clock.now(),
      vantage: 'companion' as const,
      ...(await probe(target, options)),
    })),
  );
}

async function ssoEngines(around: SsoSurroundings): Promise<SsoEngines> {
  const {config, state, clock, ledger, log, repository, workDirectory, siteUrl} = around;
  const url = (): string => config.mattermost.url ?? siteUrl() ?? 'http://127.0.0.1:8065';
  const accounts = createPostgresAccounts(config.database.url);
  const rest = createMattermostRest(url());
  const reachable = reachableBridge(around);
  const effectiveConfig = (): Promise<SsoConfig | null> => readEffective(around, reachable);
  const probe = createProbe({clock, samlCertificate: () => samlCertificate(around, effectiveConfig)});
  return {
    state,
    clock,
    ledger,
    log,
    repository,
    workDirectory,
    accounts,
    tokens: accounts,
    rest,
    effectiveConfig,
    probe,
    siteUrl: () => siteUrl() ?? config.mattermost.url ?? null,
    cipher: await signInCipher(config),
    emergency: createEmergencyWriter(config.database.url),
    settings: config.sso,
    bridge: around.bridge,
    writer: async () => {
      const plugin = await reachable();
      const database = createDatabaseWriter(config.database.url, {rest, tokens: accounts, clock});
      return plugin ? chooseWriter(createPluginWriter(plugin.bridge), database, plugin.server_version) : database;
    },
    signInSettings: () => chooseSettings(around, reachable, effectiveConfig),
    targets: async () => {
      const effective = await effectiveConfig();
      return effective === null ? [] : probeTargets(effective.config, url());
    },
    bridgeProbes: async () => (await around.bridge()?.probes()) ?? null,
    controls: createControls(config.sso.probe.controls),
    lookup: async (host) => (await lookup(host, {all: true})).map(({address}) => address),
    missingInDirectory: createDirectory(async () => (await effectiveConfig())?.config ?? {}),
  };
}

/** Sign-in data is encrypted with the key of the repository in use. Whichever was in use before, what was written then opens. */
async function signInCipher({repositories: [inUse, ...others]}: Config): Promise<Cipher> {
  const keys = await Promise.all(
    others.map(({password_file: path}) =>
      // Only where it is needed does it matter that the key of another repository is not here.
      readFile(path, 'utf8').catch(() => null),
    ),
  );
  return createCipher(
    await readFile(inUse.password_file, 'utf8'),
    'sign-in data',
    keys.filter((key) => key !== null),
  );
}

type Reachable = {bridge: MattermostBridge; server_version: string};

/** The plugin, when it answers now. One that did not is not asked again at once: each time a hung Mattermost would be waited for. */
function reachableBridge({bridge, clock, log}: SsoSurroundings): () => Promise<Reachable | null> {
  let silentUntil = 0;
  return async () => {
    const enrolled = bridge();
    if (enrolled === null || clock.now() < silentUntil) {
      return null;
    }
    try {
      const {server_version: version} = await enrolled.ping();
      return {bridge: enrolled, server_version: version};
    } catch (error) {
      log.warn({reason: (error as Error).message}, 'The plugin does not answer; going around it.');
      silentUntil = clock.now() + SILENT_MS;
      return null;
    }
  };
}

async function readEffective(
  {configSource, config, readStoredConfig}: SsoSurroundings,
  reachable: () => Promise<Reachable | null>,
): Promise<SsoConfig | null> {
  const plugin = await reachable();
  if (plugin) {
    return plugin.bridge.effectiveConfig();
  }
  try {
    const text =
      configSource.kind === 'file'
        ? await readFile(configSource.location, 'utf8')
        : await readStoredConfig(config.mattermost.config);
    return {config: JSON.parse(text) as Record<string, unknown>, env: {}};
  } catch {
    // Verbs that need it say what they do without it.
    return null;
  }
}

async function chooseSettings(
  {configSource}: SsoSurroundings,
  reachable: () => Promise<Reachable | null>,
  effective: () => Promise<SsoConfig | null>,
): Promise<SignInSettings> {
  const plugin = await reachable();
  if (plugin) {
    return createPluginSettings(plugin.bridge);
  }
  const service = (await effective())?.config['ServiceSettings'] as
    {EnableLocalMode?: boolean; LocalModeSocketLocation?: string} | undefined;
  const socket = createSocketSettings(service?.LocalModeSocketLocation ?? LOCAL_SOCKET);
  const isOpen =
    service?.EnableLocalMode === true &&
    (await socket.read().then(
      () => true,
      () => false,
    ));
  return isOpen ? socket : createFileSettings(configSource);
}

/** The certificate by which Mattermost knows its SAML provider, from the config directory. */
async function samlCertificate(
  {configSource}: SsoSurroundings,
  effectiveConfig: SsoEngines['effectiveConfig'],
): Promise<string | null> {
  const saml = (await effectiveConfig())?.config['SamlSettings'] as {IdpCertificateFile?: string} | undefined;
  return saml?.IdpCertificateFile && configSource.directory !== null
    ? readFile(join(configSource.directory, saml.IdpCertificateFile), 'utf8')
    : null;
}
