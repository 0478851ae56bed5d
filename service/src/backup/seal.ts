import {createWriteStream} from 'node:fs';
import {join} from 'node:path';
import {Readable} from 'node:stream';
import {pipeline} from 'node:stream/promises';
import type {BackupPlan, SetManifest, SetSnapshot} from '@disaster-recovery/contract';
import type {ExpectedFile} from '../engines/database/port.ts';
import {Failure} from '../kernel/failure.ts';
import {need, type StepContext} from '../jobs/index.ts';
import {crossCheck, NO_CROSS_CHECK} from './cross_check.ts';
import {readExpectedFiles} from './expected.ts';
import {openFileIndex} from './file_index.ts';
import type {BackupEngines} from './engines.ts';
import type {BackupFound, StoredPart} from './found.ts';
import {withoutContentOmitted} from './without_content.ts';
import {fileIndexPath, LEDGER_COPY, pluginBundle, recordDirectory} from './work.ts';

type Found = Readonly<Partial<BackupFound>>;
/** What is to be sealed. */
type Sealing = {plan: BackupPlan; found: Found};

/** Step: every row that names a file against the files in the repository. */
export async function checkRowsAgainstFiles(
  engines: BackupEngines,
  found: Found,
  context: StepContext,
): Promise<Pick<BackupFound, 'cross_check'>> {
  if (!found.captured_files || !found.database) {
    return {cross_check: NO_CROSS_CHECK};
  }
  const index = openFileIndex(fileIndexPath(engines.workDirectory, context.job));
  if (index === null) {
    throw new Error('the second pass left no list of files');
  }
  try {
    const directory = await recordDirectory(engines.workDirectory, context.job);
    return {
      cross_check: await crossCheck(index, {
        expected: async (onRow) => {
          await readExpectedFiles(directory, onRow);
          await expectedBundles(engines, found, onRow);
        },
        t0: found.database.t0,
        liveSize: (path) => engines.files.sizeOf(path),
      }),
    };
  } finally {
    index.close();
  }
}

/** The bundles of enabled plugins. One that the live server lacks as well came with Mattermost itself, or was never installed. */
async function expectedBundles(
  {files}: BackupEngines,
  {config}: Found,
  onRow: (row: ExpectedFile) => Promise<void> | void,
): Promise<void> {
  for (const {id, enabled, bundle} of config?.plugins ?? []) {
    if (enabled && bundle) {
      await onRow({owner: 'plugin', id, path: pluginBundle(id), bytes: await files.sizeOf(pluginBundle(id))});
    }
  }
}

/** Step: the record, then the manifest, last of all. From then on the set exists. */
export async function seal(
  engines: BackupEngines,
  {plan, found}: Sealing,
  context: StepContext,
): Promise<Pick<BackupFound, 'sealed'>> {
  const sealed = context.repeated ? await alreadySealed(engines, plan, context) : null;
  if (sealed) {
    return {sealed};
  }
  const record = await storeRecord(engines, plan, context);
  const body = manifestBody(engines, {plan, found, record}, context);
  const [contents] = await Promise.all([
    contentsOf(engines, plan.set, context.signal),
    engines.sets.requireRestorable(body.snapshots, context.signal),
  ]);
  const manifest = engines.sets.seal({
    ...body,
    snapshots: body.snapshots.map((snapshot) => ({...snapshot, content: contents.get(snapshot.id)})),
  });
  const {snapshot} = await engines.repository.storeText(engines.sets.manifestFile, JSON.stringify(manifest), {
    tags: engines.sets.tags(plan.set, 'manifest'),
    signal: context.signal,
  });
  return {sealed: {manifest, snapshot}};
}

/** The manifest of this very set, when a process was killed after it wrote it and before it could say so. One set never has two. */
async function alreadySealed(
  {repository, sets}: BackupEngines,
  {set}: BackupPlan,
  {signal}: StepContext,
): Promise<BackupFound['sealed'] | null> {
  const [found] = await repository.snapshots(sets.tags(set, 'manifest'), signal);
  return found
    ? {
        manifest: sets.open(await repository.readText(found.id, `/${sets.manifestFile}`, signal), found.id),
        snapshot: found.id,
      }
    : null;
}

/** What proves and explains the set: the rows that name files, the configuration in force, the ledger so far, how people sign in. */
async function storeRecord(engines: BackupEngines, plan: BackupPlan, context: StepContext): Promise<StoredPart> {
  const directory = await recordDirectory(engines.workDirectory, context.job);
  const lines = (function* () {
    for (const entry of engines.ledger.entries()) {
      yield `${JSON.stringify(entry)}\n`;
    }
  })();
  await pipeline(Readable.from(lines), createWriteStream(join(directory, LEDGER_COPY), {mode: 0o600}));
  await engines.identities(directory);
  const {snapshot, files, bytes, bytes_added} = await engines.repository.store(directory, {
    tags: engines.sets.tags(plan.set, 'record'),
    signal: context.signal,
  });
  return {snapshot, root: directory, files, bytes, bytes_added};
}

