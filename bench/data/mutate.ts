import {runSql} from './copy.ts';
import {fileAtPost, fillFiles} from './files.ts';
import {DAY_MS, NOW} from './numbers.ts';
import {fillPosts} from './posts.ts';
import type {Workspace} from './workspace.ts';

/** A day adds a hundredth of the posts and of the files that the history holds. */
const DAYS_IN_HISTORY = 100;

/** One day of work. `day` counts from 1; the same day changes the same things in every run. */
export async function mutate({databaseUrl, filesDirectory, size}: Workspace, day: number): Promise<void> {
  await fillFiles(databaseUrl, filesDirectory, size, dayOf(size.files, day));
  await fillPosts(databaseUrl, size, dayOf(size.posts, day), fileAtPost(size));
  const at = NOW + day * DAY_MS;
  await runSql(databaseUrl, [
    touched(`UPDATE posts SET message = message || ' (edited)', editat = ${at}, updateat = ${at}`, 'id', day, 2000),
    touched(`UPDATE posts SET deleteat = ${at}, updateat = ${at}`, 'id', day + 1000, 5000),
    touched(
      `UPDATE channelmembers SET lastviewedat = ${at}, msgcount = msgcount + 3, lastupdateat = ${at}`,
      'channelid || userid',
      day,
      5,
    ),
    `UPDATE sessions SET lastactivityat = ${at}`,
    touched(`UPDATE preferences SET value = 'false'`, 'userid || name', day, 200),
  ]);
}

function dayOf(history: number, day: number): {from: number; to: number} {
  const each = Math.max(1, Math.round(history / DAYS_IN_HISTORY));
  return {from: history + (day - 1) * each, to: history + day * each};
}

/** One row of `share`, anywhere in the table. */
function touched(update: string, key: string, day: number, share: number): string {
  return `${update} WHERE mod(abs(hashtext(${key} || '${day}')::bigint), ${share}) = 0`;
}
