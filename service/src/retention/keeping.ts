import type {Actor, Hold, HoldRequest, KeepPreview, KeepRequest} from '@disaster-recovery/contract';
import type {Origin, StartedJob} from '../jobs/index.ts';
import type {Holds} from './holds.ts';
import type {Retention} from './retention.ts';

/** What stays, in each of the repositories. */
export type Keeping = {
  /** @throws Failure REPOSITORY_* */
  preview(request: KeepRequest): Promise<KeepPreview>;
  /** @throws Failure REPOSITORY_UNKNOWN, JOB_ALREADY_RUNNING; the job ends with KEEP_HELD_BACK, REPOSITORY_* */
  apply(request: KeepRequest, by: {actor: Actor; origin?: Origin}): Promise<StartedJob>;
  /** Holds that are in force. */
  holds(): Hold[];
  /** @throws Failure SET_NOT_FOUND, REPOSITORY_*, USAGE_INVALID */
  hold(request: HoldRequest, actor: Actor): Promise<Hold>;
  /** @throws Failure NOT_FOUND */
  release(set: string, actor: Actor): Hold;
};

type Parts = {
  holds: Holds;
  /** Left out: the one in use. @throws Failure REPOSITORY_UNKNOWN */
  of(repository: string | undefined): Retention;
  /** The id of a set, or of `latest`, in whichever repository it lies. @throws Failure SET_NOT_FOUND, REPOSITORY_* */
  find(set: string): Promise<string>;
};

export function createKeeping({holds, of, find}: Parts): Keeping {
  return {
    preview: async ({repository}) => of(repository).preview(),
    apply: async ({repository}, by) => of(repository).apply(by),
    holds: () => holds.list(),
    hold: async ({set, reason, until}, actor) => holds.hold(await find(set), {reason, until}, actor),
    release: (set, actor) => holds.release(set, actor),
  };
}
