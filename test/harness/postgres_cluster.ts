import {chownSync, existsSync} from 'node:fs';
import {mkdir, readdir, rm, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {execa} from 'execa';

const INSTALLED = '/usr/lib/postgresql';

export interface Account {
  readonly uid: number;
  readonly gid: number;
}

/** The folder of the newest PostgreSQL server programs of this machine. */
export async function newestPrograms(): Promise<string> {
  const versions = (await readdir(INSTALLED))
    .filter((name) => /^\d+$/.test(name))
    .sort((a, b) => Number(a) - Number(b));
  const newest = versions.findLast((version) => existsSync(join(INSTALLED, version, 'bin', 'initdb')));
  if (newest === undefined) {
    throw new Error(`There is no PostgreSQL server in ${INSTALLED}.`);
  }
  return join(INSTALLED, newest, 'bin');
}

/** PostgreSQL refuses to run as root: for root this is the account to use instead. */
export async function unprivilegedAccount(): Promise<Account | undefined> {
  if (process.getuid?.() !== 0) {
    return undefined;
  }
  for (const name of ['postgres', 'nobody']) {
    const answer = await execa('getent', ['passwd', name], {reject: false});
    const [, , uid, gid] = answer.stdout.split(':');
    if (answer.exitCode === 0) {
      return {uid: Number(uid), gid: Number(gid)};
    }
  }
  throw new Error('Root needs an account "postgres" or "nobody" to run PostgreSQL as.');
}

/** Makes `account` the owner; without one there is nothing to do. */
export function give(path: string, account: Account | undefined): void {
  if (account !== undefined) {
    chownSync(path, account.uid, account.gid);
  }
}

/** Makes an empty cluster in which every connection needs a password. */
export async function initialise(cluster: {
  readonly programs: string;
  readonly account: Account | undefined;
  readonly dataDirectory: string;
  readonly superuserPassword: string;
}): Promise<void> {
  await mkdir(cluster.dataDirectory, {mode: 0o700});
  give(cluster.dataDirectory, cluster.account);
  const passwordFile = `${cluster.dataDirectory}.password`;
  await writeFile(passwordFile, cluster.superuserPassword, {mode: 0o600});
  give(passwordFile, cluster.account);
  await execa(
    join(cluster.programs, 'initdb'),
    [
      '--username=postgres',
      '--auth=scram-sha-256',
      `--pwfile=${passwordFile}`,
      '--encoding=UTF8',
      '--locale=C.UTF-8',
      '--no-sync',
      cluster.dataDirectory,
    ],
    {cwd: cluster.dataDirectory, ...cluster.account},
  );
  await rm(passwordFile);
}

/** Lines of postgresql.conf. */
export function settingLines(settings: Readonly<Record<string, string>>): string {
  return Object.entries(settings)
    .map(([name, value]) => `${name} = '${value.replaceAll("'", "''")}'\n`)
    .join('');
}
