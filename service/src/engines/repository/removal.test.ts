import {execFileSync, spawn} from 'node:child_process';
import {randomBytes} from 'node:crypto';
import {cpSync, mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync} from 'node:fs';
import {createServer} from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, expect, jest, test} from '@jest/globals';
import {cached} from '../../testkit/cached.ts';
import type {Repository} from './port.ts';
import {createRestic} from './restic.ts';

// What only restic has: servers that refuse, programs that are killed, locks that they leave.
jest.setTimeout(60_000);

const restic = cached('restic');
const prepared = cached('repository');
const passwordFile = join(prepared, 'key');
const servers: {kill(): void}[] = [];

afterAll(() => {
  servers.forEach((server) => {
    server.kill();
  });
});

function place(): {directory: string; url: string} {
  const directory = mkdtempSync(join(tmpdir(), 'removal-'));
  cpSync(join(prepared, 'repository'), join(directory, 'repository'), {recursive: true});
  return {directory, url: join(directory, 'repository')};
}

const open = (url: string, program = restic): Repository =>
  createRestic(program, (location) => location).open({
    url,
    passwordFile,
    environment: {RESTIC_CACHE_DIR: mkdtempSync(join(tmpdir(), 'cache-'))},
  });

async function store(repository: Repository, bytes = 100_000): Promise<string> {
  const directory = mkdtempSync(join(tmpdir(), 'tree-'));
  writeFileSync(join(directory, 'a.bin'), randomBytes(bytes));
  return (await repository.store(directory, {tags: ['a']})).snapshot;
}

const bytesOf = (url: string): number =>
  readdirSync(join(url, 'data'), {recursive: true, encoding: 'utf8'})
    .map((name) => statSync(join(url, 'data', name)))
    .reduce((sum, entry) => sum + (entry.isFile() ? entry.size : 0), 0);

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const {port} = server.address() as {port: number};
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function appendOnly(directory: string): Promise<string> {
  const port = await freePort();
  const args = ['--path', directory, '--no-auth', '--append-only', '--listen', `127.0.0.1:${port}`];
  const server = spawn(cached('rest-server'), args, {stdio: ['ignore', 'ignore', 'pipe']});
  servers.push(server);
  await new Promise<void>((resolve) => {
    server.stderr.on('data', (said: Buffer) => {
      if (said.includes('start server')) {
        resolve();
      }
    });
  });
  return `rest:http://127.0.0.1:${port}/repository`;
}

test('an append-only server refuses to forget, by name, and its snapshot is still there', async () => {
  const {directory} = place();
  const repository = open(await appendOnly(directory));
  const snapshot = await store(repository);
  await expect(repository.forget([snapshot])).rejects.toMatchObject({
    code: 'REPOSITORY_DELETE_REFUSED',
    remedy: expect.stringContaining('another machine or credential'),
  });
  expect((await repository.snapshots([])).map(({id}) => id)).toEqual([snapshot]);
});

test('an append-only server refuses to prune what is unneeded there, by name, and nothing is lost', async () => {
  const {directory, url} = place();
  const direct = open(url);
  const [goes, stays] = [await store(direct), await store(direct)];
  await direct.forget([goes]);
  const before = bytesOf(url);
  await expect(open(await appendOnly(directory)).prune()).rejects.toMatchObject({code: 'REPOSITORY_DELETE_REFUSED'});
  expect(bytesOf(url)).toBe(before);
  expect(await direct.check('data', {})).toEqual([]);
  expect((await direct.snapshots([])).map(({id}) => id)).toEqual([stays]);
});

test('what is said to be freed is freed on disk', async () => {
  const {url} = place();
  const repository = open(url);
  const [goes] = [await store(repository, 3_000_000), await store(repository)];
  await repository.forget([goes]);
  const before = bytesOf(url);
  const {freed_bytes: freed} = await repository.prune();
  expect(Math.abs(before - bytesOf(url) - freed)).toBeLessThan(freed / 100);
});

/** A restic that dies as soon as it holds the lock, when `after` is in its arguments. */
function dyingRestic(directory: string, after: string): string {
  const script = join(directory, 'dying-restic');
  const said = join(directory, 'said');
  writeFileSync(
    script,
    `#!/bin/sh
case "$*" in *${after}*) ;; *) exec '${restic}' "$@" ;; esac
'${restic}' "$@" > '${said}' 2>&1 &
child=$!
while kill -0 $child 2> /dev/null; do
  if ls '${directory}/repository/locks' | grep -qv -e -tmp-; then kill -9 $child; wait $child; exit 137; fi
done
wait $child; code=$?; cat '${said}'; exit $code
`,
    {mode: 0o700},
  );
  return script;
}

test('a prune that was killed leaves its lock and loses nothing; the next one removes the lock and ends it', async () => {
  const {directory, url} = place();
  const repository = open(url);
  const [goes, stays] = [await store(repository, 3_000_000), await store(repository)];
  await repository.forget([goes]);
  const before = bytesOf(url);
  await expect(open(url, dyingRestic(directory, 'prune')).prune()).rejects.toMatchObject({
    code: 'REPOSITORY_UNREACHABLE',
  });
  expect(await repository.isLocked()).toBe(true);
  expect(await repository.check('structure', {})).toEqual([]);
  expect((await repository.prune()).freed_bytes).toBeGreaterThan(2_900_000);
  expect(bytesOf(url)).toBeLessThan(before - 2_900_000);
  expect(await repository.isLocked()).toBe(false);
  expect(await repository.check('data', {})).toEqual([]);
  expect((await repository.snapshots([])).map(({id}) => id)).toEqual([stays]);
});

test('a program that is alive and at work there is waited for by name', async () => {
  const {url} = place();
  const repository = open(url);
  const snapshot = await store(repository);
  const holder = spawn(restic, ['--no-cache', 'backup', '--stdin', '--stdin-filename', 'endless'], {
    env: {...process.env, RESTIC_REPOSITORY: url, RESTIC_PASSWORD_FILE: passwordFile},
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  try {
    while (readdirSync(join(url, 'locks')).length === 0) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    await expect(repository.forget([snapshot])).rejects.toMatchObject({code: 'REPOSITORY_LOCKED'});
    await expect(repository.prune()).rejects.toMatchObject({code: 'REPOSITORY_LOCKED'});
  } finally {
    holder.kill('SIGKILL');
  }
  expect(await repository.snapshots([])).toHaveLength(1);
  expect(readFileSync(passwordFile, 'utf8')).not.toBe('');
  execFileSync(restic, ['--no-cache', 'unlock'], {
    env: {...process.env, RESTIC_REPOSITORY: url, RESTIC_PASSWORD_FILE: passwordFile},
  });
});
