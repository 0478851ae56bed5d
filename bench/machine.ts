import {existsSync} from 'node:fs';
import {readFile, writeFile} from 'node:fs/promises';
import {availableParallelism, cpus, totalmem} from 'node:os';
import {execa} from 'execa';

const PROGRAMS = [
  ['/usr/bin/time', 'time'],
  ['/usr/bin/zstd', 'zstd'],
  ['/bin/bash', 'bash'],
  ['/bin/tar', 'tar'],
  ['/usr/bin/psql', 'postgresql-client'],
] as const;

/** @throws Error naming the packages to install */
export function requirePrograms(drctl: string): void {
  const missing = PROGRAMS.filter(([path]) => !existsSync(path)).map(([, name]) => name);
  if (missing.length > 0) {
    throw new Error(`The benchmark needs ${missing.join(', ')}: apt-get install -y ${missing.join(' ')}`);
  }
  if (!existsSync(drctl)) {
    throw new Error('There is no dist/drctl: run `make service` first.');
  }
}

/** Every measured command starts with nothing in memory but what PostgreSQL holds itself. Only root may do that; returns whether it was done. */
export async function dropPageCache(): Promise<boolean> {
  await execa('sync');
  try {
    await writeFile('/proc/sys/vm/drop_caches', '3');
    return true;
  } catch {
    return false;
  }
}

export async function describeMachine(): Promise<{cores: number; cpu: string; memory_gb: number; load_before: number}> {
  const [load = '0'] = (await readFile('/proc/loadavg', 'latin1')).split(' ');
  return {
    cores: availableParallelism(),
    cpu: cpus()[0]?.model ?? '',
    memory_gb: Math.round(totalmem() / 2 ** 30),
    load_before: Number(load),
  };
}

/** Bytes of all files below a directory. */
export async function bytesIn(directory: string): Promise<number> {
  const {stdout} = await execa('du', ['--apparent-size', '--block-size=1', '--summarize', directory]);
  return Number(stdout.split('\t')[0]);
}
