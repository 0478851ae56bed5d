import {mkdir, mkdtemp, readdir, rm, stat} from 'node:fs/promises';
import {join} from 'node:path';
import {
  partsHeld,
  readingOf,
  type FailureCode,
  type SetManifest,
  type SetSnapshot,
  type VerifyFindingKind,
} from '@disaster-recovery/contract';
import type {Clock} from '../kernel/clock.ts';
import {asFailure, Failure} from '../kernel/failure.ts';
import {REST_OF_FILES} from '../words/sets.ts';
import {lookAtConfig, lookAtDump, lookAtFiles, type Depth, type Look, type LookEngines} from './inspect_part.ts';
import {partsWithoutRoot} from './restorable.ts';

type PartName = SetSnapshot['part'];

/** Something that keeps a restore from taking a part as the manifest describes it. A `warning` keeps nothing: it says what was not looked at. */
export type Unrestorable = {
  part: PartName;
  kind: VerifyFindingKind;
  severity: 'error' | 'warning';
  code: FailureCode;
  message: string;
  remedy: string;
  where: string | null;
};

export type InspectionEngines = LookEngines & {
  clock: Clock;
  /** Below it lies for a moment what is looked into. */
  workDirectory: string;
  /** Parts that a manifest names and that do not lie in the repository as parts of that set. */
  lost(manifest: SetManifest, signal?: AbortSignal): Promise<SetSnapshot[]>;
};

type Looking = {
  depth: Depth;
  /** All by default. */
  parts?: readonly PartName[];
  /** Another place for what is looked into, that somebody cleans up after a crash. */
  scratch?: string;
  signal?: AbortSignal;
};

/** What a restore would trip over. Verification tells it, the plan of a restore shows it, and a restore refuses it: one answer for all. */
export type Inspection = {
  /** The most telling first. @throws Failure REPOSITORY_* other than damage */
  find(manifest: SetManifest, looking: Looking): Promise<Unrestorable[]>;
  /**
   * `incompleteFiles`: files that cannot be read, or are not there, are accepted.
   * @throws Failure SET_NOT_RESTORABLE, REPOSITORY_DAMAGED, PART_NOT_IN_SET with the first of them
   */
  require(manifest: SetManifest, looking: Looking & {incompleteFiles?: boolean}): Promise<void>;
};

const OURS = 'inspect-';
/** No look takes so long; what is older was left by a program that was killed. */
const LEFT_MS = 24 * 3_600_000;

export function createInspection(engines: InspectionEngines): Inspection {
  const find: Inspection['find'] = async (manifest, looking) => {
    const gone = await engines.lost(manifest, looking.signal);
    return withScratch(engines, looking.scratch, async (scratch) => {
      const found = await Promise.all(
        partsOf(manifest, looking.parts).map((part) => inspect(engines, {manifest, part, gone, scratch}, looking)),
      );
      return found.flat();
    });
  };
  return {
    find,
    require: async (manifest, {incompleteFiles = false, ...looking}) => {
      const first = (await find(manifest, looking)).find(
        (found) => found.severity === 'error' && !(incompleteFiles && isOfSomeFiles(found)),
      );
      if (first) {
        const {code, message, where, remedy} = first;
        // Where there is a way on, the refusal names it.
        const more = isOfSomeFiles(first) ? {remedy} : {};
        throw new Failure(code, where === null ? message : `${message} (${where})`, more);
      }
    },
  };
}

function partsOf(manifest: SetManifest, asked: readonly PartName[] | undefined): PartName[] {
  const all = new Set<PartName>([...partsHeld(manifest), ...manifest.snapshots.map(({part}) => part)]);
  return [...all].filter((part) => asked?.includes(part) ?? true);
}

type Subject = {manifest: SetManifest; part: PartName; gone: readonly SetSnapshot[]; scratch: string};

async function inspect(
  engines: InspectionEngines,
  {manifest, part, gone, scratch}: Subject,
  {depth, signal}: Looking,
): Promise<Unrestorable[]> {
  const reading = readingOf(manifest, part);
  const lacking = reading.filter(({id}) => gone.some((snapshot) => snapshot.id === id && snapshot.part === part));
  if (lacking.length > 0) {
    return lacking.map(({id}) =>
      said(part, {kind: 'part_gone', message: `The part ${part} (snapshot ${id}) is not in the repository.`}),
    );
  }
  if (reading.length === 0) {
    const message = `The manifest says that the set holds the part ${part} and names no snapshot of it.`;
    return [said(part, {kind: 'part_not_named', message})];
  }
  try {
    const rootless = await partsWithoutRoot(engines.repository, reading, signal);
    if (rootless.length > 0 || depth === 'roots') {
      return rootless.map((message) => said(part, {kind: 'root_gone', message}));
    }
    const look: Look = {engines, manifest, reading, depth, scratch, signal};
    return part === 'record' ? [] : (await LOOKS[part](look)).map((seen) => said(part, seen));
  } catch (error) {
    const failure = asFailure(error);
    if (failure.code !== 'REPOSITORY_DAMAGED') {
      throw error;
    }
    return [said(part, {kind: 'unreadable', message: `The part ${part} cannot be read. ${failure.message}`})];
  }
}

const LOOKS = {database: lookAtDump, config: lookAtConfig, files: lookAtFiles};

type Said = Pick<Unrestorable, 'kind' | 'message'> & Partial<Pick<Unrestorable, 'where' | 'severity'>>;

const CODES: Partial<Record<VerifyFindingKind, FailureCode>> = {
  part_gone: 'REPOSITORY_DAMAGED',
  unreadable: 'REPOSITORY_DAMAGED',
  part_not_named: 'PART_NOT_IN_SET',
};

/** The rest of the files can be restored. */
const isOfSomeFiles = ({part, kind}: Pick<Unrestorable, 'part' | 'kind'>): boolean =>
  part === 'files' && (kind === 'files_differ' || kind === 'unreadable');

function said(part: PartName, {kind, message, where = null, severity = 'error'}: Said): Unrestorable {
  return {
    part,
    kind,
    severity,
    code: CODES[kind] ?? 'SET_NOT_RESTORABLE',
    message,
    remedy: remedyFor(part, kind),
    where,
  };
}

function remedyFor(part: PartName, kind: VerifyFindingKind): string {
  if (kind === 'not_looked_at') {
    return "Install PostgreSQL's client programs in the version of the set, then verify again.";
  }
  if (part === 'record') {
    return 'Make a new backup now. A restore does without this part.';
  }
  const another = `Keep this set as it is, make a new backup now, and take the part ${part} from another set.`;
  return isOfSomeFiles({part, kind}) ? `${another} ${REST_OF_FILES}` : another;
}

/** A directory of our own while `work` runs: for a moment it holds a configuration with its passwords. */
async function withScratch<T>(
  {workDirectory, clock}: InspectionEngines,
  scratch: string | undefined,
  work: (directory: string) => Promise<T>,
): Promise<T> {
  const place = scratch ?? workDirectory;
  await mkdir(place, {recursive: true, mode: 0o700});
  for (const name of (await readdir(place)).filter((entry) => entry.startsWith(OURS))) {
    const left = await stat(join(place, name)).catch(() => null);
    if (left && clock.now() - left.mtimeMs > LEFT_MS) {
      await rm(join(place, name), {recursive: true, force: true});
    }
  }
  const directory = await mkdtemp(join(place, OURS));
  try {
    return await work(directory);
  } finally {
    await rm(directory, {recursive: true, force: true});
  }
}
