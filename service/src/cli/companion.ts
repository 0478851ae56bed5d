import {userInfo} from 'node:os';
import type {Actor} from '@disaster-recovery/contract';
import {composeCompanion, type Companion} from '../compose/companion.ts';
import {composeRecovery, type RecoveryParts} from '../compose/recovery.ts';
import {configFile, loadConfig, requirePrivate} from '../config/load.ts';
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
  const companion = await composeCompanion(await loadConfig(configFile(options.config)));
  try {
    return await work(companion);
  } finally {
    companion.close();
  }
}

/** Options that name a repository without a configuration, for the day when nothing else is left. */
export type RepositoryOptions = {repository?: string; passwordFile?: string; scratch?: string};

/** With `--repository` and `--password-file`: from these alone. Otherwise from the configuration. */
export async function withRecovery<T>(
  options: CommonOptions & RepositoryOptions,
  work: (parts: RecoveryParts) => Promise<T>,
): Promise<T> {
  if (options.repository === undefined) {
    return withCompanion(options, work);
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
