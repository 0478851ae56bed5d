import type {Post} from './client.ts';
import {inParallel} from './in_parallel.ts';
import {message} from './messages.ts';
import type {Random} from './random.ts';
import {personNamed} from './workspace_files.ts';
import type {SeededFile} from './workspace_files.ts';
import type {Channel, Person} from './workspace_people.ts';

export interface SeededPost {
  readonly id: string;
  readonly channel_id: string;
  /** User name. */
  readonly author: string;
  /** As it reads after the last edit. */
  readonly message: string;
  readonly root_id: string;
  /** Sorted, because the server keeps them in an order of its own. */
  readonly file_ids: readonly string[];
}

interface Draft {
  readonly channel_id: string;
  readonly author: Person;
  readonly message: string;
  readonly root_id: string;
  readonly file_ids: readonly string[];
}

export interface PostPlan {
  readonly count: number;
  readonly people: readonly Person[];
  readonly channels: readonly Channel[];
  readonly files: readonly SeededFile[];
  /** Names of custom emoji. */
  readonly emoji: readonly string[];
}

const WIDTH = 8;

/** Writes `count` posts that stay, and some that are deleted again; a third are answers in threads. */
export async function writePosts(plan: PostPlan, random: Random): Promise<{posts: SeededPost[]; deleted: string[]}> {
  const toDelete = Math.ceil(plan.count / 30);
  const answers = Math.floor(plan.count / 3);
  const withFiles = draftsWithFiles(plan, random);
  const plain = Math.max(0, plan.count + toDelete - answers - withFiles.length);
  const roots = await publish([...withFiles, ...Array.from({length: plain}, (_, n) => draft(plan, n, random))]);
  const replies = await publishThreads(
    Array.from({length: answers}, (_, n) => {
      const root = random.pick(roots);
      const channel = plan.channels.find(({id}) => id === root.channel_id);
      const author = personNamed(plan.people, random.pick(channel?.members ?? []));
      return {...draft(plan, 10_000 + n, random), channel_id: root.channel_id, author, root_id: root.id};
    }),
  );

  // Deleting a root deletes its thread with it, so it is only answers that go.
  const doomed = replies.splice(0, toDelete);
  await inParallel(doomed, WIDTH, ({id, author}) =>
    personNamed(plan.people, author).client.request('DELETE', `/posts/${id}`),
  );
  const posts = await edit(plan, [...roots, ...replies], random);
  await react(plan, posts, random);
  return {posts, deleted: doomed.map(({id}) => id)};
}

function draft(plan: PostPlan, number: number, random: Random): Draft {
  const channel = random.pick(plan.channels);
  const author = personNamed(plan.people, random.pick(channel.members));
  return {channel_id: channel.id, author, message: message(number, random), root_id: '', file_ids: []};
}

/** One to three files go with a post, all by one person in one channel, as the server demands. */
function draftsWithFiles(plan: PostPlan, random: Random): Draft[] {
  const together = Map.groupBy(plan.files, (file) => `${file.channel_id} ${file.uploader}`);
  return [...together.values()].flatMap((files) => {
    const drafts: Draft[] = [];
    for (let start = 0; start < files.length;) {
      const some = files.slice(start, start + 1 + random.below(3));
      start += some.length;
      const [first] = some;
      if (first !== undefined) {
        drafts.push({
          channel_id: first.channel_id,
          author: personNamed(plan.people, first.uploader),
          message: random.below(4) === 0 ? '' : `Files: ${some.map(({name}) => name).join(', ')}`,
          root_id: '',
          file_ids: some.map(({file_id}) => file_id),
        });
      }
    }
    return drafts;
  });
}

async function publish(drafts: readonly Draft[], width = WIDTH): Promise<SeededPost[]> {
  return inParallel(drafts, width, async ({author, ...content}) => {
    const post = await author.client.createPost(content);
    const file_ids = content.file_ids.toSorted();
    return {...content, file_ids, id: post.id, message: post.message, author: author.username};
  });
}

/** One at a time in each thread: of two first answers at the same moment the server loses one (threads_pkey). */
async function publishThreads(drafts: readonly Draft[]): Promise<SeededPost[]> {
  const threads = [...Map.groupBy(drafts, ({root_id}) => root_id).values()];
  return (await inParallel(threads, WIDTH, (thread) => publish(thread, 1))).flat();
}

/** Every fifteenth post is edited; the server keeps the old text as a deleted row. */
async function edit(plan: PostPlan, posts: readonly SeededPost[], random: Random): Promise<SeededPost[]> {
  const texts = posts.map((post, index) => (index % 15 === 7 ? `${message(index, random)} (edited ✏️)` : post.message));
  return inParallel(posts, WIDTH, async (post, index) => {
    if (texts[index] === post.message) {
      return post;
    }
    const {client} = personNamed(plan.people, post.author);
    const edited = await client.request<Post>('PUT', `/posts/${post.id}/patch`, {message: texts[index]});
    return {...post, message: edited.message};
  });
}

async function react(plan: PostPlan, posts: readonly SeededPost[], random: Random): Promise<void> {
  const names = ['+1', 'tada', 'heart', ...plan.emoji];
  const liked = posts.filter((_, index) => index % 6 === 2).map((post) => ({post, emoji_name: random.pick(names)}));
  await inParallel(liked, WIDTH, async ({post, emoji_name}) => {
    const person = personNamed(plan.people, post.author);
    await person.client.request('POST', '/reactions', {user_id: person.id, post_id: post.id, emoji_name});
  });
  const pinned = posts.filter((_, index) => index % 50 === 9);
  await inParallel(pinned, WIDTH, (post) =>
    personNamed(plan.people, post.author).client.request('POST', `/posts/${post.id}/pin`),
  );
}
