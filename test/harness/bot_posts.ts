import type {Client, Post} from './client.ts';
import {waitFor} from './wait_for.ts';

interface PostList {
  readonly order: readonly string[];
  readonly posts: Readonly<
    Record<string, Post & {readonly user_id: string; readonly root_id: string; readonly update_at: number}>
  >;
}

export type BotPost = PostList['posts'][string];

/** What the plugin's bot said in a channel, newest first. */
export async function botPosts(client: Client, channelId: string): Promise<BotPost[]> {
  const bot = await client.request<{id: string}>('GET', '/users/username/disaster-recovery');
  const {order, posts} = await client.request<PostList>('GET', `/channels/${channelId}/posts?per_page=200`);
  return order.map((id) => posts[id]!).filter(({user_id}) => user_id === bot.id);
}

/** Waits until the newest post of the bot in a channel matches. */
export async function untilBotSays(client: Client, channelId: string, words: RegExp, seconds = 120): Promise<BotPost> {
  let newest: BotPost | undefined;
  try {
    await waitFor(
      `the bot to say ${words}`,
      async () => {
        [newest] = await botPosts(client, channelId);
        return newest !== undefined && words.test(newest.message);
      },
      seconds,
    );
  } catch (error) {
    throw new Error(`${(error as Error).message} It says: ${newest?.message ?? '(nothing)'}`, {cause: error});
  }
  return newest!;
}
