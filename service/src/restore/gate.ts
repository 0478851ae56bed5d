import type {RestorePlan, SetManifest} from '@disaster-recovery/contract';
import {requireUnused, type Obstacle, type TargetFacts} from '../engines/database/port.ts';
import type {FileTarget} from '../engines/filestore/port.ts';
import {Failure} from '../kernel/failure.ts';
import {lacksSpace} from './plan.ts';

/** What is there now, and what keeps the set from being restored over it. */
export type DatabaseAtTarget = {facts: TargetFacts; obstacles: readonly Obstacle[]; schema_version: number | null};

/** What a plan goes by, besides what it says. `trees`: where files and configuration go. */
export type Facts = {manifest: SetManifest; database: DatabaseAtTarget | null; trees: readonly FileTarget[]};

/** Everything that must hold before a byte is written. @throws Failure, each with its own code */
export async function requirePossible(plan: RestorePlan, {manifest, database, trees}: Facts): Promise<void> {
  if (database) {
    requireDatabase(plan, manifest, database);
  }
  for (const tree of trees) {
    await (plan.mode === 'side_by_side' ? requireEmpty(tree) : tree.requireReplaceable());
  }
  const missing = lacksSpace(plan);
  if (missing !== null) {
    throw new Failure('DISK_FULL', missing);
  }
}

async function requireEmpty(tree: FileTarget): Promise<void> {
  const {entries, first} = await tree.inspect();
  if (entries > 0) {
    throw new Failure('TARGET_NOT_EMPTY', `${tree.place} holds ${entries} entries, first ${first ?? ''}.`);
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
