import type {SnapshotJson} from './messages.ts';

/** What restic says of a snapshot. `id` is its name in this repository, `original` the one in the repository where it was made. */
export type Listed = Pick<SnapshotJson, 'id' | 'original'>;

/**
 * Which name a snapshot has here. restic names a snapshot anew when it copies it, and notes what it was copied from; to everybody
 * else it keeps its first name, because a manifest has that and no copy may change a manifest.
 */
export type Identities = {
  /** Takes in what was listed, and gives the name that is the same everywhere, in the same order. */
  note(listed: readonly Listed[]): string[];
  /** Made here just now: both names are one. */
  made(id: string): void;
  /** The name here; the repository is asked when it is not known. */
  local(id: string, signal?: AbortSignal): Promise<string>;
  /** The other way round. */
  everywhere(localId: string): string;
};

export function createIdentities(ask: (signal?: AbortSignal) => Promise<readonly Listed[]>): Identities {
  const locals = new Map<string, string>();
  const names = new Map<string, string>();

  function note(listed: readonly Listed[]): string[] {
    const own = new Set(listed.map(({id}) => id));
    const taken = new Map<string, string>();
    // Of two that say that they are copies of one, and of a copy beside its original, one alone has the name: the same at each look.
    for (const {id, original} of [...listed].sort((a, b) => (a.id < b.id ? -1 : 1))) {
      if (original && !own.has(original) && !taken.has(original)) {
        taken.set(original, id);
      }
    }
    return listed.map(({id, original}) => {
      const name = original && taken.get(original) === id ? original : id;
      locals.set(name, id);
      names.set(id, name);
      return name;
    });
  }

  return {
    note,
    made: (id) => {
      locals.set(id, id);
      names.set(id, id);
    },
    local: async (id, signal) => {
      if (!locals.has(id)) {
        note(await ask(signal));
      }
      return locals.get(id) ?? id;
    },
    everywhere: (localId) => names.get(localId) ?? localId,
  };
}
