import {basename, dirname, join} from 'node:path/posix';
import {Failure} from '../../kernel/failure.ts';
import {resticFailure} from './failures.ts';
import {createCopier} from './copier.ts';
import {findDamaged} from './damage.ts';
import {createIdentities} from './identities.ts';
import {hasLocalLock, listSnapshots} from './kept_listing.ts';
import {NodeJson, textOf, TreeJson, type Message, type SnapshotJson} from './messages.ts';
import type {CommandLine} from '../../process/command_line.ts';
import type {
  Repository,
  RepositoryEngine,
  RepositorySettings,
  SnapshotPlace,
  Stored,
  StoredDirectory,
  StoredFile,
  StoredOther,
  StoreOptions,
} from './port.ts';
import {forget, prune} from './removal.ts';
import {askForSnapshots, create, OPEN} from './restic_basics.ts';
import {callOrFail, createResticCall, pastStaleLocks, requireRestic, type ResticCall} from './restic_command.ts';
import {restoreTree} from './restic_restore.ts';

/** Snapshots of all machines belong to one history: the parent of a snapshot is found by path, not by which host took it. */
const HOST = 'mattermost';

/** restic 0.18 as the repository engine. */
export function createRestic(program: string, hideCredentials: (location: string) => string): RepositoryEngine {
  return {
    open: (settings) => openRepository(program, settings, hideCredentials(settings.url)),
    copier: (from, to, limits = {}) => createCopier(program, {from, to, limits, location: hideCredentials(to.url)}),
  };
}

function openRepository(program: string, settings: RepositorySettings, location: string): Repository {
  const call = createResticCall(program, settings);
  const listed = (signal?: AbortSignal): Promise<SnapshotJson[]> =>
    listSnapshots(settings, () => askForSnapshots(call, signal));
  const identities = createIdentities(listed);
  const here = async ({snapshot, ...place}: SnapshotPlace): Promise<SnapshotPlace> => ({
    ...place,
    snapshot: await identities.local(snapshot, place.signal),
  });
  const keep = async (stored: Promise<Stored>): Promise<Stored> => {
    identities.made((await stored).snapshot);
    return stored;
  };
  return {
    location,
    create: () => create(call, {location}),
    async open(signal) {
      const engine = await requireRestic(program);
      await callOrFail(call, OPEN, signal ? {signal} : {});
      return {engine};
    },
    engineVersion: () => requireRestic(program),
    async releaseStaleLocks() {
      await callOrFail(call, {command: ['unlock']});
    },
    async isLocked(signal) {
      const line = {command: ['list'], options: {'no-lock': true}, operands: ['locks']} as const;
      return (
        (await hasLocalLock(settings)) ?? (await callOrFail(call, line, signal ? {signal} : {})).stdout.trim() !== ''
      );
    },
    store: (directory, options) => keep(storeDirectory(call, directory, options)),
    storeText: (name, text, {tags, ...watch}) =>
      keep(store(call, {tags, options: {stdin: true, 'stdin-filename': name}}, {...watch, input: text})),
    async snapshots(tags, signal) {
      const found = await listed(signal);
      const names = identities.note(found);
      return found
        .map(({time, tags: carried, paths, tree}, index) => ({
          id: names[index] ?? '',
          at: Date.parse(time),
          tags: carried ?? [],
          paths,
          content: tree,
        }))
        .filter((snapshot) => tags.every((tag) => snapshot.tags.includes(tag)))
        .sort((a, b) => a.at - b.at);
    },
    list: async (root, onFile, onOther) => list(call, await here(root), {onFile, onOther}),
    directoryAt: async (snapshot, path, signal) => directoryAt(call, await here({snapshot, path, signal})),
    async readText(snapshot, path, signal) {
      const place = await here({snapshot, path, signal});
      return (await callOrFail(call, dumpOf(place), signal ? {signal} : {})).stdout;
    },
    async readLines(file, onLine) {
      const {signal} = file;
      await callOrFail(call, dumpOf(await here(file)), {onLine, ...(signal && {signal})});
    },
    restore: async (root, target, options) => restoreTree(call, await here(root), {target, ...options}),
    async forget(snapshots, signal) {
      const found = await listed(signal);
      const names = identities.note(found);
      const ids = found.flatMap(({id}, index) => (snapshots.includes(names[index] ?? '') ? [id] : []));
      await forget(call, ids, signal);
      // Asked, and not the last list: what restic could not read just now it passes over without a word.
      const still = (await askForSnapshots(call, signal)).filter(({id}) => ids.includes(id));
      if (still.length > 0) {
        throw new Failure('REPOSITORY_UNREACHABLE', `${still.length} of ${ids.length} snapshots are still there.`);
      }
    },
    prune: (signal) => prune(call, signal),
    async check(depth, watch) {
      const damages = await findDamaged(call, depth, watch);
      if (damages.length > 0) {
        identities.note(await listed(watch.signal));
      }
      return damages.map((damage) => ({...damage, snapshots: damage.snapshots.map(identities.everywhere)}));
    },
  };
}

