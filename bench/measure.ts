import {readdirSync, readFileSync, readlinkSync} from 'node:fs';
import {readFile, rm} from 'node:fs/promises';
import {basename, join} from 'node:path';
import {execa} from 'execa';

export type Command = {program: string; args: readonly string[]; env?: Record<string, string>};

export type Measured = {
  seconds: number;
  /** User and system time of the whole process tree. */
  cpu: number;
  /** User and system time of the PostgreSQL sessions that it opened. */
  server_cpu: number;
  /** Most resident bytes that one process of each program had. */
  peak_rss: Record<string, number>;
  stdout: string;
};

const TIME = '/usr/bin/time';
/** VmHWM is a high-water mark that the kernel keeps, so that looking ten times a second misses only the last tenth. */
const LOOK_EVERY_MS = 100;
const TICKS_PER_SECOND = 100;

/** Runs a command and tells what it cost. */
export async function measure(command: Command, postmaster: number, directory: string): Promise<Measured> {
  const report = join(directory, 'time.txt');
  const serverBefore = cpuOfEndedChildren(postmaster);
  const child = execa(TIME, ['--format=%e %U %S', `--output=${report}`, command.program, ...command.args], {
    ...(command.env && {env: command.env}),
    stdin: 'ignore',
    maxBuffer: 64 * 1024 * 1024,
  });
  const peaks = new Map<string, number>();
  const looking = setInterval(() => {
    lookAt(child.pid ?? 0, peaks);
  }, LOOK_EVERY_MS);
  try {
    const {stdout} = await child;
    const [elapsed = 0, user = 0, system = 0] = (await readFile(report, 'utf8')).trim().split(' ').map(Number);
    const serverCpu = (cpuOfEndedChildren(postmaster) - serverBefore) / TICKS_PER_SECOND;
    return {seconds: elapsed, cpu: user + system, server_cpu: serverCpu, peak_rss: Object.fromEntries(peaks), stdout};
  } finally {
    clearInterval(looking);
    await rm(report, {force: true});
  }
}

function lookAt(pid: number, peaks: Map<string, number>): void {
  for (const child of childrenOf(pid)) {
    const rss = peakOf(child);
    if (rss !== null && rss.bytes > (peaks.get(rss.program) ?? 0)) {
      peaks.set(rss.program, rss.bytes);
    }
    lookAt(child, peaks);
  }
}

/** Any thread may have started it. */
function childrenOf(pid: number): number[] {
  return threadsOf(pid)
    .flatMap((thread) => readOr(`/proc/${pid}/task/${thread}/children`, '').trim().split(' '))
    .filter((text) => text !== '')
    .map(Number);
}

function threadsOf(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/task`);
  } catch {
    return [];
  }
}

function peakOf(pid: number): {program: string; bytes: number} | null {
  try {
    const program = basename(readlinkSync(`/proc/${pid}/exe`));
    const [, kilobytes] = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return kilobytes === undefined ? null : {program, bytes: Number(kilobytes) * 1024};
  } catch {
    // It ended while we looked.
    return null;
  }
}

/** Ticks; PostgreSQL waits for each of its sessions, so an ended one is counted here. */
function cpuOfEndedChildren(pid: number): number {
  const fields = readOr(`/proc/${pid}/stat`, '')
    .replace(/^.*\) /s, '')
    .split(' ');
  return Number(fields[13] ?? 0) + Number(fields[14] ?? 0);
}

function readOr(file: string, otherwise: string): string {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    return otherwise;
  }
}
