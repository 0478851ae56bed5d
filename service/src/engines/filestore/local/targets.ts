import {readdir} from 'node:fs/promises';
import {join} from 'node:path';
import {z} from 'zod';
import {Failure, systemErrorCode} from '../../../kernel/failure.ts';
import {hashOfTree, hashTree} from '../../../kernel/hash_tree.ts';
import {mountsBelow} from '../../../kernel/mounts.ts';
import {realPlace} from '../../../kernel/real_path.ts';
import {freeBytes} from '../../../kernel/space.ts';
import type {FileTarget, FileTargets, FormerFiles, StagedFiles} from '../port.ts';
import {discardStaged, inArea, possibleAreas} from './area.ts';
import {formerStates} from './leavings.ts';
import {moveIn, stage, swapIn, swapOut} from './stage.ts';

const Waiting = z.object({
  area: z.string(),
  inode: z.string(),
  owner: z.object({uid: z.number(), gid: z.number(), mode: z.number()}).nullable(),
});
/** Restores from before inodes were kept have none. */
const Aside = z.object({directory: z.string(), area: z.string(), inode: z.string().optional()});

/** Directories of this machine. Everything of a restore waits in an area beside the directory or in it, and every swap is renames. */
export function createLocalTargets(): FileTargets {
  return {
    locate: realPlace,
    at,
    swapBack: (former) => {
      const {directory, ...area} = Aside.parse(former);
      return swapOut(directory, area);
    },
    whereabouts: (former) => {
      const {directory, area} = Aside.parse(former);
      return {place: directory, former: join(area, 'former'), undone: join(area, 'undone')};
    },
  };
}

function at(directory: string): FileTarget {
  return {
    place: directory,
    inspect: async () => ({...(await contentOf(directory)), bytes_free: await freeBytes(directory)}),
    requireReplaceable: () => requireNoMountsBelow(directory),
    stage: async (id, passes): Promise<StagedFiles> => stage(directory, id, passes),
    readBack: (staged) =>
      inArea(Waiting.parse(staged), async ({path}) => {
        const files = await hashTree(join(path, 'new'));
        return {files: files.length, sha256: hashOfTree(files)};
      }),
    former: (staged): FormerFiles => {
      const {area, inode} = Waiting.parse(staged);
      return {directory, area, inode};
    },
    swap: (staged) => swapIn(directory, Waiting.parse(staged)),
    moveIn: (staged) => moveIn(directory, Waiting.parse(staged)),
    discard: async (id) => {
      for (const area of possibleAreas(directory, id)) {
        await discardStaged(area);
      }
    },
    formerStates: () => formerStates(directory),
  };
}

async function contentOf(directory: string): Promise<{entries: number; first: string | null}> {
  try {
    const entries = await readdir(directory);
    return {entries: entries.length, first: entries[0] ?? null};
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') {
      return {entries: 0, first: null};
    }
    throw new Failure(
      'FILES_UNREADABLE',
      `${directory} cannot be listed (${systemErrorCode(error) ?? 'unknown reason'}).`,
      {cause: error},
    );
  }
}

/** A directory is restored by renaming what is in it, and what is mounted cannot be renamed. The directory itself may be a mount. */
async function requireNoMountsBelow(directory: string): Promise<void> {
  const [first] = await mountsBelow(directory);
  if (first !== undefined) {
    throw new Failure('TARGET_HOLDS_MOUNT', `${first} is mounted inside ${directory}.`);
  }
}
