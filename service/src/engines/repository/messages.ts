import {z} from 'zod';
import {Sha256} from '@disaster-recovery/contract';

// The fields that we use of restic 0.18's JSON lines (its manual, "Scripting"). Other message types are passed over.
export const Message = z.discriminatedUnion('message_type', [
  z.object({
    message_type: z.literal('status'),
    bytes_done: z.number().optional(),
    total_bytes: z.number().optional(),
    bytes_restored: z.number().optional(),
  }),
  z.object({
    message_type: z.literal('summary'),
    snapshot_id: z.string().optional(),
    total_files_processed: z.number().optional(),
    total_bytes_processed: z.number().optional(),
    data_added_packed: z.number().optional(),
    files_restored: z.number().optional(),
    files_skipped: z.number().optional(),
    bytes_restored: z.number().optional(),
    bytes_skipped: z.number().optional(),
    num_errors: z.number().optional(),
    broken_packs: z.array(z.string()).nullish(),
  }),
  z.object({
    message_type: z.literal('error'),
    error: z.object({message: z.string()}).optional(),
    message: z.string().optional(),
    during: z.string().optional(),
    item: z.string().optional(),
  }),
  z.object({message_type: z.literal('exit_error'), code: z.number(), message: z.string()}),
]);
export type Message = z.infer<typeof Message>;

/** What an error says; empty for any other message. */
export function textOf(message: Message | undefined): string {
  return message?.message_type === 'error' ? (message.error?.message ?? message.message ?? '') : '';
}

/** A line of restic's output as a message we know, or null. */
export function parseMessage(line: string): Message | null {
  if (!line.startsWith('{')) {
    return null;
  }
  const parsed = Message.safeParse(parseJson(line));
  return parsed.success ? parsed.data : null;
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    // A line cut by the death of the program is no message; its exit code tells the rest.
    return null;
  }
}

export const SnapshotJson = z.object({
  id: Sha256,
  /** The snapshot that this one was copied or changed from. */
  original: Sha256.optional(),
  tree: Sha256,
  time: z.string(),
  tags: z.array(z.string()).nullish(),
  paths: z.array(z.string()),
});
export type SnapshotJson = z.infer<typeof SnapshotJson>;

export const NodeJson = z.object({
  type: z.string(),
  path: z.string(),
  size: z.number().optional(),
  mtime: z.string().optional(),
});

export const TreeJson = z.object({
  nodes: z.array(
    z.object({
      name: z.string(),
      type: z.string(),
      mode: z.number().optional(),
      uid: z.number().optional(),
      gid: z.number().optional(),
    }),
  ),
});

export const FoundJson = z.object({
  object_type: z.string(),
  id: z.string(),
  snapshot: z.string().optional(),
  path: z.string().optional(),
});
