import {resticFailure} from './failures.ts';
import {FoundJson} from './messages.ts';
import type {Damage} from './port.ts';
import {pastStaleLocks, type ResticCall} from './restic_command.ts';

type Watch = {signal?: AbortSignal; progress?: (done: number, total: number | null) => void};

/** The object that an error names first: `pack 2259…: does not exist`, `error for tree 9b8e5355:`. */
const OBJECT = /\b(pack|tree|blob) ([0-9a-f]{8,64})/;
/** Advice that restic prints as errors. */
const ADVICE = /^\s*(The repository (is|contains) damaged|restic repair|Damaged pack files|This can be done)/;

/** Runs `restic check` and finds out, for each damage, which snapshots need the damaged object and for which file. */
export async function findDamaged(call: ResticCall, depth: 'structure' | 'data', {signal}: Watch): Promise<Damage[]> {
  const options = signal ? {signal} : {};
  const line = {command: ['check'], options: {json: true, 'read-data': depth === 'data'}} as const;
  const end = await pastStaleLocks(call, line, options);
  if (end.exitCode === 0) {
    return [];
  }
  const failure = resticFailure('check', end);
  const said = end.messages
    .flatMap((message) => (message.message_type === 'error' ? [message.message ?? message.error?.message ?? ''] : []))
    .map((text) => text.trim())
    .filter((text) => text !== '' && !ADVICE.test(text));
  if (
    said.length === 0 ||
    ['REPOSITORY_NOT_FOUND', 'REPOSITORY_LOCKED', 'REPOSITORY_KEY_WRONG'].includes(failure.code)
  ) {
    throw failure;
  }
  const damages: Damage[] = [];
  for (const says of said) {
    const [, kind, name] = OBJECT.exec(says) ?? [];
    const needing = kind && name ? await whoNeeds(call, {kind, name}, options) : {snapshots: [], where: null};
    damages.push({says, ...needing});
  }
  return damages;
}

async function whoNeeds(
  call: ResticCall,
  {kind, name}: {kind: string; name: string},
  options: {signal?: AbortSignal},
): Promise<Pick<Damage, 'snapshots' | 'where'>> {
  const what = {pack: kind === 'pack', tree: kind === 'tree', blob: kind === 'blob'};
  const line = {command: ['find'], options: {json: true, 'no-lock': true, ...what}, operands: [name]} as const;
  const {exitCode, stdout} = await call(line, options);
  // Where damage hides the answer, restic ends with an error; then the damage is told without its snapshots.
  const found = exitCode === 0 && stdout.trim().startsWith('[') ? FoundJson.array().parse(JSON.parse(stdout)) : [];
  return {
    snapshots: [...new Set(found.flatMap(({snapshot}) => (snapshot ? [snapshot] : [])))],
    where: found.find(({path}) => path)?.path ?? null,
  };
}
