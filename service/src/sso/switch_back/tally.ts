import type {SwitchBackResult} from '@disaster-recovery/contract';
import type {ReturnOutcome} from './return_people.ts';

const SHOWN = 1000;

/** What became of the people of one switch back. Who was given back is shown as long as there is room, everybody else always. */
export type Tally = Pick<
  SwitchBackResult,
  | 'returned'
  | 'conflicts'
  | 'failed'
  | 'sessions_revoked'
  | 'sessions_kept'
  | 'reset_tokens_purged'
  | 'people'
  | 'drift'
>;
type Row = Tally['people'][number];

export function emptyTally(): Tally {
  return {
    returned: 0,
    conflicts: 0,
    failed: 0,
    sessions_revoked: 0,
    sessions_kept: 0,
    reset_tokens_purged: 0,
    people: [],
    drift: [],
  };
}

export function count(tally: Tally, outcome: ReturnOutcome): void {
  const {id, username, email, message, changes} = outcome;
  tally[fieldOf(outcome)] += 1;
  tally.sessions_revoked += outcome.sessions_revoked;
  tally.sessions_kept += outcome.sessions_kept;
  tally.reset_tokens_purged += outcome.tokens_purged;
  if (tally.people.length < SHOWN || wentWrong(outcome)) {
    tally.people.push({id, username, email, outcome: outcome.outcome, message});
  }
  if (changes.length > 0 && tally.drift.length < SHOWN) {
    tally.drift.push({person: {id, username, email}, changes});
  }
}

/** Of the person who went first and of all others, as it stands after the second look. */
export function merge(first: Tally, rest: Tally, again: readonly ReturnOutcome[]): Tally {
  const sum = (field: Exclude<keyof Tally, 'people' | 'drift'>): number => first[field] + rest[field];
  const tally: Tally = {
    returned: sum('returned'),
    conflicts: sum('conflicts'),
    failed: sum('failed'),
    sessions_revoked: sum('sessions_revoked'),
    sessions_kept: sum('sessions_kept'),
    reset_tokens_purged: sum('reset_tokens_purged'),
    people: [...first.people, ...rest.people],
    drift: [...first.drift, ...rest.drift].slice(0, SHOWN),
  };
  for (const outcome of again) {
    countAgain(tally, outcome);
  }
  tally.people = [...tally.people.filter(wentWrong), ...tally.people.filter((it) => !wentWrong(it))].slice(0, SHOWN);
  return tally;
}

/** Whoever is looked at again was given back, or failed; who failed is always among the people. */
function countAgain(tally: Tally, outcome: ReturnOutcome): void {
  const {id, username, email, message} = outcome;
  const before = tally.people.find((person) => person.id === id);
  tally[before ? fieldOf(before) : 'returned'] -= 1;
  tally[fieldOf(outcome)] += 1;
  tally.sessions_revoked += outcome.sessions_revoked;
  tally.reset_tokens_purged += outcome.tokens_purged;
  tally.people = [
    ...tally.people.filter((person) => person !== before),
    {id, username, email, outcome: outcome.outcome, message},
  ];
}

const wentWrong = ({outcome}: Pick<Row, 'outcome'>): boolean => outcome === 'failed' || outcome === 'conflict';

function fieldOf({outcome}: Pick<Row, 'outcome'>): 'returned' | 'conflicts' | 'failed' {
  return outcome === 'conflict' ? 'conflicts' : outcome === 'failed' ? 'failed' : 'returned';
}
