import {mkdirSync, mkdtempSync, symlinkSync, writeFileSync} from 'node:fs';
import {lstat, mkdtemp, readdir, readFile, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {dirname, join, normalize} from 'node:path';
import {z} from 'zod';
import {sha256} from '../../kernel/canonical_json.ts';
import {Failure} from '../../kernel/failure.ts';
import {hashOfTree} from '../../kernel/hash_tree.ts';
import {run} from '../../process/run.ts';
import {makeHarmless} from './local/staged_tree.ts';
import type {FileStore, FileTarget, FileTargets, FormerFiles, LeadsTo, Pass, StagedFiles, StagedTree} from './port.ts';

/** Contents by path. */
type MemoryTree = Map<string, Buffer>;
const EMPTY = (): MemoryTree => new Map<string, Buffer>();
/** What of one restore waits at a place. */
type Waiting = {staged?: MemoryTree; former?: MemoryTree; undone?: MemoryTree};

/** Places for trees in memory. They keep the contract of the port and do nothing else; tests look at them. */
export type MemoryFiles = {
  targets: FileTargets;
  /** Users' files at a place, as a backup sees them. */
  store(place: string): FileStore;
  places: Map<string, MemoryTree>;
  /** By place, and path there: what a link says, null for a pipe. */
  links: Map<string, Map<string, string | null>>;
  /** By place and restore. */
  waiting: Map<string, Waiting>;
};

const Ours = z.object({place: z.string(), id: z.string()});
const nameOf = ({place, id}: z.infer<typeof Ours>): string => `${place} ${id}`;
const isBelow = (path: string, directory: string): boolean => path.startsWith(`${directory}/`);

export function createMemoryFiles(): MemoryFiles {
  const places = new Map<string, MemoryTree>();
  const waiting = new Map<string, Waiting>();
  const links: MemoryFiles['links'] = new Map();
  return {
    places,
    links,
    waiting,
    store: (place) => createStore({places, links}, place),
    targets: {
      locate: async (place) => place,
      at: (place) => createTarget({places, waiting}, place),
      swapBack: async (former) => {
        const ours = Ours.parse(former);
        const area = waiting.get(nameOf(ours));
        if (area?.former) {
          area.undone = places.get(ours.place) ?? EMPTY();
          places.set(ours.place, area.former);
          delete area.former;
        }
      },
      whereabouts: (former) => {
        const ours = Ours.parse(former);
        return {place: ours.place, former: `${nameOf(ours)} former`, undone: `${nameOf(ours)} undone`};
      },
    },
  };
}

function createStore({places, links}: Pick<MemoryFiles, 'places' | 'links'>, place: string): FileStore {
  const linksHere = (): ReadonlyMap<string, string | null> => links.get(place) ?? new Map<string, string | null>();
  const tree = (): MemoryTree => {
    const found = places.get(place);
    if (!found) {
      throw new Failure('FILES_UNREADABLE', `${place} is not there.`);
    }
    return found;
  };
  return {
    driver: 'local',
    location: place,
    readable: async () => ({root: await written(tree(), linksHere()), excludes: []}),
    top: async function* () {
      yield* new Set([...tree().keys()].map((path) => path.split('/')[0] ?? path));
    },
    sizeOf: async (path) => tree().get(path)?.length ?? null,
    leadsTo: async (path) => follow(tree(), linksHere(), path),
  };
}

/** Links to what is a link itself are followed; those on the way to it are not. */
function follow(tree: MemoryTree, links: ReadonlyMap<string, string | null>, path: string): LeadsTo | null {
  const seen = new Set<string>();
  let at = path;
  for (let said = links.get(at); said !== undefined && !seen.has(at); said = links.get(at)) {
    if (said === null) {
      return seen.size === 0 ? 'no_link' : 'outside';
    }
    seen.add(at);
    at = normalize(join(dirname(at), said));
    if (said.startsWith('/') || at.startsWith('..')) {
      return 'outside';
    }
  }
  const isThere = [...tree.keys()].some((file) => file === at || isBelow(file, at));
  return seen.size === 0 ? null : isThere ? 'inside' : 'nothing';
}

/** A repository reads directories. */
async function written(tree: MemoryTree, links: ReadonlyMap<string, string | null>): Promise<string> {
  const root = mkdtempSync(join(tmpdir(), 'memory-files-'));
  for (const [path, content] of tree) {
    mkdirSync(dirname(join(root, path)), {recursive: true});
    writeFileSync(join(root, path), content);
  }
  for (const [path, target] of links) {
    if (target === null) {
      await run('mkfifo', {operands: [join(root, path)]});
    } else {
      symlinkSync(target, join(root, path));
    }
  }
  return root;
}

function createTarget({places, waiting}: Pick<MemoryFiles, 'places' | 'waiting'>, place: string): FileTarget {
  const areaOf = (staged: StagedFiles): Waiting => waiting.get(nameOf(Ours.parse(staged))) ?? {};
  const swap = (staged: StagedFiles): void => {
    const area = areaOf(staged);
    if (area.staged) {
      area.former = places.get(place) ?? EMPTY();
      places.set(place, area.staged);
      delete area.staged;
    }
  };
  return {
    place,
    inspect: async () => {
      const top = [...(places.get(place) ?? EMPTY()).keys()];
      return {entries: top.length, first: top[0] ?? null, bytes_free: Number.MAX_SAFE_INTEGER};
    },
    requireReplaceable: async () => undefined,
    stage: async (id, passes) => {
      const ours = {place, id};
      if (waiting.get(nameOf(ours))?.former) {
        throw new Failure('TARGET_CHANGED', `${nameOf(ours)} holds a former state.`);
      }
      const {content, tree} = await layTogether(passes);
      waiting.set(nameOf(ours), {staged: content});
      return {tree, ...ours};
    },
    readBack: async (staged) => {
      const content = [...(areaOf(staged).staged ?? [])].sort(([a], [b]) => (a < b ? -1 : 1));
      const files = content.map(([path, bytes]) => ({path, bytes: bytes.length, sha256: sha256(bytes)}));
      return {files: files.length, sha256: hashOfTree(files)};
    },
    former: (staged): FormerFiles => Ours.parse(staged),
    swap: async (staged) => swap(staged),
    moveIn: async (staged) => {
      swap(staged);
      waiting.delete(nameOf(Ours.parse(staged)));
    },
    discard: async (id) => {
      if (waiting.get(nameOf({place, id}))?.former === undefined) {
        waiting.delete(nameOf({place, id}));
      }
    },
    formerStates: async () =>
      [...waiting]
        .filter(([name, {former}]) => former && name.startsWith(`${place} `))
        .map(([name]) => `${name} former`),
  };
}

/** Each pass over those before it: a file takes the place of a directory of its name, and the other way round. */
async function layTogether(passes: readonly Pass[]): Promise<{content: MemoryTree; tree: StagedTree}> {
  const content: MemoryTree = new Map();
  const tree: StagedTree = {files: 0, bytes: 0, links: 0, special: 0, stripped: 0, first: null};
  for (const pass of passes) {
    const {links, special, stripped, first, files} = await readPass(pass);
    for (const [path, bytes] of files) {
      for (const there of [...content.keys()].filter((other) => isBelow(other, path) || isBelow(path, other))) {
        content.delete(there);
      }
      content.set(path, bytes);
    }
    tree.links += links;
    tree.special += special;
    tree.stripped += stripped;
    tree.first ??= first;
  }
  const bytes = [...content.values()].reduce((sum, file) => sum + file.length, 0);
  return {content, tree: {...tree, files: content.size, bytes}};
}

async function readPass(pass: Pass): Promise<Omit<StagedTree, 'files'> & {files: MemoryTree}> {
  const directory = await mkdtemp(join(tmpdir(), 'memory-pass-'));
  try {
    await pass.write(directory);
    const tree = await makeHarmless(directory);
    const files: MemoryTree = new Map();
    for (const path of await readdir(directory, {recursive: true})) {
      if ((await lstat(join(directory, path))).isFile()) {
        files.set(path, await readFile(join(directory, path)));
      }
    }
    return {...tree, files};
  } finally {
    await rm(directory, {recursive: true, force: true});
  }
}
