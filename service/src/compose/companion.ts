import {readdir} from 'node:fs/promises';
import {join} from 'node:path';
import type {Probes} from '../append_only/index.ts';
import {createApprovals, type Approvals} from '../approvals/index.ts';
import type {Backup} from '../backup/index.ts';
import {createChat, type Chat} from '../chat/index.ts';
import type {Config} from '../config/schema.ts';
import type {Copies} from '../copies/index.ts';
import {createDoctor, type Doctor} from '../doctor/index.ts';
import {createMattermostBridge} from '../engines/mattermost/bridge.ts';
import type {MattermostBridge} from '../engines/mattermost/port.ts';
import {createEnrollment, type Confirm, type Enrollment} from '../enrollment/index.ts';
import type {Clock} from '../kernel/clock.ts';
import {Failure} from '../kernel/failure.ts';
import {createLog, type Logger} from '../kernel/log.ts';
import type {State} from '../kernel/state.ts';
import type {Notify} from '../notify/index.ts';
import type {Policy} from '../policy/index.ts';
import type {Keeping} from '../retention/index.ts';
import type {Schedules} from '../schedule/index.ts';
import {createRepositories, everywhere, type Repositories} from '../sets/index.ts';
import type {Sso} from '../sso/index.ts';
import {createStatus, type StatusReport} from '../status/index.ts';
import type {Verify} from '../verify/index.ts';
import {VERSION} from '../version.ts';
import {composeCopies, composeProbes, copyObjectiveMs, isToBeMade, withCopiesToBe} from './copies.ts';
import {composeCore, type Core} from './core.ts';
import {composeData, composeHoldings, readConfigInDatabase, type Holdings} from './data.ts';
import {composeNotify, waysOutside} from './notify.ts';
import {composePolicy, createEffect, followFile, type Effect, type LoadedFile} from './policy.ts';
import {listingOf, type RecoveryParts} from './recovery.ts';
import {composeRepositories} from './repositories.ts';
import {composeKeeping} from './retention.ts';
import {composeSchedules} from './schedule.ts';
import {composeSso} from './sso.ts';

/** Everything, for a companion with a configuration. */
export type Companion = Omit<RecoveryParts, 'from'> & {
  from(name: string): Companion;
  /**
   * Looks at the file of the configuration. When it has changed, `use` gets this companion by the new settings: state, jobs and bridge stay, and a job
   * that runs goes on by the settings with which it began.
   */
  followFile(use: (next: Companion) => Promise<void>): {look(): Promise<void>};
  repositories: Pick<Repositories, 'ask'>;
  backup: Backup;
  doctor: Doctor;
  status: StatusReport;
  enrollment: Enrollment;
  schedules: Schedules;
  copies: Copies;
  probes: Probes;
  policy: Policy;
  notify: Notify;
  keeping: Keeping;
  chat: Chat;
  sso: Sso;
  approvals: Approvals;
  bridge: MattermostBridge;
  config: Config;
  state: State;
  clock: Clock;
  log: Logger;
};

/** What stays while the settings change. */
type Lasting = {core: Core; log: Logger; approvals: Approvals; effect: Effect} & Awaited<
  ReturnType<typeof composeBridge>
>;

/** `file`: where the configuration was read, and what was read there. @throws Failure STATE_*, REPOSITORY_* */
export async function composeCompanion(config: Config, file: LoadedFile): Promise<Companion> {
  const {state_directory: directory, staging_directory: staging} = config;
  const log = createLog(config.log_level);
  await requireMounted(config);
  const core = await composeCore(directory, staging ?? join(directory, 'work'));
  const effect = createEffect(config, file);
  const bridge = await composeBridge(effect, core, log);
  return composeParts({core, log, approvals: createApprovals(core), effect, ...bridge});
}

async function composeParts(lasting: Lasting): Promise<Companion> {
  const {core, log, approvals, effect, enrollment, bridge, enrolledBridge} = lasting;
  const config = effect.config();
  const siteUrl = (): string | null => enrollment.siteUrl();
  const repositories = withCopiesToBe(composeRepositories(config, core.clock), core.ledger);
  const {repository} = repositories.inUse;
  const holdings = composeHoldings(config);
  const sso = await composeSso({
    ...core,
    approvals,
    config,
    log,
    repository,
    configSource: holdings.configSource,
    bridge: enrolledBridge,
    siteUrl,
    readStoredConfig: readConfigInDatabase,
  });
  const data = composeData({
    config,
    core,
    repositories,
    holdings,
    approvals,
    bridge: enrolledBridge,
    siteUrl,
    identities: (into) => sso.writeIdentities(into),
  });
  const doctor = composeDoctor({config, core, repositories, holdings, enrollment, bridge: enrolledBridge});
  const requireWritable = (): void => {
    enrollment.requireWritable();
  };
  const {backup} = data;
  const inUse = data.from(repositories.inUse);
  const goesOn = composeWhatGoesOn({lasting, config, repositories, sso, backup, verify: inUse.verify, requireWritable});
  const holds = () => goesOn.keeping.holds();
  const listing = listingOf(core, repositories, holds);
  const around = {...goesOn, backup, sso, approvals, bridge, requireWritable, log};
  const chat = createChat({...core, ...inUse, ...around, listing});
  const companion = {
    ...core,
    ...around,
    holds,
    doctor,
    enrollment,
    chat,
    config,
    followFile: (use: (next: Companion) => Promise<void>) =>
      followFile({...core, log}, effect, async () => use(await composeParts(lasting))),
    close: () => {
      core.state.close();
    },
  };
  const from = (name: string): Companion => {
    const which = repositories.named(name);
    const alone = createRepositories([which], core.clock);
    return {...companion, ...data.from(which), repositories: alone, listing: listingOf(core, alone, holds), from};
  };
  return {...companion, ...inUse, repositories, listing, from};
}

