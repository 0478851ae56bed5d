import type {Part, RestoreRequest, SetManifest} from '@disaster-recovery/contract';
import {resolve} from 'node:path';
import {Failure} from '../kernel/failure.ts';
import type {LiveServer} from './engines.ts';

/** Where each part goes. */
export type Targets = {
  mode: 'in_place' | 'side_by_side';
  databaseUrl: string | null;
  files: string | null;
  config: string | null;
};

/** @throws Failure USAGE_INVALID, PART_NOT_IN_SET */
export function chooseTargets(request: RestoreRequest, manifest: SetManifest, live: LiveServer | null): Targets {
  const targets = request.into ? sideBySide(request.into) : inPlace(manifest, live);
  const asked: [Part, unknown, unknown][] = [
    ['database', targets.databaseUrl, manifest.database],
    ['files', targets.files, manifest.files],
    ['config', targets.config, manifest.config],
  ];
  for (const [part, target, recorded] of asked) {
    if (target !== null && recorded === null) {
      throw new Failure('PART_NOT_IN_SET', `Set ${manifest.id} does not hold the part ${part}.`);
    }
  }
  if (asked.every(([, target]) => target === null)) {
    throw new Failure(
      'USAGE_INVALID',
      'No target is named; give at least one of --into-database, --into-files, --into-config.',
    );
  }
  return targets;
}

function sideBySide(into: NonNullable<RestoreRequest['into']>): Targets {
  return {
    mode: 'side_by_side',
    databaseUrl: into.database ?? null,
    files: into.files === undefined ? null : resolve(into.files),
    config: into.config === undefined ? null : resolve(into.config),
  };
}

function inPlace(manifest: SetManifest, live: LiveServer | null): Targets {
  if (live === null) {
    throw new Failure(
      'USAGE_INVALID',
      'Without a companion configuration there is no place to restore to; name the targets with --into-database, --into-files, --into-config.',
    );
  }
  return {
    mode: 'in_place',
    databaseUrl: manifest.database && live.databaseUrl,
    files: manifest.files && live.files,
    config: manifest.config && live.config,
  };
}
