import {readdirSync, readFileSync} from 'node:fs';

export interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly name: string;
  /** Arguments, joined by spaces. */
  readonly command: string;
}

/** Every process below `pid`, of any depth. Only those are looked at: who waits for one looks hundreds of times. */
export function descendants(pid: number): Process[] {
  return childrenOf(pid).flatMap((child) => {
    const process = processOf(child);
    return process === undefined ? [] : [process, ...descendants(child)];
  });
}

/** Everything that runs on this machine and may be seen. */
export function processes(): Process[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => processOf(Number(name)))
    .filter((process) => process !== undefined);
}

function childrenOf(pid: number): number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
      readFileSync(`/proc/${pid}/task/${thread}/children`, 'latin1')
        .split(' ')
        .filter((child) => child !== '')
        .map(Number),
    );
  } catch {
    // It has ended meanwhile.
    return [];
  }
}

/** Undefined: it has ended. A zombie has too; only its parent has not looked yet. */
function processOf(pid: number): Process | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
    const name = stat.slice(stat.indexOf('(') + 1, stat.lastIndexOf(')'));
    return state === 'Z' ? undefined : {pid, parent: Number(parent), name, command};
  } catch {
    return undefined;
  }
}
