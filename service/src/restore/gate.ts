import type {RestorePlan, SetManifest} from '@disaster-recovery/contract';
import {readdir} from 'node:fs/promises';
import {requireUnused, type Obstacle, type TargetFacts} from '../engines/database/port.ts';
import {Failure, systemErrorCode} from '../kernel/failure.ts';
import {mountsBelow} from '../kernel/mounts.ts';
import {lacksSpace} from './plan.ts';

/** What is there now, and what keeps the set from being restored over it. */
export type DatabaseAtTarget = {facts: TargetFacts; obstacles: readonly Obstacle[]; schema_version: number | null};

/** Everything that must hold before a byte is written. @throws Failure, each with its own code */
export async function requirePossible(
  plan: RestorePlan,
  manifest: SetManifest,
  database: DatabaseAtTarget | null,
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
  {facts, obstacles, schema_version}: DatabaseAtTarget,
): void {
  if (plan.mode === 'side_by_side' && facts.tables > 0) {
    throw new Failure(
      'TARGET_NOT_EMPTY',
      `The database ${plan.targets.database?.name ?? ''} has ${facts.tables} tables.`,
    );
  }
  const obstacle = obstacles.find(({stops}) => stops);
  if (obstacle) {
    throw new Failure(obstacle.code, `${obstacle.message} ${obstacle.remedy}`);
  }
  if (plan.mode === 'in_place') {
    requireUnused(facts);
    // A server refuses a database with more migrations than it knows; a newer one migrates an older database by itself.
    if (schema_version !== null && manifest.server && schema_version < manifest.server.schema_version) {
      throw new Failure(
        'VERSION_TOO_OLD',
        `The database here has Mattermost's schema ${schema_version}; the set has ${manifest.server.schema_version}${manifest.server.version ? ` (Mattermost ${manifest.server.version})` : ''}.`,
      );
    }
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