function manifestBody(
  engines: BackupEngines,
  {plan, found, record}: Sealing & {record: StoredPart},
  context: StepContext,
): Omit<SetManifest, 'sha256'> {
  const {database, config, captured_files: files} = found;
  const startedAt = need(found, 'started_at');
  return {
    format: 1,
    id: plan.set,
    kind: plan.kind,
    reason: plan.reason,
    actor: context.actor,
    scope: plan.scope,
    t0: database?.t0 ?? startedAt,
    position: positionOf(found),
    started_at: startedAt,
    finished_at: engines.clock.now(),
    server: serverOf(found),
    database: database?.record ?? null,
    files:
      files && plan.files
        ? {driver: engines.files.driver, directory: plan.files.directory, count: files.files, bytes: files.bytes}
        : null,
    config: config?.record ?? null,
    plugins: config?.plugins ?? [],
    snapshots: snapshotsOf(found, record),
    cross_check: need(found, 'cross_check'),
    omitted: [
      ...plan.omitted,
      ...(config?.omitted ?? []),
      ...environmentOmission(found),
      ...withoutContentOmitted(found.without_content),
    ],
    bytes_added: bytesAdded(found, record),
    durations: context.durations(),
    tool_versions: need(found, 'tool_versions'),
    ledger: engines.ledger.verify(),
    previous: plan.previous,
  };
}

const positionOf = ({database}: Found): string | null => database?.position ?? database?.lsn ?? null;

function serverOf({database, config}: Found): SetManifest['server'] {
  return database?.mattermost
    ? {version: config?.server_version ?? null, ...database.mattermost, site_url: config?.site_url ?? null}
    : null;
}

function bytesAdded(
  {first_pass: first, stored_database: dump, config, second_pass: second}: Found,
  record: StoredPart,
): number {
  return [first, dump, config?.stored, second, record].reduce((sum, part) => sum + (part?.bytes_added ?? 0), 0);
}

/** A restore writes the passes in their order: the second replaces what the first has. */
function snapshotsOf(
  {config, second_pass: second, stored_database: dump, first_pass: first}: Found,
  record: StoredPart,
): SetSnapshot[] {
  return [
    ...(dump ? [{part: 'database' as const, id: dump.snapshot, root: dump.root}] : []),
    ...(config ? [{part: 'config' as const, id: config.stored.snapshot, root: config.stored.root}] : []),
    ...(first ? [{part: 'files' as const, pass: 'first' as const, id: first.snapshot, root: first.root}] : []),
    ...(second ? [{part: 'files' as const, pass: 'second' as const, id: second.snapshot, root: second.root}] : []),
    {part: 'record' as const, id: record.snapshot, root: record.root},
  ];
}

/** By snapshot: a hash by which a part is told from one that somebody has changed since, in this repository or in a copy. */
async function contentsOf(
  {repository}: BackupEngines,
  set: string,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, string>> {
  const stored = await repository.snapshots(['disaster-recovery', `set=${set}`], signal);
  return new Map(stored.map(({id, content}) => [id, content]));
}

function environmentOmission({config}: Found): SetManifest['omitted'] {
  return config && config.record.effective !== 'captured'
    ? [
        {
          part: 'config',
          what: "values that exist only in Mattermost's environment (MM_…)",
          reason: config.record.effective === 'not_enrolled' ? 'no plugin is enrolled' : 'the plugin did not answer',
        },
      ]
    : [];
}

/** Step: what was sealed is read back from the repository, not believed. */
export async function readBack(engines: BackupEngines, {plan, found}: Sealing, context: StepContext): Promise<object> {
  const {manifest, snapshot} = need(found, 'sealed');
  // Side by side: opening the repository, where its key is made slow on purpose, is most of what either costs.
  const [text, snapshots] = await Promise.all([
    engines.repository.readText(snapshot, `/${engines.sets.manifestFile}`, context.signal),
    engines.repository.snapshots(['disaster-recovery', `set=${plan.set}`], context.signal),
  ]);
  const again = engines.sets.open(text, snapshot);
  const present = new Set(snapshots.map(({id}) => id));
  const lost = manifest.snapshots.filter(({id}) => !present.has(id));
  if (again.sha256 !== manifest.sha256 || lost.length > 0) {
    throw new Failure(
      'REPOSITORY_DAMAGED',
      `Set ${plan.set} was written but does not read back${lost.length > 0 ? `: ${lost.map(({part}) => part).join(', ')} missing` : ''}.`,
    );
  }
  return {};
}
