/** Errors kept of one run of a tool: enough to explain. */
const KEEP = 3;
const LONGEST = 400;

/** What a PostgreSQL program says went wrong, read line by line, because a long statement after an error pushes it out of any tail. */
export type ToolErrors = {
  line(text: string): void;
  /** The errors in PostgreSQL's own words, the first ones first; empty when it said none. */
  errors(): string[];
  /** What was being loaded at the first error, as in `TABLE posts`; null when it is not known. */
  object(): string | null;
};

/** The only place that reads the errors of pg_dump and pg_restore. */
export function readToolErrors(): ToolErrors {
  const said: string[] = [];
  const own: string[] = [];
  let entry: string | null = null;
  let object: string | null = null;
  let inStatement = false;
  const keep = (list: string[], text: string): void => {
    object ??= entry;
    const short = text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
    if (list.length < KEEP && !list.includes(short)) {
      list.push(short);
    }
  };
  return {
    line: (text) => {
      const tool = /^pg_(?:dump|restore): (.*)$/.exec(text);
      // The text of a statement may hold anything, also something that looks like an error.
      inStatement = tool ? false : inStatement || /^Command was: /.test(text);
      if (inStatement) {
        return;
      }
      entry = /from TOC entry \d+; \d+ \d+ (.+) \S+$/.exec(text)?.[1] ?? entry;
      const server = /(?:^|: )(?:ERROR|FATAL|PANIC):\s+(.*)$/.exec(text);
      const ours = /^pg_(?:dump|restore): error: (.*)$/.exec(text);
      if (server) {
        keep(said, server[1] ?? '');
      } else if (ours && !/worker process died unexpectedly/.test(text)) {
        keep(own, ours[1] ?? '');
      }
    },
    errors: () => (said.length > 0 ? said : own),
    object: () => object,
  };
}
