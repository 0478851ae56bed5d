import {hash} from 'node:crypto';

const LETTERS = 'ybndrfg8ejkmcpqxot1uwisza345h769';

export type Kind = 'user' | 'team' | 'channel' | 'post' | 'file' | 'session';

/** How much there is. Everything else follows from it, and every row from its number. */
export type Size = {posts: number; files: number; seed: number};

/** The id of the `number`th thing of a kind, in Mattermost's form. No list of ids is ever held. */
export function idOf({seed}: Size, kind: Kind, number: number): string {
  const digest = hash('sha256', `${seed} ${kind} ${number}`, 'buffer');
  let id = '';
  for (let index = 0; index < 26; index += 1) {
    id += LETTERS[digest[index]! & 31];
  }
  return id;
}

export const userCount = ({posts}: Size): number => Math.max(20, Math.round(posts / 400));
export const channelCount = ({posts}: Size): number => Math.max(10, Math.round(posts / 1000));
export const TEAMS = 2;
/** Channels that each user is in. */
export const MEMBERSHIPS = 40;

export const DAY_MS = 86_400_000;
/** The history covers two years up to here. */
export const NOW = Date.UTC(2026, 0, 1);
export const HISTORY_DAYS = 730;

/** A post in five answers one that was written before it; `null` for those that begin a thread. */
export function rootOf(post: number): number | null {
  return post > 10 && post % 5 === 4 ? post - 1 - (post % 3) : null;
}

/** Answers stay in the channel of their root. People write in bursts, so neighbours share channels. */
export function channelOf(size: Size, post: number): number {
  const root = rootOf(post) ?? post;
  return Math.floor((((Math.floor(root / 7) * 2654435761) % 4294967296) / 4294967296) * channelCount(size));
}

export const authorOf = (size: Size, post: number): number => (post * 7919 + Math.floor(post / 11)) % userCount(size);

/** History first; posts beyond it belong to the days that follow, a hundredth of the history each. */
export function timeOf(size: Size, post: number): number {
  return NOW - HISTORY_DAYS * DAY_MS + Math.floor((post / size.posts) * HISTORY_DAYS * DAY_MS);
}