type GoingOn = {
  lasting: Lasting;
  config: Config;
  repositories: Repositories;
  sso: Sso;
  backup: Backup;
  verify: Verify;
  requireWritable(): void;
};

/** What is done by itself, what is said of it, and who hears it. */
function composeWhatGoesOn({lasting, config, repositories, sso, ...verbs}: GoingOn) {
  const {core, log, effect, approvals, enrollment, enrolledBridge} = lasting;
  const {backup, verify, requireWritable} = verbs;
  const keeping = composeKeeping({config: () => config, core, repositories});
  const schedules = composeSchedules({config, core, backup, verify, keeping, requireWritable});
  const probes = composeProbes({config, core, repositories});
  const copies = composeCopies({config, core, repositories, probes, log, requireWritable});
  const policy = composePolicy(core, effect);
  const notify: Notify = composeNotify({
    config,
    core,
    log,
    bridge: enrolledBridge,
    siteUrl: () => enrollment.siteUrl(),
    status: () => status,
    administrators: () => sso.administrators(),
  });
  const reported = {config, core, repositories, enrollment};
  const status: StatusReport = composeStatus({...reported, sso, schedules, approvals, policy, probes, notify});
  return {keeping, schedules, copies, probes, policy, notify, status};
}

/** The bridge in Mattermost, and what this companion and it know of each other: requests are signed by one and sent by the other. */
async function composeBridge({config}: Effect, {state, clock, ledger}: Core, log: Logger) {
  const confirm: Confirm = (request) => bridge.confirm(request);
  const enrollment = await createEnrollment({state, clock, ledger, version: VERSION, log, confirm});
  const bridge = createMattermostBridge({
    url: () => config().mattermost.url ?? enrollment.siteUrl(),
    sign: (request) => enrollment.sign(request),
  });
  return {enrollment, bridge, enrolledBridge: () => (enrollment.state().state === 'none' ? null : bridge)};
}

type Reported = {config: Config; core: Core; repositories: Repositories; enrollment: Enrollment};

function composeDoctor(
  parts: Reported & {holdings: Omit<Holdings, 'databases'>; bridge(): MattermostBridge | null},
): Doctor {
  const {config, core, repositories, holdings, enrollment, bridge} = parts;
  return createDoctor({
    repositories: repositories.all.map(({name, repository}, index) => ({
      name,
      repository,
      passwordFile: config.repositories[index]?.password_file ?? '',
      isToBeMade: isToBeMade(core.ledger, {name, location: repository.location, inUse: index === 0}),
    })),
    database: holdings.database,
    files: holdings.files,
    config: holdings.configSource,
    workDirectory: core.workDirectory,
    ledger: core.ledger,
    newestSet: () => repositories.inUse.sets.newest(),
    mattermostUrl: () => config.mattermost.url ?? enrollment.siteUrl(),
    enrollment: () => enrollment.state(),
    bridge,
    waysOutside: () => waysOutside(config.notify),
  });
}

type StatusParts = Reported & {
  sso: Sso;
  schedules: Schedules;
  approvals: Approvals;
  policy: Policy;
  probes: Probes;
  notify: Pick<Notify, 'since'>;
};

function composeStatus(parts: StatusParts): StatusReport {
  const {config, core, repositories, enrollment, sso, schedules, approvals, policy, probes, notify} = parts;
  return createStatus({
    clock: core.clock,
    jobs: core.jobs,
    version: VERSION,
    companionId: enrollment.companionId,
    rpoObjectiveMs: config.objectives.rpo_hours * 3_600_000,
    protectedBy: config.files.protected_by === undefined ? {} : {files: config.files.protected_by},
    inUse: repositories.inUse.name,
    survey: async () => {
      const asked = await repositories.ask({locks: true});
      return {repositories: asked, findings: everywhere(asked).findings};
    },
    nextRun: () => schedules.next(),
    enrollment: () => enrollment.state(),
    sso: () => sso.brief(),
    approvals: () => approvals.open(),
    byItself: async () => ({
      copies: config.repositories
        .slice(1)
        .map((entry) => ({name: entry.name, objectiveMs: copyObjectiveMs(entry, config)})),
      schedules: schedules.list(),
      probes: probes.last(),
      policy: await policy.problem(),
    }),
    alarmSince: (which) => notify.since(which),
  });
}

/**
 * An empty directory where there was a state is a mount point without its mount: no second identity and no empty ledger are made in it.
 * That there was one is told by the companion's id in the configuration, or by a key that should be in the same directory.
 * @throws Failure STATE_MISSING
 */
async function requireMounted({companion_id: id, state_directory: directory, repositories}: Config): Promise<void> {
  const found = await readdir(directory).catch(() => null);
  const isKnown = id !== undefined || repositories.some(({password_file: key}) => key.startsWith(`${directory}/`));
  if (isKnown && found?.every((name) => name === 'lost+found')) {
    throw new Failure(
      'STATE_MISSING',
      `${directory} is empty: its file system is not mounted, or somebody emptied it.`,
    );
  }
}
