export type FailureKind = {
  /** HTTP status of the companion's reply. */
  status: number;
  /** Exit code of drctl. */
  exit: number;
  retryable: boolean;
  meaning: string;
  remedy: string;
};
