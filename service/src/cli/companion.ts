import {userInfo} from 'node:os';
import {PlainName, type Actor} from '@disaster-recovery/contract';
import {composeCompanion, type Companion} from '../compose/companion.ts';
import {composeRecovery, type RecoveryParts} from '../compose/recovery.ts';
import {openConfigFile} from '../config/config_file.ts';
import {configFile, requirePrivate} from '../config/load.ts';
import {requireSafeLocation} from '../config/repository_location.ts';
import {Failure} from '../kernel/failure.ts';
import type {CommonOptions} from './verb.ts';

/** The operating-system user who types. */
export function cliActor(): Actor {
  const {uid, username} = userInfo();
  return {
    kind: 'cli',
    // Two people who both become root are two people.
    id: process.env['SUDO_UID'] ?? String(uid),
    name: process.env['SUDO_USER'] ? `${process.env['SUDO_USER']} (sudo)` : username,
  };
}

/** Runs `work` with everything that the configuration describes. */
export async function withCompanion<T>(options: CommonOptions, work: (companion: Companion) => Promise<T>): Promise<T> {
  const file = openConfigFile(configFile(options.config));
  const found = await file.read();
  const companion = await composeCompanion(await file.parse(found.text), {file, ...found});
  try {
    return await work(companion);
  } finally {
    companion.close();
  }
}

/** Options that name a repository without a configuration, for the day when nothing else is left. */
export type RepositoryOptions = {from?: string; repository?: string; passwordFile?: string; scratch?: string};

/** With `--repository` and `--password-file`: from these alone. Otherwise from the configuration, and there from the repository that was named. */
export async function withRecovery<T>(
  options: CommonOptions & RepositoryOptions,
  work: (parts: RecoveryParts) => Promise<T>,
): Promise<T> {
  const name = nameOf(options);
  if (options.repository === undefined || name !== undefined) {
    return withCompanion(options, (companion) => work(name === undefined ? companion : companion.from(name)));
  }
  if (options.passwordFile === undefined) {
    throw new Failure(
      'USAGE_INVALID',
      '--repository needs --password-file, the file with the key from the recovery sheet.',
    );
  }
  requireSafeLocation(options.repository);
  await requirePrivate(options.passwordFile).catch((error: unknown) => {
    throw error instanceof Failure
      ? error
      : new Failure('USAGE_INVALID', `${options.passwordFile ?? ''} cannot be read.`, {cause: error});
  });
  const parts = await composeRecovery(
    {url: options.repository, passwordFile: options.passwordFile, environment: {}},
    {...(options.scratch && {scratch: options.scratch})},
  );
  try {
    return await work(parts);
  } finally {
    parts.close();
  }
}

/** A word after `--repository` without a key is a name, as after `--from`. @throws Failure USAGE_INVALID */
function nameOf({from, repository, passwordFile}: RepositoryOptions): string | undefined {
  if (from !== undefined && repository !== undefined) {
    throw new Failure('USAGE_INVALID', '--from and --repository are one too many: name one repository.');
  }
  const isName = passwordFile === undefined && PlainName.safeParse(repository).success;
  return from ?? (isName ? repository : undefined);
}
