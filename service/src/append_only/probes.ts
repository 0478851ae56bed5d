import type {Actor, Probe} from '@disaster-recovery/contract';
import type {Repository} from '../engines/repository/port.ts';
import type {Clock} from '../kernel/clock.ts';
import {asFailure} from '../kernel/failure.ts';
import type {Ledger} from '../ledger/index.ts';

const DAY_MS = 24 * 3_600_000;
const AGAIN_MS = 3_600_000;
/** What is asked to be deleted: something of our own that no set needs. */
const TAGS = ['disaster-recovery', 'part=probe'];
const TEXT = 'Asked to be deleted, again and again, to prove that nothing can be.\n';
const SYSTEM: Actor = {kind: 'system', id: 'companion', name: 'companion'};

type Probed = {
  name: string;
  repository: Pick<Repository, 'location' | 'snapshots' | 'storeText' | 'forget'>;
  /** The configuration says that nothing can be deleted there from here. */
  declared: boolean;
};

export type ProbeParts = {
  clock: Clock;
  ledger: Ledger;
  all: readonly Probed[];
  /** @throws Failure REPOSITORY_UNKNOWN */
  requireKnown(name: string): void;
};

export type Probes = {
  /** Asks each that says so, or the one that is named, to delete something. Never throws because one is away. @throws Failure REPOSITORY_UNKNOWN */
  run(name: string | null, actor: Actor): Promise<Probe[]>;
  /** What each that says so answered last. */
  last(): {name: string; refused: boolean | null; at: number | null}[];
  /** Asks what was not asked for a day. */
  tick(): Promise<void>;
};

export function createProbes(parts: ProbeParts): Probes {
  const {clock, all} = parts;
  const triedAt = new Map<string, number>();
  const declared = all.filter((each) => each.declared);
  return {
    run: async (name, actor) => {
      if (name !== null) {
        parts.requireKnown(name);
      }
      const asked = name === null ? declared : all.filter((each) => each.name === name);
      return Promise.all(asked.map((each) => ask(parts, each, actor)));
    },
    last: () =>
      declared.map((each) => {
        const known = lastOf(parts.ledger, each);
        return {name: each.name, refused: known?.refused ?? null, at: known?.at ?? null};
      }),
    tick: async () => {
      for (const each of declared) {
        const now = clock.now();
        const at = lastOf(parts.ledger, each)?.at ?? 0;
        if (now - at >= DAY_MS && now - (triedAt.get(each.name) ?? 0) >= AGAIN_MS) {
          triedAt.set(each.name, now);
          await ask(parts, each, SYSTEM);
        }
      }
    },
  };
}

async function ask({clock, ledger}: ProbeParts, {name, repository, declared}: Probed, actor: Actor): Promise<Probe> {
  const answer = await deleteSomething(repository);
  const at = clock.now();
  if (answer.refused !== null) {
    ledger.append('probe.finished', actor, {repository: name, location: repository.location, refused: answer.refused});
  }
  return {name, declared, at, ...answer};
}

type Answer = Pick<Probe, 'refused' | 'message' | 'remedy'>;

/** One snapshot is enough for ever where nothing can be deleted. */
async function deleteSomething(repository: Probed['repository']): Promise<Answer> {
  try {
    const [before] = await repository.snapshots(TAGS);
    const snapshot = before?.id ?? (await repository.storeText('probe', TEXT, {tags: TAGS})).snapshot;
    await repository.forget([snapshot]);
    return {refused: false, message: null, remedy: null};
  } catch (error) {
    const {code, message, remedy} = asFailure(error);
    return code === 'REPOSITORY_DELETE_REFUSED'
      ? {refused: true, message: null, remedy: null}
      : {refused: null, message: `${code}: ${message}`, remedy};
  }
}

/** A repository that moved was not asked yet. */
function lastOf(ledger: Ledger, {name, repository}: Probed): {refused: boolean; at: number} | null {
  const last = ledger
    .of('probe.finished')
    .findLast(({data}) => data['repository'] === name && data['location'] === repository.location);
  return last ? {refused: last.data['refused'] === true, at: last.at} : null;
}
