import type {Actor, ChatVerb, CommandReply, CommandRequest, Event, Verb} from '@disaster-recovery/contract';
import type {Probes} from '../append_only/index.ts';
import type {Approvals} from '../approvals/index.ts';
import type {Backup} from '../backup/index.ts';
import type {Copies} from '../copies/index.ts';
import {laneOf, type Jobs} from '../jobs/index.ts';
import type {Clock} from '../kernel/clock.ts';
import type {Logger} from '../kernel/log.ts';
import type {State} from '../kernel/state.ts';
import type {Notify} from '../notify/index.ts';
import type {Policy} from '../policy/index.ts';
import type {Keeping} from '../retention/index.ts';
import type {Schedules} from '../schedule/index.ts';
import type {Listing, Sets} from '../sets/index.ts';
import type {Sso} from '../sso/index.ts';
import type {StatusReport} from '../status/index.ts';
import type {Verify} from '../verify/index.ts';
import type {Answer, Answers} from './answer.ts';
import {announce, inTime, logged, reply} from './answer_in_time.ts';
import {createBrowserEvents, type BrowserEventParts} from './browser_events.ts';
import {carryOut} from './carry_out.ts';
import {notifyAnswers} from './carry_out_notify.ts';
import {policyAnswers} from './carry_out_policy.ts';
import {keepAnswers} from './carry_out_keep.ts';
import {scheduleAnswers} from './carry_out_schedule.ts';
import {ssoAnswers} from './carry_out_sso.ts';
import {createLivePosts, type Posting} from './live_post.ts';
import {code, plain} from '../words/markdown.ts';
import {probeLines} from '../words/probe.ts';
import {approvalAnswer, copiesAnswer, failureAnswer, listAnswer, showAnswer, statusAnswer} from './render_answers.ts';
import {goodSets, LEVEL_WORDS} from '../words/sets.ts';

/** Less than the bridge waits: a copy that does not answer must not keep the list from being answered. */
const COPY_PATIENCE_MS = 3000;

export type Chat = {
  /** Answers what was typed after `/dr`. Never rejects: a failure is an answer too. */
  answer(request: CommandRequest, actor: Actor): Promise<CommandReply>;
  /** What keeps posts and browsers up to date. Posts that an earlier process left open are taken up at once. */
  listeners(): readonly Listener[];
};

/** Notes what happens in jobs, and tells about it when it is let. */
export type Listener = {note(event: Event): void; flush(): Promise<void>};

export type ChatParts = {
  backup: Pick<Backup, 'start'>;
  sets: Pick<Sets, 'show'>;
  listing(asking: {patienceMs: number}): Promise<Listing>;
  verify: Verify;
  status: Pick<StatusReport, 'report'>;
  jobs: Jobs;
  schedules: Schedules;
  copies: Pick<Copies, 'list' | 'start'>;
  probes: Pick<Probes, 'run'>;
  notify: Pick<Notify, 'test'>;
  policy: Pick<Policy, 'show' | 'assign'>;
  keeping: Keeping;
  sso: Omit<Sso, 'watch'>;
  approvals: Pick<Approvals, 'approve'>;
  bridge: Posting & BrowserEventParts['bridge'];
  /** @throws Failure COMPANION_READ_ONLY */
  requireWritable: () => void;
  state: State;
  clock: Clock;
  log: Logger;
};

/** `declared`: the verbs, and what is answered to those that have no words here. */
export function createChat(
  parts: ChatParts,
  declared: {verbs?: Readonly<Record<string, Verb>>; answers?: Readonly<Record<string, Answer>>} = {},
): Chat {
  return {
    answer: async (request, actor) => {
      try {
        const {channel_id, root_id, command: typed} = request;
        const answers = {...answersTo(parts), ...declared.answers} as Record<string, Answer>;
        return await carryOut(
          parts,
          {answers, verbs: declared.verbs},
          {typed, by: {actor, origin: {channel_id, root_id}}},
        );
      } catch (error) {
        return reply(failureAnswer(logged(parts, error)));
      }
    },
    listeners: () => {
      const posts = createLivePosts(parts);
      posts.resume();
      return [posts, createBrowserEvents(parts)];
    },
  };
}

/** What is answered to each verb. */
export function answersTo(parts: ChatParts): Answers {
  return {
    ...ownAnswers(parts),
    ...scheduleAnswers(parts),
    ...policyAnswers(parts),
    ...notifyAnswers(parts),
    ...keepAnswers(parts),
    ...ssoAnswers(parts),
  };
}

function ownAnswers(parts: ChatParts): Answers<Exclude<ChatVerb, `${string} ${string}` | 'hold' | 'release'>> {
  return {
    status: async () => reply(statusAnswer(await inTime(parts, parts.status.report()))),
    list: async ({request: {good}}) => {
      const {failure, sets: all, ...others} = await inTime(parts, parts.listing({patienceMs: COPY_PATIENCE_MS}));
      if (failure) {
        throw failure;
      }
      const {sets, says} = good ? goodSets(all) : {sets: all, says: null};
      return reply(listAnswer({...others, sets, none: says}));
    },
    show: async ({subject}) => reply(showAnswer(await inTime(parts, parts.sets.show(subject)))),
    backup: ({request, by}) =>
      announce(parts, parts.backup.start(request, by), {
        origin: by.origin,
        says: 'Backup started. People can go on working; the post below shows how it goes.',
      }),
    verify: ({request, by}) =>
      announce(parts, parts.verify.start(request, by), {
        origin: by.origin,
        says: `Verification of ${request.set === 'latest' ? 'the newest set' : code(request.set)} started, level ${request.level} (${LEVEL_WORDS[request.level]}). The post below shows how it goes.`,
      }),
    copies: async () => reply(copiesAnswer(await inTime(parts, parts.copies.list()), parts.clock.now())),
    copy: ({request, by}) =>
      announce(parts, parts.copies.start(request, by), {
        origin: by.origin,
        says: `Copying to ${code(request.to)} started. The post below shows how it goes.`,
      }),
    probe: async ({request: {repository = null}, by}) => {
      const lines = probeLines(await inTime(parts, parts.probes.run(repository, by.actor)));
      return reply(lines.map((line) => `- ${plain(line)}`).join('\n'));
    },
    approve: ({subject, by}) => reply(approvalAnswer(parts.approvals.approve(subject, by.actor))),
    cancel: ({subject}) => {
      const job = parts.jobs.cancel(subject);
      const ends = laneOf(job.kind) === 'accounts' ? 'what it has done stays done' : 'nothing of it will count';
      return reply(
        job.status === 'canceled'
          ? `Job ${code(job.id)} is canceled.`
          : `Job ${code(job.id)} was asked to stop. It ends after what it is doing right now; ${ends}.`,
      );
    },
  };
}
