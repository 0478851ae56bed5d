import {recoverySet, type RestorePlan, type SetManifest} from '@disaster-recovery/contract';
import {isoTime} from '../kernel/clock.ts';
import {formatBytes, formatCount, formatDuration} from '../kernel/format.ts';
import type {RestoreEngines} from './engines.ts';
import type {DatabaseAtTarget} from './gate.ts';
import {regainedShown, type Regains} from './regained.ts';
import type {Targets} from './targets.ts';

/** All that a plan depends on. */
export type RestoreFacts = {
  now: number;
  id: string;
  manifest: SetManifest;
  targets: Targets;
  steps: readonly string[];
  database: (DatabaseAtTarget & {location: string; name: string}) | null;
  restorePoint: boolean;
  /** All sets there are. */
  others: Awaited<ReturnType<RestoreEngines['survey']>>;
  /** Who would get rights back; null where nothing is replaced, or no database. */
  regains: readonly Regains[] | null;
  keepRights: boolean;
  acceptIncomplete: boolean;
  space: {work: {directory: string; bytes_free: number}; files: number | null; config: number | null};
};

/** Facts → plan. Pure. */
export function planRestore(facts: RestoreFacts): RestorePlan {
  const {manifest, targets, database} = facts;
  return {
    id: facts.id,
    mode: targets.mode,
    set: manifest.id,
    t0: manifest.t0,
    age_ms: Math.max(0, facts.now - manifest.t0),
    planned_at: facts.now,
    parts: [
      ...(targets.databaseUrl ? ['database' as const] : []),
      ...(targets.config ? ['config' as const] : []),
      ...(targets.files ? ['files' as const] : []),
    ],
    overwrites: overwrites(facts),
    restore_point: facts.restorePoint,
    accept_incomplete: facts.acceptIncomplete,
    targets: {
      database: database && {location: database.location, name: database.name, exists: database.facts.exists},
      files: targets.files === null ? null : {directory: targets.files},
      config: targets.config === null ? null : {directory: targets.config},
    },
    bytes:
      (targets.databaseUrl ? (manifest.database?.dump_bytes ?? 0) : 0) +
      (targets.files ? (manifest.files?.bytes ?? 0) : 0),
    space: spaceOf(facts),
    steps: [...facts.steps],
    regained: facts.regains && regainedShown(facts.regains, facts.keepRights),
    warnings: warnings(facts),
  };
}

function spaceOf({manifest, targets, space}: RestoreFacts): RestorePlan['space'] {
  const dump = targets.databaseUrl ? (manifest.database?.dump_bytes ?? 0) : 0;
  return [
    ...(dump > 0 ? [{directory: space.work.directory, bytes_needed: dump, bytes_free: space.work.bytes_free}] : []),
    ...(targets.files && space.files !== null
      ? [{directory: targets.files, bytes_needed: manifest.files?.bytes ?? 0, bytes_free: space.files}]
      : []),
    ...(targets.config && space.config !== null
      ? [
          {
            directory: targets.config,
            bytes_needed: manifest.config?.files.reduce((sum, file) => sum + file.bytes, 0) ?? 0,
            bytes_free: space.config,
          },
        ]
      : []),
  ];
}

/** What is missing, in words; null when there is room everywhere. */
export function lacksSpace({space}: RestorePlan): string | null {
  const short = space.find(({bytes_free, bytes_needed}) => bytes_free < bytes_needed);
  return short
    ? `${short.directory} has ${formatBytes(short.bytes_free)} free and the restore needs ${formatBytes(short.bytes_needed)}.`
    : null;
}

function overwrites({now, manifest, targets, database}: RestoreFacts): string[] {
  if (targets.mode === 'side_by_side') {
    return [];
  }
  const back = `as of ${isoTime(manifest.t0)}; what changed in the ${formatDuration(Math.max(0, now - manifest.t0))} since then is set aside`;
  return [
    ...(database?.facts.exists
      ? [`The database ${database.name} (${formatCount(database.facts.tables)} tables) is replaced by the one ${back}.`]
      : []),
    ...(targets.files ? [`The files in ${targets.files} are replaced by those ${back}.`] : []),
    ...(targets.config ? [`The configuration in ${targets.config} is replaced by the one ${back}.`] : []),
  ];
}

/** Who goes back further than there is need to, or takes an old set for the newest, hears of it before. */
function newerSets({manifest, others}: RestoreFacts): string[] {
  const newer = others.sets.filter(({kind, t0}) => kind === 'backup' && t0 > manifest.t0);
  const best = recoverySet(
    newer.filter(
      ({in_future, verified, standing}) => !in_future && verified?.passed !== false && standing.kind === 'good',
    ),
  );
  const doubtful = [
    ...newer
      .filter(({standing}) => standing.kind === 'damaged')
      .map(({id}) => `${id} lacks files that its database names`),
    ...newer.flatMap(({id, verified}) =>
      verified && !verified.passed ? [`${id} did not pass ${verified.level}`] : [],
    ),
    ...newer.filter(({in_future}) => in_future).map(({id}) => `${id} says that it is of the future`),
    // The name of a set begins with its time.
    ...others.unreadable.flatMap(({set}) => (set !== null && set > manifest.id ? [`${set} cannot be read`] : [])),
  ];
  return [
    ...(best ? [`There is a newer good set, ${best.id}, of ${isoTime(best.t0)}.`] : []),
    ...(doubtful.length > 0 ? [`Not all newer sets can be relied on: ${doubtful.slice(0, 5).join('; ')}.`] : []),
  ];
}

function warnings(facts: RestoreFacts): string[] {
  const {manifest, targets, database} = facts;
  const found = newerSets(facts);
  for (const {part, what, reason} of manifest.omitted) {
    found.push(`The set lacks ${what} (${part}): ${reason}.`);
  }
  if (facts.acceptIncomplete && targets.files !== null) {
    found.push('Files of the set that cannot be read are left out, and the result names them (--accept-incomplete).');
  }
  if (manifest.cross_check.outcome === 'failed') {
    found.push(
      `${formatCount(manifest.cross_check.missing)} files that rows name were not in the set when it was made.`,
    );
  }
  if (targets.mode === 'in_place' && database && database.facts.connections.length > 0) {
    found.push(`Connected to the database now: ${database.facts.connections.join('; ')}. Stop them first.`);
  }
  if (targets.mode === 'in_place' && manifest.database && !manifest.database.privileged) {
    found.push('The set does not say who had which role; look at the system administrators after the restore.');
  }
  for (const {message, remedy} of database?.obstacles ?? []) {
    found.push(`${message} ${remedy}`);
  }
  return found;
}
