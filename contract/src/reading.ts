import type {Part} from './primitives.ts';
import type {SetManifest, SetSnapshot} from './set.ts';

type Named = Pick<SetManifest, 'snapshots'>;

/**
 * What a restore reads of a part, in the order in which it lays one over the other: the second pass of the files replaces what the
 * first has, and either may be alone. Empty when the manifest names nothing. The only definition: whoever proves a set reads the same.
 */
export function readingOf({snapshots}: Named, part: SetSnapshot['part']): SetSnapshot[] {
  const named = snapshots.filter((snapshot) => snapshot.part === part);
  const passes = (['first', 'second'] as const).map((pass) => named.find((snapshot) => snapshot.pass === pass));
  return (part === 'files' ? passes : named.slice(0, 1)).filter((snapshot) => snapshot !== undefined);
}

/** Parts that the manifest says the set holds, whether or not it names a snapshot of them. */
export function partsHeld(manifest: Pick<SetManifest, Part>): Part[] {
  return (['database', 'config', 'files'] as const).filter((part) => manifest[part] !== null);
}
