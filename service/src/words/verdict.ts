import type {Part, SetStanding, Status, Verdict} from '@disaster-recovery/contract';
import {formatDuration} from '../kernel/format.ts';

const PART_NAMES = {
  database: 'the database',
  config: 'the configuration',
  files: 'the files',
} as const satisfies Record<Part, string>;

/** `the database and the files`. */
function partNames(parts: readonly Part[]): string {
  return parts.map((part) => PART_NAMES[part]).join(' and ');
}

/** How urgent a verdict is: nothing to do, soon, now. */
export const VERDICT_TONES = {
  good: 'good',
  too_old: 'bad',
  partial: 'attention',
  damaged: 'attention',
  none: 'bad',
  unknown: 'bad',
} as const satisfies Record<Verdict['kind'], string>;

/** The first sentence of every status: can this server be recovered, to when, and without what? */
export function verdictWords({
  verdict,
  rpo_objective_ms: objective,
}: Pick<Status, 'verdict' | 'rpo_objective_ms'>): string {
  const {kind, age_ms: age, missing, set} = verdict;
  const ago = `${formatDuration(age ?? 0)} ago`;
  const limit = verdict.beyond_objective && objective !== null ? `; the objective is ${formatDuration(objective)}` : '';
  switch (kind) {
    case 'unknown':
      return 'It is not known whether you can recover: the repository does not open.';
    case 'none':
      return 'You cannot recover yet: nothing is backed up.';
    case 'good':
      return `You can recover to ${ago}.`;
    case 'too_old':
      return `You can recover, but only to ${ago}${limit}.`;
    case 'partial':
      return `You can recover only in part, without ${partNames(unprotected(missing))}, to ${ago}${limit}.`;
    case 'damaged':
      if (verdict.damage === 'lost_parts') {
        return `You may not be able to recover: parts of set ${set ?? ''} are not in the repository any more.`;
      }
      return verdict.damage === 'verification'
        ? `You may not be able to recover: the last verification of set ${set ?? ''} found damage.`
        : `You can recover to ${ago}, but not all files: some that the database names are missing${limit}.`;
  }
}

/** A line for each repository that is not in use. */
export function copyLines({repositories = []}: Pick<Status, 'repositories'>): string[] {
  return repositories
    .filter(({in_use: inUse}) => !inUse)
    .map(({name, location, message, newest, age_ms: age, outcome}) =>
      outcome === 'failed'
        ? `${name} (${location}) cannot be read: ${message}`
        : `${name} (${location}): ${message}${newest === null ? ', none of them good and whole' : `, the newest good one ${formatDuration(age ?? 0)} old`}`,
    );
}

const unprotected = (missing: Verdict['missing']): Part[] =>
  missing.filter(({protected_by: by}) => by === null).map(({part}) => part);

/** What a good set does not hold: parts protected elsewhere, and what is left out of those that it holds. */
export function reservations(missing: Verdict['missing'], {incomplete}: Pick<SetStanding, 'incomplete'>): string[] {
  return [
    ...missing.flatMap(({part, protected_by: by}) =>
      by === null ? [] : [`${capital(PART_NAMES[part])} are not in the sets. Protected by: ${by}`],
    ),
    ...(incomplete.length > 0 ? [`Something is left out of ${partNames(incomplete)}.`] : []),
  ];
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
