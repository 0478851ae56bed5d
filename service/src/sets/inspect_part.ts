import {mkdir} from 'node:fs/promises';
import {join} from 'node:path';
import type {SetManifest, SetSnapshot, VerifyFindingKind} from '@disaster-recovery/contract';
import type {DumpReader} from '../engines/database/port.ts';
import type {Repository, StoredFile} from '../engines/repository/port.ts';
import {asFailure} from '../kernel/failure.ts';
import {formatCount, someOf} from '../kernel/format.ts';
import {hashOfTree, hashTree} from '../kernel/hash_tree.ts';

/**
 * How closely a set is looked at. `roots`: all that the manifest names is there and a restore can begin with it. `listing`: names and sizes of
 * what it would read, too. `contents`: also what is in the configuration, and what the dump says of itself.
 */
export type Depth = 'roots' | 'listing' | 'contents';

export type LookEngines = {
  repository: Repository;
  dumps: DumpReader;
  /** Number and bytes of the files of several lists, the later over the earlier. `scratch` is a file that is removed again. */
  totals(lists: readonly FileList[], scratch: string): Promise<{files: number; bytes: number}>;
};

type FileList = (onFile: (file: StoredFile) => void) => Promise<void>;

/** One part of a set: what a restore would read of it, and what the manifest says of it. */
export type Look = {
  engines: LookEngines;
  manifest: SetManifest;
  reading: readonly SetSnapshot[];
  depth: Depth;
  scratch: string;
  signal: AbortSignal | undefined;
};

export type Seen = {kind: VerifyFindingKind; severity: 'error' | 'warning'; message: string; where: string | null};

const seen = (kind: VerifyFindingKind, message: string, where: string | null = null): Seen => ({
  kind,
  severity: 'error',
  message,
  where,
});

/** Names and sizes as they lie in the repository; a dump and a configuration have few. */
async function listed({engines, reading, signal}: Look): Promise<StoredFile[]> {
  const files: StoredFile[] = [];
  for (const {id, root} of reading) {
    await engines.repository.list({snapshot: id, path: root, signal}, (file) => files.push(file));
  }
  return files;
}

async function fetched({engines, reading, scratch, signal}: Look, name: string, only?: string): Promise<string> {
  const directory = join(scratch, name);
  await mkdir(directory, {mode: 0o700});
  for (const {id, root} of reading) {
    await engines.repository.restore({snapshot: id, path: root, signal}, directory, {
      existing: 'replace',
      ...(only !== undefined && {only}),
    });
  }
  return directory;
}

/** The dump has its list of contents, each file that this names, and the bytes that were written. */
export async function lookAtDump(look: Look): Promise<Seen[]> {
  const {engines, manifest, depth} = look;
  const {contentsFile} = engines.dumps;
  const files = await listed(look);
  if (!files.some(({path}) => path === contentsFile)) {
    return [seen('dump_incomplete', `The dump lacks ${contentsFile}, without which nothing of it can be loaded.`)];
  }
  const found = depth === 'contents' ? await compareContents(look, files) : [];
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  const expected = manifest.database?.dump_bytes ?? 0;
  return found.length > 0 || bytes === expected
    ? found
    : [
        seen(
          'dump_incomplete',
          `The dump has ${formatCount(bytes)} bytes in the repository; it was made with ${formatCount(expected)}.`,
        ),
      ];
}

