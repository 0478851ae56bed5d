import pg from 'pg';

const role = (name: string): string => pg.escapeIdentifier(name);
const quoted = (name: string): string => (/^[a-z_][a-z0-9_.]*$/.test(name) ? name : pg.escapeIdentifier(name));

/** The SQL that gives a role the right to make and rename databases. The only place that says it. */
export const letCreateDatabases = (name: string): string => `ALTER ROLE ${role(name)} CREATEDB;`;

/** What a session does with what it may not touch. */
export type Need = 'read' | 'write' | 'load';

const TABLE_RIGHTS: Record<Need, string> = {read: 'SELECT', write: 'SELECT, INSERT, UPDATE, DELETE', load: 'ALL'};

/** PostgreSQL's words for a right that is missing, and the SQL that gives it. */
const MISSING: readonly [RegExp, (found: RegExpExecArray, to: string, need: Need) => string][] = [
  [/permission denied to (?:create|rename) database|must be owner of database/, (_found, to) => letCreateDatabases(to)],
  [
    /permission denied for (?:table|relation|view|materialized view) "?([^"\n]+?)"?$/m,
    ([, name = ''], to, need) => `GRANT ${TABLE_RIGHTS[need]} ON TABLE ${quoted(name)} TO ${role(to)};`,
  ],
  [
    /permission denied for sequence "?([^"\n]+?)"?$/m,
    ([, name = ''], to, need) =>
      `GRANT ${need === 'read' ? 'SELECT' : 'ALL'} ON SEQUENCE ${quoted(name)} TO ${role(to)};`,
  ],
  [
    /permission denied for schema "?([^"\n]+?)"?$/m,
    ([, name = ''], to, need) =>
      `GRANT ${need === 'load' ? 'USAGE, CREATE' : 'USAGE'} ON SCHEMA ${quoted(name)} TO ${role(to)};`,
  ],
  [
    /permission denied for database "?([^"\n]+?)"?$/m,
    ([, name = ''], to) => `GRANT CREATE, CONNECT, TEMPORARY ON DATABASE ${quoted(name)} TO ${role(to)};`,
  ],
  [
    /permission denied for (function|procedure|type|language) "?([^"\n]+?)"?$/m,
    ([, kind = '', name = ''], to) =>
      `GRANT ${kind === 'type' || kind === 'language' ? 'USAGE' : 'EXECUTE'} ON ${kind.toUpperCase()} ${quoted(name)} TO ${role(to)};`,
  ],
  [
    /permission denied to create extension "?([^"\n]+?)"?$/m,
    ([, name = '']) => `CREATE EXTENSION ${pg.escapeIdentifier(name)};`,
  ],
  [
    /must be owner of (?:relation|table) "?([^"\n]+?)"?$/m,
    ([, name = ''], to) => `ALTER TABLE ${quoted(name)} OWNER TO ${role(to)};`,
  ],
  [
    /must be owner of (schema|extension|function|type|sequence|view) "?([^"\n]+?)"?$/m,
    ([, kind = '', name = ''], to) => `ALTER ${kind.toUpperCase()} ${quoted(name)} OWNER TO ${role(to)};`,
  ],
];

/** The SQL that a superuser runs to lift a refusal; null where PostgreSQL's words name no right that can be given alone. */
export function missingRight(words: string, to: string, need: Need): string | null {
  for (const [pattern, sql] of MISSING) {
    const found = pattern.exec(words);
    if (found) {
      return sql(found, to, need);
    }
  }
  return null;
}
