import {readdirSync, readFileSync, readlinkSync} from 'node:fs';
import {setTimeout as delay} from 'node:timers/promises';
import {processStart} from '../kernel/process_start.ts';

/** In the environment of every program that we start, whose it is: namespace, pid and start of the drctl. */
const OWNER = 'DRCTL_OWNER';
const WAIT_MS = 5000;

export function ownerMark(): Record<string, string> {
  return {[OWNER]: `${pidNamespace()}/${process.pid}/${processStart(process.pid) ?? ''}`};
}

/**
 * Ends programs whose drctl was killed. A pg_dump, pg_restore or restic outlives it and would go on writing into what the next job makes.
 * Those of a drctl in another container are left alone: whether it lives cannot be told from here.
 */
export async function endOrphans(): Promise<void> {
  const orphans = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter(isOrphan);
  for (const pid of orphans) {
    kill(pid);
  }
  for (let waited = 0; waited < WAIT_MS && orphans.some((pid) => isOrphan(pid)); waited += 20) {
    await delay(20);
  }
}

function isOrphan(pid: number): boolean {
  const [namespace, owner, start] = (environmentOf(pid).find((entry) => entry.startsWith(`${OWNER}=`)) ?? '')
    .slice(OWNER.length + 1)
    .split('/');
  return owner !== undefined && namespace === pidNamespace() && processStart(Number(owner)) !== start;
}

/** Empty for a program that has ended or is not ours to see. */
function environmentOf(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
  } catch {
    return [];
  }
}

function pidNamespace(): string {
  return readlinkSync('/proc/self/ns/pid');
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It ended by itself.
  }
}
