const MESSAGE = 'they stay in object storage, which no set protects';
const HOW = 'by versioning and replication';

/** Files that Mattermost keeps in object storage: how plan, set, status and doctor say that no set protects them, and what does. */
export const FILES_ELSEWHERE = {
  message: MESSAGE,
  remedy: `Protect the bucket ${HOW}, and say how in files.protected_by.`,
  /** Why a set leaves them out. */
  reason: `${MESSAGE}; protect the bucket ${HOW}`,
} as const;
