import type {Actor, CommandReply, CommandRequest, VerifyRequest, BackupRequest} from '@disaster-recovery/contract';
import type {Backup} from '../backup/index.ts';
import {laneOf, type Jobs, type Origin} from '../jobs/index.ts';
import type {Clock} from '../kernel/clock.ts';
import type {Logger} from '../kernel/log.ts';
import type {State} from '../kernel/state.ts';
import type {Sets} from '../sets/index.ts';
import type {Sso} from '../sso/index.ts';
import type {StatusReport} from '../status/index.ts';
import type {Verify} from '../verify/index.ts';
import {announce, inTime, logged, reply} from './answer_in_time.ts';
import {createBrowserEvents, type BrowserEventParts} from './browser_events.ts';
import {carryOutSso} from './carry_out_sso.ts';
import {parseCommand} from './commands.ts';
import {followJobs} from './follow_jobs.ts';
import {createLivePosts, type Posting} from './live_post.ts';
import {code} from './markdown.ts';
import {failureAnswer, helpAnswer, listAnswer, showAnswer, statusAnswer, unknownAnswer} from './render_answers.ts';
import {LEVEL_WORDS} from './words.ts';

export type Chat = {
  /** Answers what was typed after `/dr`. Never rejects: a failure is an answer too. */
  answer(request: CommandRequest, actor: Actor): Promise<CommandReply>;
  /** Keeps posts and browsers up to date until the signal; returns at once. */
  start(signal: AbortSignal): void;
};

export type ChatParts = {
  backup: Pick<Backup, 'start'>;
  sets: Pick<Sets, 'list' | 'show'>;
  verify: Verify;
  status: Pick<StatusReport, 'report'>;
  jobs: Jobs;
  sso: Omit<Sso, 'watch'>;
  bridge: Posting & BrowserEventParts['bridge'];
  /** @throws Failure COMPANION_READ_ONLY */
  requireWritable: () => void;
  state: State;
  clock: Clock;
  log: Logger;
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
  const command = parseCommand(request.command, parts.clock.now());
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
      const ends = laneOf(job.kind) === 'accounts' ? 'what it has done stays done' : 'nothing of it will count';
      return reply(
        job.status === 'canceled'
          ? `Job ${code(job.id)} is canceled.`
          : `Job ${code(job.id)} was asked to stop. It ends after what it is doing right now; ${ends}.`,
      );
    }
    case 'sso':
      return carryOutSso(parts, command.command, {actor, origin}, request.command);
  }
}

type By = {actor: Actor; origin: Origin};

function startBackup(parts: ChatParts, request: BackupRequest, by: By): Promise<CommandReply> {
  parts.requireWritable();
  return announce(
    parts,
    parts.backup.start(request, by),
    by.origin,
    'Backup started. People can go on working; the post below shows how it goes.',
  );
}

function startVerify(parts: ChatParts, request: VerifyRequest, by: By): Promise<CommandReply> {
  const {set, level} = request;
  return announce(
    parts,
    parts.verify.start(request, by),
    by.origin,
    `Verification of ${set === 'latest' ? 'the newest set' : code(set)} started, level ${level} (${LEVEL_WORDS[level]}). The post below shows how it goes.`,
  );
}
