import {constants} from 'node:fs';
import {access, stat} from 'node:fs/promises';
import {dirname} from 'node:path';
import {type DoctorCheck, type DoctorReport, type EnrollmentState, type SetManifest} from '@disaster-recovery/contract';
import type {ConfigSource} from '../engines/configsource/port.ts';
import type {DatabaseSource} from '../engines/database/port.ts';
import type {FileStore} from '../engines/filestore/port.ts';
import type {MattermostBridge} from '../engines/mattermost/port.ts';
import type {Repository} from '../engines/repository/port.ts';
import {asFailure, Failure, systemErrorCode} from '../kernel/failure.ts';
import {formatBytes} from '../kernel/format.ts';
import {NOT_THERE} from '../kernel/real_path.ts';
import {freeBytes} from '../kernel/space.ts';
import type {Ledger} from '../ledger/index.ts';
import {exposedAddress} from '../words/exposed_address.ts';
import {FILES_ELSEWHERE} from '../words/files_elsewhere.ts';
import {sharedKeys} from '../words/shared_key.ts';

export type DoctorEngines = {
  /** The one in use first. */
  /** `isToBeMade`: a copy where nothing was copied yet. */
  repositories: readonly {name: string; repository: Repository; passwordFile: string; isToBeMade?: boolean}[];
  database: DatabaseSource;
  files: FileStore;
  config: ConfigSource;
  workDirectory: string;
  ledger: Ledger;
  /** Null while there is none. @throws Failure REPOSITORY_* */
  newestSet(): Promise<SetManifest | null>;
  /** Where Mattermost is asked; null when that is not known yet. */
  mattermostUrl(): string | null;
  enrollment(): EnrollmentState;
  bridge(): MattermostBridge | null;
  /** Ways to people that work while Mattermost is down. */
  waysOutside(): number;
};

export type Doctor = {
  /** Looks at everything that a backup and a restore need; changes nothing. */
  report(): Promise<DoctorReport>;
};

type Verdict = {outcome: DoctorCheck['outcome']; message: string; remedy?: string};

export function createDoctor(engines: DoctorEngines): Doctor {
  const checks: readonly Check[] = [
    ...engines.repositories.flatMap(checksOf),
    ...(engines.repositories.length > 1 ? [['keys of repositories', () => checkKeys(engines)] as const] : []),
    ['database', () => checkDatabase(engines)],
    ['staging space', () => checkStaging(engines)],
    ['files', () => checkFiles(engines.files)],
    ['configuration of Mattermost', () => checkConfig(engines.config)],
    ['address of Mattermost', () => Promise.resolve(checkAddress(engines.mattermostUrl()))],
    ['ledger', () => checkLedger(engines)],
    ['plugin', () => checkPlugin(engines)],
    ['messages', () => Promise.resolve(checkMessages(engines.waysOutside()))],
  ];
  return {
    report: async () => {
      const results = await Promise.all(checks.map(([name, check]) => perform(name, check)));
      return {healthy: results.every(({outcome}) => outcome !== 'failed'), checks: results};
    },
  };
}

/** A check that throws has failed, under the name of its failure. */
async function perform(name: string, check: () => Promise<Verdict>): Promise<DoctorCheck> {
  try {
    const {outcome, message, remedy} = await check();
    return {name, outcome, message, remedy: remedy ?? null};
  } catch (error) {
    const failure = asFailure(error);
    return {name, outcome: 'failed', message: `${failure.code}: ${failure.message}`, remedy: failure.remedy};
  }
}

type Check = readonly [string, () => Promise<Verdict>];

/** Those that are not in use are told by their names. */
function checksOf(each: DoctorEngines['repositories'][number], index: number): Check[] {
  const {name, repository, passwordFile, isToBeMade = false} = each;
  const which = index === 0 ? '' : ` ${name}`;
  return [
    [`repository${which}`, () => checkRepository(repository, isToBeMade)],
    [`repository key${which}`, () => checkKeyFile(passwordFile)],
  ];
}

async function checkKeys({repositories}: DoctorEngines): Promise<Verdict> {
  const [shared] = sharedKeys(repositories.map(({name, passwordFile}) => ({name, password_file: passwordFile})));
  return shared
    ? {outcome: 'warning', message: shared.message, remedy: shared.remedy}
    : {outcome: 'ok', message: 'each repository has a key file of its own'};
}

async function checkRepository(repository: Repository, isToBeMade: boolean): Promise<Verdict> {
  try {
    const {engine} = await repository.open();
    return {outcome: 'ok', message: `${repository.location} opens (restic ${engine})`};
  } catch (error) {
    if (isToBeMade && asFailure(error).code === 'REPOSITORY_NOT_FOUND') {
      return {outcome: 'skipped', message: `${repository.location} is made with the first set that is copied there`};
    }
    throw error;
  }
}

async function checkKeyFile(path: string): Promise<Verdict> {
  const {mode} = await stat(path);
  return (mode & 0o077) === 0
    ? {outcome: 'ok', message: `${path} is readable by its owner only`}
    : {outcome: 'failed', message: `${path} can be read by other users of this machine`, remedy: `chmod 600 ${path}`};
}

