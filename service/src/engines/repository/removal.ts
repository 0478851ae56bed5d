import type {CommandLine} from '../../process/command_line.ts';
import {DELETE_REFUSED, resticFailure} from './failures.ts';
import {inCommandLines} from './restic_basics.ts';
import {pastStaleLocks, type ResticCall} from './restic_command.ts';

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];
const FREED = /^total prune:\s+\d+ blobs \/ ([\d.]+) ([KMGTP]?i?B)$/;

/** @throws Failure REPOSITORY_DELETE_REFUSED, which restic itself does not take for an error */
async function remove(
  call: ResticCall,
  line: CommandLine & {command: readonly [string]},
  options: {signal?: AbortSignal; onLine?: (line: string) => void},
): Promise<void> {
  const [command] = line.command;
  const end = await pastStaleLocks(call, line, options);
  if (end.exitCode !== 0 || DELETE_REFUSED.test(end.stderr)) {
    throw resticFailure(command, end);
  }
}

/** `ids`: as they are called in this repository. */
export async function forget(call: ResticCall, ids: readonly string[], signal?: AbortSignal): Promise<void> {
  for (const some of inCommandLines(ids)) {
    // With no id at all, restic would look for rules.
    await remove(call, {command: ['forget'], operands: some}, signal ? {signal} : {});
  }
}

/** restic rounds what it tells of, and has no JSON for it. */
export async function prune(call: ResticCall, signal?: AbortSignal): Promise<{freed_bytes: number}> {
  let freed = 0;
  await remove(
    call,
    {command: ['prune']},
    {
      ...(signal && {signal}),
      onLine: (line) => {
        const [, number, unit = 'B'] = FREED.exec(line) ?? [];
        freed = number === undefined ? freed : Math.round(Number(number) * 1024 ** UNITS.indexOf(unit));
      },
    },
  );
  return {freed_bytes: freed};
}
