import {ALL_PARTS, type HeldBack} from '@disaster-recovery/contract';
import {isoTime} from '../kernel/clock.ts';
import {formatDuration} from '../kernel/format.ts';
import type {Candidate, KeepRules} from './rules.ts';

export type HeldBackFacts = {
  sets: readonly Candidate[];
  /** Sets whose manifest cannot be read. */
  unreadable: readonly {set: string | null; message: string; isNewer: boolean}[];
  /** What is said of sets that lie here and elsewhere under one id and differ. */
  divergent: readonly string[];
  rules: KeepRules | null;
  objectiveMs: number | null;
  now: number;
};

/** Why nothing may be removed now. What looks wrong about the newest sets makes the old ones precious. */
export function heldBack(facts: HeldBackFacts): HeldBack | null {
  const {sets, unreadable, divergent, rules} = facts;
  if (rules === null) {
    return {
      code: 'no_rules',
      message: 'No keep-rules are set for this repository, so nothing is ever removed from it.',
      remedy: 'Add `keep` to the configuration; for a copy, `keep` in its entry of `copies`.',
    };
  }
  const ahead = sets.find(({inFuture}) => inFuture);
  if (ahead) {
    return {
      code: 'clock_behind',
      message: `Set ${ahead.id} says that it is of ${isoTime(ahead.t0)}, which is still to come: the clock of this machine is behind, or was ahead then.`,
      remedy: 'Look at the clock of this machine and at that set. When that time has passed, sets go again.',
    };
  }
  const [lost] = unreadable;
  if (lost) {
    return {
      code: 'unreadable',
      message: `${unreadable.length === 1 ? 'A set' : `${unreadable.length} sets`} cannot be read, first ${lost.set ?? 'one without a name'}: ${lost.message}`,
      remedy: lost.isNewer
        ? 'Use the version of drctl that wrote it, or a newer one: only that knows what it needs.'
        : 'See what is left of it with `drctl list`. What it needs cannot be told, so nothing is removed beside it.',
    };
  }
  const [differs] = divergent;
  if (differs !== undefined) {
    return {
      code: 'divergent',
      message: differs,
      remedy: 'Find out which of the two is what was backed up: `drctl verify SET --from NAME --level L3`.',
    };
  }
  return aboutTheNewest(facts);
}

function aboutTheNewest({sets, objectiveMs, now}: HeldBackFacts): HeldBack | null {
  const backups = sets.filter(({kind}) => kind === 'backup').sort((a, b) => b.t0 - a.t0);
  const [newest] = backups;
  if (!newest) {
    return null;
  }
  const good = backups.filter((set) => set.good);
  // A set of the database alone does not stand for the server, where there are whole ones.
  const isWhole = ({scope}: Candidate): boolean => ALL_PARTS.every((part) => scope.includes(part));
  const recovery = good.find(isWhole) ?? good[0];
  if (!recovery) {
    return {code: 'nothing_good', message: 'None of the sets is good.', remedy: 'Make a good backup: `drctl backup`.'};
  }
  const bad = [newest, backups.find(isWhole)].find((set) => set?.good === false);
  if (bad) {
    return {
      code: 'newest_not_good',
      message: `The newest set, ${bad.id}, is not good: older ones may be all that there is.`,
      remedy:
        'See what is wrong with `drctl verify latest --level L3` and `drctl list`, and make a good backup: `drctl backup`.',
    };
  }
  const age = now - recovery.t0;
  return objectiveMs !== null && age > objectiveMs
    ? {
        code: 'newest_too_old',
        message: `The newest good set, ${recovery.id}, is ${formatDuration(age)} old, more than the objective of ${formatDuration(objectiveMs)}.`,
        remedy: 'Make a backup, `drctl backup`, and see why none came by itself: `drctl schedule list`.',
      }
    : null;
}
