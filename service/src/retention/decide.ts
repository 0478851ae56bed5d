import type {KeepReason, KeepReasonCode} from '@disaster-recovery/contract';
import {isoTime} from '../kernel/clock.ts';
import {formatDuration} from '../kernel/format.ts';
import {bucketOf, UNITS, type Unit} from './buckets.ts';
import {isInForce, type Candidate, type KeepRules} from './rules.ts';

export type Decision = {set: Candidate; reasons: KeepReason[]; goes: boolean};

type Stay = (set: Candidate, code: KeepReasonCode, message: string) => void;

/**
 * What stays in a repository, and why: pure, so that a preview and what is done are the same. Newest first. Sets are counted for each
 * scope by itself, and one that is not good takes no good one's place. `rules` null: everything stays.
 */
export function decide({
  sets,
  rules,
  now,
}: {
  sets: readonly Candidate[];
  rules: KeepRules | null;
  now: number;
}): Decision[] {
  const newestFirst = sets.toSorted((a, b) => b.t0 - a.t0 || (a.id < b.id ? 1 : -1));
  const reasons = new Map<string, KeepReason[]>(newestFirst.map(({id}) => [id, []]));
  const stay: Stay = ({id}, code, message) => {
    reasons.get(id)?.push({code, message});
  };
  const stays = ({id}: Candidate): boolean => (reasons.get(id)?.length ?? 0) > 0;
  for (const set of newestFirst) {
    sayWhatHoldsIt(set, stay, now);
    if (rules === null) {
      stay(set, 'no_rules', 'No keep-rules are set for this repository.');
    }
  }
  if (rules !== null) {
    const present = newestFirst.filter(({inFuture}) => !inFuture);
    const backups = present.filter(({kind}) => kind === 'backup');
    for (const group of Map.groupBy(backups, scopeOf).values()) {
      keepInScope({group, rules, stay, stays});
    }
    for (const set of present.filter(({kind, t0}) => kind === 'restore_point' && now - t0 < rules.restorePointsMs)) {
      stay(set, 'restore_points_days', `A restore point stays ${formatDuration(rules.restorePointsMs)}.`);
    }
    keepNeeded(newestFirst, stay, stays);
  }
  return newestFirst.map((set) => ({set, reasons: reasons.get(set.id) ?? [], goes: !stays(set)}));
}

const scopeOf = ({scope}: Candidate): string => [...scope].sort().join();

function sayWhatHoldsIt(set: Candidate, stay: Stay, now: number): void {
  const {hold, inFuture} = set;
  if (hold !== null && isInForce(hold, now)) {
    const until = hold.until === null ? '' : ` until ${isoTime(hold.until)}`;
    stay(set, 'held', `${hold.owner.name} holds it${until}: ${hold.reason}`);
  }
  if (inFuture) {
    stay(set, 'in_future', 'It says that it is of a time to come.');
  }
}

type Scoped = {group: readonly Candidate[]; rules: KeepRules; stay: Stay; stays(set: Candidate): boolean};

function keepInScope({group, rules, stay, stays}: Scoped): void {
  const [newest] = group;
  if (!newest) {
    return;
  }
  for (const set of upToGood(group, rules.last, ({good}) => good)) {
    stay(set, 'last', `One of the newest (last: ${rules.last}).`);
  }
  for (const unit of UNITS) {
    keepByCalendar({group, unit, count: rules[unit], timeZone: rules.timeZone}, stay);
  }
  for (const set of rules.withinMs > 0 ? group.filter(({t0}) => newest.t0 - t0 <= rules.withinMs) : []) {
    stay(set, 'within_hours', `Within ${formatDuration(rules.withinMs)} of the newest.`);
  }
  const verified = Math.max(1, rules.minimumVerified);
  for (const set of group.filter((each) => each.verified).slice(0, verified)) {
    stay(set, 'minimum_verified', verified === 1 ? 'The last verified one.' : `One of the last ${verified} verified.`);
  }
  const good = group.find((set) => set.good);
  stay(good ?? newest, 'newest_good', good ? 'The newest good one.' : 'The newest; none is good.');
  keepMinimum({group, rules, stay, stays});
}

/** The newest `count` good ones, and those between them that are not: they do not count. */
function upToGood<T>(all: readonly T[], count: number, isGood: (one: T) => boolean): T[] {
  let seen = 0;
  return all.filter((one) => {
    const isTaken = seen < count;
    seen += isTaken && isGood(one) ? 1 : 0;
    return isTaken;
  });
}

type ByCalendar = {group: readonly Candidate[]; unit: Unit; count: number; timeZone: string | null};

function keepByCalendar({group, unit, count, timeZone}: ByCalendar, stay: Stay): void {
  const buckets = count > 0 ? [...Map.groupBy(group, ({t0}) => bucketOf(unit, t0, timeZone))] : [];
  const taken = upToGood(buckets, count, ([, sets]) => sets.some(({good}) => good));
  for (const [name, sets] of taken) {
    const set = sets.find(({good}) => good) ?? sets[0];
    if (set) {
      stay(set, unit, `The newest of ${unit === 'weekly' ? `the week of ${name}` : name} (${unit}).`);
    }
  }
}

/** What the other rules leave is filled up, with good ones first. */
function keepMinimum({group, rules, stay, stays}: Scoped): void {
  const others = group.filter((set) => !stays(set));
  const missing = Math.max(0, rules.minimumSets - (group.length - others.length));
  const goodFirst = others.toSorted((a, b) => Number(b.good) - Number(a.good));
  for (const set of goodFirst.slice(0, missing)) {
    stay(set, 'minimum_sets', `At least ${rules.minimumSets} stay.`);
  }
}

/** A set whose own snapshot is named by one that stays, stays too; and so on. */
function keepNeeded(sets: readonly Candidate[], stay: Stay, stays: (set: Candidate) => boolean): void {
  for (let found = true; found;) {
    found = false;
    for (const set of sets.filter((each) => !stays(each))) {
      const needing = sets.find(
        (other) => other.id !== set.id && stays(other) && other.named.some((id) => set.own.includes(id)),
      );
      if (needing) {
        stay(set, 'needed', `Set ${needing.id} needs what is stored with it.`);
        found = true;
      }
    }
  }
}
