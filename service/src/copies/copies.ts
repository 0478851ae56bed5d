import {newestGood, type Actor, type CopyRequest, type CopyState, type ListedSet} from '@disaster-recovery/contract';
import type {Jobs, Origin, StartedJob} from '../jobs/index.ts';
import type {Clock} from '../kernel/clock.ts';
import type {Failure} from '../kernel/failure.ts';
import type {Logger} from '../kernel/log.ts';
import type {Ledger} from '../ledger/index.ts';
import {copyProcedure, planCopy, type CopyParts, type Target} from './copy_job.ts';
import {createKeepUp, toWords} from './keep_up.ts';
import type {CopySetting} from './setting.ts';
import {wantedSets} from './wanted.ts';

type Asked = {name: string; location: string; inUse: boolean; failure: Failure | null; sets: ListedSet[]};

export type CopiesParts = Omit<CopyParts, 'target'> & {
  clock: Clock;
  ledger: Ledger;
  log: Pick<Logger, 'warn'>;
  jobs: Jobs;
  settings: readonly CopySetting[];
  targets: readonly Target[];
  /** What each repository holds, the one in use first. Never throws. */
  ask(): Promise<Asked[]>;
  /** What one copy holds, and the repository in use. @throws Failure REPOSITORY_* */
  listsFor(name: string): Promise<{here: ListedSet[]; there: ListedSet[]}>;
  /** @throws Failure COMPANION_READ_ONLY */
  requireWritable(): void;
  /** What append-only copies answered last when they were asked to delete. */
  probed(): {name: string; refused: boolean | null; at: number | null}[];
  /** @throws Failure REPOSITORY_UNKNOWN */
  unknown(name: string): never;
};

export type Copies = {
  /** Never throws because a copy is away. @throws Failure REPOSITORY_* of the one in use */
  list(): Promise<CopyState[]>;
  /** Result of the job: CopyResult. @throws Failure REPOSITORY_UNKNOWN, SET_NOT_FOUND, JOB_ALREADY_RUNNING */
  start(request: CopyRequest, by: {actor: Actor; origin?: Origin}): Promise<StartedJob>;
  tick(): Promise<void>;
};

export function createCopies(parts: CopiesParts): Copies {
  const {clock, ledger, jobs, settings, targets} = parts;
  const target = (name: string): Target => targets.find((each) => each.name === name) ?? parts.unknown(name);
  const copying = {...parts, target};
  const procedure = copyProcedure(copying);
  const start: Copies['start'] = async (request, {actor, origin}) => {
    parts.requireWritable();
    target(request.to);
    return jobs.start(procedure, () => planCopy(copying, request), {
      actor,
      reason: toWords(request.to),
      request,
      ...(origin && {origin}),
    });
  };
  const keepUp = createKeepUp({
    ...parts,
    wanted: async (copy) =>
      wantedSets({...(await parts.listsFor(copy.name)), once: copiedOnce(ledger, copy.name)}, copy),
    begin: (set, to, actor) => start({set, to}, {actor}),
  });

  function stateOf(copy: CopySetting, {asked, here}: {asked: Asked; here: readonly ListedSet[]}): CopyState {
    const {name, location, failure} = asked;
    const there = failure ? null : asked.sets;
    const once = copiedOnce(ledger, name);
    const running = jobs.running('copies');
    const wanted = there ? wantedSets({here, there, once}, copy) : [];
    return {
      name,
      location,
      reachable: failure === null,
      ...whyAway(failure),
      sets: there?.length ?? null,
      // While it is away, what was sent there counts as being there.
      ...ageOf(newestGood(there ?? here.filter(({id}) => once.has(id))), {
        copy,
        waiting: wanted.at(-1)?.t0 ?? null,
        now: clock.now(),
      }),
      missing: wanted.map(({id}) => id),
      running: running?.reason === toWords(name) ? running.id : null,
      next_try: keepUp.nextTry(name),
      window: copy.window,
      append_only: copy.appendOnly ? {declared: true, ...provenOf(parts.probed(), name)} : null,
    };
  }

  return {
    start,
    tick: keepUp.tick,
    list: async () => {
      const all = await parts.ask();
      const inUse = all.find((each) => each.inUse);
      if (inUse?.failure) {
        throw inUse.failure;
      }
      const here = inUse?.sets ?? [];
      return settings.flatMap((copy) =>
        all.filter(({name}) => name === copy.name).map((asked) => stateOf(copy, {here, asked})),
      );
    },
  };
}

function provenOf(
  probed: ReturnType<CopiesParts['probed']>,
  name: string,
): {proven: boolean | null; at: number | null} {
  const last = probed.find((each) => each.name === name);
  return {proven: last?.refused ?? null, at: last?.at ?? null};
}

const whyAway = (failure: Failure | null): Pick<CopyState, 'message' | 'remedy'> =>
  failure ? {message: failure.message, remedy: failure.remedy} : {message: null, remedy: null};

function ageOf(
  newest: ListedSet | null,
  {copy: {objectiveMs}, waiting, now}: {copy: CopySetting; waiting: number | null; now: number},
): Pick<CopyState, 'newest' | 'newest_t0' | 'objective_ms' | 'late'> {
  // One that has none yet is as late as the oldest set that it should have.
  const since = newest?.t0 ?? waiting;
  const late = since !== null && now - since > objectiveMs;
  return {newest: newest?.id ?? null, newest_t0: newest?.t0 ?? null, objective_ms: objectiveMs, late};
}

function copiedOnce(ledger: Ledger, name: string): ReadonlySet<string> {
  const sets = new Set<string>();
  for (const {data} of ledger.of('copy.finished')) {
    if (data['repository'] === name && typeof data['set'] === 'string') {
      sets.add(data['set']);
    }
  }
  return sets;
}
