import type {Origin} from '../jobs/index.ts';
import type {State} from '../kernel/state.ts';

/** One row a job that was asked for in a channel. It stays until Mattermost has acknowledged the last edit. */
export const CHAT_TABLES = `
CREATE TABLE IF NOT EXISTS chat_posts (
  job TEXT PRIMARY KEY, channel_id TEXT NOT NULL, root_id TEXT NOT NULL, post_id TEXT, is_finished INTEGER NOT NULL DEFAULT 0,
  created_at INTEGER NOT NULL) STRICT;
`;

export type PostRow = {job: string; origin: Origin; postId: string | null; createdAt: number};

type Row = {job: string; channel_id: string; root_id: string; post_id: string | null; created_at: number};

export type PostStore = ReturnType<typeof createPostStore>;

export function createPostStore({db}: State) {
  const insert = db.prepare(
    'INSERT OR IGNORE INTO chat_posts (job, channel_id, root_id, created_at) VALUES (?, ?, ?, ?)',
  );
  const setPost = db.prepare('UPDATE chat_posts SET post_id = ? WHERE job = ?');
  const setFinished = db.prepare('UPDATE chat_posts SET is_finished = 1 WHERE job = ?');
  const selectOpen = db.prepare(
    'SELECT job, channel_id, root_id, post_id, created_at FROM chat_posts WHERE is_finished = 0',
  );
  return {
    /** Does nothing when the job has its row already. */
    add: (job: string, {channel_id, root_id}: Origin, now: number) => {
      insert.run(job, channel_id, root_id, now);
    },
    setPost: (job: string, postId: string) => {
      setPost.run(postId, job);
    },
    finish: (job: string) => {
      setFinished.run(job);
    },
    open: (): PostRow[] =>
      (selectOpen.all() as Row[]).map((row) => ({
        job: row.job,
        origin: {channel_id: row.channel_id, root_id: row.root_id},
        postId: row.post_id,
        createdAt: row.created_at,
      })),
  };
}
