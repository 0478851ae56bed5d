import type {DatabaseRecord} from '@disaster-recovery/contract';

/** One line of `pg_restore --list`. `catalog`: numbers of the object in the server that was dumped. */
type Entry = {line: string; catalog: string; what: string};

/** What of a dump is loaded, as `pg_restore --use-list` reads it, and what is left out, in words. */
export type Contents = {list: string; leftOut: string[]};

export type Loader = {
  isSuperuser: boolean;
  /** Roles that exist on the target server. */
  roles: readonly string[];
  /** Extensions that the target database already has. */
  extensions: readonly {name: string; is_ours: boolean}[];
};

/** Replication is never taken up by a restored server, and mappings hold passwords for servers of before. */
const NEVER = /^(PUBLICATION|SUBSCRIPTION|PUBLICATION TABLE|PUBLICATION TABLES IN SCHEMA|USER MAPPING) /;

/** Chooses from a dump's list of contents what this role can load. Pure. */
export function chooseContents(listing: string, record: DatabaseRecord, loader: Loader): Contents {
  const leftOut: string[] = [];
  const dropped = new Set<string>();
  if (!loader.isSuperuser) {
    for (const {kind, name, entries, takes} of record.needs_superuser ?? []) {
      if (kind === 'extension' && loader.extensions.some((extension) => extension.name === name)) {
        continue;
      }
      entries.forEach((entry) => dropped.add(entry));
      leftOut.push(
        `${kind} ${name}: only a superuser can make it${takes.length > 0 ? `; with it ${takes.join(', ')}` : ''}`,
      );
    }
  }
  for (const {name, entry, roles} of record.policies ?? []) {
    const missing = roles.filter((role) => !loader.roles.includes(role));
    if (missing.length > 0) {
      dropped.add(entry);
      leftOut.push(`policy ${name}: the role ${missing.join(', ')} does not exist here`);
    }
  }
  const entries = listing.split('\n').map(entryOf);
  const isDropped = ({catalog, what}: Entry): boolean =>
    dropped.has(catalog) ||
    NEVER.test(what) ||
    // Sets of before say nothing of these; no other entry of a dump needs one.
    (!loader.isSuperuser && /^EVENT TRIGGER /.test(what));
  const gone = entries.filter((entry) => entry.catalog !== '' && isDropped(entry));
  for (const {what} of gone) {
    if (NEVER.test(what) && !/^PUBLICATION TABLE/.test(what)) {
      leftOut.push(`${what.toLowerCase()}: a restored server does not take up what connects it with others`);
    } else if (record.needs_superuser === undefined && /^EVENT TRIGGER /.test(what)) {
      leftOut.push(`${what.toLowerCase()}: only a superuser can make it`);
    }
  }
  const comments = new Set([
    ...gone.map(({what}) => `COMMENT ${what}`),
    ...loader.extensions.filter(({is_ours}) => !is_ours).map(({name}) => `COMMENT EXTENSION ${name}`),
  ]);
  const kept = entries.filter((entry) => !gone.includes(entry) && !comments.has(entry.what));
  return {list: kept.map(({line}) => line).join('\n'), leftOut};
}

/** `4210; 3466 16500 EVENT TRIGGER - watch postgres`: without schema and owner what is left is kind and name. */
function entryOf(line: string): Entry {
  const [, catalog = '', what = ''] = /^\d+; (\d+ \d+) (.+) \S*$/.exec(line) ?? [];
  return {line, catalog, what: what.replace(/^([A-Z][A-Z ]*[A-Z]) (?:-|\S+) /, '$1 ')};
}