async function checkDatabase({database}: DoctorEngines): Promise<Verdict> {
  const facts = await database.inspect();
  const message = `${facts.location}: PostgreSQL ${facts.server_version}, ${formatBytes(facts.bytes)}, ${facts.mattermost ? `Mattermost's schema ${facts.mattermost.schema_version}` : 'no Mattermost in it'}; pg_dump ${facts.dump_tool_version}`;
  if (facts.mattermost === null) {
    return {outcome: 'warning', message, remedy: "Check that database.url names Mattermost's database."};
  }
  const {obstacles} = facts;
  return obstacles.length === 0
    ? {outcome: 'ok', message}
    : {
        outcome: obstacles.some(({stops}) => stops) ? 'failed' : 'warning',
        message: [message, ...obstacles.map(({message}) => message)].join('; '),
        remedy: obstacles.map(({remedy}) => remedy).join(' '),
      };
}

async function checkStaging({database, workDirectory}: DoctorEngines): Promise<Verdict> {
  const [{dump_bytes_estimate: needed}, free] = await Promise.all([database.inspect(), freeBytes(workDirectory)]);
  const message = `${formatBytes(free)} free in ${workDirectory}, a dump may need ${formatBytes(needed)}`;
  return free > needed
    ? {outcome: 'ok', message}
    : {outcome: 'failed', message, remedy: 'Free space, or name another staging_directory.'};
}

async function checkFiles(files: FileStore): Promise<Verdict> {
  const {location} = files;
  const readable = await files.readable();
  if (readable === null) {
    return {
      outcome: 'warning',
      message: `users' files in ${location}: ${FILES_ELSEWHERE.message}`,
      remedy: FILES_ELSEWHERE.remedy,
    };
  }
  const {root} = readable;
  const {message, ...verdict} = await checkReadable(root);
  return {...verdict, message: root === location ? message : `${location} is a link to ${root}; ${message}`};
}

async function checkConfig({location, directory}: ConfigSource): Promise<Verdict> {
  return directory === null ? {outcome: 'ok', message: `in the database ${location}`} : checkReadable(location);
}

function checkAddress(url: string | null): Verdict {
  const exposed = exposedAddress(url);
  return exposed
    ? {outcome: 'warning', message: exposed.message, remedy: exposed.remedy}
    : {
        outcome: 'ok',
        message: url === null ? 'told at enrollment' : `${new URL(url).origin} is this machine or has TLS`,
      };
}

async function checkReadable(path: string): Promise<Verdict> {
  for (const place of [path, dirname(path)]) {
    await access(place, constants.R_OK).catch((error: unknown) => {
      throw new Failure(
        'FILES_UNREADABLE',
        `${place} cannot be read (${systemErrorCode(error) ?? 'unknown reason'}).`,
        {cause: error, ...(systemErrorCode(error) === 'ENOENT' && {remedy: NOT_THERE})},
      );
    });
  }
  return {outcome: 'ok', message: `${path} is readable`};
}

/** The chain in itself, and against the anchor in the newest set: a chain that was cut off or written anew holds in itself. */
async function checkLedger({ledger, newestSet}: DoctorEngines): Promise<Verdict> {
  const {entries} = ledger.verify();
  const message = `${entries} entries, the chain holds`;
  const anchor = (await newestSet())?.ledger;
  if (anchor === undefined || ledger.extends(anchor)) {
    return {
      outcome: 'ok',
      message: `${message}${anchor ? ' and continues the one in the newest set' : ''}; ${vouched(entries - (anchor?.entries ?? 0))}`,
    };
  }
  return {
    outcome: 'warning',
    message: `${message}, but it is not the continuation of the one in the newest set`,
    remedy:
      'Expected after the state directory was lost, or when another companion made that set. Otherwise somebody changed the ledger: compare it with ledger.jsonl in the set.',
  };
}

/** Whoever may write the state can cut off or rewrite what came after the anchor, and the chain still holds. */
function vouched(newer: number): string {
  switch (newer) {
    case 0:
      return 'nothing was added since';
    case 1:
      return 'the newest entry is in no set yet, so nothing outside of this machine vouches for it';
    default:
      return `the newest ${newer} entries are in no set yet, so nothing outside of this machine vouches for them`;
  }
}

async function checkPlugin({enrollment, bridge}: DoctorEngines): Promise<Verdict> {
  const client = bridge();
  if (enrollment().state === 'none' || client === null) {
    return {
      outcome: 'warning',
      message: 'no plugin is enrolled',
      remedy: 'Run `drctl enroll` and type the code into the plugin page.',
    };
  }
  const {server_version, plugin_version} = await client.ping();
  return {outcome: 'ok', message: `plugin ${plugin_version} answers in Mattermost ${server_version}`};
}

function checkMessages(outside: number): Verdict {
  return outside > 0
    ? {
        outcome: 'ok',
        message: `Alarms go ${outside === 1 ? 'one way' : `${outside} ways`} that ${outside === 1 ? 'does' : 'do'} not need Mattermost.`,
      }
    : {
        outcome: 'warning',
        message: 'While Mattermost is down nobody hears of an alarm.',
        remedy:
          'Name a webhook or an outside watcher under `notify` in the configuration, then run `drctl notify test`.',
      };
}
