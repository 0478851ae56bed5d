import {seededRandom} from '../../test/harness/random.ts';
import {copyRows, type Cell} from './copy.ts';
import {authorOf, channelOf, idOf, rootOf, TEAMS, timeOf, userCount, type Size} from './numbers.ts';
import {message, vocabulary} from './text.ts';

const POSTS = [
  'id',
  'createat',
  'updateat',
  'deleteat',
  'userid',
  'channelid',
  'rootid',
  'originalid',
  'message',
  'type',
  'props',
  'hashtags',
  'filenames',
  'fileids',
  'hasreactions',
  'editat',
  'ispinned',
  'remoteid',
];
const REACTIONS = ['userid', 'postid', 'emojiname', 'createat', 'updateat', 'deleteat', 'remoteid', 'channelid'];
const THREADS = ['postid', 'replycount', 'lastreplyat', 'participants', 'channelid', 'threaddeleteat', 'threadteamid'];
const EMOJI = ['+1', 'tada', 'heart', 'eyes', 'white_check_mark'];

export type Range = {from: number; to: number};
/** Which file hangs at a post, if any. */
export type FileAt = (post: number) => number | null;

/** Posts with their reactions and threads. */
export async function fillPosts(url: string, size: Size, range: Range, fileAt: FileAt): Promise<void> {
  await copyRows(url, 'posts', POSTS, postRows(size, range, fileAt));
  await copyRows(url, 'reactions', REACTIONS, reactionRows(size, range));
  await copyRows(url, 'threads', THREADS, threadRows(size, range));
}

function* postRows(size: Size, {from, to}: Range, fileAt: FileAt): Generator<Cell[]> {
  const words = vocabulary(size.seed);
  const random = seededRandom(size.seed + from);
  for (let post = from; post < to; post += 1) {
    const at = timeOf(size, post);
    const root = rootOf(post);
    const file = fileAt(post);
    yield [
      idOf(size, 'post', post),
      at,
      at,
      0,
      idOf(size, 'user', authorOf(size, post)),
      idOf(size, 'channel', channelOf(size, post)),
      root === null ? '' : idOf(size, 'post', root),
      '',
      message(words, random),
      '',
      '{"disable_group_highlight":true}',
      '',
      '[]',
      file === null ? '[]' : JSON.stringify([idOf(size, 'file', file)]),
      hasReactions(post),
      0,
      post % 400 === 0,
      '',
    ];
  }
}

const hasReactions = (post: number): boolean => post % 6 === 2;

function* reactionRows(size: Size, {from, to}: Range): Generator<Cell[]> {
  for (let post = from; post < to; post += 1) {
    for (let person = 0; hasReactions(post) && person < 1 + (post % 4); person += 1) {
      const at = timeOf(size, post) + 60_000;
      yield [
        idOf(size, 'user', (post + person) % userCount(size)),
        idOf(size, 'post', post),
        EMOJI[(post + person) % EMOJI.length] ?? '',
        at,
        at,
        0,
        '',
        idOf(size, 'channel', channelOf(size, post)),
      ];
    }
  }
}

function* threadRows(size: Size, {from, to}: Range): Generator<Cell[]> {
  const roots = new Map<number, number[]>();
  for (let post = from; post < to; post += 1) {
    const root = rootOf(post);
    if (root !== null) {
      roots.set(root, [...(roots.get(root) ?? []), post]);
    }
    // Answers come soon, so a thread is complete before long and nothing piles up.
    if (roots.size > 1000 || post === to - 1) {
      for (const [first, replies] of roots) {
        yield thread(size, first, replies);
      }
      roots.clear();
    }
  }
}

function thread(size: Size, root: number, replies: readonly number[]): Cell[] {
  const people = [...new Set(replies.map((post) => idOf(size, 'user', authorOf(size, post))))];
  const channel = channelOf(size, root);
  return [
    idOf(size, 'post', root),
    replies.length,
    timeOf(size, replies.at(-1) ?? root),
    JSON.stringify(people),
    idOf(size, 'channel', channel),
    null,
    idOf(size, 'team', channel % TEAMS),
  ];
}
