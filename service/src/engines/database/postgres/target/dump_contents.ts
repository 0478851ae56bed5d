import type {DatabaseRecord} from '@disaster-recovery/contract';
import {run} from '../../../../process/run.ts';
import type {DumpContents} from '../../port.ts';
import {toolFailure} from '../failures.ts';
import {readToolErrors} from '../tools/tool_errors.ts';
import {requireTools, type PostgresTools} from '../tools/tools.ts';

/** Where `pg_dump --format=directory` says what the other files are. */
export const CONTENTS_FILE = 'toc.dat';

/** `4210; 0 16500 TABLE DATA public posts mmuser`: number, kind, and then schema, name and owner, which may hold blanks. */
const ENTRY = /^(\d+); \d+ \d+ (TABLE DATA|TABLE ATTACH|TABLE) (.+)$/;

type Entry = {number: string; kind: string; rest: string};

/** @throws Failure TOOL_MISSING, DATABASE_VERSION, DATABASE_RESTORE_FAILED */
export async function readDump(tools: PostgresTools, directory: string, record: DatabaseRecord): Promise<DumpContents> {
  requireTools(tools, record.server_version_num);
  const said = readToolErrors();
  const line = {options: {list: true, format: 'directory'}, operands: [directory]};
  const result = await run(tools.restore, line, {onErrorLine: said.line});
  if (result.exitCode !== 0) {
    throw toolFailure({tool: 'pg_restore', result, said, role: record.owner}, 'DATABASE_RESTORE_FAILED');
  }
  return contentsOf(result.stdout, record);
}

/** From `pg_restore --list`. What cannot be told from it is not called missing. Pure. */
export function contentsOf(listing: string, {tables}: Pick<DatabaseRecord, 'tables'>): DumpContents {
  const entries = listing.split('\n').flatMap((line): Entry[] => {
    const [, number, kind, rest] = ENTRY.exec(line) ?? [];
    return number && kind && rest ? [{number, kind, rest}] : [];
  });
  const [makes, fills] = [namesOf(entries, 'TABLE'), namesOf(entries, 'TABLE DATA')];
  // The rows of a partitioned table are those of its partitions, and the list does not say which these are.
  const hasPartitions = entries.some(({kind}) => kind === 'TABLE ATTACH');
  return {
    files: entries
      .filter(({kind}) => kind === 'TABLE DATA')
      .map(({number, rest}) => ({name: `${number}.dat`, table: withoutOwner(rest).replace(' ', '.')})),
    missing: tables
      .filter(({name, rows}) => !makes(name) || (rows > 0 && !hasPartitions && !fills(name)))
      .map(({name}) => name),
  };
}

/** Tells whether one of the entries of this kind is the table `schema.name`. */
function namesOf(entries: readonly Entry[], kind: string): (name: string) => boolean {
  const rests = entries.filter((entry) => entry.kind === kind).map(({rest}) => rest);
  const plain = new Set(rests.map(withoutOwner));
  // A blank in the name of an owner hides where the name of the table ends.
  return (name) =>
    asListed(name).some((listed) => plain.has(listed) || rests.some((rest) => rest.startsWith(`${listed} `)));
}

/** Each dot may be the one between schema and name; pg_restore shows line breaks as blanks. */
function asListed(name: string): string[] {
  const line = name.replaceAll(/[\n\r]/g, ' ');
  return [...line.matchAll(/\./g)].map(({index}) => `${line.slice(0, index)} ${line.slice(index + 1)}`);
}

const withoutOwner = (rest: string): string => rest.slice(0, rest.lastIndexOf(' '));
