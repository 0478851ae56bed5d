import type {Actor, CommandReply, CommandRequest, VerifyRequest, BackupRequest} from '@disaster-recovery/contract';
import type {Backup} from '../backup/index.ts';
import type {Jobs, Origin, StartedJob} from '../jobs/index.ts';
import type {Clock} from '../kernel/clock.ts';
import {asFailure, Failure} from '../kernel/failure.ts';
import type {Logger} from '../kernel/log.ts';
import type {State} from '../kernel/state.ts';
import type {Sets} from '../sets/index.ts';
import type {StatusReport} from '../status/index.ts';
import type {Verify} from '../verify/index.ts';
import {createBrowserEvents, type BrowserEventParts} from './browser_events.ts';
import {parseCommand} from './commands.ts';
import {followJobs} from './follow_jobs.ts';
import {createLivePosts, type Posting} from './live_post.ts';
import {code} from './markdown.ts';
import {failureAnswer, helpAnswer, listAnswer, showAnswer, statusAnswer, unknownAnswer} from './render_answers.ts';
import {LEVEL_WORDS} from './words.ts';

/** The bridge waits eight seconds for an answer. */
const PATIENCE_MS = 6000;

export type Chat = {
  /** Answers what was typed after `/dr`. Never rejects: a failure is an answer too. */
  answer(request: CommandRequest, actor: Actor): Promise<CommandReply>;
  /** Keeps posts and browsers up to date until the signal; returns at once. */
  start(signal: AbortSignal): void;
};

export type ChatParts = {
  backup: Pick<Backup, 'start'>; sets: Pick<Sets, 'list' | 'show'>; verify: Verify; status: StatusReport; jobs: Jobs;
  bridge: Posting & BrowserEventParts['bridge'];
  /** @throws Failure COMPANION_READ_ONLY */
  requireWritable: () => void;
  state: State; clock: Clock; log: Logger;
};

export function createChat(parts: ChatParts): Chat {
  const {jobs, log} = parts;
  return {
    answer: async (request, actor) => {
      try {
        return await carryOut(parts, request, actor);
      } catch (error) {
        return reply(failureAnswer(logged(parts, error)));
      }
    },
    start: (signal) => {
      const posts = createLivePosts(parts);
      const browsers = createBrowserEvents(parts);
      // The number first: what happens while the old posts are taken up is then heard as well.
      const after = jobs.lastEventSeq();
      posts.resume();
      followJobs(parts, [posts, browsers], after, signal).catch((error: unknown) => {
        log.error({err: error}, 'The chat no longer follows the jobs.');
      });
    },
  };
}

async function carryOut(parts: ChatParts, request: CommandRequest, actor: Actor): Promise<CommandReply> {
  const command = parseCommand(request.command);
  const origin: Origin = {channel_id: request.channel_id, root_id: request.root_id};
  switch (command.verb) {
    case 'help':
      return reply(helpAnswer());
    case 'unknown':
      return reply(unknownAnswer(command.typed, command.suggestion));
    case 'status':
      return reply(statusAnswer(await inTime(parts, parts.status.report())));
    case 'list':
      return reply(listAnswer(await inTime(parts, parts.sets.list())));
    case 'show':
      return reply(showAnswer(await inTime(parts, parts.sets.show(command.set))));
    case 'backup':
      return startBackup(parts, command.request, {actor, origin});
    case 'verify':
      return startVerify(parts, command.request, {actor, origin});
    case 'cancel': {
      const job = parts.jobs.cancel(command.job);
      return reply(job.status === 'canceled' ? `Job ${code(job.id)} is canceled.` : `Job ${code(job.id)} was asked to stop. It ends after what it is doing right now; nothing of it will count.`);
    }
  }
}

type By = {actor: Actor; origin: Origin};

function startBackup(parts: ChatParts, request: BackupRequest, by: By): Promise<CommandReply> {
  parts.requireWritable();
  return announce(parts, parts.backup.start(request, by), by.origin, 'Backup started. People can go on working; the post below shows how it goes.');
}

function startVerify(parts: ChatParts, request: VerifyRequest, by: By): Promise<CommandReply> {
  const {set, level} = request;
  return announce(parts, parts.verify.start(request, by), by.origin,
    `Verification of ${set === 'latest' ? 'the newest set' : code(set)} started, level ${level} (${LEVEL_WORDS[level]}). The post below shows how it goes.`);
}

/** Answers at once, also when planning takes longer than the bridge waits; a failure that comes later is posted. */
async function announce(parts: ChatParts, starting: Promise<StartedJob>, origin: Origin, says: string): Promise<CommandReply> {
  const started = await patiently(parts.clock, starting);
  if (started !== 'late') {
    watchEnd(parts, started);
    return {message: says, job: started.job.id};
  }
  starting.then((late) => { watchEnd(parts, late); }, (error: unknown) => {
    const message = failureAnswer(logged(parts, error));
    parts.bridge.createPost({...origin, message}).catch((lost: unknown) => {
      parts.log.warn({code: asFailure(lost).code}, 'A failure could not be posted.');
    });
  });
  return {message: 'It is being prepared, which takes longer than usual. A post follows here.', job: null};
}

function watchEnd({log}: ChatParts, {job, done}: StartedJob): void {
  done.catch((error: unknown) => { log.error({err: error, job: job.id}, 'A job ended without an outcome.'); });
}

/** @throws Failure REPOSITORY_UNREACHABLE when the answer would come after the bridge stopped waiting */
async function inTime<Value>({clock}: ChatParts, value: Promise<Value>): Promise<Value> {
  const answer = await patiently(clock, value);
  if (answer === 'late') {
    value.catch(() => undefined);
    throw new Failure('REPOSITORY_UNREACHABLE', `The repository has not answered within ${PATIENCE_MS / 1000} seconds. Try again in a moment.`);
  }
  return answer;
}

async function patiently<Value>(clock: Clock, value: Promise<Value>): Promise<Value | 'late'> {
  const patience = new AbortController();
  try {
    return await Promise.race([value, clock.sleep(PATIENCE_MS, patience.signal).then(() => 'late' as const)]);
  } finally {
    // Its rejection has nobody waiting any more, so the race swallows it.
    patience.abort();
  }
}

function logged({log}: ChatParts, error: unknown): Failure {
  const failure = asFailure(error);
  if (failure.code === 'INTERNAL') {
    log.error({err: failure.cause ?? failure}, 'A command failed for an unforeseen reason.');
  }
  return failure;
}

function reply(message: string): CommandReply {
  return {message, job: null};
}
