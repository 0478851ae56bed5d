import {setTimeout as pause} from 'node:timers/promises';
import type {Client, Post} from './client.ts';
import {message} from './messages.ts';
import {seededRandom} from './random.ts';
import {sha256} from './workspace_files.ts';
import type {SeededFile} from './workspace_files.ts';
import type {Workspace} from './workspace.ts';

interface WrittenPost {
  readonly id: string;
  readonly channel_id: string;
  readonly message: string;
  /** By the server's clock, in milliseconds. */
  readonly create_at: number;
  /** When the answer was here. The server's clock is the clock of the test, so every later snapshot must hold the post. */
  readonly confirmed_at: number;
  readonly file_ids: readonly string[];
}

/** Only what the server has confirmed. */
export interface Written {
  readonly posts: readonly WrittenPost[];
  readonly files: readonly SeededFile[];
  /** What the server answered to the rest, for instance while it was down. */
  readonly failures: readonly string[];
}

export interface Writer {
  /** Stops after what is under way. */
  stop(): Promise<Written>;
}

const LARGEST_FILE = 64 * 1024;
// A server that hangs must not be buried under requests when it comes back.
const MOST_AT_ONCE = 32;

/** Keeps writing, `perSecond` times a second a post with a file attached, as whoever `client` is signed in as. */
export function startWriter(client: Client, workspace: Workspace, options: {readonly perSecond?: number} = {}): Writer {
  const interval = 1000 / (options.perSecond ?? 12);
  const random = seededRandom(7);
  const channels = workspace.channels.filter(({members}) => members.includes(workspace.admin.username));
  const posts: WrittenPost[] = [];
  const files: SeededFile[] = [];
  const failures: string[] = [];
  const underWay = new Set<Promise<void>>();
  let stopping = false;

  async function writeOne(number: number): Promise<void> {
    const channel = random.pick(channels);
    const content = random.bytes(1 + random.below(LARGEST_FILE));
    const text = message(number, random);
    try {
      const info = await client.uploadFile(channel.id, `written ${number}.bin`, content);
      files.push({
        file_id: info.id,
        name: info.name,
        sha256: sha256(content),
        size: content.length,
        channel_id: channel.id,
        uploader: workspace.admin.username,
      });
      const post = await client.createPost({channel_id: channel.id, message: text, file_ids: [info.id]});
      posts.push(written(post, info.id));
    } catch (thrown) {
      failures.push(String(thrown));
    }
  }

  async function run(): Promise<void> {
    const start = performance.now();
    for (let number = 0; !stopping; number += 1) {
      await pause(Math.max(0, start + number * interval - performance.now()));
      if (underWay.size < MOST_AT_ONCE) {
        const writing = writeOne(number).finally(() => underWay.delete(writing));
        underWay.add(writing);
      }
    }
  }

  const running = run();
  return {
    stop: async () => {
      stopping = true;
      await running;
      await Promise.all(underWay);
      return {posts, files, failures};
    },
  };
}

function written(post: Post, fileId: string): WrittenPost {
  const {id, channel_id, message: text, create_at} = post;
  return {id, channel_id, message: text, create_at, confirmed_at: Date.now(), file_ids: [fileId]};
}