type Watch = {signal?: AbortSignal; progress?: (done: number, total: number | null) => void; input?: string};

function storeDirectory(
  call: ResticCall,
  directory: string,
  {tags, excludes = [], only, parent, ...watch}: Watch & StoreOptions,
): Promise<Stored> {
  const options = {exclude: excludes, parent};
  return only
    ? // Paths as bytes that no name can hold: a list of any length, through standard input.
      store(
        call,
        {tags, options: {...options, 'files-from-raw': '-'}},
        {...watch, input: only.map((path) => `${join(directory, path)}\0`).join('')},
      )
    : store(call, {tags, options, operands: [directory]}, watch);
}

async function store(
  call: ResticCall,
  {tags, ...what}: Pick<CommandLine, 'options' | 'operands'> & {tags: readonly string[]},
  {signal, progress, input}: Watch,
): Promise<Stored> {
  const options = {json: true, host: HOST, tag: tags.join(','), ...what.options};
  const end = await pastStaleLocks(
    call,
    {command: ['backup'], options, operands: what.operands ?? []},
    {
      ...(signal && {signal}),
      ...(input !== undefined && {input}),
      onMessage: (message) => {
        reportBackup(message, progress);
      },
    },
  );
  // 3: a snapshot was made, but some paths could not be read.
  if (end.exitCode !== 0 && end.exitCode !== 3) {
    throw resticFailure('backup', end);
  }
  const errors = end.messages.filter((message) => message.message_type === 'error');
  const unreadable = errors.filter((message) => !isVanished(message));
  if (unreadable.length > 0) {
    const first = unreadable[0];
    throw new Failure(
      'FILES_UNREADABLE',
      `${unreadable.length} path${unreadable.length === 1 ? '' : 's'} could not be read, first ${first?.item ?? 'unknown'}: ${textOf(first)}`,
    );
  }
  const summary = end.messages.find((message) => message.message_type === 'summary');
  if (!summary?.snapshot_id) {
    throw resticFailure('backup', {...end, says: 'restic named no snapshot'});
  }
  return {
    snapshot: summary.snapshot_id,
    files: summary.total_files_processed ?? 0,
    bytes: summary.total_bytes_processed ?? 0,
    bytes_added: summary.data_added_packed ?? 0,
    vanished: errors.map((message) => message.item ?? ''),
  };
}

const dumpOf = ({snapshot, path}: SnapshotPlace) =>
  ({command: ['dump'], options: {'no-lock': true}, operands: [snapshot, path]}) as const;

function reportBackup(message: Message, progress: Watch['progress']): void {
  if (message.message_type === 'status' && progress) {
    progress(message.bytes_done ?? 0, message.total_bytes ?? null);
  }
}

/** A file that people deleted between the scan and the read. */
function isVanished(message: Message): boolean {
  return /no such file or directory/i.test(textOf(message));
}

async function list(
  call: ResticCall,
  {snapshot, path: root, signal}: SnapshotPlace,
  {onFile, onOther}: {onFile: (file: StoredFile) => void; onOther: ((other: StoredOther) => void) | undefined},
): Promise<void> {
  const prefix = root.endsWith('/') ? root : `${root}/`;
  const options = {json: true, recursive: true, 'no-lock': true};
  await callOrFail(
    call,
    {command: ['ls'], options, operands: [snapshot, root]},
    {
      ...(signal && {signal}),
      onLine: (line) => {
        // Most nodes are directories, one for each file at least; looking for the word costs less than parsing them.
        if (line.includes('"type":"dir"') || (onOther === undefined && !line.includes('"type":"file"'))) {
          return;
        }
        const node = NodeJson.safeParse(JSON.parse(line));
        if (!node.success || !node.data.path.startsWith(prefix)) {
          return;
        }
        const {type, size = 0, mtime} = node.data;
        const path = node.data.path.slice(prefix.length);
        if (type === 'file') {
          onFile({path, bytes: size, ...(mtime !== undefined && {modified_at: Date.parse(mtime)})});
        } else if (type !== 'dir') {
          onOther?.({path, kind: type === 'symlink' ? 'link' : 'special'});
        }
      },
    },
  );
}

/** From the tree that names it: restic tells nothing of the root itself when it restores `SNAPSHOT:ROOT`, and fails when that is no directory. */
async function directoryAt(
  call: ResticCall,
  {snapshot, path: root, signal}: SnapshotPlace,
): Promise<StoredDirectory | null> {
  const end = await call(
    {command: ['cat', 'tree'], options: {'no-lock': true}, operands: [`${snapshot}:${dirname(root)}`]},
    signal ? {signal} : {},
  );
  if (end.exitCode !== 0) {
    if (/: (not a directory|not found)\s*$/.test(end.stderr)) {
      return null;
    }
    throw resticFailure('cat tree', end);
  }
  const {nodes} = TreeJson.parse(JSON.parse(end.stdout));
  const node = nodes.find(({name, type}) => name === basename(root) && type === 'dir');
  return node ? {uid: node.uid ?? 0, gid: node.gid ?? 0, mode: (node.mode ?? 0) & 0o777} : null;
}
