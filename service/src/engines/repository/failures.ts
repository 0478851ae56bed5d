import type {FailureCode} from '@disaster-recovery/contract';
import {Failure} from '../../kernel/failure.ts';

// restic's exit codes since 0.17 (its manual, "Exit status codes").
const BY_EXIT: Record<number, FailureCode> = {
  10: 'REPOSITORY_NOT_FOUND',
  11: 'REPOSITORY_LOCKED',
  12: 'REPOSITORY_KEY_WRONG',
};

/** restic tells of what it was not let delete, and ends with 0. */
export const DELETE_REFUSED = /\bunable to remove \w+\/[0-9a-f]+ from the repository|\bRemove\(<[^>]*>\) failed/;

const PATTERNS: readonly [RegExp, FailureCode][] = [
  [/all source directories\/files do not exist/i, 'FILES_UNREADABLE'],
  [/no space left on device|disk quota exceeded/i, 'DISK_FULL'],
  [
    /ciphertext verification failed|invalid data returned|hash mismatch|has the wrong hash|does not match id|not found in index|failed to load (blob|tree)|load .*: (EOF|unexpected)|repository contains errors|Pack .* not found|cannot dump file: /i,
    'REPOSITORY_DAMAGED',
  ],
  // A piece of a pack that is gone or cut: the place answers, what lay there does not.
  [
    /<data\/[0-9a-f]+>.*(no such file|not exist|file is too short|NoSuchKey|\b404\b)|\bid [0-9a-f]{8,64} not found in repository/i,
    'REPOSITORY_DAMAGED',
  ],
  [
    /unable to open config file: .*(no such file|not exist|404)|Is there a repository at the following location/i,
    'REPOSITORY_NOT_FOUND',
  ],
  [/wrong password or no key found/i, 'REPOSITORY_KEY_WRONG'],
  [/already locked/i, 'REPOSITORY_LOCKED'],
  [DELETE_REFUSED, 'REPOSITORY_DELETE_REFUSED'],
];

/** What it means here, before restic's reason. */
const WORDS: Partial<Record<FailureCode, string>> = {
  REPOSITORY_LOCKED: 'Another program holds the lock of the repository',
  REPOSITORY_KEY_WRONG: 'The key does not open the repository',
  REPOSITORY_DAMAGED: 'The repository does not give back what was stored in it',
  DISK_FULL: 'There is no space left',
  REPOSITORY_DELETE_REFUSED: 'The repository did not let go of what was to be removed',
  FILES_UNREADABLE: 'Nothing of what was to be stored is there',
};

export type ResticEnd = {exitCode: number | null; signal: string | null; stderr: string; says: string | null};

/** How restic ended: our words, then its reason in short. `details.said` has its own words. */
export function resticFailure(command: string, end: ResticEnd): Failure {
  const said =
    (end.says ?? lastLine(end.stderr)) ||
    (end.signal ? `killed by ${end.signal}` : `exit code ${end.exitCode ?? 'unknown'}`);
  const code =
    BY_EXIT[end.exitCode ?? -1] ??
    PATTERNS.find(([pattern]) => pattern.test(`${end.stderr}\n${said}`))?.[1] ??
    'REPOSITORY_UNREACHABLE';
  const reason = said.replace(/^Fatal: /, '').trim();
  const details = {said: `restic ${command}: ${reason.slice(0, 600)}`};
  return code === 'REPOSITORY_NOT_FOUND'
    ? new Failure(code, 'The place of the repository is empty or not mounted.', {details})
    : new Failure(code, `${WORDS[code] ?? 'The repository could not be reached or written'}: ${reason.slice(0, 300)}`, {
        details,
      });
}

/** The repository does not answer, and restic would go on trying for many minutes. */
export function unanswered(seconds: number, line: string): Failure {
  const reason = line.replace(/^.*retrying after [^:]*: /, '').trim();
  return new Failure(
    'REPOSITORY_UNREACHABLE',
    `The repository has not answered for ${seconds} s: ${reason.slice(0, 300)}`,
    {details: {said: line.slice(0, 600)}},
  );
}

function lastLine(text: string): string {
  return (
    text
      .trim()
      .split('\n')
      .filter((line) => !line.startsWith('{'))
      .at(-1) ?? ''
  );
}
