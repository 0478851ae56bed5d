import {readFileSync} from 'node:fs';

/**
 * When a process began, in clock ticks since boot: a reused pid has another one. Null when there is no such process.
 * Field 22 of /proc/PID/stat; the command name before it may hold spaces and brackets, so count from the last bracket.
 */
export function processStart(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null;
  } catch {
    return null;
  }
}
