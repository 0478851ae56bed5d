import {access, readdir} from 'node:fs/promises';
import {join} from 'node:path';
import {Failure} from '../../../../kernel/failure.ts';
import {run} from '../../../../process/run.ts';

const DEBIAN_DIRECTORY = '/usr/lib/postgresql';

/** Where pg_dump and pg_restore are, and which version. */
export type PostgresTools = {dump: string; restore: string; version: string; major: number};

/**
 * The newest PostgreSQL programs of this machine, or those of `directory`. Debian keeps each major version apart, and the newest dumps all older servers.
 * @throws Failure TOOL_MISSING
 */
export async function findPostgresTools(directory: string | undefined): Promise<PostgresTools> {
  for (const candidate of directory ? [directory] : await debianDirectories()) {
    const dump = join(candidate, 'pg_dump');
    if (
      await access(dump).then(
        () => true,
        () => false,
      )
    ) {
      return describe(dump, join(candidate, 'pg_restore'));
    }
  }
  if (directory) {
    throw new Failure('TOOL_MISSING', `There is no pg_dump in ${directory}.`);
  }
  return describe('pg_dump', 'pg_restore');
}

async function debianDirectories(): Promise<string[]> {
  const versions = await readdir(DEBIAN_DIRECTORY).catch(() => []);
  return versions
    .filter((name) => /^\d+$/.test(name))
    .sort((a, b) => Number(b) - Number(a))
    .map((name) => join(DEBIAN_DIRECTORY, name, 'bin'));
}

async function describe(dump: string, restore: string): Promise<PostgresTools> {
  const {stdout} = await run(dump, {options: {version: true}});
  const version = /(\d+(?:\.\d+)*)/.exec(stdout)?.[1];
  if (!version) {
    throw new Failure('TOOL_MISSING', `${dump} does not tell its version.`);
  }
  return {dump, restore, version, major: Number.parseInt(version, 10)};
}

/** @throws Failure DATABASE_VERSION when the programs are older than the server: pg_dump would refuse. */
export function requireTools(tools: PostgresTools, serverVersionNum: number): void {
  const server = Math.floor(serverVersionNum / 10_000);
  if (tools.major < server) {
    throw new Failure(
      'DATABASE_VERSION',
      `PostgreSQL is version ${server}, but ${tools.dump} is ${tools.version}. Install postgresql-client-${server}.`,
    );
  }
}
