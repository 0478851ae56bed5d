import {expect, test} from '@jest/globals';
import {decide} from './decide.ts';
import {heldBack} from './held_back.ts';
import type {Candidate, KeepRules} from './rules.ts';

// More than a year of backups every six hours, thinned out after each, against what the rules say of all sets that were ever made: told a
// second time, in another way. Both changes of the clock, a leap day, ten days off, a clock that was wrong, sets that are not good.
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const START = Date.parse('2027-10-01T00:17:00Z');
const END = START + 400 * DAY;
const ZONE = 'Europe/Berlin';
const OFF = {from: Date.parse('2027-12-20T00:00:00Z'), until: Date.parse('2027-12-30T00:00:00Z')};
const WRONG_AT = Date.parse('2028-05-05T06:00:00Z');
const WRONG_BY = 3 * DAY + HOUR;

const RULES: KeepRules = {
  last: 3,
  hourly: 5,
  daily: 7,
  weekly: 5,
  monthly: 6,
  yearly: 2,
  withinMs: 40 * HOUR,
  minimumSets: 0,
  minimumVerified: 2,
  restorePointsMs: 14 * DAY,
  timeZone: ZONE,
};

const swedish = new Intl.DateTimeFormat('sv-SE', {timeZone: ZONE, dateStyle: 'short', timeStyle: 'medium'});
const told = new Map<number, string>();

/** `2027-10-31 02:17:00`: as the Swedes write what the clock on the wall shows. */
function wall(at: number): string {
  const text = told.get(at) ?? swedish.format(at);
  told.set(at, text);
  return text;
}

/** Days since a Monday, whole weeks of them: another way to a week than to look for its Monday. */
const week = (at: number): number => Math.floor((Date.parse(`${wall(at).slice(0, 10)}T00:00Z`) / DAY - 4) / 7);

const NAMED: Record<string, (at: number) => string> = {
  hourly: (at) => `${wall(at).slice(0, 13)} ${Math.floor(at / HOUR)}`,
  daily: (at) => wall(at).slice(0, 10),
  weekly: (at) => String(week(at)),
  monthly: (at) => wall(at).slice(0, 7),
  yearly: (at) => wall(at).slice(0, 4),
};

/** What stays of all that were ever made, by walking from the newest to the oldest. */
function expected(all: readonly Candidate[], now: number): string[] {
  const stays = new Set(all.filter(({inFuture}) => inFuture).map(({id}) => id));
  const past = all.filter(({inFuture}) => !inFuture).sort((a, b) => b.t0 - a.t0);
  const backups = past.filter(({kind}) => kind === 'backup');
  const counts = {last: 3, hourly: 5, daily: 7, weekly: 5, monthly: 6, yearly: 2};
  for (const [rule, count] of Object.entries(counts)) {
    const nameOf = NAMED[rule] ?? ((at: number) => `${at}`);
    const goodIn = new Set<string>();
    const lastOf = new Map<string, Candidate>();
    for (const set of backups) {
      const name = nameOf(set.t0);
      if (goodIn.size === count && !goodIn.has(name)) {
        break;
      }
      const before = lastOf.get(name);
      if (!before || (!before.good && set.good)) {
        lastOf.set(name, set);
      }
      if (set.good) {
        goodIn.add(name);
      }
    }
    lastOf.forEach(({id}) => stays.add(id));
  }
  const newest = backups[0]?.t0 ?? 0;
  backups.filter(({t0}) => newest - t0 <= 40 * HOUR).forEach(({id}) => stays.add(id));
  backups
    .filter(({verified}) => verified)
    .slice(0, 2)
    .forEach(({id}) => stays.add(id));
  backups
    .filter(({good}) => good)
    .slice(0, 1)
    .forEach(({id}) => stays.add(id));
  past.filter(({kind, t0}) => kind === 'restore_point' && now - t0 < 14 * DAY).forEach(({id}) => stays.add(id));
  return [...stays].sort();
}

test('400 days: after each night exactly those sets are there that the rules name', () => {
  const made: Candidate[] = [];
  let there: Candidate[] = [];
  const heldBecause = new Map<string, number>();
  let [compared, removed] = [0, 0];
  for (let real = START, index = 0; real < END; real += 6 * HOUR, index += 1) {
    const isOff = real >= OFF.from && real < OFF.until;
    const isWrong = real >= WRONG_AT && real < WRONG_AT + 6 * HOUR;
    const now = isWrong ? real + WRONG_BY : real;
    if (!isOff) {
      const good = index % 23 !== 7 && Math.floor(index / 40) % 9 !== 4;
      const kind = index % 50 === 49 ? 'restore_point' : 'backup';
      const set: Candidate = {
        id: String(index).padStart(5, '0'),
        kind,
        t0: now,
        scope: ['database', 'config', 'files'],
        good,
        verified: good && index % 9 === 0,
        inFuture: false,
        named: [],
        own: [],
        hold: null,
      };
      made.push(set);
      there.push(set);
    }
    const asSeen = (set: Candidate): Candidate => ({...set, inFuture: set.t0 > now + 10 * 60_000});
    const sets = there.map(asSeen);
    const held = heldBack({sets, unreadable: [], divergent: [], rules: RULES, objectiveMs: DAY, now});
    if (held) {
      heldBecause.set(held.code, (heldBecause.get(held.code) ?? 0) + 1);
      continue;
    }
    const going = new Set(decide({sets, rules: RULES, now}).flatMap(({goes, set}) => (goes ? [set.id] : [])));
    there = there.filter(({id}) => !going.has(id));
    removed += going.size;
    compared += 1;
    expect(there.map(({id}) => id).sort()).toEqual(expected(made.map(asSeen), now));
  }
  // Ten days less the first, at four looks a day, the clock that was three days ahead, and the nights after which the newest was not good.
  expect([...heldBecause.keys()].sort()).toEqual(['clock_behind', 'newest_not_good', 'newest_too_old']);
  expect(heldBecause.get('newest_too_old')).toBeGreaterThanOrEqual(36);
  expect(heldBecause.get('clock_behind')).toBeGreaterThanOrEqual(11);
  expect(compared).toBeGreaterThan(1200);
  expect(made.length - there.length).toBe(removed);
  expect(there.length).toBeLessThan(60);
});
