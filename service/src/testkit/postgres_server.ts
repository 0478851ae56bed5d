import {chownSync, existsSync, mkdtempSync, readdirSync, rmSync} from 'node:fs';
import {createServer, type AddressInfo} from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {execa} from 'execa';
import pg from 'pg';
import {systemClock} from '../kernel/clock.ts';

const INSTALLED = '/usr/lib/postgresql';
const TRIES = 150;

/** A private PostgreSQL of this machine, for tests. It goes with `stop`. */
export type TestServer = {url: string; stop(): Promise<void>};

export async function startPostgresServer(): Promise<TestServer> {
  const version = existsSync(INSTALLED) ? readdirSync(INSTALLED).sort((a, b) => Number(b) - Number(a))[0] : undefined;
  if (version === undefined) {
    throw new Error(`There is no PostgreSQL server in ${INSTALLED}.`);
  }
  const programs = join(INSTALLED, version, 'bin');
  const directory = mkdtempSync(join(tmpdir(), 'identity-pg-'));
  const account = await unprivilegedAccount();
  if (account) {
    chownSync(directory, account.uid, account.gid);
  }
  const data = join(directory, 'data');
  await execa(
    join(programs, 'initdb'),
    ['--username=postgres', '--auth=trust', '--encoding=UTF8', '--locale=C.UTF-8', '--no-sync', data],
    {cwd: directory, ...account},
  );
  const port = await freePort();
  const server = execa(
    join(programs, 'postgres'),
    ['-D', data, '-p', String(port), '-k', directory, '-c', 'listen_addresses=127.0.0.1', '-c', 'fsync=off'],
    {cwd: directory, ...account, reject: false, stdio: 'ignore'},
  );
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`;
  await untilItAnswers(url);
  return {
    url,
    stop: async () => {
      server.kill('SIGINT');
      await server;
      rmSync(directory, {recursive: true, force: true});
    },
  };
}

/** PostgreSQL refuses to run as root. */
async function unprivilegedAccount(): Promise<{uid: number; gid: number} | undefined> {
  if (process.getuid?.() !== 0) {
    return undefined;
  }
  const {stdout} = await execa('getent', ['passwd', 'postgres']);
  const [, , uid, gid] = stdout.split(':');
  return {uid: Number(uid), gid: Number(gid)};
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const {port} = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function untilItAnswers(url: string): Promise<void> {
  for (let tries = 0; tries < TRIES; tries += 1) {
    try {
      const client = new pg.Client({connectionString: url});
      client.on('error', () => undefined);
      await client.connect();
      await client.end();
      return;
    } catch {
      await systemClock.sleep(100);
    }
  }
  throw new Error('PostgreSQL does not answer.');
}
