import {readdir} from 'node:fs/promises';
import {basename, dirname, join} from 'node:path';
import {realPlace} from '../kernel/real_path.ts';
import type {LiveServer} from './engines.ts';

/** Former states of directories that lie on disk, whether or not this state directory knows of the restore that left them. */
export async function formerStates(live: LiveServer | null): Promise<string[]> {
  const found: string[] = [];
  for (const named of [live?.filesDirectory, live?.configDirectory]) {
    if (named !== null && named !== undefined) {
      // A path that cannot be resolved has nothing beside it that could be looked for.
      const directory = await realPlace(named).catch(() => named);
      const name = basename(directory);
      found.push(
        ...(await areasIn(dirname(directory), (entry) => entry.startsWith('.drctl-') && entry.endsWith(`-${name}`))),
        ...(await areasIn(directory, (entry) => entry.startsWith('.drctl-'))),
      );
    }
  }
  return found;
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
