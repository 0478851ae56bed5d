import type {Actor, Job, ListedSet} from '@disaster-recovery/contract';
import type {Jobs, StartedJob} from '../jobs/index.ts';
import type {Clock} from '../kernel/clock.ts';
import {asFailure} from '../kernel/failure.ts';
import type {Logger} from '../kernel/log.ts';
import {isOpen, type CopySetting} from './setting.ts';

const LOOK_AGAIN_MS = 6 * 3_600_000;
const FIRST_WAIT_MS = 5 * 60_000;
const LONGEST_WAIT_MS = 6 * 3_600_000;
const JOBS_LOOKED_AT = 50;

const ACTOR: Actor = {kind: 'system', id: 'copies', name: 'copies'};

export type KeepUpParts = {
  clock: Clock;
  log: Pick<Logger, 'warn'>;
  jobs: Pick<Jobs, 'newest' | 'running' | 'cancel'>;
  settings: readonly CopySetting[];
  /** What the copy lacks, the next first. @throws Failure REPOSITORY_* */
  wanted(copy: CopySetting): Promise<ListedSet[]>;
  begin(set: string, to: string, actor: Actor): Promise<StartedJob>;
};

type Turn = {lookAt: number; failures: number};

export type KeepUp = {
  /** Starts the next copy that is wanted. Asked for again and again while the companion runs. */
  tick(): Promise<void>;
  /** When a copy that failed is tried again; null when none waits. */
  nextTry(name: string): number | null;
};

/**
 * Copies follow the sets: whatever one lacks is sent, one set at a time, whenever it may. A copy that is down is tried again, later each time, and holds up
 * neither a backup nor another copy.
 */
export function createKeepUp(parts: KeepUpParts): KeepUp {
  const turns = new Map<string, Turn>(parts.settings.map(({name}) => [name, {lookAt: 0, failures: 0}]));
  let newest: string | null = null;

  return {
    nextTry: (name) => {
      const turn = turns.get(name);
      return turn && turn.failures > 0 ? turn.lookAt : null;
    },
    tick: async () => {
      const made = newestBackup(parts.jobs);
      if (made !== newest) {
        newest = made;
        turns.forEach((turn) => (turn.lookAt = Math.min(turn.lookAt, waitOf(turn, parts.clock.now()))));
      }
      for (const copy of parts.settings) {
        const turn = turns.get(copy.name);
        if (turn) {
          await advance(parts, copy, turn);
        }
      }
    },
  };
}

/** A new set is looked for at once; where something fails, not before its time. */
const waitOf = ({failures, lookAt}: Turn, now: number): number => (failures === 0 ? now : lookAt);

async function advance(parts: KeepUpParts, copy: CopySetting, turn: Turn): Promise<void> {
  const {clock, jobs, begin} = parts;
  const now = clock.now();
  // What is removed just now is not sent, and what is sent just now keeps the removal from the repository.
  const running = jobs.running('copies') ?? keepingNow(jobs);
  if (!isOpen(copy.window, now)) {
    if (running && isOurs(running, copy)) {
      jobs.cancel(running.id);
    }
    return;
  }
  if (running || now < turn.lookAt) {
    return;
  }
  try {
    const [next] = await parts.wanted(copy);
    if (!next) {
      Object.assign(turn, {failures: 0, lookAt: now + LOOK_AGAIN_MS});
      return;
    }
    const {done} = await begin(next.id, copy.name, ACTOR);
    // Not before it has ended.
    turn.lookAt = Number.POSITIVE_INFINITY;
    void done.then(
      (job) => {
        ended(parts, turn, job);
      },
      () => {
        // Not even its end could be written down: the state is busy or gone, and says so itself.
        failed(turn, clock.now());
      },
    );
  } catch (error) {
    const {code, message} = asFailure(error);
    if (code !== 'JOB_ALREADY_RUNNING') {
      failed(turn, now);
      parts.log.warn({copy: copy.name, code, reason: message}, 'Nothing can be copied there now; it is tried again.');
    }
  }
}

function ended({clock}: KeepUpParts, turn: Turn, {status}: Job): void {
  if (status === 'error') {
    failed(turn, clock.now());
  } else {
    // There may be more; what was canceled at the end of its window goes on in the next one.
    Object.assign(turn, {failures: 0, lookAt: status === 'canceled' ? clock.now() + FIRST_WAIT_MS : clock.now()});
  }
}

function failed(turn: Turn, now: number): void {
  turn.failures += 1;
  turn.lookAt = now + Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (turn.failures - 1));
}

function keepingNow(jobs: Pick<Jobs, 'running'>): Job | null {
  const running = jobs.running('data');
  return running?.kind === 'keep' ? running : null;
}

/** What a person started goes on after the window. */
const isOurs = ({actor, reason}: Job, {name}: CopySetting): boolean =>
  actor.id === ACTOR.id && reason === toWords(name);

/** What a job of a copy gives as its reason. */
export const toWords = (name: string): string => `to ${name}`;

function newestBackup(jobs: Pick<Jobs, 'newest'>): string | null {
  const made = jobs
    .newest(JOBS_LOOKED_AT)
    .find(({kind, status}) => kind === 'backup' && (status === 'success' || status === 'warning'));
  return made?.id ?? null;
}
