import {setTimeout as pause} from 'node:timers/promises';
import {botPosts} from '../test/harness/bot_posts.ts';
import type {Client, Post} from '../test/harness/client.ts';
import {waitFor} from '../test/harness/wait_for.ts';

const LONGEST_S = 600;
const LOOK_EVERY_MS = 250;

/** Types a command and gives what the plugin answers to the one who typed it. */
export async function type(client: Client, channelId: string, command: string): Promise<string> {
  return (await client.executeCommand(channelId, command)).text ?? '';
}

/** Watches the bot's post about a job until the job has ended, and gives its last text. */
export async function followBotPost(
  client: Client,
  channelId: string,
  since: number,
  note: (text: string) => void,
): Promise<string> {
  let post: Post | undefined;
  await waitFor('the bot to post', async () => {
    post = (await botPosts(client, channelId)).find(({create_at}) => create_at >= since);
    return post !== undefined;
  });
  const id = post?.id ?? '';
  let text = '';
  await waitFor(
    'the job of the bot post to end',
    async () => {
      text = (await client.request<Post>('GET', `/posts/${id}`)).message;
      note(headline(text));
      await pause(LOOK_EVERY_MS);
      return !/^#+ (⏳|🛑 .*is being stopped)/u.test(text);
    },
    LONGEST_S,
  );
  return text;
}

/** What goes on, in one line without Markdown. */
function headline(text: string): string {
  const lines = text.split('\n');
  const doing = lines.find((line) => line.startsWith('**')) ?? lines[0] ?? '';
  return doing.replaceAll(/[*#⏳]/gu, '').trim();
}
