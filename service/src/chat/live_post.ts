import type {BotPost, Event, Job} from '@disaster-recovery/contract';
import {hasEnded, type Jobs} from '../jobs/index.ts';
import type {Clock} from '../kernel/clock.ts';
import {asFailure} from '../kernel/failure.ts';
import type {Logger} from '../kernel/log.ts';
import type {State} from '../kernel/state.ts';
import {createPostStore, type PostRow, type PostStore} from './post_store.ts';
import {renderJob} from './render_job.ts';
import {createSender, refusal, type Sender} from './sender.ts';

/** Mattermost keeps a hidden row for each edit of a post: often while people look, seldom when it takes hours. */
const EDIT_OFTEN_MS = 2000;
const EDIT_SELDOM_MS = 60_000;
const REFUSALS_ACCEPTED = 20;
const GIVE_UP_AFTER_MS = 7 * 24 * 60 * 60 * 1000;
/** Jobs that began while nobody listened, because the companion died right after. */
const ADOPT_WITHIN_MS = 60 * 60 * 1000;

export type Posting = {
  createPost(post: BotPost): Promise<{id: string}>;
  updatePost(id: string, post: BotPost): Promise<void>;
};

export type LivePostParts = {
  jobs: Pick<Jobs, 'get' | 'origin' | 'newest'>;
  bridge: Posting;
  state: State;
  clock: Clock;
  log: Logger;
};

export type LivePosts = {
  /** Takes up what an earlier process left open. */
  resume(): void;
  note(event: Event): void;
  /** Sends whatever is due. */
  flush(): Promise<void>;
};

type Live = {row: PostRow; sender: Sender; warnings: string[]; sent: string | null};

/** One bot post a job, in the channel where it was asked for, edited until its end is acknowledged. */
export function createLivePosts(parts: LivePostParts): LivePosts {
  const {jobs, state, clock} = parts;
  const store = createPostStore(state);
  const live = new Map<string, Live>();

  function adopt(id: string): void {
    const origin = live.has(id) ? null : jobs.origin(id);
    if (origin) {
      store.add(id, origin, clock.now());
      load();
    }
  }

  function load(): void {
    for (const row of store.open()) {
      if (!live.has(row.job)) {
        live.set(row.job, {
          row,
          sender: createSender(clock, () => editEvery(clock.now() - jobs.get(row.job).created_at)),
          warnings: [],
          sent: null,
        });
      }
    }
  }

  return {
    resume: () => {
      load();
      for (const job of jobs.newest(20)) {
        if (clock.now() - job.created_at < ADOPT_WITHIN_MS) {
          adopt(job.id);
        }
      }
    },
    note: (event) => {
      adopt(event.job);
      if (event.type === 'note' && event.level === 'warning') {
        live.get(event.job)?.warnings.push(event.text);
      }
    },
    flush: async () => {
      await Promise.all(
        [...live.values()].map(async (post) => {
          if (await update(parts, store, post)) {
            live.delete(post.row.job);
          }
        }),
      );
    },
  };
}

function editEvery(elapsedMs: number): number {
  return Math.min(EDIT_SELDOM_MS, Math.max(EDIT_OFTEN_MS, elapsedMs / 20));
}

/** True when there is nothing more to say about the job. */
async function update(parts: LivePostParts, store: PostStore, post: Live): Promise<boolean> {
  const job = parts.jobs.get(post.row.job);
  const message = renderJob(job, post.warnings);
  try {
    if (message !== post.sent) {
      const wasSent = await post.sender.attempt(() => send({bridge: parts.bridge, store}, post, message));
      if (!wasSent) {
        return false;
      }
    }
  } catch (error) {
    if (!isHopeless(parts, post, error)) {
      return false;
    }
    parts.log.warn({job: job.id, code: asFailure(error).code}, 'The post of a job is given up.');
    store.finish(job.id);
    return true;
  }
  return finishIfEnded(store, job);
}

async function send({bridge, store}: {bridge: Posting; store: PostStore}, post: Live, message: string): Promise<void> {
  const wanted: BotPost = {...post.row.origin, message};
  if (post.row.postId === null) {
    const {id} = await bridge.createPost(wanted);
    post.row.postId = id;
    store.setPost(post.row.job, id);
  } else {
    await bridge.updatePost(post.row.postId, wanted);
  }
  post.sent = message;
}

function finishIfEnded(store: PostStore, job: Job): boolean {
  const isOver = hasEnded(job.status);
  if (isOver) {
    store.finish(job.id);
  }
  return isOver;
}

/** A post that somebody deleted, or a channel that takes no post, will not come back; an outage will. */
function isHopeless({clock}: LivePostParts, post: Live, error: unknown): boolean {
  const said = refusal(asFailure(error));
  return (
    clock.now() - post.row.createdAt > GIVE_UP_AFTER_MS ||
    (said === 'NOT_FOUND' && post.row.postId !== null) ||
    (said !== null && !said.startsWith('TOKEN_') && post.sender.failures() >= REFUSALS_ACCEPTED)
  );
}
