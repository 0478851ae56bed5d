import {lstat, mkdir} from 'node:fs/promises';
import {join} from 'node:path';
import type {MissingFiles} from '@disaster-recovery/contract';
import {writeFileAtomic} from '../kernel/atomic_file.ts';
import {Failure} from '../kernel/failure.ts';
import {formatBytes, formatCount, someOf} from '../kernel/format.ts';
import {counted} from '../words/plural.ts';
import type {Found, PrivatePlan} from './work.ts';

/** With more than these another set is the better one, and memory has an end. */
const LOST_MAX = 100_000;
const FIRST = 20;

/** Paths that could not be read in any pass that a restore lays. `report` names them all. */
export type Lost = {count: number; first: string[]; report: string | null};

/** Notes what cannot be read, pass by pass. */
export type Losses = {
  /** Of the pass that is being written. @throws Failure REPOSITORY_DAMAGED when it is too much */
  note(path: string): void;
  /** The pass was written into this directory: what it holds of the files that an earlier one lost is not lost. */
  endPass(into: string): Promise<void>;
  /** Writes the report, when there is something to report. */
  end(directory: string, restore: string): Promise<Lost>;
};

export function createLosses(): Losses {
  const before = new Set<string>();
  const now = new Set<string>();
  return {
    note: (path) => {
      now.add(path);
      if (before.size + now.size > LOST_MAX) {
        throw new Failure('REPOSITORY_DAMAGED', `More than ${formatCount(LOST_MAX)} files cannot be read.`);
      }
    },
    endPass: async (into) => {
      for (const path of before) {
        if (!now.has(path) && (await isThere(join(into, path)))) {
          before.delete(path);
        }
      }
      now.forEach((path) => before.add(path));
      now.clear();
    },
    end: async (directory, restore) => {
      const paths = [...before].sort();
      const report = paths.length === 0 ? null : join(directory, `restore-${restore}-missing.jsonl`);
      if (report !== null) {
        await mkdir(directory, {recursive: true, mode: 0o700});
        await writeFileAtomic(report, paths.map((path) => `${JSON.stringify(path)}\n`).join(''));
      }
      return {count: paths.length, first: paths.slice(0, FIRST), report};
    },
  };
}

/** What a restore that may be incomplete falls short of; null when it is complete. */
export function missingFiles({accept_incomplete: isAccepted}: PrivatePlan, found: Found): MissingFiles | null {
  const {staged_files: staged, manifest, lost = {count: 0, first: [], report: null}} = found;
  if (!isAccepted || !staged || !manifest?.files) {
    return null;
  }
  const short = {
    count: Math.max(0, manifest.files.count - staged.tree.files),
    bytes: Math.max(0, manifest.files.bytes - staged.tree.bytes),
  };
  // A directory that cannot be read counts as what was in it; a file of which an older pass has a copy is there, and not as it was.
  const missing = {...lost, count: Math.max(lost.count, short.count), bytes: short.bytes};
  return missing.count > 0 || missing.bytes > 0 ? missing : null;
}

/** How a result says it. */
export function missingWords(missing: MissingFiles | null): string[] {
  if (missing === null) {
    return [];
  }
  const {count, bytes, first, report} = missing;
  const names = first.length > 0 ? `: ${someOf(first, count)}` : '';
  return [
    `${counted(count, 'file')} of the set (${formatBytes(bytes)}) that cannot be read${names}${report === null ? '' : `; all are named in ${report}`}`,
  ];
}

const isThere = (path: string): Promise<boolean> =>
  lstat(path).then(
    () => true,
    () => false,
  );
