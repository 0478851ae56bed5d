import type {CommandReply} from '@disaster-recovery/contract';
import type {Origin, StartedJob} from '../jobs/index.ts';
import type {Clock} from '../kernel/clock.ts';
import {asFailure, Failure} from '../kernel/failure.ts';
import type {Logger} from '../kernel/log.ts';
import type {Posting} from './live_post.ts';
import {failureAnswer} from './render_answers.ts';

/** The bridge waits eight seconds for an answer. */
export const PATIENCE_MS = 6000;

export type AnswerParts = {bridge: Posting; clock: Clock; log: Logger};

/** Answers at once, also when planning takes longer than the bridge waits; a failure that comes later is posted. */
export async function announce(
  parts: AnswerParts,
  starting: Promise<StartedJob>,
  {origin, says}: {origin: Origin; says: string},
): Promise<CommandReply> {
  const started = await patiently(parts.clock, starting);
  if (started !== 'late') {
    watchEnd(parts, started);
    return {message: says, job: started.job.id};
  }
  starting.then(
    (late) => {
      watchEnd(parts, late);
    },
    (error: unknown) => {
      const message = failureAnswer(logged(parts, error));
      parts.bridge.createPost({...origin, message}).catch((lost: unknown) => {
        parts.log.warn({code: asFailure(lost).code}, 'A failure could not be posted.');
      });
    },
  );
  return {message: 'It is being prepared, which takes longer than usual. A post follows here.', job: null};
}

function watchEnd({log}: AnswerParts, {job, done}: StartedJob): void {
  done.catch((error: unknown) => {
    log.error({err: error, job: job.id}, 'A job ended without an outcome.');
  });
}

/** @throws Failure REPOSITORY_UNREACHABLE when the answer would come after the bridge stopped waiting */
export async function inTime<Value>({clock}: Pick<AnswerParts, 'clock'>, value: Promise<Value>): Promise<Value> {
  const answer = await patiently(clock, value);
  if (answer === 'late') {
    value.catch(() => undefined);
    throw new Failure(
      'REPOSITORY_UNREACHABLE',
      `The repository has not answered within ${PATIENCE_MS / 1000} seconds. Try again in a moment.`,
    );
  }
  return answer;
}

/** The value, or `late` when the bridge would no longer wait for it. */
export async function patiently<Value>(clock: Clock, value: Promise<Value>): Promise<Value | 'late'> {
  const patience = new AbortController();
  try {
    return await Promise.race([value, clock.sleep(PATIENCE_MS, patience.signal).then(() => 'late' as const)]);
  } finally {
    // Its rejection has nobody waiting any more, so the race swallows it.
    patience.abort();
  }
}

/** The failure, whose unforeseen cause is then in the log. */
export function logged({log}: Pick<AnswerParts, 'log'>, error: unknown): Failure {
  const failure = asFailure(error);
  if (failure.code === 'INTERNAL') {
    log.error({err: failure.cause ?? failure}, 'A command failed unexpectedly.');
  }
  return failure;
}

export function reply(message: string): CommandReply {
  return {message, job: null};
}
