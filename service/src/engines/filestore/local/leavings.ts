import {readdir} from 'node:fs/promises';
import {basename, dirname, join} from 'node:path';
import {realPlace} from '../../../kernel/real_path.ts';
import {isLeftByRestore} from '../port.ts';

/** Former states of a directory that lie on disk, beside it and inside it. */
export async function formerStates(named: string): Promise<string[]> {
  // A path that cannot be resolved has nothing beside it that could be looked for.
  const directory = await realPlace(named).catch(() => named);
  const name = basename(directory);
  return [
    ...(await areasIn(dirname(directory), (entry) => isLeftByRestore(entry) && entry.endsWith(`-${name}`))),
    ...(await areasIn(directory, isLeftByRestore)),
  ];
}

async function areasIn(place: string, isArea: (name: string) => boolean): Promise<string[]> {
  const areas: string[] = [];
  for (const name of (await entriesOf(place)).filter(isArea).sort()) {
    if ((await entriesOf(join(place, name))).includes('former')) {
      areas.push(join(place, name, 'former'));
    }
  }
  return areas;
}

/** This only points out what may be there; what cannot be listed is not pointed out. */
const entriesOf = (directory: string): Promise<string[]> => readdir(directory).catch(() => []);
