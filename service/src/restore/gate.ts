import type {RestorePlan, SetManifest} from '@disaster-recovery/contract';
import {readdir} from 'node:fs/promises';
import type {TargetFacts} from '../engines/database/port.ts';
import {Failure, systemErrorCode} from '../kernel/failure.ts';
import {mountsBelow} from '../kernel/mounts.ts';
import {lacksSpace} from './plan.ts';

/** Everything that must hold before a byte is written. @throws Failure, each with its own code */
export async function requirePossible(
  plan: RestorePlan,
  manifest: SetManifest,
  database: {facts: TargetFacts; schema_version: number | null} | null,
): Promise<void> {
  if (database) {
    requireDatabase(plan, manifest, database);
  }
  if (plan.mode === 'side_by_side') {
    await requireEmpty(plan.targets.files?.directory);
    await requireEmpty(plan.targets.config?.directory);
  }
  if (plan.mode === 'in_place') {
    await requireNoMountsBelow(plan.targets.files?.directory);
    await requireNoMountsBelow(plan.targets.config?.directory);
  }
  const missing = lacksSpace(plan);
  if (missing !== null) {
    throw new Failure('DISK_FULL', missing);
  }
}

function requireDatabase(
  plan: RestorePlan,
  manifest: SetManifest,
  {facts, schema_version}: {facts: TargetFacts; schema_version: number | null},
): void {
  const [target, source] = [
    Math.floor(facts.server_version_num / 10_000),
    Math.floor((manifest.database?.server_version_num ?? 0) / 10_000),
  ];
  if (target < source) {
    throw new Failure(
      'DATABASE_VERSION',
      `The set comes from PostgreSQL ${source}; the target is PostgreSQL ${target}.`,
    );
  }
  if (plan.mode === 'side_by_side' && facts.tables > 0) {
    throw new Failure(
      'TARGET_NOT_EMPTY',
      `The database ${plan.targets.database?.name ?? ''} has ${facts.tables} tables.`,
    );
  }
  if (!facts.can_create_databases && (plan.mode === 'in_place' || !facts.exists)) {
    throw new Failure(
      'DATABASE_PRIVILEGE',
      `The role ${facts.role} cannot create databases. Run as superuser: ALTER ROLE "${facts.role}" CREATEDB;`,
    );
  }
  if (plan.mode === 'in_place') {
    requireStopped(facts);
    // A server refuses a database with more migrations than it knows; a newer one migrates an older database by itself.
    if (schema_version !== null && manifest.server && schema_version < manifest.server.schema_version) {
      throw new Failure(
        'VERSION_TOO_OLD',
        `The database here has Mattermost's schema ${schema_version}; the set has ${manifest.server.schema_version}${manifest.server.version ? ` (Mattermost ${manifest.server.version})` : ''}.`,
      );
    }
  }
}

/** @throws Failure MATTERMOST_IS_RUNNING */
export function requireStopped({connections}: TargetFacts): void {
  if (connections.length > 0) {
    throw new Failure('MATTERMOST_IS_RUNNING', `Connected to the database: ${connections.slice(0, 5).join('; ')}.`, {
      details: {connections},
    });
  }
}

/** A directory is restored by renaming what is in it, and what is mounted cannot be renamed. The directory itself may be a mount. */
async function requireNoMountsBelow(directory: string | undefined): Promise<void> {
  const [first] = directory === undefined ? [] : await mountsBelow(directory);
  if (directory !== undefined && first !== undefined) {
    throw new Failure('TARGET_HOLDS_MOUNT', `${first} is mounted inside ${directory}.`);
  }
}

async function requireEmpty(directory: string | undefined): Promise<void> {
  if (directory === undefined) {
    return;
  }
  try {
    const entries = await readdir(directory);
    if (entries.length > 0) {
      throw new Failure('TARGET_NOT_EMPTY', `${directory} holds ${entries.length} entries, first ${entries[0] ?? ''}.`);
    }
  } catch (error) {
    if (systemErrorCode(error) !== 'ENOENT') {
      throw error;
    }
  }
}
