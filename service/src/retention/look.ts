import {isAllThere, type GoingSet, type HeldBack, type KeepPreview} from '@disaster-recovery/contract';
import {formatDuration} from '../kernel/format.ts';
import {decide, type Decision} from './decide.ts';
import type {RetentionEngines} from './engines.ts';
import {heldBack} from './held_back.ts';
import type {Candidate, KeepRules} from './rules.ts';

/** A backup that runs, or goes on after a crash, is younger. */
const LOOSE_AFTER_MS = 24 * 3_600_000;

export type Look = {
  decisions: Decision[];
  held: HeldBack | null;
  /** With all that is to be removed of each. */
  going: GoingSet[];
  /** Snapshots that sets which stay name, or that are their manifests. */
  needed: ReadonlySet<string>;
  loose: string[];
};

/** What the rules say of the repository as it is now. */
export async function look(engines: RetentionEngines, signal?: AbortSignal): Promise<Look> {
  const {clock, holds, rules, objectiveMs} = engines;
  const [inventory, divergent] = await Promise.all([engines.inventory(signal), engines.divergent()]);
  const now = clock.now();
  const verified = engines.verifications();
  const sets = inventory.sets.map((set): Candidate => {
    const {failed, proven} = verified(set.id);
    const good = set.standing.kind !== 'damaged' && isAllThere(set) && !failed;
    const {id, kind, t0, scope, named, own} = set;
    const inFuture = engines.isAhead(t0, now);
    return {id, kind, t0, scope, named, own, good, verified: good && proven, inFuture, hold: holds.of(id)};
  });
  const decisions = decide({sets, rules: rules(), now});
  const unreadable = inventory.unreadable.map(({set, message, code}) => ({
    set,
    message,
    isNewer: code === 'SET_NEWER',
  }));
  const held = heldBack({sets, unreadable, divergent, rules: rules(), objectiveMs: objectiveMs(), now});
  const manifestsOf = new Map(inventory.sets.map(({id, manifests}) => [id, manifests]));
  const staying = decisions.filter(({goes}) => !goes).map(({set}) => set);
  const needed = new Set(staying.flatMap(({id, named}) => [...named, ...(manifestsOf.get(id) ?? [])]));
  return {
    decisions,
    held,
    needed,
    going: decisions
      .filter(({goes}) => goes)
      .map(({set: {id, own}}) => {
        const manifests = manifestsOf.get(id) ?? [];
        return {set: id, manifests, parts: own.filter((part) => !manifests.includes(part) && !needed.has(part))};
      }),
    loose: inventory.loose.filter(({at}) => now - at > LOOSE_AFTER_MS).map(({id}) => id),
  };
}

export function previewOf({name, rules}: RetentionEngines, {decisions, held, loose}: Look): KeepPreview {
  return {
    repository: name,
    sets: decisions.map(({set: {id, t0, kind, scope}, reasons, goes}) => ({
      set: id,
      t0,
      kind,
      scope: [...scope],
      reasons,
      goes,
    })),
    held_back: held,
    loose: loose.length,
    rules: ruleWords(rules()),
  };
}

/** `the 3 newest`, `7 days`. */
function ruleWords(rules: KeepRules | null): string[] {
  if (rules === null) {
    return [];
  }
  const {last, hourly, daily, weekly, monthly, yearly, withinMs, minimumSets, minimumVerified} = rules;
  const counted: [number, string][] = [
    [last, `the ${last} newest`],
    [hourly, `${hourly} hours`],
    [daily, `${daily} days`],
    [weekly, `${weekly} weeks`],
    [monthly, `${monthly} months`],
    [yearly, `${yearly} years`],
    [withinMs, `all within ${formatDuration(withinMs)}`],
    [minimumSets, `at least ${minimumSets}`],
    [minimumVerified, `the last ${minimumVerified} verified`],
  ];
  return counted.filter(([count]) => count > 0).map(([, words]) => words);
}
