import type {CrossCheck, CrossCheckFinding} from '@disaster-recovery/contract';
import type {ExpectedFile} from '../engines/database/port.ts';
import {withFileIndex, type FileIndex, type FileList, type UnnamedFile} from './file_index.ts';

const KEEP_FINDINGS = 1000;
/** Places where Mattermost keeps what no row needs after the work is done. */
const TRANSIENT = /^(import|export|admin_reports)\/|\.(tmp|part|incomplete)$/;
/** Files that no row names and that belong: bundles of plugins, the brand image. */
const KNOWN = /^plugins\/[^/]+\.tar\.gz(\.sig)?$|^brand\//;
/** A file is written shortly before its row. */
const BEFORE_ITS_ROW_MS = 5000;
/** Mattermost makes these again from what is there. */
const DERIVED: readonly ExpectedFile['owner'][] = ['thumbnail', 'preview', 'profile_image', 'team_icon'];

export type CrossCheckSources = {
  /** Streams the rows that name a file. */
  expected(onRow: (row: ExpectedFile) => Promise<void> | void): Promise<void>;
  /** When the rows were read: a file written since then has its row still to come. */
  t0?: number;
  /** Size in the live file store now, or null. Null as a function: there is no live store to look at. */
  liveSize: ((path: string) => Promise<number | null>) | null;
};

/** For a set that lacks the database or the files. */
export const NO_CROSS_CHECK: CrossCheck = {
  outcome: 'not_possible',
  rows: 0,
  ok: 0,
  missing: 0,
  missing_in_production: 0,
  size_differs: 0,
  derived_missing: 0,
  orphans: 0,
  transient: 0,
  findings: [],
};

/** The same for captured files that are not indexed yet; `scratch` is a file that is removed again. Later lists replace what earlier ones say. */
export const crossCheckLists = (
  captured: readonly FileList[],
  sources: CrossCheckSources,
  scratch: string,
): Promise<CrossCheck> => withFileIndex(captured, scratch, (index) => crossCheck(index, sources));

/** Each row against its file, by name and size, without reading a file. */
export async function crossCheck(index: FileIndex, {expected, liveSize, t0}: CrossCheckSources): Promise<CrossCheck> {
  const result: CrossCheck = {...NO_CROSS_CHECK, findings: []};
  const add = (finding: CrossCheckFinding): void => {
    if (result.findings.length < KEEP_FINDINGS) {
      result.findings.push(finding);
    }
  };
  await expected(async (row) => {
    result.rows += 1;
    const captured = index.bytesOf(row.path);
    if (captured !== null) {
      index.name(row.path);
    }
    if (captured === null || (row.bytes !== null && captured !== row.bytes)) {
      const finding = judge(row, captured, liveSize === null ? undefined : await liveSize(row.path));
      count(result, finding);
      add(finding);
    }
  });
  for (const file of index.unnamed()) {
    if (!KNOWN.test(file.path)) {
      const kind = TRANSIENT.test(file.path) || isYoungerThan(t0, file) ? 'transient' : 'orphan';
      result[kind === 'orphan' ? 'orphans' : 'transient'] += 1;
      add({
        kind,
        owner: 'none',
        id: '',
        path: file.path,
        expected_bytes: null,
        actual_bytes: file.bytes,
        in_production: false,
      });
    }
  }
  const bad = result.missing + result.size_differs;
  result.ok = result.rows - bad - result.derived_missing;
  result.outcome = bad === 0 ? 'passed' : bad === result.missing_in_production ? 'passed_with_losses' : 'failed';
  return result;
}

type BadRow = CrossCheckFinding & {kind: 'missing' | 'size_differs' | 'derived_missing'};

/** `live`: size in the live store, null when it is not there, undefined when there is none to look at. */
function judge(
  {owner, id, path, bytes}: ExpectedFile,
  captured: number | null,
  live: number | null | undefined,
): BadRow {
  return {
    kind: captured !== null ? 'size_differs' : DERIVED.includes(owner) ? 'derived_missing' : 'missing',
    owner,
    id,
    path,
    expected_bytes: bytes,
    actual_bytes: captured,
    // Only what the live store lacks as well was lost before this backup.
    in_production: live !== undefined && (captured === null ? live === null : live !== bytes),
  };
}

function count(result: CrossCheck, {kind, in_production}: BadRow): void {
  result[kind] += 1;
  result.missing_in_production += Number(in_production && kind !== 'derived_missing');
}

function isYoungerThan(t0: number | undefined, {modified_at}: UnnamedFile): boolean {
  return t0 !== undefined && modified_at !== null && modified_at >= t0 - BEFORE_ITS_ROW_MS;
}
