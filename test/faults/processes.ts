import {readdirSync, readFileSync} from 'node:fs';

export interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly name: string;
  /** Arguments, joined by spaces. */
  readonly command: string;
}

/** Every process below `pid`, of any depth. */
export function descendants(pid: number): Process[] {
  const all = processes();
  const found: Process[] = [];
  for (let parents = [pid]; parents.length > 0;) {
    const children = all.filter(({parent}) => parents.includes(parent));
    found.push(...children);
    parents = children.map((child) => child.pid);
  }
  return found;
}

/** Everything that runs on this machine and may be seen. */
export function processes(): Process[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const stat = readFileSync(`/proc/${name}/stat`, 'latin1');
        const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
        const command = readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
        // A zombie has ended; only its parent has not looked yet.
        return state === 'Z'
          ? []
          : [
              {
                pid: Number(name),
                parent: Number(parent),
                name: stat.slice(stat.indexOf('(') + 1, stat.lastIndexOf(')')),
                command,
              },
            ];
      } catch {
        return [];
      }
    });
}
