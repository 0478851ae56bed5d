import {Failure} from '../../kernel/failure.ts';
import type {CommandLine} from '../../process/command_line.ts';
import {resticFailure} from './failures.ts';
import {SnapshotJson} from './messages.ts';
import {callOrFail, type ResticCall} from './restic_command.ts';

/** So many ids fit into one command line on any system. */
const AT_ONCE = 500;

/** Ids in as many command lines as they need; none for none. */
export function* inCommandLines(ids: readonly string[]): Generator<string[]> {
  for (let at = 0; at < ids.length; at += AT_ONCE) {
    yield ids.slice(at, at + AT_ONCE);
  }
}

export const OPEN = {command: ['cat', 'config'], options: {'no-lock': true}} as const;

/** All of them, whatever is looked for: restic reads each to know its tags, and one that has the name of another is told by that one. */
export async function askForSnapshots(call: ResticCall, signal?: AbortSignal): Promise<SnapshotJson[]> {
  const line = {command: ['snapshots'], options: {json: true, 'no-lock': true}} as const;
  const {stdout} = await callOrFail(call, line, signal ? {signal} : {});
  return SnapshotJson.array().parse(JSON.parse(stdout));
}

/** Opens nothing that another key opens. @throws Failure REPOSITORY_EXISTS */
export async function create(
  call: ResticCall,
  {location, options = {}}: {location: string; options?: CommandLine['options']},
): Promise<'created' | 'already_there'> {
  const opened = await call(OPEN);
  if (opened.exitCode === 0) {
    return 'already_there';
  }
  const failure = resticFailure('cat config', opened);
  if (failure.code === 'REPOSITORY_KEY_WRONG') {
    throw new Failure('REPOSITORY_EXISTS', `${location} holds a repository already, and this key does not open it.`, {
      cause: failure,
    });
  }
  if (failure.code !== 'REPOSITORY_NOT_FOUND') {
    throw failure;
  }
  await callOrFail(call, {command: ['init'], options: {json: true, ...options}});
  return 'created';
}
