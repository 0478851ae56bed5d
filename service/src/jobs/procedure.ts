import type {Actor, JobKind, WaitingFor} from '@disaster-recovery/contract';

/** What a step may do besides its work. */
export type StepContext = {
  job: string;
  actor: Actor;
  signal: AbortSignal;
  /** Another process began this very step and was killed in it. */
  repeated: boolean;
  progress(now: {
    done: number;
    total: number | null;
    unit: 'bytes' | 'rows' | 'files' | 'people' | 'steps';
    waiting?: WaitingFor;
  }): void;
  note(level: 'info' | 'warning', text: string): void;
  /** How long each finished step took, so that a result can tell. */
  durations(): {step: string; ms: number}[];
};

/**
 * One named, idempotent part of a job. `run` gets what earlier steps returned and returns its own part, which must be JSON:
 * it is journalled, and after a crash the next process starts from the journal.
 */
export type Step<Plan, Found> = {
  name: string;
  skip?: (plan: Plan) => boolean;
  /** After this step the thing is done: a cancel comes too late, and what follows only tells it. */
  commits?: true;
  run: (plan: Plan, found: Readonly<Partial<Found>>, context: StepContext) => Promise<Partial<Found>>;
};

/** A verb as the jobs room sees it. */
export type Procedure<Plan = unknown, Found = unknown> = {
  kind: JobKind;
  steps: readonly Step<Plan, Found>[];
  /** What the job is about: the id of a set. */
  subject(plan: Plan): string;
  /** Turns what the steps found into the job's result; `warning` when it is good but not all there. */
  conclude(plan: Plan, found: Readonly<Partial<Found>>): {result: unknown; status: 'success' | 'warning'};
  /** Always called once at the end, whatever happened: removes what must not stay. */
  clean(job: string, plan: Plan, outcome: 'success' | 'warning' | 'error' | 'canceled'): Promise<void>;
};

/** The value that an earlier step must have left. Its absence is a mistake in the order of steps. */
export function need<Found, Key extends keyof Found>(
  found: Readonly<Partial<Found>>,
  key: Key,
): Exclude<Found[Key], undefined> {
  const value = found[key];
  if (value === undefined) {
    throw new Error(`no earlier step left ${String(key)}`);
  }
  return value as Exclude<Found[Key], undefined>;
}
