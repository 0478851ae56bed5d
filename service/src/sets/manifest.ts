import {SetManifest, standingOf, type SetSummary} from '@disaster-recovery/contract';
import {z} from 'zod';
import {canonicalJson, sha256} from '../kernel/canonical_json.ts';
import {Failure} from '../kernel/failure.ts';

/** The manifest with its own hash: from here on it cannot change unseen. */
export function sealManifest(body: Omit<SetManifest, 'sha256'>): SetManifest {
  return {...body, sha256: sha256(canonicalJson(body))};
}

/** All that is known of a manifest of days to come. */
const NewerManifest = z.object({format: z.number().int().min(2)});

/** Sets of before `position` had its name call it `lsn`; a seal covers the names as they are. */
const SealedManifest = SetManifest.extend({
  position: SetManifest.shape.position.optional(),
  lsn: SetManifest.shape.position.optional(),
}).refine(({position, lsn}) => position !== undefined || lsn !== undefined, {path: ['position']});

/** @throws Failure SET_NEWER; REPOSITORY_DAMAGED when the text is no manifest or its seal does not hold */
export function openManifest(text: string, where: string): SetManifest {
  const json = parseJson(text, where);
  const newer = NewerManifest.safeParse(json);
  if (newer.success) {
    throw new Failure(
      'SET_NEWER',
      `The manifest in snapshot ${where} has format ${newer.data.format}; this version of drctl knows format 1.`,
    );
  }
  const parsed = SealedManifest.safeParse(json);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new Failure(
      'REPOSITORY_DAMAGED',
      `The manifest in snapshot ${where} does not fit its schema (${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}).`,
    );
  }
  const {sha256: seal, ...body} = parsed.data;
  if (seal !== sha256(canonicalJson(body))) {
    throw new Failure('REPOSITORY_DAMAGED', `The seal of the manifest in snapshot ${where} does not hold.`);
  }
  const {lsn = null, position = lsn, ...rest} = parsed.data;
  return {...rest, position};
}

function parseJson(text: string, where: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Failure('REPOSITORY_DAMAGED', `The manifest in snapshot ${where} is not JSON.`, {cause: error});
  }
}

export function summaryOf(manifest: SetManifest): SetSummary {
  const {id, kind, t0, reason, scope, database, files, config, cross_check, omitted, bytes_added} = manifest;
  return {
    id,
    kind,
    t0,
    reason,
    scope,
    omitted,
    bytes_added,
    server_version: manifest.server?.version ?? null,
    bytes:
      (database?.dump_bytes ?? 0) +
      (files?.bytes ?? 0) +
      (config?.files.reduce((sum, file) => sum + file.bytes, 0) ?? 0),
    rows: database?.tables.reduce((sum, table) => sum + table.rows, 0) ?? 0,
    files: files?.count ?? 0,
    cross_check: cross_check.outcome,
    standing: standingOf(manifest),
  };
}
