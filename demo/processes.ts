import {globSync, readFileSync, writeFileSync} from 'node:fs';
import {setTimeout as pause} from 'node:timers/promises';
import {place} from './place.ts';

/** `started` is in clock ticks since boot: a process id alone may be another's by now. */
export type Recorded = {pid: number; started: string; name: string; signal: NodeJS.Signals};

const FILE = place('processes.json');
const PATIENCE_MS = 25_000;

/** Notes a process that the demo started, so that it can be ended even after a crash of the demo. */
export function record(name: string, pid: number, signal: NodeJS.Signals = 'SIGTERM'): void {
  const started = startOf(pid);
  if (started !== undefined) {
    writeFileSync(FILE, JSON.stringify([...running(), {pid, started, name, signal}]));
  }
}

/** Those of the recorded processes that are still there, oldest first. */
export function running(): Recorded[] {
  try {
    return (JSON.parse(readFileSync(FILE, 'utf8')) as Recorded[]).filter(({pid, started}) => startOf(pid) === started);
  } catch {
    return [];
  }
}

/** Ends what still runs, the newest first, because the older ones serve it. Gives their names. */
export async function stopRecorded(): Promise<string[]> {
  const stopped: string[] = [];
  for (let last = nextToStop(); last !== undefined; last = nextToStop()) {
    stopped.push(last.name);
    await stop(last);
  }
  return stopped;
}

function nextToStop(): Recorded | undefined {
  return running().findLast(({pid}) => pid !== process.pid);
}

async function stop(one: Recorded): Promise<void> {
  const children = childrenOf(one.pid);
  send(one, one.signal);
  const deadline = performance.now() + PATIENCE_MS;
  while (startOf(one.pid) === one.started) {
    if (performance.now() > deadline) {
      // A killed Mattermost does not take its plugins with it.
      [one, ...children].forEach((process) => send(process, 'SIGKILL'));
    }
    await pause(50);
  }
}

function send({pid, started}: Pick<Recorded, 'pid' | 'started'>, signal: NodeJS.Signals): void {
  if (startOf(pid) === started) {
    try {
      process.kill(pid, signal);
    } catch {
      // It ended this very moment.
    }
  }
}

function childrenOf(pid: number): Pick<Recorded, 'pid' | 'started'>[] {
  return globSync(`/proc/${pid}/task/*/children`)
    .flatMap((file) => readFileSync(file, 'latin1').trim().split(' '))
    .filter((child) => child !== '')
    .map((child) => ({pid: Number(child), started: startOf(Number(child)) ?? ''}));
}

/** Undefined when there is no such process, or nothing but its exit code is left of it. */
function startOf(pid: number): string | undefined {
  try {
    // The name of a program may hold blanks and brackets, so counting begins behind the last bracket.
    const fields = readFileSync(`/proc/${pid}/stat`, 'latin1')
      .replace(/^.*\) /s, '')
      .split(' ');
    return fields[0] === 'Z' ? undefined : fields[19];
  } catch {
    return undefined;
  }
}