async function compareContents(look: Look, stored: readonly StoredFile[]): Promise<Seen[]> {
  const {engines, manifest} = look;
  if (!manifest.database) {
    return [];
  }
  const directory = await fetched(look, 'dump', engines.dumps.contentsFile);
  try {
    const {files, missing} = await engines.dumps.read(directory, manifest.database);
    // A dump of another day may be compressed: 4210.dat.gz.
    const there = new Set(stored.map(({path}) => path.replace(/\.(gz|lz4|zst)$/, '')));
    const absent = files.filter(({name}) => !there.has(name)).map(({name, table}) => `${table} (${name})`);
    return [
      ...(absent.length > 0 ? [seen('dump_incomplete', `The dump lacks the rows of ${someOf(absent)}.`)] : []),
      ...(missing.length > 0
        ? [seen('dump_incomplete', `The dump does not hold what the manifest says it does: ${someOf(missing)}.`)]
        : []),
    ];
  } catch (error) {
    const {code, message} = asFailure(error);
    if (code === 'TOOL_MISSING' || code === 'DATABASE_VERSION') {
      const what = `The list of contents of the dump was not looked at: ${message}`;
      return [{kind: 'not_looked_at', severity: 'warning', message: what, where: null}];
    }
    if (code === 'DATABASE_RESTORE_FAILED') {
      return [seen('dump_incomplete', `The list of contents of the dump cannot be read: ${message}`)];
    }
    throw error;
  }
}

/** Each file of the configuration is the one whose hash the manifest has. */
export async function lookAtConfig(look: Look): Promise<Seen[]> {
  const {config} = look.manifest;
  if (!config) {
    return [];
  }
  const bySize = differences(
    config.files.map(({path, bytes}) => [path, String(bytes)]),
    (await listed(look)).map(({path, bytes}) => [path, String(bytes)]),
  );
  if (bySize.length > 0 || look.depth !== 'contents') {
    return bySize.length > 0 ? [configDiffers(bySize)] : [];
  }
  const files = await hashTree(await fetched(look, 'config'));
  if (hashOfTree(files) === config.sha256) {
    return [];
  }
  const byHash = differences(
    config.files.map(({path, sha256}) => [path, sha256]),
    files.map(({path, sha256}) => [path, sha256]),
  );
  return byHash.length > 0
    ? [configDiffers(byHash)]
    : [seen('config_differs', 'The hash of the configuration is not the one that the manifest has over its files.')];
}

type Difference = {path: string; how: 'changed' | 'missing' | 'not in the manifest'};

function configDiffers(found: readonly Difference[]): Seen {
  const words = found.map(({path, how}) => `${path} (${how})`);
  return seen(
    'config_differs',
    `The configuration is not what the manifest says: ${someOf(words)}.`,
    found[0]?.path ?? null,
  );
}

/** Of pairs of path and value, what differs. Paths that look alike, because their bytes cannot be shown, count together. */
function differences(expected: readonly [string, string][], actual: readonly [string, string][]): Difference[] {
  const [before, now] = [byPath(expected), byPath(actual)];
  return [...new Set([...before.keys(), ...now.keys()])].sort().flatMap((path): Difference[] => {
    const [one, other] = [before.get(path), now.get(path)];
    const how = other === undefined ? 'missing' : one === undefined ? 'not in the manifest' : 'changed';
    return one === other ? [] : [{path, how}];
  });
}

function byPath(pairs: readonly [string, string][]): Map<string, string> {
  const grouped = Map.groupBy(pairs, ([path]) => path);
  return new Map(
    [...grouped].map(([path, values]) => [
      path,
      values
        .map(([, value]) => value)
        .sort()
        .join(),
    ]),
  );
}

/** As many files, with as many bytes, as the backup counted in the same way. */
export async function lookAtFiles({engines, manifest, reading, scratch, signal}: Look): Promise<Seen[]> {
  const lists = reading.map(
    ({id, root}) =>
      (onFile: (file: StoredFile) => void) =>
        engines.repository.list({snapshot: id, path: root, signal}, onFile),
  );
  const {files, bytes} = await engines.totals(lists, join(scratch, 'files.db'));
  const expected = manifest.files;
  return expected === null || (files === expected.count && bytes === expected.bytes)
    ? []
    : [
        seen(
          'files_differ',
          `A restore would find ${formatCount(files)} files with ${formatCount(bytes)} bytes; the manifest says ${formatCount(expected.count)} files with ${formatCount(expected.bytes)} bytes.`,
        ),
      ];
}
