import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';

const RUNBOOKS = fileURLToPath(new URL('../../docs/runbooks', import.meta.url));

/** The indented commands of a page, in order, without `drctl`. A word that `values` names is replaced, such as USER; quotes hold a word together, as in a shell. */
export function commandsOf(page: string, values: Readonly<Record<string, string>>): string[][] {
  const lines = readFileSync(join(RUNBOOKS, page), 'utf8')
    .split('\n')
    .filter((line) => /^ {4,}drctl /.test(line));
  return lines.map((line) =>
    (line.match(/"[^"]*"|\S+/g) ?? []).slice(1).map((word) => values[word] ?? word.replaceAll('"', '')),
  );
}
