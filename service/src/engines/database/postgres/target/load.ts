import {writeFile} from 'node:fs/promises';
import type pg from 'pg';
import type {CommandLine} from '../../../../process/command_line.ts';
import {run} from '../../../../process/run.ts';
import {libpqEnvironment, withClient, type Connection} from '../connection.ts';
import {chooseContents, type Loader} from './contents.ts';
import {toolFailure} from '../failures.ts';
import {roleOf} from '../obstacles.ts';
import type {Captured, DatabaseTarget} from '../../port.ts';
import {readToolErrors} from '../tools/tool_errors.ts';
import type {PostgresTools} from '../tools/tools.ts';
import {watchWhile} from '../tools/watch.ts';

type Options = Parameters<DatabaseTarget['stage']>[2] & {replace: boolean};
type Loading = Captured & {fresh: Connection; tools: PostgresTools};

/** pg_restore, of what this role can make; with `replace` a killed load may have left tables. Returns what was left out, in words. @throws Failure DATABASE_* */
export async function load(
  {fresh, tools, record, dump}: Loading,
  {jobs, replace, signal, progress}: Options,
): Promise<string[]> {
  const {loader, at} = await withClient(fresh, async (client, reached) => ({
    loader: await describeLoader(client),
    at: reached,
  }));
  const restore = async (options: NonNullable<CommandLine['options']>): Promise<string> => {
    const said = readToolErrors();
    const line = {options, operands: [dump]};
    const result = await run(tools.restore, line, {env: libpqEnvironment(at), signal, onErrorLine: said.line});
    if (result.exitCode !== 0) {
      throw toolFailure({tool: 'pg_restore', result, said, role: at.user}, 'DATABASE_RESTORE_FAILED');
    }
    return result.stdout;
  };
  const {list, leftOut} = chooseContents(await restore({list: true}), record, loader);
  const listFile = `${dump}.list`;
  await writeFile(listFile, list, {mode: 0o600});
  // Ownership, grants, tablespaces and labels name things of the old server; the role that restores owns everything here.
  const loading = restore({
    format: 'directory',
    jobs,
    'use-list': listFile,
    'no-owner': true,
    'no-privileges': true,
    'no-tablespaces': true,
    'no-security-labels': true,
    'no-publications': true,
    'no-subscriptions': true,
    'exit-on-error': true,
    clean: replace,
    'if-exists': replace,
    'no-password': true,
    dbname: nameAsConnection(fresh.database),
  });
  await watchWhile(loading, async () => {
    progress(await databaseSize(at), record.bytes);
  });
  return leftOut;
}

/** pg_restore reads a whole connection string where the name of a database is expected; quoted, a name stays a name. */
function nameAsConnection(name: string): string {
  return `dbname='${name.replaceAll(/['\\]/g, '\\$&')}'`;
}

async function describeLoader(client: pg.Client): Promise<Loader> {
  const {is_superuser: isSuperuser} = await roleOf(client);
  const {rows: roles} = await client.query<{name: string}>('SELECT rolname::text AS name FROM pg_roles');
  const {rows: extensions} = await client.query<{name: string; is_ours: boolean}>(
    `SELECT extname::text AS name, pg_has_role(extowner, 'USAGE') AS is_ours FROM pg_extension`,
  );
  return {isSuperuser, roles: roles.map(({name}) => name), extensions};
}

async function databaseSize(connection: Connection): Promise<number> {
  return withClient(connection, async (client) => {
    const {rows} = await client.query<{bytes: string}>('SELECT pg_database_size(current_database()) AS bytes');
    return Number(rows[0]?.bytes);
  });
}
