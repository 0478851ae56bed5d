import {randomBytes} from 'node:crypto';
import {existsSync, readdirSync, statSync} from 'node:fs';
import {chmod, mkdir, mkdtemp, readFile, rm, writeFile} from 'node:fs/promises';
import {createServer} from 'node:net';
import {dirname, join, relative, resolve} from 'node:path';
import {fileURLToPath} from 'node:url';
import {freePort} from '../test/harness/free_port.ts';

export const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** Where everything of the demo is. */
export const DIRECTORY = resolve(ROOT, process.env['DEMO_DIRECTORY'] ?? '.demo');

// Only a directory with this file in it is ever removed.
const MARK = 'made_by_make_demo';

/** What someone needs to look around; `demo/screenshots.ts` reads it too. */
export type Access = {page: string; mattermost: string; companion: string; username: string; password: string};

export type Ports = {mattermost: number; page: number; companion: number; restored: number; postgres: number};

export function place(...names: string[]): string {
  return join(DIRECTORY, ...names);
}

/** As short as it can be shown to someone who is at the root of the repository. */
export function shown(path: string): string {
  const short = relative(ROOT, path);
  return short.startsWith('..') ? path : short;
}

/** @throws Error when the directory holds something that no demo made. */
export async function makePlace(): Promise<void> {
  if (existsSync(DIRECTORY) && !existsSync(place(MARK)) && readdirSync(DIRECTORY).length > 0) {
    throw new Error(`${DIRECTORY} holds something that the demo did not make. Name another place in DEMO_DIRECTORY.`);
  }
  await mkdir(place('logs'), {recursive: true});
  // PostgreSQL refuses to run as root, and the account it runs as has to pass through here.
  await chmod(DIRECTORY, 0o711);
  await writeFile(place(MARK), '');
}

/** Gives whether there was anything. */
export async function removePlace(): Promise<boolean> {
  if (!existsSync(place(MARK))) {
    return false;
  }
  await removeSockets();
  await removeTemporary(await clusters());
  await rm(DIRECTORY, {recursive: true, force: true, maxRetries: 5});
  return true;
}

/** A unix socket needs a short path, so its directory is elsewhere; after a crash only this file names it. */
export async function removeSockets(): Promise<void> {
  for (const cluster of await clusters()) {
    const text = await readFile(join(cluster, 'data', 'postgresql.conf'), 'utf8').catch(() => '');
    await removeTemporary([...text.matchAll(/^unix_socket_directories = '([^']+)'/gm)].map(([, path]) => path ?? ''));
  }
}

/** A place for the cluster that the account of PostgreSQL can reach: root's home, for instance, it cannot. */
export async function clusterDirectory(): Promise<string> {
  if (process.getuid?.() !== 0 || everybodyMayPass(DIRECTORY)) {
    return place('postgres');
  }
  const directory = await mkdtemp('/tmp/dr-demo-');
  await chmod(directory, 0o711);
  await writeFile(place('outside.json'), JSON.stringify([directory]));
  return directory;
}

/** DEMO_PORT and the four that follow it, or free ones. @throws Error when one of them is taken */
export async function choosePorts(): Promise<Ports> {
  const first = Number(process.env['DEMO_PORT']) || undefined;
  const port = async (offset: number) => (first === undefined ? freePort() : untaken(first + offset));
  return {
    mattermost: await port(0),
    page: await port(1),
    companion: await port(2),
    restored: await port(3),
    postgres: await port(4),
  };
}

export function newPassword(): string {
  return randomBytes(9).toString('base64url');
}

export async function writeAccess(access: Access): Promise<void> {
  await writeFile(place('access.json'), JSON.stringify(access, undefined, 2), {mode: 0o600});
}

export async function readAccess(): Promise<Access> {
  return JSON.parse(await readFile(place('access.json'), 'utf8')) as Access;
}

/** A place for a cluster elsewhere is noted, because a crash forgets it. */
async function clusters(): Promise<string[]> {
  return [place('postgres'), ...(await readFile(place('outside.json'), 'utf8').then(asList, () => []))];
}

async function untaken(port: number): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', () =>
      reject(
        new Error(
          `Something listens on port ${port} already. Name another first port in DEMO_PORT; five in a row are needed.`,
        ),
      ),
    );
    server.listen(port, '127.0.0.1', resolve);
  });
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function removeTemporary(directories: readonly string[]): Promise<void> {
  for (const directory of directories.filter((path) => path.startsWith('/tmp/dr-'))) {
    await rm(directory, {recursive: true, force: true});
  }
}

const asList = (text: string): string[] => JSON.parse(text) as string[];

function everybodyMayPass(directory: string): boolean {
  const mayPass = (statSync(directory).mode & 0o001) !== 0;
  return mayPass && (directory === '/' || everybodyMayPass(dirname(directory)));
}
