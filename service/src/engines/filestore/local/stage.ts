import {lstat, mkdir, readdir, rm} from 'node:fs/promises';
import {join} from 'node:path';
import type {StoredDirectory} from '../../repository/port.ts';
import {withHeld} from '../../../kernel/held_directory.ts';
import {realPlace} from '../../../kernel/real_path.ts';
import {isLeftByRestore, type Pass, type StagedTree} from '../port.ts';
import {inArea, makeArea, removeArea, type Area} from './area.ts';
import {layOver, makeHarmless} from './staged_tree.ts';
import {swapEntries, swapEntriesBack} from './swap.ts';

/** A part that waits beside its directory. `owner`: what the directory itself becomes, where nobody has decided that yet. */
export type Staged = Required<Area> & {tree: StagedTree; owner: StoredDirectory | null};

/** Brings the passes of a part into an area of its own, each over those before it. @throws Failure as the passes do, TARGET_CHANGED, DISK_FULL */
export async function stage(directory: string, id: string, passes: readonly Pass[]): Promise<Staged> {
  const area = await makeArea(directory, id);
  const owner = await ownerToTake(directory, passes.at(-1));
  const tree = await inArea(area, async ({path, pathForChildren}) => {
    await mkdir(join(path, 'new'), {mode: 0o700});
    let whole: StagedTree | null = null;
    for (const {write} of passes) {
      const name = whole === null ? 'new' : 'over';
      await mkdir(join(path, name), {recursive: true, mode: 0o700});
      await write(join(pathForChildren, name));
      const pass = await makeHarmless(join(path, name));
      whole = whole === null ? pass : await lay(whole, pass, path);
    }
    return whole ?? makeHarmless(join(path, 'new'));
  });
  return {...area, tree, owner};
}

async function lay(base: StagedTree, pass: StagedTree, path: string): Promise<StagedTree> {
  const replaced = await layOver(Buffer.from(join(path, 'new')), Buffer.from(join(path, 'over')));
  await rm(join(path, 'over'), {recursive: true});
  return {
    files: base.files + pass.files - replaced.files,
    bytes: base.bytes + pass.bytes - replaced.bytes,
    links: base.links + pass.links,
    special: base.special + pass.special,
    stripped: base.stripped + pass.stripped,
    first: base.first ?? pass.first,
  };
}

/** A directory that is empty and belongs to whoever runs the restore was made for it: it becomes what the stored one was. Any other keeps its own. */
async function ownerToTake(directory: string, pass: Pass | undefined): Promise<StoredDirectory | null> {
  const isEmpty = (await readdir(directory)).every(isLeftByRestore);
  const {uid} = await lstat(directory);
  return pass && isEmpty && uid === process.getuid?.() ? pass.top() : null;
}

/** Puts what was staged in the place of what is there, which waits in the area. May be killed and run again. @throws Failure TARGET_CHANGED */
export async function swapIn(directory: string, staged: Area & {owner: StoredDirectory | null}): Promise<void> {
  await inArea(staged, (area) =>
    withHeld(directory, async (held) => {
      await swapEntries(held.path, join(area.path, 'new'), join(area.path, 'former'));
      if (staged.owner) {
        const {uid, gid, mode} = staged.owner;
        // Only root can give a directory away; for others it is theirs already, or the set is another user's.
        await (process.getuid?.() === 0 ? held.chown(uid, gid) : Promise.resolve());
        await held.chmod(mode);
      }
    }),
  );
}

/** The same for a directory that was empty: nothing waits, and the area goes. */
export async function moveIn(directory: string, staged: Area & {owner: StoredDirectory | null}): Promise<void> {
  if (await lstat(staged.area).catch(() => null)) {
    await swapIn(directory, staged);
    await removeArea(staged.area);
  }
}

/** Puts back what `swapIn` set aside. What it had brought waits in the area as `undone`. @throws Failure TARGET_CHANGED */
export async function swapOut(directory: string, area: Area): Promise<void> {
  // Before areas had their inode kept, a directory could be named by the path of a link.
  const [real, place] = await Promise.all([realPlace(directory), realPlace(area.area)]);
  await inArea({...area, area: area.inode === undefined ? place : area.area}, (held) =>
    withHeld(real, (target) => swapEntriesBack(target.path, join(held.path, 'former'), join(held.path, 'undone'))),
  );
}
